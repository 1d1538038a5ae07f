"""Debezium in the relay's place, set up and taken out again by the commands of the operator's page.

All three services as processes over a real Apache Kafka that asks everybody who he is, and a real
PostgreSQL; months of two pools are told meanwhile, and Kafka Connect is killed in the middle.
"""

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.kafka.broker import KafkaCluster
from deploy.kafka.guarded import ADMIN, Guard
from services.risk_pool.audit.verify import audit_pool, opened
from shared.contracts.envelope import Envelope
from shared.messaging.kafka_rights import grant
from shared.messaging.told import epochs
from shared.messaging.wire import headers_of
from shared.postgres.embedded import EmbeddedPostgres
from tests.outside.connect import Connect, by_tcp, connect
from tests.real_parts import room_for_postgres
from zhidai import environment, processes
from zhidai.addresses import free
from zhidai.bus import Bus, rights
from zhidai.commands.backup import _tool
from zhidai.demo import plan
from zhidai.demo.caller import Callers
from zhidai.demo.opening import open_pools
from zhidai.demo.story import Story
from zhidai.demo.year import tell_month
from zhidai.environment import Environment

ROOT = Path(__file__).parents[2]
PAGES = ("docs/operating.zh-CN.md", "docs/operating.md")
PUBLISHER = "connect"
NAMES = ("applications", "risk_pool", "notifications")

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.program(
        "Debezium",
        version="3.7.0.Final",
        does="takes the relay's place, is killed, and is taken out",
    ),
]


def commands(page: str, word: str) -> str:
    """The shell commands of a page with this word in them, without what is explained in them."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    [found] = [block for block in blocks if word in block]
    return re.sub(r"(^|\s+)# .*$", "", found, flags=re.MULTILINE)


SET_UP, TAKE_OUT = "create publication zhidai_feed", "pg_drop_replication_slot"


def test_both_pages_have_the_same_commands():
    for word in (SET_UP, TAKE_OUT):
        assert commands(PAGES[0], word) == commands(PAGES[1], word)


@dataclass
class House:
    """The services, what they stand on, and the place of an operator's shell."""

    base: Environment
    keepers: dict[str, processes.Keeper]
    worker: Connect
    variables: Mapping[str, str]
    kafka: KafkaCluster
    urls: dict[str, str]

    @property
    def guard(self) -> Guard:
        """Who may speak to the brokers."""
        assert self.kafka.guard is not None
        return self.kafka.guard

    async def types(self, word: str) -> str:
        """The page's commands, as they stand there."""
        done = await asyncio.to_thread(
            subprocess.run,
            ["sh", "-eu", "-c", commands(PAGES[0], word)],
            cwd=ROOT, env={**os.environ, **self.variables}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    async def relays(self, does: str) -> None:
        """Every service is started anew with its relay set so."""
        for name, keeper in self.keepers.items():
            keeper.variables[f"{name.upper()}_RELAY"] = does
            assert keeper.process is not None
            keeper.process.terminate()
        async with asyncio.timeout(120), httpx.AsyncClient() as http:
            for name, url in self.urls.items():
                while True:
                    try:
                        found = (await http.get(f"{url}/readyz")).json()
                    except httpx.HTTPError:
                        found = {}
                    said = str(found.get("relay"))
                    if said.startswith({"publishes": "ok"}.get(does, does)):
                        break
                    await asyncio.sleep(0.1)
                assert found["status"] == "ready", (name, found)

    async def asks(self, service: str, sql: str) -> list[Any]:
        """Rows of a service's database, seen as the house."""
        conn = await asyncpg.connect(self.base.database_url(service))
        try:
            await conn.execute("set zhidai.institution = '*'")
            return list(await conn.fetch(sql))
        finally:
            await conn.close()

    async def fed(self, service: str) -> list[Envelope]:
        """What a service has said, as its relay would publish it, in its order."""
        conn = await asyncpg.connect(self.base.database_url(service))
        try:
            await conn.execute("set zhidai.institution = '*'")
            known = await epochs(conn)
            rows = await conn.fetch("select * from event_feed order by position")
        finally:
            await conn.close()
        assert {row["epoch"] for row in rows} <= {known[-1].name}
        return [
            Envelope(
                id=row["event_id"], type=row["type"], source=row["source"], time=row["occurred_at"],
                subject=row["subject"], key=row["key"], institution=row["institution"],
                body=row["body"], traceparent=row["traceparent"], sequence=row["position"],
                epoch=row["epoch"],
            )
            for row in rows
        ]  # fmt: skip

    async def on_the_bus(self, topic: str) -> list[Any]:
        """Every record of a topic, each partition in its order; a topic that nobody wrote is not made."""
        servers, reader = self.kafka.bootstrap_servers, self.guard.of(ADMIN)
        admin = AIOKafkaAdminClient(bootstrap_servers=servers, **reader.client_arguments())
        await admin.start()
        there = topic in await admin.list_topics()
        await admin.close()
        if not there:
            return []
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=servers, auto_offset_reset="earliest",
            **reader.client_arguments(),
        )  # fmt: skip
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            found: list[Any] = []
            while len(found) < sum(ends.values()):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += records
            return found
        finally:
            await consumer.stop()


def with_a_log_to_read(state: Path) -> EmbeddedPostgres:
    """A cluster with `wal_level=logical`, as the page wants it."""
    server = EmbeddedPostgres(state / "postgres").start()

    async def configure() -> None:
        conn = await asyncpg.connect(server.server_url)
        await conn.execute("alter system set wal_level = logical")
        await conn.close()

    asyncio.run(configure())
    server._server.stop()
    server._server.start()
    return server


