"""What is read row by row lets whoever else asks this process have his turn.

A cursor brings rows by thousands, and an iteration over what is there already never gives way.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from typing import TypeVar

T = TypeVar("T")

OTHERS_TURN = 100
"""After so many rows."""


async def giving_way(rows: AsyncIterable[T]) -> AsyncIterator[T]:
    """The same rows."""
    done = 0
    async for row in rows:
        yield row
        done += 1
        if done % OTHERS_TURN == 0:
            await asyncio.sleep(0)
