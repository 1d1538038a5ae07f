"""What the benchmark of files of many rows measures: our time, that of a bare COPY, and memory."""

import io
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

BAD_EVERY: Final = 33


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a run came to."""

    kind: str
    rows: int
    taken: int
    wrong: int
    seconds: float
    per_second: int
    copied_rows: int
    copy_seconds: float
    copy_per_second: int
    times_the_copy: float
    """Our time over that of the bare COPY."""
    megabytes_after_a_tenth: int
    megabytes_at_the_end: int


def megabytes() -> int:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024**2


async def copied(
    source: asyncpg.Connection, target: asyncpg.Connection, tables: Sequence[str]
) -> tuple[float, int]:
    """(seconds, rows) of the same rows by COPY; what is copied lies ready in memory. A table may stand
    with the condition of its rows."""
    ready: list[tuple[str, bytes]] = []
    count = 0
    for table in tables:
        written = io.BytesIO()
        # What holds the ids that the database gives is left to it, as for ours.
        columns = "*" if table != "outbox" else _OUTBOX
        said = await source.copy_from_query(
            f"select {columns} from {table}", output=written, format="binary"
        )
        table = table.split()[0]
        count += int(said.split()[1])
        ready.append((table, written.getvalue()))
    start = time.perf_counter()
    async with target.transaction():
        for table, content in ready:
            own = _OUTBOX.split(", ") if table == "outbox" else None
            await target.copy_to_table(
                table, source=io.BytesIO(content), columns=own, format="binary"
            )
    return time.perf_counter() - start, count


_OUTBOX: Final = (
    "event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time, ce_subject, "
    "traceparent, institution"
)
