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


def _statements(first: str, last: str) -> dict[str, str]:
    """What each measure counts of the pools $1 from a first to a last day, loan by loan."""
    held = f"""
        select loan_id, sum(case when split_part(debit, ':', 1) = 'covered' then amount_fen else 0 end
                      - case when split_part(credit, ':', 1) = 'covered' then amount_fen else 0 end)
               as fen
        from transfers
        where {_OF_POOLS} and business_date <= {last} and {first}::date is not null
          and loan_id is not null
          and (split_part(debit, ':', 1) = 'covered' or split_part(credit, ':', 1) = 'covered')
        group by loan_id
    """
    # As the book has it: a loan and its renewal are one debt.
    covered = f"""
        with debts as (
            select held.loan_id, c.renews, held.fen as covered_fen, 0 as outstanding_fen,
                   stood.risk_class, coalesce(stood.overdue_days, 0) as overdue_days
            from ({held}) as held join coverages as c using (loan_id) left join stood using (loan_id)
            where held.fen > 0
        ), once as ({ONCE_OF_DEBTS})
        select loan_id, debts.covered_fen - coalesce(once.covered_fen, 0) as fen
        from debts left join once using (loan_id)
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
                select held.loan_id, held.fen from ({covered}) as held join stood using (loan_id)
                where {condition}
            """
            for part, condition in PARTS["covered"].items()
        },
    }


IN_PERIOD: Final = _statements("$2", "$3")
"""What each measure counts from the day $2 to the day $3."""
COVERED_IN_EACH: Final = _statements("asked.first", "asked.last")["covered"]
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

LOANS_COUNTED: Final = """
    with stood as (
        select distinct on (loan_id) loan_id, risk_class, overdue_days from positions
        where pool_code = any($1::text[]) and month <= {month} order by loan_id, month desc
    ), counted as ({statement})
    {reading}
    from counted join coverages c using (loan_id) left join stood using (loan_id)
    {more}
    where counted.fen <> 0
"""
