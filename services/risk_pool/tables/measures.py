"""What the measures of reports count, as SQL: loan by loan, and by what they are divided.

One owner of each figure: what reports show, what lists behind them show and what is kept for the cockpit stands
on these rows.
"""

from typing import Final

from services.risk_pool.domain.claim import State as ClaimState
from services.risk_pool.domain.ledger import CLAIMS, RECOVERIES
from services.risk_pool.domain.month_figures import CLAIM_PAID
from services.risk_pool.tables.debts import ONCE_OF_DEBTS
from services.risk_pool.tables.lending import lent_by
from shared.postgres.literals import literals
from shared.rights import PATENTS
from shared.risk_classes import NON_PERFORMING

_NOT_FILED = (ClaimState.DRAFT, ClaimState.WITHDRAWN)
_OF_POOLS = "pool_code = any($1::text[])"
_LENT = lent_by("= any($1::text[])")


PARTS: Final = {
    "covered": {
        "overdue": "stood.overdue_days > 0",
        "bad": f"stood.risk_class in ({literals(NON_PERFORMING)})",
    }
}
"""Measures that are those loans of another of which this holds."""


def _account(account: str, *, grows_by: str) -> str:
    shrinks_by = "credit" if grows_by == "debit" else "debit"
    return f"""
        select loan_id, business_date as day,
               case when {grows_by} = '{account}' then amount_fen else -amount_fen end as fen
        from transfers
        where {_OF_POOLS} and loan_id is not null
          and ({grows_by} = '{account}' or {shrinks_by} = '{account}')
    """


MOVED: Final = {
    "lent": f"select loan_id, day, fen from ({_LENT}) as lent",
    "entered": f"select loan_id, day, covered_fen as fen from ({_LENT}) as lent",
    "claimed": f"""
        select loan_id, claimed_on as day, outstanding_principal_fen as fen from claims
        where {_OF_POOLS} and claimed_on is not null and state not in ({literals(_NOT_FILED)})
    """,
    "compensated": _account(CLAIMS, grows_by="debit"),
    "paid": f"""
        select loan_id, business_date as day, amount_fen as fen from transfers
        where {_OF_POOLS} and kind = '{CLAIM_PAID}'
    """,
    "recovered": _account(RECOVERIES, grows_by="credit"),
}
"""Measures of what moved in a period: loan, day and fen of each movement of the pools $1."""


def stood(loan: str, month: str) -> str:
    """A join to what was last reported of a loan by a month: one look into an index, however long it has
    been reported on."""
    return f"""
        left join lateral (
            select risk_class, overdue_days from positions as p
            where p.loan_id = {loan} and p.month <= {month} order by p.month desc limit 1
        ) as stood on true
    """


_IS_COVER: Final = (
    "(split_part(debit, ':', 1) = 'covered' or split_part(credit, ':', 1) = 'covered')"
)
_TAKES_COVER: Final = """
    case when split_part(credit, ':', 1) = 'covered' then amount_fen else 0 end
    - case when split_part(debit, ':', 1) = 'covered' then amount_fen else 0 end"""
_RENEWALS: Final = f"""
    select unnest(array[loan_id, renews]) from coverages where {_OF_POOLS} and renews is not null"""
"""Loans of the pools $1 that are one debt with another."""


def _held_of(last: str) -> str:
    """What was held at a day's end of the loan `c`: what stands now, less what has moved it since."""
    return f"""(
        select c.covered_fen + coalesce(sum({_TAKES_COVER}), 0)::bigint as fen from transfers
        where loan_id = c.loan_id and business_date > {last} and {_IS_COVER}
    ) as held"""


def held_at(last: str, *, pools: str, more: str = "") -> str:
    """Loan and covered principal at a day's end, of the pools that a condition on their code names: what stands
    now, less what has moved it since. Of a day that is just over that is little."""
    return f"""
        select loan_id, sum(fen)::bigint as fen from (
            select loan_id, covered_fen as fen from coverages
            where pool_code {pools} and covered_fen > 0
            union all
            select loan_id, {_TAKES_COVER} from transfers
            where pool_code {pools} and business_date > {last} {more}
              and loan_id is not null and {_IS_COVER}
        ) as stands group by loan_id having sum(fen) > 0
    """


def _once(held: str, month: str) -> str:
    """What of loans and their renewals is one debt, `held`: from what they and their cover (`held.fen`) are read."""
    return f"""
        debts as (
            select c.loan_id, c.renews, held.fen as covered_fen, 0 as outstanding_fen,
                   stood.risk_class, coalesce(stood.overdue_days, 0) as overdue_days
            from {held} {stood("c.loan_id", month)}
            where held.fen > 0 and c.loan_id in ({_RENEWALS})
        ), once as materialized ({ONCE_OF_DEBTS})
    """


