"""A look ahead in a process of its own: `python -m services.risk_pool.foresight.apart`.

A large book is minutes of a core's work, for which nobody who asks for another page must wait. What is asked
comes as JSON on standard input; each line of standard output is JSON, too: how many futures are played, and at
last the report.
"""

import asyncio
import os
import sys
from datetime import date
from typing import Any, Final

import asyncpg
import orjson

from services.risk_pool.domain.foresight_assumptions import Assumptions
from services.risk_pool.foresight.made import look_ahead, read
from shared.postgres.database import EVERYWHERE, prepare_connection
from shared.postgres.pools_seen import look_as

MODULE: Final = "services.risk_pool.foresight.apart"
_NICER: Final = 10
"""Whoever answers people goes first."""


async def _known(url: str, pool_code: str, day: date, version: int | None) -> Any:
    conn = await asyncpg.connect(url, timeout=10, server_settings={"application_name": "foresight"})
    try:
        await prepare_connection(conn)
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            await look_as(conn, EVERYWHERE)
            return await read(conn, pool_code, day, version)
    finally:
        await conn.close()


def _say(told: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Work out what standard input asks for."""
    os.nice(_NICER)
    asked = orjson.loads(sys.stdin.buffer.read())
    start = asyncio.run(
        _known(asked["url"], asked["pool_code"], date.fromisoformat(asked["day"]), asked["version"])
    )
    made = look_ahead(
        start, Assumptions(**asked["assumptions"]), tell=lambda played: _say({"played": played})
    )
    _say({"report": made.as_data() | start.size()})


if __name__ == "__main__":
    main()
