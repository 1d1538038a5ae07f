"""The book of a pool on a day: every loan in cover, with what was last reported of it by then.

A loan and its renewal are one debt, as large as the larger (docs/decisions/0020): what both hold is
taken off the one that stands better, and a loan of which nothing is left is not in the book. What a
loan has without that stands beside it as `whole_covered_fen` and `whole_outstanding_fen`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import asyncpg

from services.risk_pool.domain.agreed_figures import State as FigureState
from services.risk_pool.tables.debts import ONCE_OF_DEBTS
from services.risk_pool.tables.lending import LENT
from services.risk_pool.tables.measures import held_at
from shared.months import Month
from shared.postgres import published_schemes
from shared.refusals import Refused
from shared.schemes.terms import Terms

_BOOK = (
    """
    with held as materialized (HELD),
    stood as materialized (
        select held.loan_id, p.month, p.outstanding_principal_fen, p.risk_class, p.overdue_days
        from held cross join lateral (
            select * from positions as p where p.loan_id = held.loan_id and p.month <= $3
            order by p.month desc limit 1) as p
    ), lent as (
        -- Until a bank reports a loan, what was paid out of it; then what was drawn since.
        select lent.loan_id, sum(lent.fen)::bigint as fen
        from (LENT) as lent join held using (loan_id) left join stood using (loan_id)
        where lent.day <= $2 and (stood.month is null or to_char(lent.day, 'YYYY-MM') > stood.month)
        group by 1
    ), debts as (
        select c.loan_id, c.number, c.bank_code, c.borrower_uscc, c.programme, c.mode,
               c.approved_on, c.matures_on, c.amount_fen, c.ip_share_bp, c.ip_amount_fen,
               c.attributes, c.attributes_at_disbursement, c.is_first_loan, c.is_multi_ip_type, c.renews,
               held.fen as covered_fen, stood.risk_class, coalesce(stood.overdue_days, 0) as overdue_days,
               coalesce(stood.outstanding_principal_fen, 0) + coalesce(lent.fen, 0)
                   as outstanding_fen
        from held join coverages c using (loan_id) left join stood using (loan_id)
             left join lent using (loan_id)
    ), once as (
ONCE    ), book as (
        select debts.*, debts.covered_fen - coalesce(once.covered_fen, 0) as left_covered_fen,
               debts.outstanding_fen - coalesce(once.outstanding_fen, 0) as left_outstanding_fen
        from debts left join once using (loan_id)
    )
    select loan_id, number, bank_code, borrower_uscc, programme, mode, approved_on, matures_on,
           amount_fen, ip_share_bp, ip_amount_fen, attributes, attributes_at_disbursement,
           is_first_loan, is_multi_ip_type, left_covered_fen as covered_fen, risk_class,
           overdue_days, left_outstanding_fen as outstanding_fen,
           covered_fen as whole_covered_fen, outstanding_fen as whole_outstanding_fen,
           sum(left_outstanding_fen) over (partition by borrower_uscc)::bigint
               as borrower_balance_fen
    from book where left_covered_fen > 0 or left_outstanding_fen > 0
    order by risk_class nulls first, bank_code, number
""".replace("HELD", held_at("$2", pools="= $1"))
    .replace("LENT", LENT)
    .replace("ONCE", ONCE_OF_DEBTS)
)


async def book_on(
    conn: asyncpg.Connection, pool_code: str, day: date
) -> AsyncIterator[asyncpg.Record]:
    """Loans with covered principal at a day's end, by the ledger, each debt once. The connection is in
    a transaction."""
    async for row in conn.cursor(_BOOK, pool_code, day, str(Month.of(day)), prefetch=2000):
        yield row


async def agreed_shares(
    conn: asyncpg.Connection, pool_code: str, day: date
) -> Mapping[str, Mapping[str, Fraction]]:
    """Bank → party → the share that their agreement states on a day; loans' own are left aside."""
    rows = await conn.fetch(
        f"""select bank_code, subject, ratio from agreed_figures
            where pool_code = $1 and kind = 'agreed_share' and loan_id is null
              and state = '{FigureState.IN_FORCE}'
              and $2 between valid_from and coalesce(valid_to, 'infinity'::date)
            order by released_on, id""",
        pool_code,
        day,
    )
    found: dict[str, dict[str, Fraction]] = {}
    for row in rows:
        found.setdefault(row["bank_code"], {})[row["subject"]] = Fraction(row["ratio"])
    return found


@dataclass(slots=True)
class TermsOfLoans:
    """The terms that bind each loan, asked for once per programme, day of approval and mode."""

    conn: asyncpg.Connection
    known: dict[tuple[str, date, str], Terms | None] = field(default_factory=dict)

    async def of(self, loan: Mapping[str, Any]) -> Terms | None:
        """The terms of the loan's approval day; None where none are published for it."""
        key = (loan["programme"], loan["approved_on"], loan["mode"])
        if key not in self.known:
            try:
                self.known[key] = await published_schemes.terms_on(self.conn, *key)
            except Refused:
                self.known[key] = None
        return self.known[key]

    @property
    def all_found(self) -> Sequence[Terms]:
        """Every set of terms that binds a loan that was asked about."""
        return [terms for terms in self.known.values() if terms is not None]
