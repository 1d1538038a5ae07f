"""Three databases with a year that is long over: events, looks and a ledger in January to March 2023."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.risk_pool.tables.ledger import book, lock_pool
from services.risk_pool.tables.pools import open_pool
from shared.archive import files
from shared.archive.moving import Moved
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.provision import SERVICES
from shared.postgres.reads import Read, add
from tests.risk_pool.core.conftest import contribution
from zhidai.archiving import KINDS, archive_year

NOW = datetime.now(UTC)
EVENTS, LOOKS = 10, 3
"""Each month."""
BANK = "ICBC-TJ"

_EVENT = """
insert into event_feed (position, event_id, topic, key, type, body, source, occurred_at, subject,
                        traceparent, institution, published_at)
select p, gen_random_uuid(), $1, 'k' || p, 'sample.v1', convert_to('{"number": ' || p || '}', 'UTF8'),
       '/zhidai/' || $1, $2, 's', '', case when p % 5 = 0 then $5 else '' end, $2
from generate_series($3::bigint, $4::bigint) p
"""
_HEARD = """
insert into heard_epochs (topic, epoch, began_after, until) values ($1, $2, 0, $3)
on conflict (topic, epoch) do update set until = excluded.until
"""
LOOK = Read(
    at=NOW, subject="lin", account="lin", name="林晓", roles="reviewer", institution="*",
    kind="claims", thing="7", route="/claims/{id}", path="/claims/7", query="", request_id="r",
)  # fmt: skip


@dataclass
class House:
    """The services' databases, and a folder for the archive."""

    at: dict[str, Database]
    folder: Path
    told: list[str] = field(default_factory=list)

    async def archives(
        self, service: str = "applications", *, dies_after: int | None = None
    ) -> list[tuple[str, Moved]]:
        """`zhidai archive` of 2023; `dies_after` so many steps."""
        self.told = []

        def step(name: str) -> None:
            self.told.append(name)
            if dies_after is not None and len(self.told) == dies_after:
                raise Died(name)

        return [
            one
            async for one in archive_year(self.at, service, 2023, self.folder, now=NOW, told=step)
        ]

    async def asks(self, service: str, query: str, *args: Any) -> Any:
        async with self.at[service].looking(EVERYWHERE) as conn:
            return await conn.fetchval(query, *args)

    async def live(self, service: str = "applications") -> dict[str, int]:
        """How many rows of each table are in the database."""
        return {
            kind.table: await self.asks(service, f"select count(*) from {kind.table}")
            for kind in KINDS[service]
        }

    async def hears(self, listener: str, *, producer: str, until: int) -> None:
        """A listener has heard everything of a producer up to a number."""
        async with self.at[producer].looking(EVERYWHERE) as conn:
            epoch = await conn.fetchval(
                "select '0-' || replace(id::text, '-', '') from told_epochs"
            )
        async with self.at[listener].begin(EVERYWHERE) as conn:
            await conn.execute(_HEARD, producer, epoch, until)

    async def closes(self, day: date | None) -> None:
        """The pool's books are closed up to a day."""
        async with self.at["risk_pool"].begin(EVERYWHERE) as conn:
            await conn.execute("update pools set closed_until = $1", day)

    def files(self) -> dict[str, str]:
        """Every file of the archive that counts, with its hash."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("2023*"))
            if path.suffix in (".gz", ".json")
        }


class Died(BaseException):
    """The process was killed here."""


async def events(conn: asyncpg.Connection, topic: str, month: int) -> None:
    """A month's events of a producer."""
    first = (month - 1) * EVENTS + 1
    at = datetime(2023, month, 10, tzinfo=UTC)
    await conn.execute(_EVENT, topic, at, first, first + EVENTS - 1, BANK)
    await conn.execute("update told_epochs set last = $1", first + EVENTS - 1)


@pytest.fixture
async def house(connected, tmp_path, monkeypatch) -> AsyncIterator[House]:
    monkeypatch.setattr(files, "BLOCK_LINES", 4)
    made = House({name: await connected(name) for name in SERVICES}, tmp_path / "archive")
    for name, database in made.at.items():
        async with database.begin(EVERYWHERE) as conn:
            for month in (1, 2, 3):
                await events(conn, name, month)
                at = datetime(2023, month, 20, tzinfo=UTC)
                await add(conn, [replace(LOOK, at=at, thing=str(n)) for n in range(LOOKS)])
    async with made.at["risk_pool"].begin(EVERYWHERE) as conn:
        opened_at = datetime(2023, 1, 2, tzinfo=UTC)
        await open_pool(
            conn, "dongli", name="东丽", programme="dongli", opened_on=date(2023, 1, 1),
            prefix="DL", now=opened_at,
        )  # fmt: skip
        for month in (1, 2, 3):
            pool = await lock_pool(conn, "dongli")
            one = contribution(month, reference=f"r{month}", business_date=date(2023, month, 20))
            await book(conn, pool, [one], now=datetime(2023, month, 20, tzinfo=UTC))
    await made.closes(date(2023, 12, 31))
    for listener in SERVICES:
        for producer in SERVICES:
            await made.hears(listener, producer=producer, until=3 * EVENTS)
    yield made
