"""Draws of loans beside their disbursements: how they are kept, told apart and taken back."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.draws import Draw
from services.applications.domain.life_cycle import DRAWS_END
from shared.life_cycle import Row
from shared.months import Month
from shared.postgres.literals import literals

# The loan is locked with its case, so that no two draws get the same number.
_KEEP: Final = """
insert into draws (loan_id, draw_no, bank_code, amount_fen, drawn_on, reference, reported_by,
                   reported_at, reference_canonical)
select $1, coalesce(max(draw_no), 1) + 1, $2, $3, $4, $5, $6, $7, $8 from draws where loan_id = $1
returning draw_no
"""
_LEND_MORE: Final = """
update loans set amount_fen = amount_fen + $2, outstanding_fen = outstanding_fen + $2
where application_id = $1
returning amount_fen, outstanding_fen
"""
# A report that came after the draw was told of, and is of its month or a later one, has it already.
_LEND_LESS: Final = """
update loans as l
set amount_fen = l.amount_fen - d.amount_fen,
    outstanding_fen = case when exists (
        select from positions as p
        where p.loan_id = d.loan_id and p.month = l.last_month and p.month >= $3
          and p.reported_at > d.reported_at
    ) then l.outstanding_fen else greatest(l.outstanding_fen - d.amount_fen, 0) end
from draws as d
where l.application_id = $1 and d.loan_id = $1 and d.draw_no = $2
returning l.amount_fen, l.outstanding_fen
"""
_REPORTED_ABOVE: Final = """
select p.month from positions as p
join loans as l on l.application_id = p.loan_id
join draws as gone on gone.loan_id = p.loan_id and gone.draw_no = $2
where p.loan_id = $1
  and p.version = (
      select max(version) from positions as v where v.loan_id = p.loan_id and v.month = p.month
  )
  and month_end(p.month) >= gone.drawn_on
  and p.outstanding_fen > l.amount_fen - gone.amount_fen - (
      select coalesce(sum(d.amount_fen), 0) from draws as d
      where d.loan_id = p.loan_id and d.undone_on is null and d.draw_no <> $2
        and d.drawn_on > month_end(p.month)
  )
order by p.month limit 1
""".replace("month_end(p.month)", "((p.month || '-01')::date + interval '1 month - 1 day')::date")
_ENDED: Final = f"""
select id from applications
where drawable_fen > 0 and draws_until < $1 and state in ({literals(DRAWS_END)})
  and ($2::uuid is null or id > $2)
order by id limit $3
"""


async def same_as(conn: asyncpg.Connection, case: Row, draw: Draw) -> tuple[str, int | None]:
    """The case whose draw has the same voucher, or ""; and the number of a draw of the same loan
    with the same day and amount, the disbursement being the first."""
    reference = await conn.fetchval(
        """select a.number from draws as d join applications as a on a.id = d.loan_id
           where d.bank_code = $1 and d.reference_canonical = $2 and d.undone_on is null""",
        case["bank_code"],
        draw.reference_canonical,
    )
    money: int | None = await conn.fetchval(
        """with later as (select * from draws where loan_id = $1 and undone_on is null),
                first as (
                    select 1 as draw_no, disbursed_on as drawn_on,
                           amount_fen - (select coalesce(sum(amount_fen), 0) from later)
                               as amount_fen
                    from loans where application_id = $1
                )
           select draw_no from (
               select draw_no, drawn_on, amount_fen from first
               union all select draw_no, drawn_on, amount_fen from later
           ) as known
           where drawn_on = $2 and amount_fen = $3 order by draw_no limit 1""",
        case["id"],
        draw.drawn_on,
        draw.amount_fen,
    )
    return reference or "", money


async def keep(
    conn: asyncpg.Connection, case: Row, draw: Draw, *, by: str, now: datetime
) -> tuple[int, Row]:
    """Keep a draw of a locked loan: its number, and the loan's `amount_fen` and `outstanding_fen`
    with it."""
    number: int = await conn.fetchval(
        _KEEP, case["id"], case["bank_code"], draw.amount_fen, draw.drawn_on, draw.reference,
        by, now, draw.reference_canonical,
    )  # fmt: skip
    loan: Row = await conn.fetchrow(_LEND_MORE, case["id"], draw.amount_fen)
    return number, loan


async def find(conn: asyncpg.Connection, case_id: UUID, draw_no: int) -> asyncpg.Record | None:
    """A draw of a locked loan that was not taken back."""
    return await conn.fetchrow(
        "select * from draws where loan_id = $1 and draw_no = $2 and undone_on is null",
        case_id,
        draw_no,
    )


async def any_of(conn: asyncpg.Connection, case_id: UUID) -> bool:
    """Whether a loan was drawn upon after its disbursement."""
    found: bool = await conn.fetchval(
        "select exists (select from draws where loan_id = $1 and undone_on is null)", case_id
    )
    return found


async def month_reported_above(conn: asyncpg.Connection, case_id: UUID, draw_no: int) -> str | None:
    """The first month whose report owes more than was drawn without this draw."""
    month: str | None = await conn.fetchval(_REPORTED_ABOVE, case_id, draw_no)
    return month


async def month_is_closed(conn: asyncpg.Connection, pool_code: str, day: date) -> bool:
    """Whether the pool has settled the month of a day."""
    closed: bool = await conn.fetchval(
        "select exists (select from closed_months where pool_code = $1 and month = $2)",
        pool_code,
        str(Month.of(day)),
    )
    return closed


async def take_back(conn: asyncpg.Connection, draw: Row, *, on: date, reason: str) -> Row:
    """A draw was never paid out: the loan's `amount_fen` and `outstanding_fen` without it."""
    loan: Row = await conn.fetchrow(
        _LEND_LESS, draw["loan_id"], draw["draw_no"], str(Month.of(draw["drawn_on"]))
    )
    await conn.execute(
        "update draws set undone_on = $3, undo_reason = $4 where loan_id = $1 and draw_no = $2",
        draw["loan_id"],
        draw["draw_no"],
        on,
        reason,
    )
    return loan


async def whose_time_is_over(
    conn: asyncpg.Connection, *, today: date, after: UUID | None, limit: int
) -> list[UUID]:
    """Loans with a part that was not drawn by the last day for draws, in the order of ids, above
    the id `after`."""
    return [row["id"] for row in await conn.fetch(_ENDED, today, after, limit)]
