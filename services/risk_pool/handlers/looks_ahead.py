"""Looks ahead from large books, one after the other, each in a process of its own and within a time."""

import asyncio
import logging
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

import asyncpg
import orjson

from services.risk_pool.domain.foresight_assumptions import Assumptions
from services.risk_pool.foresight.apart import MODULE
from services.risk_pool.tables import looks_ahead
from shared.context import Context, keep_at
from shared.postgres.database import EVERYWHERE

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final = 2
LONGEST_SECONDS: Final = 30 * 60
"""What takes longer is given up, and said so."""
BEAT_SECONDS: Final = 10
SILENT: Final = timedelta(minutes=2)
"""A worker that has not been heard of for so long is gone: another process begins anew."""
_LINE: Final = 64 * 1024 * 1024
"""Bytes; a report is one line."""


async def look_ahead_apart(context: Context) -> None:
    """Work out what was asked, until the service stops."""
    await keep_at(
        context,
        lambda: work_out_one(context),
        what="a look ahead",
        look_every=LOOK_EVERY_SECONDS,
    )


async def work_out_one(context: Context) -> bool:
    """Work out the question that has waited longest; whether there was one."""
    now = context.clock.now
    async with context.database.begin(EVERYWHERE) as conn:
        row = await looks_ahead.take(conn, now=now(), silent_since=now() - SILENT)
    if row is None:
        return False
    work = asyncio.create_task(_worked_out(context, row))
    stopping = asyncio.create_task(context.stopping.wait())
    try:
        await asyncio.wait({work, stopping}, timeout=LONGEST_SECONDS, return_when="FIRST_COMPLETED")
        stops = context.stopping.is_set() and not work.done()
    finally:
        stopping.cancel()
        if not work.done():
            work.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait({work})
    report = None if work.cancelled() else work.result()
    async with context.database.begin(EVERYWHERE) as conn:
        if stops:
            await looks_ahead.give_back(conn, row["id"])
        else:
            await looks_ahead.end(conn, row["id"], report, now=now())
    return True


async def _worked_out(context: Context, row: asyncpg.Record) -> dict[str, Any] | None:
    """The report; None where the process has failed, which its log tells of."""
    question = {
        "url": context.database.url,
        "pool_code": row["pool_code"],
        "day": row["day"].isoformat(),
        "version": row["asked"]["version"],
        "assumptions": row["asked"]["assumptions"],
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, limit=_LINE,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    heart = asyncio.create_task(_beat(context, row["id"], progress := {"played": 0}))
    report = None
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(orjson.dumps(question))
        process.stdin.close()
        async for line in process.stdout:
            told = orjson.loads(line)
            progress["played"] = told.get("played", progress["played"])
            report = told.get("report")
        if await process.wait():
            log.error("a look ahead of %s has failed", row["pool_code"])
            return None
        return report
    finally:
        heart.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _beat(context: Context, look_id: int, progress: dict[str, int]) -> None:
    """Say now and then how far it is."""
    while True:
        async with context.database.begin(EVERYWHERE) as conn:
            await looks_ahead.beat(conn, look_id, progress["played"], now=context.clock.now())
        await asyncio.sleep(BEAT_SECONDS)


def as_asked(assumptions: Assumptions, version: int | None) -> dict[str, Any]:
    """A question as it is kept."""
    return {"version": version, "assumptions": asdict(assumptions)}
