"""The figures of a role's first page that hang on cases: what came in, what was decided, by months."""

from typing import Final

from services.applications.queries.case_flow import FLOW_ANEW, FLOW_KEPT
from services.applications.queries.statistics import STATES_ANEW, STATES_KEPT
from services.applications.tables.counted import ALL
from shared.life_cycle import SYSTEM_ROLE, Words
from shared.own_work.figures import OWN_OR_ALL, PARKED, WorkFigure, month_of, within

# Of the counters that the cases keep; before these hold all there is, of the cases themselves.
_FILED: Final = f"""
    select month, sum(cases) as amount from (
        select bank_code, month, cases from {STATES_KEPT} as kept where exists (select from counts_begun)
        union all
        select bank_code, month, cases from {STATES_ANEW} as anew
        where not exists (select from counts_begun)
    ) as counted
    where month between to_char($1::date, 'YYYY-MM') and to_char($2::date, 'YYYY-MM')
      and {OWN_OR_ALL} and $3::text is not null
    group by 1
"""
_APPROVED: Final = f"""
    select to_char(day, 'YYYY-MM') as month, sum(fen) as amount from (
        select pool_code, counted, day, fen from {FLOW_KEPT} as kept
        where exists (select from counts_begun)
        union all
        select pool_code, counted, day, fen from {FLOW_ANEW} as anew
        where not exists (select from counts_begun)
    ) as flow
    where day between $1 and $2 and counted = 'granted' and pool_code <> '{ALL}'
      and $3::text is not null
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
