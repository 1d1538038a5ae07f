"""Matches and bookings in suspense as they are answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_match import Part
from services.risk_pool.domain.cash_entry import WAITING
from services.risk_pool.domain.suspense import BOOKED, LIVE, Kind
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals

_MATCHES = """
    select made.*, gone.reason as undo_reason, gone.undone_at, gone.undone_by, gone.undone_name
    from account_matches as made left join account_match_undos as gone on gone.match_id = made.id
"""


async def find(conn: asyncpg.Connection, match_id: UUID) -> asyncpg.Record | None:
    """A match, undone or not; None where the caller may know of none."""
    return await conn.fetchrow(f"{_MATCHES} where made.id = $1", match_id)


async def parts(conn: asyncpg.Connection, match_id: UUID) -> list[Part]:
    """What a match takes of lines and movements."""
    rows = await conn.fetch(
        """select line_id, seq, amount_fen from account_match_parts
           where match_id = $1 order by part""",
        match_id,
    )
    return [Part(**row) for row in rows]


async def page(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    line_id: UUID | None,
    seq: int | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Matches of a pool, the newest first."""
    where, arguments = conditions(
        {
            "made.pool_code = {}": pool_code,
            "made.id < {}": before,
            "exists (select from account_match_parts where match_id = made.id and line_id = {})":
                line_id,
            "exists (select from account_match_parts where match_id = made.id and seq = {})": seq,
        }
    )  # fmt: skip
    rows: list[asyncpg.Record] = await conn.fetch(
        f"{_MATCHES} where {where} order by made.id desc limit {int(limit)}", *arguments
    )
    return rows


async def parts_shown(
    conn: asyncpg.Connection, match_ids: list[UUID]
) -> Mapping[UUID, list[dict[str, Any]]]:
    """By match, its parts with what each is, for people."""
    rows = await conn.fetch(
        """select part.match_id, part.line_id, part.seq, part.amount_fen,
                  coalesce(line.booked_on, booked.business_date) as day,
                  coalesce(line.reference, booked.reference) as reference,
                  coalesce(line.counterparty_name, '') as counterparty_name,
                  coalesce(line.purpose, '') as purpose, coalesce(booked.kind, '') as kind
           from account_match_parts as part
           left join account_lines as line on line.id = part.line_id
           left join transfers as booked
               on booked.pool_code = part.pool_code and booked.seq = part.seq
           where part.match_id = any($1::uuid[]) order by part.match_id, part.part""",
        match_ids,
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        one = dict(row)
        found.setdefault(one.pop("match_id"), []).append(one)
    return found


async def live_of_line(conn: asyncpg.Connection, line_id: UUID) -> list[UUID]:
    """The matches of a line that stand."""
    rows = await conn.fetch(
        """select distinct match_id from account_match_parts as part
           where line_id = $1 and not exists (
               select from account_match_undos as gone where gone.match_id = part.match_id)""",
        line_id,
    )
    return [row["match_id"] for row in rows]


async def live_of_movement(conn: asyncpg.Connection, pool_code: str, seq: int) -> list[UUID]:
    """The matches of a movement that stand."""
    rows = await conn.fetch(
        """select distinct match_id from account_match_parts as part
           where pool_code = $1 and seq = $2 and not exists (
               select from account_match_undos as gone where gone.match_id = part.match_id)""",
        pool_code,
        seq,
    )
    return [row["match_id"] for row in rows]


_LEFT = f"""
    booking.amount_fen - coalesce((
        select sum(used.amount_fen) from account_bookings as used
        where used.root_id = booking.id and used.id <> booking.id
          and used.state in ({literals(LIVE)})), 0)::bigint as left_fen
"""
"""Of money in suspense, what is neither paid back nor moved, nor proposed to be."""


async def find_booking(conn: asyncpg.Connection, booking_id: UUID) -> asyncpg.Record | None:
    """A booking with what is left of it; None where the caller may know of none."""
    return await conn.fetchrow(
        f"select booking.*, {_LEFT} from account_bookings as booking where id = $1", booking_id
    )


async def bookings(
    conn: asyncpg.Connection, pool_code: str, *, state: str | None, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Bookings of a pool, the newest first."""
    where, arguments = conditions(
        {
            "booking.pool_code = {}": pool_code,
            "booking.state = {}": state,
            "booking.id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select booking.*, {_LEFT} from account_bookings as booking
            where {where} order by booking.id desc limit {int(limit)}""",
        *arguments,
    )
    return rows


async def in_suspense(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """Money in suspense of which something is left."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from (
                select booking.*, {_LEFT} from account_bookings as booking
                where pool_code = $1 and kind = '{Kind.RECEIVED}'
                  and state in ({literals(BOOKED)})
            ) as held where left_fen > 0 order by id""",
        pool_code,
    )
    return rows


async def proposed_of_line(conn: asyncpg.Connection, line_id: UUID) -> int:
    """How much of a line is proposed for suspense, or entered as what it is, and not booked yet."""
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(amount_fen), 0)::bigint
            from (select amount_fen from account_bookings
                  where line_id = $1 and state in ({literals(LIVE - BOOKED)})
                  union all
                  select amount_fen from cash_entries
                  where line_id = $1 and state in ({literals(WAITING)})) as proposed""",
        line_id,
    )
    return fen
