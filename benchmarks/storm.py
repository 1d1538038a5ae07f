"""A storm of events for five hundred receivers, of which some hang, some fail and some are slow.

    python -m benchmarks.storm [--events 20000] [--endpoints 500] [--bad 20]
        [--storms heard calm bad killed] [--json]

The events lie on Kafka when the service comes up, each for one of the receivers in turn. The same
storm is measured with receivers that all answer, once delivered when all of it is heard (how much
delivery alone takes) and once as it comes (the limit for those that answer); then with `--bad`
that hang, as many that fail, as many that answer after six seconds; at last once more, the
service killed half-way and started again. Asked of the receivers that answer: when they had each
of their messages, and how often. Of all: that the database knows every message and attempt.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import asyncpg
from cryptography.fernet import Fernet
from rich.console import Console
from rich.table import Table
from uuid6 import uuid7

from benchmarks.processes import await_port
from benchmarks.storm_log import Arrivals, Log
from benchmarks.storm_receivers import SLOW_SECONDS
from deploy.kafka.broker import KafkaCluster, free_ports
from services.notifications.domain.receivers import WEBHOOK
from services.notifications.main import SERVICE
from services.notifications.senders.secret_encryption import SecretEncryption, new_secret
from services.notifications.tables import endpoints, receivers
from services.notifications.tables.receivers import NewReceiver
from shared.auth.identity import Identity
from shared.auth.issuer import ISSUER, Issuer
from shared.contracts.envelope import Envelope
from shared.contracts.pool_cases import ClaimPaidV1
from shared.messaging.kafka import KafkaTransport
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for

BATCH = 1000
KEY = Fernet.generate_key().decode()
WAIT_SECONDS = 3600
EXAMPLE = ClaimPaidV1.model_validate(
    json.loads(
        (Path(__file__).parent.parent / "shared/contracts/examples/claim.paid.v1.json").read_text()
    )[0]
)


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How many events for how many receivers, and how many of these behave badly in each way."""

    name: str
    events: int
    endpoints: int
    judged_from: int
    """The first receiver that answers in all storms; the delays of these are compared."""
    bad: int = 0
    killed: bool = False
    heard_first: bool = False
    """Nothing is delivered before the service has heard it all."""

    @property
    def each(self) -> int:
        """Events for one receiver."""
        return self.events // self.endpoints

    @property
    def healthy(self) -> range:
        """The receivers that answer at once."""
        return range(3 * self.bad, self.endpoints)

    @property
    def judged(self) -> range:
        """The receivers whose delays are compared."""
        return range(self.judged_from, self.endpoints)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What became of one storm. Delays are of the receivers that answer in all storms, since the
    service was started; `doubled` are messages that arrived more often than once at these."""

    name: str
    events: int
    seconds: float
    per_second: int
    p50: float
    p99: float
    last: float
    lost: int
    doubled: int
    more_often_than_logged: int
    delivered: int
    waiting: int


@dataclass(frozen=True)
class Place:
    """Where everything stands."""

    folder: Path
    server_url: str
    kafka: str


async def weather(place: Place, storm: Storm) -> Figures:
    """One storm, from its first event to the last message of the last receiver that answers."""
    name = f"storm_{storm.name}"
    url = await _prepare(place, name)
    file, (port, own_port) = place.folder / f"{name}.log", free_ports(2)
    with _receivers(file, port, storm):
        log = Log(file)
        async with _database(url) as database:
            await _connect(database, storm, port)
            await _publish(place, storm)
            service = _service(place, url, own_port)
            began = time.time()
            try:
                if storm.heard_first:
                    began = await _let_go_when_heard(database, storm)
                if storm.killed:
                    await _arrived(log, storm, storm.each * len(storm.healthy) // 2)
                    service.send_signal(signal.SIGKILL)
                    service.wait()
                    service = _service(place, url, own_port)
                seconds = await _arrived(log, storm, storm.each * len(storm.healthy)) - began
                await _written_down(database, storm)
            finally:
                service.terminate()
                service.wait(60)
            return await _figures(database, storm, log.read(), began=began, seconds=seconds)


_KEPT = "select count(*) from deliveries"


async def _let_go_when_heard(database: Database, storm: Storm) -> float:
    """Hold every receiver until all its messages wait; the moment at which they are let go."""
    async with asyncio.timeout(WAIT_SECONDS):
        while await _one(database, _KEPT) < storm.events:  # noqa: ASYNC110 — rows wake nobody
            await asyncio.sleep(1)
    async with database.begin(EVERYWHERE) as conn:
        await conn.execute("update receivers set not_before = null")
    return time.time()


async def _prepare(place: Place, name: str) -> str:
    await provision(place.server_url, SERVICE.name, database=name)
    owner = url_for(place.server_url, role=owner_of(SERVICE.name), database=name)
    await asyncio.to_thread(upgrade, SERVICE.name, owner)
    return url_for(place.server_url, role=SERVICE.name, database=name)


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = await Database.connect(url)
    try:
        yield database
    finally:
        await database.close()


def _bank(number: int) -> str:
    return f"BANK-{number:04d}"


async def _connect(database: Database, storm: Storm, port: int) -> None:
    """An endpoint for every bank."""
    now, encryption = datetime.now(UTC), SecretEncryption([KEY])
    async with database.begin(EVERYWHERE) as conn:
        for number in range(storm.endpoints):
            bank, receiver = _bank(number), uuid7()
            by = Identity("operator", "operator", frozenset({"bank_operator"}), bank)
            new = NewReceiver(
                id=receiver, institution=bank, channel=WEBHOOK, for_people=False, roles=()
            )
            await receivers.add(conn, new, by=by, now=now)
            if storm.heard_first:
                await receivers.hold(conn, {receiver: now + timedelta(days=1)})
            await endpoints.add(
                conn, receiver, institution=bank,
                url=f"http://127.0.0.1:{port}/{number}", description="",
            )  # fmt: skip
            await endpoints.add_secret(
                conn, uuid7(), endpoint_id=receiver, institution=bank, subject="operator", now=now,
                encrypted=encryption.encrypt(new_secret(), endpoint_id=receiver), waits=False,
            )  # fmt: skip


async def _publish(place: Place, storm: Storm) -> None:
    """Put the events on the bus: one for each receiver, then the next round."""
    transport = KafkaTransport(place.kafka, client="storm", batch=BATCH)
    try:
        for begin in range(0, storm.events, BATCH):
            numbers = range(begin, min(begin + BATCH, storm.events))
            batch = [_event(_bank(number % storm.endpoints)) for number in numbers]
            await transport.publish(ClaimPaidV1.topic, batch)
    finally:
        await transport.close()


def _event(bank: str) -> Envelope:
    event = EXAMPLE.model_copy(update={"bank_code": bank, "loan_id": uuid4(), "claim_id": uuid4()})
    return Envelope(
        id=uuid7(), type=event.type, source=f"/zhidai/{event.topic}", time=datetime.now(UTC),
        subject=event.subject, key=event.key, institution=event.institution,
        body=event.model_dump_json(by_alias=True).encode(),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )  # fmt: skip


@contextmanager
def _receivers(log: Path, port: int, storm: Storm) -> Iterator[None]:
    bad = [str(storm.bad)] * 3
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.storm_receivers", str(port), str(log), *bad]
    )
    try:
        await_port(port, process)
        yield
    finally:
        process.kill()
        process.wait()


def _service(place: Place, url: str, port: int) -> subprocess.Popen[bytes]:
    """The service as it runs in production, but for TLS."""
    settings = {
        "ENVIRONMENT": "development",
        "DATABASE_URL": url,
        "TRANSPORT": "kafka",
        "KAFKA_BOOTSTRAP_SERVERS": place.kafka,
        "KAFKA_INSTANCE": "storm",
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_KEYS": str(place.folder / "issuer" / "jwks.json"),
        "PORT": str(port),
        "CONSOLE_URL": "https://console.example.cn",
        "ENCRYPTION_KEYS": KEY,
        "WEBHOOK_ALLOW_HTTP": "true",
        "WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    environment = {f"NOTIFICATIONS_{name}": value for name, value in settings.items()}
    with (place.folder / "service.log").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "services.notifications.main"],
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
        )


async def _arrived(log: Log, storm: Storm, wanted: int) -> float:
    """Wait until so many messages are with receivers that answer; when the last of them came."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            first = [at[0] for (receiver, _), at in log.read().items() if receiver in storm.healthy]
            if len(first) >= wanted:
                return sorted(first)[wanted - 1]
            await asyncio.sleep(2)


