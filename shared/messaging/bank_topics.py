"""A topic of a bank's own, where a bureau offers Kafka: what the bank reads in its feed, and no more.

Alone per service, as the relay is. Each bank's events are read from the feed with that bank's eyes, so
row-level security holds, and are narrowed by what narrows the feed (`shown_to_bank`). How far a topic has
come is written down after the broker has all of it: a crash repeats events, and loses none. One partition,
so the order is that of the feed. Decision 46.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import orjson

from shared.contracts.envelope import Envelope
from shared.contracts.redaction import shown_to_bank
from shared.messaging import metrics
from shared.messaging.feed import Published, read_feed
from shared.messaging.port import Transport
from shared.messaging.tables import Executes
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.hung import settings_of, shows_life
from shared.postgres.known_types import Connection
from shared.postgres.pools_seen import always_look_as
from shared.postgres.transient import Backoff

log = logging.getLogger(__name__)

BANK_TOPICS_LOCK: Final = 0x7A68_6964_6169_0003
"""Advisory lock of who fills the banks' topics, in each service's database."""

PARTITIONS: Final = 1
PAGE: Final = 500
LOOK_SECONDS: Final = 1.0

STATEMENTS: Final = (
    """
    create table bank_topics (
        institution text primary key,
        position bigint not null
    )
    """,
    "alter table bank_topics enable row level security",
    """
    create policy bank_topics_house on bank_topics
        using (current_setting('zhidai.institution', true) = '*')
    """,
)

_REACHED = """
insert into bank_topics as kept (institution, position) values ($1, $2)
on conflict (institution) do update set position = excluded.position
"""


def create_tables(op: Executes) -> None:
    """Make the table of how far each topic has come, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)


def topic_of(bank: str) -> str:
    """The topic of a bank; all services write to it."""
    return f"bank.{bank}"


class BankTopics:
    """Fills the topics of these banks from one service's feed. Run it in every process; one is active."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        service: str,
        banks: Sequence[str],
        look_seconds: float = LOOK_SECONDS,
        fault: Backoff = Backoff(first_seconds=0.5, most_seconds=30.0),
    ) -> None:
        self._database = database
        self._transport = transport
        self._service = service
        self._banks = banks
        self._look_seconds = look_seconds
        self._fault = fault
        self._faults = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Fill them until stopped, through every fault of database and broker; cancelling is safe."""
        while not stopping.is_set():
            wait = self._look_seconds
            try:
                async with self._elected() as conn:
                    while conn is not None and not stopping.is_set():
                        more = await self._look(conn)
                        await _pause(stopping, 0 if more else self._look_seconds)
            except Exception as error:
                wait = self._told(error, "the banks' topics")
            await _pause(stopping, wait)

    async def _look(self, conn: asyncpg.Connection) -> bool:
        """Each bank's next page; whether any bank has more. A bank whose topic takes nothing keeps no
        other waiting."""
        more = False
        failed: Exception | None = None
        for bank in self._banks:
            try:
                more = await self._next_page(conn, bank) or more
            except asyncpg.PostgresError:
                raise
            except Exception as error:
                failed = error
                log.warning("the topic of %s takes nothing of %s: %r", bank, self._service, error)
        if failed is None:
            self._faults = 0
        else:
            await shows_life(conn, asyncio.sleep(self._told(failed, "a bank's topic")))
        return more

    async def _next_page(self, conn: asyncpg.Connection, bank: str) -> bool:
        after = await conn.fetchval("select position from bank_topics where institution = $1", bank)
        async with self._database.looking(bank) as looking:
            events = await read_feed(looking, after=after or 0, limit=PAGE)
        if not events:
            return False
        told = [one for event in events if (one := _as_told(bank, event)) is not None]
        if told:
            await shows_life(conn, self._transport.publish(topic_of(bank), told))
        await conn.execute(_REACHED, bank, events[-1].position)
        metrics.BANK_TOPIC_TOLD.labels(self._service, bank).inc(len(told))
        return len(events) == PAGE

    def _told(self, error: Exception, what: str) -> float:
        self._faults += 1
        metrics.BANK_TOPIC_FAULTS.labels(self._service).inc()
        log.warning("%s of %s: starting again after %r", what, self._service, error)
        return self._fault.seconds(self._faults)

    @asynccontextmanager
    async def _elected(self) -> AsyncIterator[asyncpg.Connection | None]:
        """A connection that holds the lock; None while another process has it."""
        conn = await asyncpg.connect(
            self._database.url,
            timeout=10,
            command_timeout=60,
            connection_class=Connection,
            server_settings=settings_of(f"{self._service}-bank-topics", leads=True),
        )
        try:
            await always_look_as(conn, EVERYWHERE)
            got = await conn.fetchval("select pg_try_advisory_lock($1)", BANK_TOPICS_LOCK)
            yield conn if got else None
        finally:
            try:
                await conn.close(timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                conn.terminate()


def _as_told(bank: str, event: Published) -> Envelope | None:
    """The event as the bank's feed tells it; None where that tells nothing of it. Its number is left
    out, for it would tell how much others do."""
    shown = shown_to_bank(bank, event.type, event.body)
    if not shown:
        return None
    return Envelope(
        id=event.id,
        type=event.type,
        source=event.source,
        time=event.time,
        subject=event.subject,
        key=event.subject,
        institution=bank,
        body=orjson.dumps(shown),
        traceparent=event.traceparent,
    )


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until stopped."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
