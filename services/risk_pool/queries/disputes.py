"""Disputes as they are answered, and what is read of the line that one is about."""

from uuid import UUID

import asyncpg

from services.risk_pool.domain.dispute import LIVE, OPEN
from services.risk_pool.domain.ledger import payable_to, receivable_from
from shared.months import Month
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals


async def find(conn: asyncpg.Connection, dispute_id: UUID) -> asyncpg.Record | None:
    """A dispute; None where the caller may know of none."""
    return await conn.fetchrow("select * from disputes where id = $1", dispute_id)


async def page(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    state: str | None,
    month: str | None,
    party: str | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """The disputes of a pool, the newest first, as far as the institution may see them."""
    where, arguments = conditions(
        {
            "pool_code = {}": pool_code,
            "state = {}": state,
            "month = {}": month,
            "party_code = {}": party,
            "id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select * from disputes where {where} order by id desc limit {int(limit)}", *arguments
    )
    return rows


async def line_of(
    conn: asyncpg.Connection, settlement: asyncpg.Record, party: str, seq: int
) -> asyncpg.Record | None:
    """A transfer that the party's statement of the month lists between it and the pool; None where
    it lists none of this number. The connection sees everything."""
    month = Month.parse(settlement["month"])
    return await conn.fetchrow(
        """select seq, reference, kind, debit, credit, amount_fen, business_date, loan_id
           from transfers
           where pool_code = $1 and seq = $2 and seq <= $3 and business_date between $4 and $5
             and (debit = any($6::text[]) or credit = any($6::text[]))""",
        settlement["pool_code"],
        seq,
        settlement["ledger_seq"],
        month.first,
        month.last,
        [payable_to(party), receivable_from(party)],
    )


async def asked_lines(
    conn: asyncpg.Connection, settlement: asyncpg.Record, party: str
) -> list[asyncpg.Record]:
    """The transfers between the pool and the party that the month's statement lists, each with its
    last dispute. The connection sees everything."""
    month = Month.parse(settlement["month"])
    rows: list[asyncpg.Record] = await conn.fetch(
        """select t.seq, t.reference, t.kind, t.debit, t.credit, t.amount_fen, t.business_date,
                  c.number as loan_number, d.id as dispute_id, d.number as dispute_number,
                  d.state as dispute_state, d.difference_fen, d.upheld_fen
           from transfers as t
           left join coverages as c on c.loan_id = t.loan_id
           left join lateral (
               select * from disputes
               where pool_code = t.pool_code and line_seq = t.seq and party_code = $6
               order by id desc limit 1
           ) as d on true
           where t.pool_code = $1 and t.seq <= $2 and t.business_date between $3 and $4
             and (t.debit = any($5::text[]) or t.credit = any($5::text[]))
           order by t.business_date, t.seq""",
        settlement["pool_code"],
        settlement["ledger_seq"],
        month.first,
        month.last,
        [payable_to(party), receivable_from(party)],
        party,
    )
    return rows


async def open_of_month(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> list[asyncpg.Record]:
    """The disputes of a month's lines that nobody has decided yet."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select number, party_code, difference_fen from disputes
            where pool_code = $1 and month = $2 and state in ({literals(OPEN)}) order by number""",
        pool_code,
        str(month),
    )
    return rows


async def live_of_line(conn: asyncpg.Connection, pool_code: str, seq: int) -> bool:
    """Whether a dispute of the line is open, or was decided."""
    found: bool = await conn.fetchval(
        f"""select exists (select from disputes where pool_code = $1 and line_seq = $2
                             and state in ({literals(LIVE)}))""",
        pool_code,
        seq,
    )
    return found


async def adjusted_by(
    conn: asyncpg.Connection, pool_code: str, reference: str, loan_id: UUID | None
) -> str | None:
    """The number of an adjustment that has booked the line back, or some of it."""
    number: str | None = await conn.fetchval(
        """select split_part(reference, ':', 2) from transfers
           where pool_code = $1 and loan_id = $3 and starts_with(reference, 'adjustment:')
             and right(reference, length($2) + 1) = ':' || $2
           order by seq limit 1""",
        pool_code,
        reference,
        loan_id,
    )
    return number