_NOT_YET = """
    select count(*) from deliveries where state <> 'delivered' and institution = any ($1)
"""


async def _written_down(database: Database, storm: Storm) -> None:
    """Wait until what arrived is known to have arrived; a lease may have to run out for it."""
    wanted = [_bank(number) for number in storm.healthy]
    async with asyncio.timeout(WAIT_SECONDS):
        while await _one(database, _NOT_YET, wanted):  # noqa: ASYNC110 — rows wake nobody
            await asyncio.sleep(1)


async def _one(database: Database, statement: str, *values: object) -> int:
    async with database.begin(EVERYWHERE) as conn:
        found: int = await conn.fetchval(statement, *values)
        return found


async def _figures(
    database: Database, storm: Storm, arrivals: Arrivals, *, began: float, seconds: float
) -> Figures:
    delays = sorted(
        at[0] - began for (receiver, _), at in arrivals.items() if receiver in storm.judged
    )
    healthy = {one: at for one, at in arrivals.items() if one[0] in storm.healthy}
    share = Counter(receiver for receiver, _ in healthy)
    async with database.begin(EVERYWHERE) as conn:
        tries = await _tries(conn)
        states = dict(
            await conn.fetch("select state, count(*) from deliveries group by state order by state")
        )
        kept = await conn.fetchval(
            "select count(*) from messages where event_type = $1 and institution <> '*'",
            EXAMPLE.type,
        )
    came = {UUID(webhook_id.removeprefix("msg_")): at for (_, webhook_id), at in arrivals.items()}
    lost = sum(storm.each - share[receiver] for receiver in storm.healthy)
    return Figures(
        name=storm.name,
        events=storm.events,
        seconds=round(seconds, 1),
        per_second=round(len(healthy) / seconds),
        p50=round(statistics.median(delays), 1),
        p99=round(delays[len(delays) * 99 // 100], 1),
        last=round(delays[-1], 1),
        lost=lost + storm.each * storm.endpoints - kept,
        doubled=sum(len(at) > 1 for at in healthy.values()),
        more_often_than_logged=sum(len(at) > tries[one] for one, at in came.items()),
        delivered=states.pop("delivered", 0),
        waiting=sum(states.values()),
    )


async def _tries(conn: asyncpg.Connection) -> Mapping[UUID, int]:
    """How often each message was sent, as far as the database knows: attempts are counted before
    they are made."""
    rows = await conn.fetch("select message_id, attempts from deliveries")
    return {row["message_id"]: row["attempts"] for row in rows}


def show(figures: list[Figures]) -> None:
    """A table for people, and the one ratio that matters."""
    table = Table(*(name.replace("_", " ") for name in asdict(figures[0])))
    for one in figures:
        table.add_row(*(str(value) for value in asdict(one).values()))
    Console(width=160).print(table)
    by_name = {one.name: one for one in figures}
    if {"calm", "bad"} <= by_name.keys():
        ratio = by_name["bad"].p99 / by_name["calm"].p99
        print(f"p99 with bad receivers : without = {ratio:.2f} (goal: at most 1.25)")
    print(
        "Who was in hand when a process was killed is sent again when its lease has run out (120 s)."
    )


async def main(asked: Namespace) -> list[Figures]:
    """The storms that are asked for, on one PostgreSQL and one Kafka."""
    bad = asked.bad
    calm = Storm(name="calm", events=asked.events, endpoints=asked.endpoints, judged_from=3 * bad)
    storm = replace(calm, name="bad", bad=bad)
    all_of_them = (
        replace(calm, name="heard", heard_first=True),
        calm,
        storm,
        replace(storm, name="killed", killed=True),
    )
    storms = [one for one in all_of_them if one.name in asked.storms]
    with TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        Issuer.at(folder / "issuer", environment="development")
        server = EmbeddedPostgres(folder / "postgres").start()
        try:
            with KafkaCluster(folder / "kafka") as kafka:
                place = Place(folder, server.server_url, kafka.bootstrap_servers)
                return [await weather(place, storm) for storm in storms]
        finally:
            server.stop()


if __name__ == "__main__":
    parser = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--endpoints", type=int, default=500)
    parser.add_argument("--bad", type=int, default=20, help=f"slow: {SLOW_SECONDS:g} s")
    parser.add_argument(
        "--storms", nargs="+", default=["heard", "calm", "bad"],
        choices=["heard", "calm", "bad", "killed"],
    )  # fmt: skip
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = asyncio.run(main(asked))
    if asked.json:
        json.dump([asdict(one) for one in found], sys.stdout, indent=2)
    else:
        show(found)
