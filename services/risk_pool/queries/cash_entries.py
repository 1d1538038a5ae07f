"""Cash entries as they are answered, and the others that one may be a double of."""

from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cash_booking import CashEntered
from services.risk_pool.domain.cash_entry import BOOKED, LIVE, WAITING, Kind
from shared import canonical
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals


async def find(conn: asyncpg.Connection, entry_id: UUID) -> asyncpg.Record | None:
    """An entry; None where the caller may know of none."""
    return await conn.fetchrow("select * from cash_entries where id = $1", entry_id)


async def page(
    conn: asyncpg.Connection,
    *,
    pool: str | None,
    state: str | None,
    kind: str | None,
    item: str | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Entries, the newest first."""
    where, arguments = conditions(
        {
            "pool_code = {}": pool,
            "state = {}": state,
            "kind = {}": kind,
            "item = {}": item,
            "id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select * from cash_entries where {where} order by id desc limit {int(limit)}", *arguments
    )
    return rows


async def of_claim(conn: asyncpg.Connection, claim_id: UUID) -> list[dict[str, Any]]:
    """The entries that pay a claim, as far as the caller may see them."""
    rows = await conn.fetch(
        "select id, number, kind, state, amount_fen from cash_entries where claim_id = $1 order by id",
        claim_id,
    )
    return [dict(row) for row in rows]


async def likely_doubles(
    conn: asyncpg.Connection, pool_code: str, entered: CashEntered, *, party_code: str | None
) -> list[asyncpg.Record]:
    """Other entries with the same reference of the bank, or of the same kind, day, party and
    amount; not those that were refused, withdrawn or taken back by a reversal."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from cash_entries as other
            where pool_code = $1 and state in ({literals(LIVE)}) and kind <> $2
              and (bank_reference_canonical = nullif($3, '')
                   or (kind = $4 and value_date = $5 and amount_fen = $6
                       and party_code is not distinct from $7))
              and (state in ({literals(WAITING)})
                   or (select sum(sign) from cash_entries
                       where root_id = other.id and state in ({literals(BOOKED)})) > 0)
            order by id desc""",
        pool_code,
        Kind.REVERSAL,
        canonical.number(entered.bank_reference),
        entered.kind,
        entered.value_date,
        entered.amount_fen,
        party_code,
    )
    return rows


async def live_reversal_of(conn: asyncpg.Connection, entry_id: UUID) -> str | None:
    """The number of the reversal of an entry that is booked, or waits to be."""
    number: str | None = await conn.fetchval(
        f"""select number from cash_entries
            where reverses = $1 and state in ({literals(LIVE)})""",
        entry_id,
    )
    return number
