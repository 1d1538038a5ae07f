"""The SQL of monthly positions: any number of loans in one statement each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import asyncpg

from services.applications.domain.positions import Position


class Taken(Protocol):
    """A reported row that is kept, with the locked row of its loan."""

    @property
    def row(self) -> asyncpg.Record: ...
    @property
    def position(self) -> Position: ...
    @property
    def newest(self) -> bool: ...
    @property
    def confirmed(self) -> tuple[str, ...]: ...
    @property
    def reason(self) -> str: ...
    @property
    def drawn_since_fen(self) -> int: ...


_LOCK: Final = """
select id from applications
where bank_code = $1 and id in (
    select application_id from loans
    where bank_code = $1 and (loan_no_canonical = any($2::text[]) or application_id = any($3::uuid[]))
)
order by id
for update
"""
# The figures of the last report of the month come as one array, to be compared in one go.
_READ: Final = """
select a.id, a.number, a.bank_code, a.pool_code, a.borrower_uscc, a.borrower_name, a.state,
       a.version, a.drawable_fen, a.draws_until, l.loan_no, l.loan_no_canonical,
       l.amount_fen, l.annual_rate_bp, l.disbursed_on, l.matures_on,
       l.changed_on, l.last_month, l.risk_class,
       before.month as before_month, before.outstanding_fen as before_outstanding_fen,
       before.overdue_days as before_overdue_days,
       before.interest_arrears_fen as before_interest_arrears_fen,
       before.penalty_interest_fen as before_penalty_interest_fen,
       before.risk_class as before_risk_class,
       coalesce(same.version, 0) as reports, same.reported,
       array(select d.drawn_on from draws as d where d.loan_id = a.id and d.undone_on is null
             order by d.draw_no) as drawn_on,
       array(select d.amount_fen from draws as d where d.loan_id = a.id and d.undone_on is null
             order by d.draw_no) as drawn_fen,
       (select r.disbursed_on from applications as n join loans as r on r.application_id = n.id
        where n.renews = a.id and n.bank_code = a.bank_code limit 1) as renewed_on,
       exists (
           select from closed_months as c where c.pool_code = a.pool_code and c.month = $2
       ) as is_closed
from unnest($1::uuid[]) as wanted (id)
join applications as a using (id)
join loans as l on l.application_id = a.id
left join lateral (
    select * from positions
    where loan_id = a.id and month < $2
    order by month desc, version desc limit 1
) as before on true
left join lateral (
    select version, array[outstanding_fen::text, overdue_days::text, interest_arrears_fen::text,
                          penalty_interest_fen::text, risk_class] as reported
    from positions
    where loan_id = a.id and month = $2
    order by version desc limit 1
) as same on true
order by a.id
"""
_KEEP: Final = """
with said as (
    select * from unnest($4::uuid[], $5::text[], $6::int[], $7::bigint[], $8::int[],
                         $9::bigint[], $10::bigint[], $11::text[], $12::boolean[],
                         $13::text[], $14::text[], $15::bigint[])
        as said (loan_id, bank_code, version, outstanding_fen, overdue_days,
                 interest_arrears_fen, penalty_interest_fen, risk_class, is_newest, confirmed,
                 reason, drawn_since_fen)
), kept as (
    insert into positions (loan_id, month, version, bank_code, outstanding_fen, overdue_days,
                           interest_arrears_fen, penalty_interest_fen, risk_class, reported_at,
                           reported_by, confirmed, reason)
    select loan_id, $1, version, bank_code, outstanding_fen, overdue_days, interest_arrears_fen,
           penalty_interest_fen, risk_class, $2, $3, string_to_array(confirmed, ' '),
           reason
    from said
)
update loans as l
-- Where it stands now: what was drawn after the month's end is owed as well.
set outstanding_fen = said.outstanding_fen + said.drawn_since_fen, overdue_days = said.overdue_days,
    interest_arrears_fen = said.interest_arrears_fen,
    penalty_interest_fen = said.penalty_interest_fen, risk_class = said.risk_class,
    last_month = $1
from said
where l.application_id = said.loan_id and said.is_newest
"""


async def locked_loans(
    conn: asyncpg.Connection,
    *,
    bank_code: str,
    month: str,
    loan_nos: Sequence[str],
    loan_ids: Sequence[UUID],
) -> list[asyncpg.Record]:
    """A bank's loans, by the canonical forms of their numbers or by ids, with their cases locked in the order of ids.

    Beside each: the youngest report before the month (`before_…`), how many reports of the month
    there are (`reports`), what the last of them says (`reported`), the days and amounts of the
    draws after the disbursement, and whether the month is settled (`is_closed`).
    """
    locked = await conn.fetch(_LOCK, bank_code, loan_nos, loan_ids)
    if not locked:
        return []
    # Read after the locks, in a statement of its own, so that it sees what they waited for.
    return list(await conn.fetch(_READ, [row["id"] for row in locked], month))


async def keep(
    conn: asyncpg.Connection,
    taken: Sequence[Taken],
    *,
    month: str,
    reported_by: str,
    now: datetime,
) -> None:
    """Add the positions as new versions; the newest month also becomes where the loan stands."""
    if not taken:
        return
    await conn.execute(
        _KEEP,
        month,
        now,
        reported_by,
        [one.row["id"] for one in taken],
        [one.row["bank_code"] for one in taken],
        [one.row["reports"] + 1 for one in taken],
        [one.position.outstanding_fen for one in taken],
        [one.position.overdue_days for one in taken],
        [one.position.interest_arrears_fen for one in taken],
        [one.position.penalty_interest_fen for one in taken],
        [one.position.risk_class for one in taken],
        [one.newest for one in taken],
        [" ".join(one.confirmed) for one in taken],
        [one.reason for one in taken],
        [one.drawn_since_fen for one in taken],
    )
