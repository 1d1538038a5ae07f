"""The figures of whoever runs the house: what did not reach anybody, what could not be applied."""

from typing import Final

from shared.life_cycle import Words
from shared.own_work.figures import PARKED, WorkFigure

FIGURES: Final = (
    WorkFigure(
        code="undelivered",
        words=Words("未送达的通知", "notices that reached nobody"),
        unit="count",
        roles=frozenset({"admin"}),
        by_month="""
            select to_char(created_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month,
                   count(*) as amount
            from deliveries
            where state = 'failed' and created_at >= $1::timestamp at time zone 'Asia/Shanghai'
              and created_at < ($2::date + 1)::timestamp at time zone 'Asia/Shanghai'
              and $3::text is not null
            group by 1
        """,
        now="select count(*) from deliveries where state = 'failed'",
        page="/inbox/deliveries",
    ),
    PARKED,
)
