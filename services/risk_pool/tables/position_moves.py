"""How often positions of a month have moved: noted by the statements that move them, added up some seconds later.

It never goes down and says nothing but that something has moved, so that a month of a hundred thousand loans is
asked as quickly as one of ten.
"""

from typing import Final

import asyncpg

_MOVES: Final = """
    select coalesce((select moves from position_moves where pool_code = $1 and month = $2), 0)
           + (select count(*) from position_moves_due where pool_code = $1 and month = $2)
"""
_LOCK: Final = "select pg_try_advisory_xact_lock(hashtext('position_moves'))"
_ADD_UP: Final = """
    with due as (delete from position_moves_due returning pool_code, month)
    insert into position_moves (pool_code, month, moves)
    select pool_code, month, count(*) from due group by 1, 2 order by 1, 2
    on conflict (pool_code, month) do update set moves = position_moves.moves + excluded.moves
"""


async def moves(conn: asyncpg.Connection, pool_code: str, month: str) -> int:
    """By this it is known again whether a position of the month was reported or replaced."""
    found: int = await conn.fetchval(_MOVES, pool_code, month)
    return found


async def add_up(conn: asyncpg.Connection) -> None:
    """Add up what is noted, in a transaction that sees everything; what is told does not change. Nothing is
    done while another process does it."""
    if await conn.fetchval(_LOCK):
        await conn.execute(_ADD_UP)
