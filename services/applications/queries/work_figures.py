"""The figures of a role's first page that hang on cases: what came in, what was decided, by months."""

from typing import Final

from shared.life_cycle import SYSTEM_ROLE, Words
from shared.own_work.figures import OWN, PARKED, WorkFigure, month_of, within

_FILED: Final = f"""
    select {month_of("submitted_at")}, count(*) as amount
    from applications where {within("submitted_at")} and {OWN} and $3::text is not null
    group by 1
"""
_APPROVED: Final = """
    select to_char(approved_on, 'YYYY-MM') as month, sum(amount_fen) as amount
    from applications where approved_on between $1 and $2 and $3::text is not null
    group by 1
"""
_DONE: Final = f"""
    select {month_of("at")}, count(*) as amount
    from case_moves
    where role <> '{SYSTEM_ROLE}' and subject = $3 and {within("at")}
    group by 1
"""

FIGURES: Final = (
    WorkFigure(
        code="filed",
        words=Words("本月报送申请", "filed this month"),
        unit="count",
        roles=frozenset(
            {"reviewer", "approver", "pool_manager", "bank_operator", "bank_checker"}
        ),
        by_month=_FILED,
        page="/cases?submitted_from={first}",
    ),
    WorkFigure(
        code="done_by_me",
        words=Words("本月我办理的步骤", "steps taken by me this month"),
        unit="count",
        roles=frozenset({"reviewer", "approver"}),
        by_month=_DONE,
        page="/my-acts?service=applications&since={first}",
    ),
    WorkFigure(
        code="approved",
        words=Words("本月批准金额", "approved this month"),
        unit="money",
        roles=frozenset({"reviewer", "approver", "leader", "auditor"}),
        by_month=_APPROVED,
        page="/cockpit/cases?counted=approved&first={first}&last={today}",
    ),
    PARKED,
)  # fmt: skip
