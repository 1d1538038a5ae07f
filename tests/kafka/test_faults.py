"""Brokers and members that die, freeze and come back, while messages flow."""

import asyncio
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from deploy.kafka.broker import KafkaCluster
from shared.messaging import outbox
from shared.messaging.kafka import KafkaTransport
from shared.messaging.runtime import messaging
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import BRISK, NOW, QUICK, Counted, Listener, on_topic, until

NewDatabase = Callable[[], Awaitable[Database]]


class Flow:
    """A speaker that keeps speaking, a listener, and what must have been heard in the end."""

    def __init__(self, servers: str, speaker: Database, listener: Listener) -> None:
        self.topic = f"flow-{uuid4().hex[:12]}"
        self.servers = servers
        self.speaker = speaker
        self.listener = listener
        self.loans = [uuid4() for _ in range(8)]
        self.said: dict[UUID, int] = defaultdict(int)
        self._event = on_topic(Counted, self.topic)

    def transport(self, client: str) -> KafkaTransport:
        return KafkaTransport(
            self.servers, client=client, partitions=6, batch=20, session_timeout_ms=6000
        )

    async def speak(self, rounds: int) -> None:
        """Every loan says its next number, once a round."""
        for _ in range(rounds):
            async with self.speaker.begin(EVERYWHERE) as conn:
                events = [
                    self._event(loan_id=loan, number=self.said[loan] + n)
                    for loan in self.loans
                    for n in range(3)
                ]
                await outbox.append(conn, events, now=NOW)
            for loan in self.loans:
                self.said[loan] += 3
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        transport = self.transport("speaker")
        async with messaging(
            self.speaker, transport, service="speaker", routes={}, now=lambda: NOW, pace=BRISK
        ):
            yield
        await transport.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with messaging(
            self.listener.database,
            self.transport("listener"),
            service=f"listener-{self.topic}",
            routes=self.listener.routes(self.topic),
            now=lambda: NOW,
            pace=BRISK,
            patience=QUICK,
        ):
            yield

    async def all_is_published(self) -> None:
        async def nothing_waits() -> bool:
            async with self.speaker.looking(EVERYWHERE) as conn:
                return await conn.fetchval("select count(*) from outbox") == 0

        await until(nothing_waits, what="an empty outbox")

    async def heard(self) -> int:
        return sum(map(len, (await self.listener.effects()).values()))

    async def everything_is_heard_once(self) -> dict[str, list[int]]:
        """What was heard of each loan, as it was heard."""

        async def all_of_it() -> bool:
            return await self.heard() >= sum(self.said.values())

        await until(all_of_it, what="everything that was said", seconds=120)
        effects = await self.listener.effects()
        assert {loan: sorted(numbers) for loan, numbers in effects.items()} == {
            str(loan): [*range(count)] for loan, count in self.said.items()
        }
        assert await self.listener.parked() == []
        return effects

    async def everything_is_heard_once_and_in_order(self) -> None:
        effects = await self.everything_is_heard_once()
        assert effects == {loan: sorted(numbers) for loan, numbers in effects.items()}


async def flow_on(servers: str, database: NewDatabase) -> Flow:
    return Flow(servers, await database(), Listener(await database()))


@pytest.fixture(scope="module")
def three_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A cluster of this module's own, because its brokers are going to die."""
    cluster = KafkaCluster(tmp_path_factory.mktemp("kafka") / "three", brokers=3).start()
    yield cluster
    for broker in cluster.brokers:
        broker.kill()


@pytest.mark.xdist_group("brokers that die")
async def test_a_broker_killed_while_messages_flow_loses_nothing_and_doubles_nothing(
    three_brokers: KafkaCluster, database: NewDatabase
):
    flow = await flow_on(three_brokers.bootstrap_servers, database)
    async with flow.relaying(), flow.listening():
        await flow.speak(20)
        three_brokers.brokers[0].kill()
        await flow.speak(40)

        await flow.everything_is_heard_once_and_in_order()
    await asyncio.to_thread(three_brokers.start_broker, three_brokers.brokers[0])


@pytest.mark.xdist_group("brokers that die")
async def test_a_broker_that_freezes_and_comes_back_loses_nothing_and_doubles_nothing(
    three_brokers: KafkaCluster, database: NewDatabase
):
    flow = await flow_on(three_brokers.bootstrap_servers, database)
    async with flow.relaying(), flow.listening():
        await flow.speak(20)
        three_brokers.brokers[1].freeze()
        await flow.speak(40)
        await asyncio.sleep(4)  # Longer than the cluster waits before it calls a broker dead.
        three_brokers.brokers[1].thaw()
        await flow.speak(20)

        await flow.everything_is_heard_once_and_in_order()


@pytest.mark.xdist_group("brokers that die")
async def test_the_only_broker_gone_for_a_while_delays_and_loses_nothing(
    tmp_path: Path, database: NewDatabase
):
    with KafkaCluster(tmp_path / "one") as kafka:
        flow = await flow_on(kafka.bootstrap_servers, database)
        async with flow.relaying(), flow.listening():
            await flow.speak(10)
            kafka.brokers[0].kill()
            await flow.speak(20)
            await asyncio.to_thread(kafka.start_broker, kafka.brokers[0])
            await flow.speak(10)

            await flow.everything_is_heard_once_and_in_order()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_member_that_joins_and_one_that_is_gone_lose_nothing_and_double_nothing(
    kafka_servers: str, database: NewDatabase, end: signal.Signals
):
    flow = await flow_on(kafka_servers, database)
    async with flow.relaying(), flow.listening():
        await flow.speak(20)
        member = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.kafka.member"),
            *(kafka_servers, flow.listener.database.url, flow.topic, f"listener-{flow.topic}"),
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
        )
        assert member.stdout is not None
        try:
            while int(await member.stdout.readline()) == 0:
                await flow.speak(1)
            member.send_signal(end)
            await flow.speak(20)

            await flow.everything_is_heard_once_and_in_order()
        finally:
            if member.returncode is None:
                member.kill()
            await member.wait()
