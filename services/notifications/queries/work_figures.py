"""The figures of whoever runs the house: what did not reach anybody, what could not be applied."""

from typing import Final

from shared.life_cycle import Words
from shared.own_work.figures import PARKED, WorkFigure, month_of, within

FIGURES: Final = (
    WorkFigure(
        code="undelivered",
        words=Words("未送达的通知", "notices that reached nobody"),
        unit="count",
        roles=frozenset({"admin"}),
        by_month=f"""
            select {month_of("created_at")}, count(*) as amount
            from deliveries
            where state = 'failed' and {within("created_at")} and $3::text is not null
            group by 1
        """,
        now="select count(*) from deliveries where state = 'failed'",
        page="/inbox/deliveries",
    ),
    PARKED,
)
