"""Case numbers, handed out from blocks, so that submissions do not queue for a counter.

A process takes fifty serials of a pool and year in a transaction of its own and gives them out one
by one. What it has not given out when it stops is a gap; nothing is ever given twice.
"""

from asyncio import Lock
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

import asyncpg

from services.applications.domain.numbers import case_number
from shared.postgres.database import EVERYWHERE, Database

BLOCK = 50

_TAKE_BLOCK: Final = """
insert into number_blocks as taken (prefix, year, next_serial)
select prefix, $2, 1 + $3 from pools where code = $1
on conflict (prefix, year) do update set next_serial = taken.next_serial + $3
returning prefix, next_serial - $3 as first
"""


async def next_numbers(
    conn: asyncpg.Connection, pool_code: str, year: int, *, count: int
) -> list[str] | None:
    """So many numbers in a row, within the caller's transaction: submissions of the pool wait for its
    end. None: no such pool."""
    row = await conn.fetchrow(_TAKE_BLOCK, pool_code, year, count)
    if row is None:
        return None
    first: int = row["first"]
    return [case_number(row["prefix"], year, n) for n in range(first, first + count)]


@dataclass(slots=True)
class _Stock:
    prefix: str = ""
    next: int = 0
    end: int = 0


@dataclass(slots=True)
class _Stocks:
    lock: Lock = field(default_factory=Lock)
    of: dict[tuple[str, int], _Stock] = field(default_factory=dict)


_STOCKS: WeakKeyDictionary[Database, _Stocks] = WeakKeyDictionary()


async def next_number(database: Database, pool_code: str, year: int) -> str | None:
    """The next case number of a pool and year, e.g. "DL-2026-000123"; None: no such pool.

    To be called outside a transaction: it may need a connection of its own.
    """
    stocks = _STOCKS.setdefault(database, _Stocks())
    key = (pool_code, year)
    stock = stocks.of.get(key)
    if stock is None or stock.next == stock.end:
        async with stocks.lock:
            stock = stocks.of.get(key)
            if stock is None or stock.next == stock.end:
                async with database.begin(EVERYWHERE) as conn:
                    row = await conn.fetchrow(_TAKE_BLOCK, pool_code, year, BLOCK)
                if row is None:
                    return None
                stock = _Stock(row["prefix"], row["first"], row["first"] + BLOCK)
                stocks.of[key] = stock
            serial, stock.next = stock.next, stock.next + 1
            return case_number(stock.prefix, year, serial)
    serial, stock.next = stock.next, stock.next + 1
    return case_number(stock.prefix, year, serial)
