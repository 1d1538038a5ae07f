"""The figures of a role's first page that hang on money: what stands now is read from the ledger and
the live loans, what stood at a month's end from the months that were closed."""

from typing import Final

from services.risk_pool.domain.coverage import IN_COVER, TAKES_CAPACITY
from services.risk_pool.domain.recovery import State as RecoveryState
from shared.life_cycle import Words
from shared.own_work.figures import OWN, PARKED, WorkFigure
from shared.postgres.literals import literals
from shared.roles import BANK_ROLES

_OF_CLOSED_MONTHS: Final = """
    select s.month, sum(l.{column}) as amount
    from settlements s join settlement_loans l on l.settlement_id = s.id
    where s.posted_at is not null and s.month >= to_char($1::date, 'YYYY-MM')
      and s.month <= to_char($2::date, 'YYYY-MM') and $3::text is not null
    group by s.month
"""
# `domain.ledger.available_fen`: what came in less what was spent or set aside, whichever way it counts.
_IS_OWN: Final = """
    split_part(account, ':', 1) in ('contribution', 'interest', 'recoveries', 'claims', 'fees',
                                    'subsidies', 'escrow', 'earmarked')
"""
_AVAILABLE_BY_MONTH: Final = f"""
    select s.month, sum(m.credited_fen - m.debited_fen) as amount
    from settlements s join settlement_movements m on m.settlement_id = s.id
    where s.posted_at is not null and {_IS_OWN}
      and s.month >= to_char($1::date, 'YYYY-MM') and s.month <= to_char($2::date, 'YYYY-MM')
      and $3::text is not null
    group by s.month
"""
_AVAILABLE: Final = f"select sum(credited_fen - debited_fen) from account_balances where {_IS_OWN}"
_COVERED: Final = """
    select sum(debited_fen - credited_fen) from account_balances where account like 'covered:%'
"""
_COVERED_OF_BANK: Final = f"""
    select sum(covered_fen) from coverages where state in ({literals(TAKES_CAPACITY)}) and {OWN}
"""
# By the index of the overdue ones alone.
_OVERDUE: Final = f"""
    select sum(outstanding_fen) from coverages
    where overdue_days > 0 and state in ({literals(IN_COVER)}) and {OWN}
"""
_CLAIMED: Final = f"""
    select to_char(claimed_on, 'YYYY-MM') as month, sum(outstanding_principal_fen) as amount
    from claims
    where coalesce(claimed_on, date '1900-01-01') between $1 and $2 and {OWN}
      and $3::text is not null
    group by 1
"""
_RECOVERED: Final = f"""
    select to_char(received_on, 'YYYY-MM') as month, sum(gross_fen) as amount
    from recoveries
    where received_on between $1 and $2 and state = '{RecoveryState.CONFIRMED}'
      and {OWN} and $3::text is not null
    group by 1
"""
_OWED_BY_DAY: Final = """
    select to_char(due_on, 'YYYY-MM') as month, sum(amount_fen) as amount
    from waits
    where case_kind = 'receivable' and ended_at is null and due_on between $1 and $2
      and $3::text is not null
    group by 1
"""
_OWED: Final = """
    select sum(amount_fen) from waits where case_kind = 'receivable' and ended_at is null
"""
_FINANCE: Final = frozenset({"finance_maker", "finance_checker"})
_COVERED_WORDS: Final = Words("在保余额", "covered now")

FIGURES: Final = (
    WorkFigure(
        code="covered",
        words=_COVERED_WORDS,
        unit="money",
        roles=frozenset({"reviewer", "approver", "leader", "pool_manager", "auditor"}),
        by_month=_OF_CLOSED_MONTHS.format(column="once_covered_fen"),
        now=_COVERED,
        page="/loans?state=active",
    ),
    WorkFigure(
        code="covered",
        words=_COVERED_WORDS,
        unit="money",
        roles=BANK_ROLES,
        by_month=_OF_CLOSED_MONTHS.format(column="once_covered_fen"),
        now=_COVERED_OF_BANK,
        page="/loans?state=active",
    ),
    WorkFigure(
        code="available",
        words=Words("可用资金", "available now"),
        unit="money",
        roles=_FINANCE | {"pool_manager"},
        by_month=_AVAILABLE_BY_MONTH,
        now=_AVAILABLE,
        page="/pools",
    ),
    WorkFigure(
        code="overdue",
        words=Words("逾期贷款余额", "overdue now"),
        unit="money",
        roles=frozenset({"leader", "pool_manager"}) | BANK_ROLES,
        by_month=_OF_CLOSED_MONTHS.format(column="overdue_fen"),
        now=_OVERDUE,
        page="/loans?overdue_from=1",
    ),
    WorkFigure(
        code="claimed",
        words=Words("本月申请补偿", "claimed this month"),
        unit="money",
        roles=_FINANCE | BANK_ROLES | {"leader", "auditor"},
        by_month=_CLAIMED,
        page="/claims?claimed_from={first}",
    ),
    WorkFigure(
        code="recovered",
        words=Words("本月确认追偿", "recovered this month"),
        unit="money",
        roles=_FINANCE | {"auditor"},
        by_month=_RECOVERED,
        page="/recoveries?state=confirmed&received_from={first}",
    ),
    WorkFigure(
        code="owed",
        words=Words("应收未收", "owed to the pools"),
        unit="money",
        roles=_FINANCE,
        by_month=_OWED_BY_DAY,
        now=_OWED,
        page="/to-do?whose=role&kind=receivable",
    ),
    PARKED,
)