@asynccontextmanager
async def house(state: Path, folder: Path) -> AsyncIterator[tuple[House, Any]]:
    base, postgres = await environment.prepare(state)
    addresses = free()
    socket = unquote(base.server_url.split("host=")[1])
    try:
        with KafkaCluster(folder / "kafka", principals=[*NAMES, PUBLISHER]) as kafka:
            assert kafka.guard is not None
            security = {name: kafka.guard.of(name) for name in NAMES}
            bus = Bus(kafka.bootstrap_servers, security)
            await grant(bus.bootstrap_servers, kafka.guard.of(ADMIN), rights(publisher=PUBLISHER))
            worker_as = kafka.guard.of(PUBLISHER)
            async with by_tcp(f"{socket}/.s.PGSQL.5432") as port:
                variables = {
                    "DEBEZIUM_HOST": "127.0.0.1", "DEBEZIUM_PORT": str(port),
                    "DEBEZIUM_SSLMODE": "disable", "DEBEZIUM_PASSWORD": "correct horse",
                    "CONNECT_USERNAME": PUBLISHER, "CONNECT_PASSWORD": worker_as.password,
                    "CONNECT_CA_FILE": worker_as.ca_file, "PGHOST": socket, "PGUSER": "postgres",
                    "PATH": f"{Path(_tool('psql', '')).parent}:{os.environ['PATH']}",
                }  # fmt: skip
                async with (
                    connect(folder, kafka.bootstrap_servers, variables) as worker,
                    processes.serving(base, addresses, bus=bus) as keepers,
                ):
                    urls = {name: addresses.url(name) for name in NAMES}
                    yield (
                        House(
                            base, keepers, worker, {**variables, "CONNECT": worker.url},
                            kafka, urls,
                        ),
                        addresses,
                    )  # fmt: skip
    finally:
        assert postgres is not None
        postgres.stop()


def heard_as(record: Any) -> dict[str, bytes]:
    """The headers of a record, without those that Debezium adds."""
    return {
        name: value
        for name, value in record.headers
        if name != "id" and not name.startswith("__debezium.")
    }


def is_as_from_the_relay(record: Any, said: Envelope) -> None:
    """Key, body and headers are those that the relay gives; where no bank is named, Debezium says so by
    an empty header, and it writes the moment with Z."""
    assert (record.key, record.value) == (said.key.encode(), said.body)
    heard, wanted = heard_as(record), dict(headers_of(said))
    assert heard.pop("ce_time").replace(b"Z", b"+00:00") in _spellings(wanted.pop("ce_time"))
    if not said.institution and heard.get("ce_institution") == b"":
        del heard["ce_institution"]
    assert heard == wanted


def _spellings(moment: bytes) -> set[bytes]:
    """Debezium leaves zeros at the end of a second's parts out."""
    whole, _, zone = moment.partition(b"+")
    return {moment, (whole.rstrip(b"0").rstrip(b".") if b"." in whole else whole) + b"+" + zone}


async def all_was_heard(house: House) -> None:
    """What each service has said stands on its topic, in order for each key, as the relay gives it; and
    who listens has heard all of it, without a gap."""
    for service in NAMES:
        said = {one.id: one for one in await house.fed(service)}
        first: dict[UUID, Any] = {}
        for record in await house.on_the_bus(service):
            id_ = UUID(heard_as(record)["ce_id"].decode())
            is_as_from_the_relay(record, said[id_])
            first.setdefault(id_, record)
        assert first.keys() == said.keys(), (service, len(first), len(said))
        by_key: dict[str, list[int]] = {}
        for id_ in first:
            by_key.setdefault(said[id_].key, []).append(said[id_].sequence)
        assert all(numbers == sorted(numbers) for numbers in by_key.values())


async def by_debezium(house: House, service: str) -> int:
    """How many records of a topic Debezium has sent."""
    return sum(
        any(name.startswith("__debezium.") for name, _ in record.headers)
        or "id" in dict(record.headers)
        for record in await house.on_the_bus(service)
    )


async def test_months_are_settled_with_debezium_and_the_relay_takes_over_again(tmp_path: Path):
    with room_for_postgres() as state:
        kept = await asyncio.to_thread(with_a_log_to_read, state)
        try:
            async with house(state, tmp_path) as (found, addresses):
                async with Callers(addresses, found.base.issuer, seed=1) as callers:
                    story = Story(callers, plan.plan(), step=lambda _: None, months=1)
                    await tells(found, story)
        finally:
            kept.stop()


async def tells(found: House, story: Story) -> None:
    await open_pools(story)
    await found.types(SET_UP)
    for service in NAMES:
        await found.worker.answers(
            f"/connectors/zhidai-{service}/status", says='"tasks":[{"id":0,"state":"RUNNING"'
        )
    await found.relays("numbers")

    async def dies() -> None:
        await asyncio.sleep(3)
        found.worker.kill()
        await asyncio.sleep(2)
        found.worker.start()

    death = asyncio.create_task(dies())
    await tell_month(story, 1)
    await death
    await tell_month(story, 2, takes_in=False)

    await found.relays("rests")
    await found.types(TAKE_OUT)
    sent = {service: await by_debezium(found, service) for service in NAMES}
    assert sent["applications"] > 0 and sent["risk_pool"] > 0
    await all_was_heard(found)
    await found.relays("publishes")
    await tell_month(story, 3, takes_in=False)

    assert {service: await by_debezium(found, service) for service in NAMES} == sent
    await all_was_heard(found)
    slots = await found.asks("applications", "select slot_name from pg_replication_slots")
    assert slots == []
    for service in NAMES:
        assert (await found.asks(service, "select count(*) from outbox"))[0][0] == 0
    async with opened(found.base.database_url("risk_pool")) as conn:
        for pool in plan.POOLS:
            report = await audit_pool(conn, pool.code)
            assert report is not None and report.passed, report
