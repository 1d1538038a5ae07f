"""What the two benchmarks of the messages share: parts, samples, pairs, and how to print them."""

import asyncio
import json
import statistics
import sys
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table

from deploy.kafka.broker import KafkaCluster
from shared.contracts.envelope import Event
from shared.messaging import another_publisher, counts, heard, party_feed, tables, told
from shared.postgres.database import Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.provision import owner_of, provision, url_for

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ROLE = "risk_pool"
_MADE_BY = (tables, counts, party_feed, told, heard, another_publisher)


class Reported(Event):
    """About the size and shape of a monthly position: 400 bytes of JSON."""

    topic: ClassVar[str] = "bench"
    type: ClassVar[str] = "bench.reported.v1"

    loan_id: UUID
    number: int
    bank_code: str = "ICBC-TJ"
    month: str = "2026-03"
    balance: str = "1234567.89"
    note: str = "x" * 230


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Ours beside the limit of the same run, in messages per second."""

    name: str
    limit: str
    messages: int
    ours_per_second: list[int]
    limit_per_second: list[int]
    ratio: float
    goal: float


@dataclass(frozen=True)
class Parts:
    """A database with the messaging tables, and Apache Kafka."""

    database: Database
    owner: asyncpg.Connection
    servers: str


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Start both in a temporary folder; a durable PostgreSQL, one broker."""
    with TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres").start()
        try:
            with KafkaCluster(folder / "kafka") as kafka:
                await provision(server.server_url, ROLE)
                owner = await asyncpg.connect(
                    url_for(server.server_url, role=owner_of(ROLE), database=ROLE)
                )
                for statement in chain.from_iterable(part.STATEMENTS for part in _MADE_BY):
                    await owner.execute(statement)
                database = await Database.connect(
                    url_for(server.server_url, role=ROLE, database=ROLE)
                )
                yield Parts(database, owner, kafka.bootstrap_servers)
                await database.close()
                await owner.close()
        finally:
            server.stop()


async def pairs(
    ours: Callable[[], Awaitable[float]], limit: Callable[[], Awaitable[float]], *, times: int
) -> tuple[list[float], list[float]]:
    """Measure both in turns, once unmeasured and then so many times; seconds of each."""
    await limit()
    await ours()
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(times):
        # Who goes first changes, so that neither always has the warmer machine.
        for which in (0, 1) if number % 2 else (1, 0):
            seconds[which].append(await (ours, limit)[which]())
    return seconds


def ratio(
    name: str, *, limit: str, goal: float, messages: int, seconds: tuple[list[float], list[float]]
) -> Ratio:
    """Medians of both, and one over the other."""
    ours, bare = seconds
    return Ratio(
        name=name,
        limit=limit,
        messages=messages,
        ours_per_second=[round(messages / each) for each in ours],
        limit_per_second=[round(messages / each) for each in bare],
        ratio=round(statistics.median(bare) / statistics.median(ours), 3),
        goal=goal,
    )


def show(ratios: list[Ratio], *, as_json: bool) -> None:
    """A table for people, or JSON for whoever compares runs."""
    if as_json:
        json.dump([asdict(each) for each in ratios], sys.stdout, indent=2)
        print()
        return
    table = Table("what", "ours /s", "limit /s", "ratio", "goal", "limit")
    for each in ratios:
        table.add_row(
            each.name,
            f"{statistics.median(each.ours_per_second):,.0f}",
            f"{statistics.median(each.limit_per_second):,.0f}",
            f"{each.ratio:.2f}",
            f"{each.goal:.2f}",
            each.limit,
        )
    Console().print(table)


def run(measure: Callable[[int, int], Awaitable[list[Ratio]]], about: str) -> None:
    """The command line of a benchmark."""
    parser = ArgumentParser(description=about)
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    show(asyncio.run(_measured(measure, given.messages, given.pairs)), as_json=given.json)


async def _measured(
    measure: Callable[[int, int], Awaitable[list[Ratio]]], messages: int, times: int
) -> list[Ratio]:
    return await measure(messages, times)


@asynccontextmanager
async def clocked() -> AsyncIterator[list[float]]:
    """Puts the seconds of the block into the list it gives."""
    seconds: list[float] = []
    start = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - start)