def _statements(first: str, last: str, month: str) -> dict[str, str]:
    """What each measure counts of the pools $1 from a first to a last day, loan by loan. `month`: that of the
    last day."""
    held = held_at(last, pools="= any($1::text[])", more=f"and {first}::date is not null")
    # As the book has it: a loan and its renewal are one debt.
    covered = f"""
        with held as materialized ({held}),
             {_once("held join coverages as c using (loan_id)", month)}
        select held.loan_id, held.fen - coalesce(once.covered_fen, 0) as fen
        from held left join once on once.loan_id = held.loan_id
    """
    return {
        **{
            measure: f"""
                select loan_id, sum(fen) as fen from ({rows}) as moved
                where day between {first} and {last} group by loan_id
            """
            for measure, rows in MOVED.items()
        },
        "covered": covered,
        **{
            part: f"""
                select held.loan_id, held.fen
                from ({covered}) as held {stood("held.loan_id", month)} where {condition}
            """
            for part, condition in PARTS["covered"].items()
        },
    }


IN_PERIOD: Final = _statements("$2", "$3", "$4::text")
"""What each measure counts from the day $2 to the day $3."""
COVERED_IN_EACH: Final = _statements("asked.first", "asked.last", "asked.month")["covered"]
"""What stands covered at the end of each month `asked`."""

_IP_KIND = """coalesce(c.attributes->>'ip_kind',
                       case when c.is_multi_ip_type then 'several' else '' end)"""
# By the register of pledges (D5, D6): whatever became of a pledge since, it was made for the loan.
_PATENT_TRADEMARK = f"""case when exists (
        select from loan_pledges as p where p.loan_id = c.loan_id and p.kind in ({literals(PATENTS)}))
    and exists (
        select from loan_pledges as p where p.loan_id = c.loan_id and p.kind = 'trademark_right')
    then 'yes' else 'no' end"""
DIVISIONS: Final = {
    "all": "''",
    "pool": "c.pool_code",
    "bank": "c.bank_code",
    "mode": "c.mode",
    "area": "substr(c.borrower_uscc, 3, 6)",
    "province": "substr(c.borrower_uscc, 3, 2)",
    "city": "substr(c.borrower_uscc, 3, 4)",
    "ip_kind": _IP_KIND,
    "industry": "coalesce(c.attributes->>'industry', '')",
    "park": "c.park_canonical",
    "size": "case when c.amount_fen <= 1000000000 then 'inclusive' else 'above' end",
    "inclusive_ip_kind": f"""case when c.amount_fen > 1000000000 then 'above' else {_IP_KIND} end""",
    "first_loan": "case when c.is_first_loan then 'yes' else 'no' end",
    "patent_trademark": _PATENT_TRADEMARK,
    "class": "coalesce(stood.risk_class, '')",
    "borrower": "c.borrower_uscc",
    "quarter": """to_char(c.approved_on, 'YYYY"-Q"Q')""",
}

COVERED_BY_NUMBER: Final = f"""
    with {_once(f"coverages as c cross join lateral {_held_of('$3')}", "$4")}
    {{reading}}
    from coverages as c cross join lateral {_held_of("$3")}
    left join once on once.loan_id = c.loan_id
    cross join lateral (select held.fen - coalesce(once.covered_fen, 0) as fen) as counted
    {stood("c.loan_id", "$4")}
    where c.{_OF_POOLS} and $2::date is not null and held.fen > 0 and counted.fen <> 0
"""
"""The loans of `covered` at the day $3, each worked out where it is met: for who reads a page of them by number,
not all."""
MOVED_BY_NUMBER: Final = {
    measure: f"""
    {{reading}}
    from coverages as c cross join lateral (
        select sum(moved.fen) as fen from ({MOVED[measure]}) as moved
        where moved.loan_id = c.loan_id and moved.day between $2 and $3) as counted
    {stood("c.loan_id", "$4")}
    where c.{_OF_POOLS} and counted.fen <> 0
    """
    for measure in ("lent", "entered")
}
"""The same of what was lent from the day $2 to the day $3: in a long period that is most loans there are."""
MANY_MONTHS: Final = 3
"""In a longer period what was lent is rather met on the way than gathered."""
_LOANS_COUNTED: Final = """
    with counted as ({statement}) {reading}
    from counted join coverages c using (loan_id) {stood} {more}
    where counted.fen <> 0 and {month} is not null
"""


def loans_counted(statement: str, reading: str, *, month: str, more: str = "", by: str = "") -> str:
    """A reading of the loans `c` that a statement has counted, with what was reported of each by a month
    (`stood`), where the reading or what follows it (`by`) speaks of that."""
    speaks = any("stood." in one for one in (reading, more, by))
    return _LOANS_COUNTED.format(
        statement=statement,
        reading=reading,
        month=month,
        stood=stood("counted.loan_id", month) if speaks else "",
        more=more,
    )
