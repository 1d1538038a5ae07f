"""What befalls the house in a run. Each disturbance does its harm and ends it within seconds; `healed`
ends whatever is left."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.chaos.replicas import REPLICAS
from tests.cluster.callers import Callers
from tests.cluster.house import NAMES, House
from tests.cluster.looking import Looking
from tests.cluster.nursery import Nursling
from tests.cluster.saying import Saying
from tests.cluster.tap import Tap
from zhidai.demo.people import ADMIN

SKEW_SECONDS = 120.0
EMPTY_WITHIN_SECONDS = 16.0
"""A group is empty once the sessions of its members have run out, which takes ten."""


@dataclass
class Disturber:
    """Who disturbs one run; what he draws comes from its seed."""

    house: House
    looking: Looking
    tap: Tap
    saying: Saying
    chance: random.Random
    since: dict[str, int]
    operator: Callers
    skewed: list[Nursling] = field(default_factory=list)

    async def healed(self) -> None:
        """Everything is there again, and nothing is held back."""
        for door in self.house.doors:
            door.open()
        self.house.brokers.make_room()
        for keeper in self.keepers():
            keeper.sends(signal.SIGCONT)
        for keeper in self.skewed:
            keeper.variables.pop("CLUSTER_SKEW_SECONDS", None)
            keeper.kill()
        for broker in self.house.brokers.brokers:
            broker.thaw()
            if broker._process is None or broker._process.poll() is not None:
                await asyncio.to_thread(self.house.brokers.start_broker, broker)
        for name in NAMES:
            await self.looking.fetch("postgres", f"alter role {name} connection limit -1")
        await self.mended()

    async def mended(self) -> None:
        """An operator gives up what is no event, and has what waits behind it applied."""
        if not self.saying.poison:
            return
        for name in ("risk_pool", "notifications"):
            rows = await self.looking.fetch(
                name, "select position from parked where event_id::text = any($1)",
                self.saying.poison,
            )  # fmt: skip
            for row in rows:
                await self.operator.sends(
                    ADMIN, name, f"/events/parked/{row['position']}/discard",
                    {"reason": "不是事件"},
                )  # fmt: skip
            await self.operator.sends(ADMIN, name, "/events/parked/replay", {})

    def keepers(self) -> list[Nursling]:
        """Of every replica."""
        return [
            self.house.keeper(name, number)
            for name, one in self.house.replicas.items()
            for number in one.running
        ]

    def somebody(self) -> tuple[str, int]:
        """A replica."""
        return self.chance.choice(NAMES), self.chance.randrange(REPLICAS)

    def admin(self) -> AdminClient:
        """Of the brokers, past the doors."""
        return AdminClient({"bootstrap.servers": self.tap.servers, "socket.timeout.ms": 5000})


async def killed(here: Disturber) -> None:
    """kill -9; its keeper starts it again."""
    here.house.keeper(*here.somebody()).kill()


async def both_killed(here: Disturber) -> None:
    """kill -9 of both replicas of a service in one moment."""
    name = here.chance.choice(NAMES)
    for number in range(REPLICAS):
        here.house.keeper(name, number).kill()


async def killed_again(here: Disturber) -> None:
    """kill -9 of a listener's replicas, again and again as soon as they are at work."""
    name = here.chance.choice(("risk_pool", "notifications"))
    for _ in range(6):
        await asyncio.sleep(here.chance.uniform(0.6, 1.6))
        for number in range(REPLICAS):
            here.house.keeper(name, number).kill()


async def frozen(here: Disturber) -> None:
    """A process stands still for a while and goes on as if nothing had been."""
    keeper = here.house.keeper(*here.somebody())
    keeper.sends(signal.SIGSTOP)
    await asyncio.sleep(here.chance.uniform(1, 3))
    keeper.sends(signal.SIGCONT)


async def backlog(here: Disturber) -> None:
    """Nobody hears for one service, while everything its speakers ever said of late is said again."""
    name = here.chance.choice(("risk_pool", "notifications"))
    for number in range(REPLICAS):
        here.house.keeper(name, number).sends(signal.SIGSTOP)
    await here.saying.again_from_feed("applications", here.looking, last=2000)
    await asyncio.sleep(2)
    for number in range(REPLICAS):
        here.house.keeper(name, number).sends(signal.SIGCONT)


async def cut_off_from_broker(here: Disturber) -> None:
    """No service reaches one of the brokers."""
    door = here.chance.choice(here.house.to_brokers)
    door.cut()
    await asyncio.sleep(here.chance.uniform(1, 3))
    door.open()


async def cut_off_from_all_brokers(here: Disturber) -> None:
    """No service reaches any broker."""
    for door in here.house.to_brokers:
        door.cut()
    await asyncio.sleep(here.chance.uniform(1, 3))
    for door in here.house.to_brokers:
        door.open()


async def killed_while_cut_off(here: Disturber) -> None:
    """No service reaches any broker; what one has begun to say it is killed over."""
    for door in here.house.to_brokers:
        door.cut()
    await asyncio.sleep(here.chance.uniform(1, 2))
    for number in range(REPLICAS):
        here.house.keeper("applications", number).kill()
    await asyncio.sleep(0.3)
    for door in here.house.to_brokers:
        door.open()


async def broker_hangs(here: Disturber) -> None:
    """Connections to a broker stand, and nothing moves on them."""
    door = here.chance.choice(here.house.to_brokers)
    door.hang()
    await asyncio.sleep(here.chance.uniform(1, 3))
    door.open()


async def cut_off_from_database(here: Disturber) -> None:
    """A replica does not reach its database."""
    door = here.house.to_database[here.somebody()]
    door.cut()
    await asyncio.sleep(here.chance.uniform(1, 3))
    door.open()


async def database_hangs(here: Disturber) -> None:
    """A replica's connections to its database stand, and nothing moves on them."""
    door = here.house.to_database[here.somebody()]
    door.hang()
    await asyncio.sleep(here.chance.uniform(1, 4))
    door.open()


async def slow(here: Disturber) -> None:
    """Every piece on every way is late."""
    for door in here.house.doors:
        door.slow(here.chance.uniform(0.01, 0.06))
    await asyncio.sleep(3)
    for door in here.house.doors:
        door.open()


async def broker_restarts(here: Disturber) -> None:
    """A broker leaves politely and comes back."""
    broker = here.chance.choice(here.house.brokers.brokers)
    await asyncio.to_thread(broker.stop)
    await asyncio.to_thread(here.house.brokers.start_broker, broker)


async def leader_dies(here: Disturber) -> None:
    """kill -9 of the broker that leads a partition; another leads on."""
    topic = here.chance.choice(NAMES[:2])
    found = await asyncio.to_thread(here.admin().list_topics, topic, 5)
    leader = found.topics[topic].partitions[here.chance.randrange(6)].leader
    broker = here.house.brokers.brokers[leader - 1 if leader > 0 else 0]
    await asyncio.to_thread(broker.kill)
    await asyncio.sleep(here.chance.uniform(0.5, 2))
    await asyncio.to_thread(here.house.brokers.start_broker, broker)


async def broker_frozen(here: Disturber) -> None:
    """A broker stands still for longer than the cluster waits."""
    broker = here.chance.choice(here.house.brokers.brokers)
    broker.freeze()
    await asyncio.sleep(4)
    broker.thaw()


async def disk_full(here: Disturber) -> None:
    """A broker's disk has no room; later there is room again, and it is started."""
    if not here.house.brokers.fill_disk():
        return
    await asyncio.sleep(2)
    here.house.brokers.make_room()


async def backends_ended(here: Disturber) -> None:
    """The database ends all connections of a service."""
    name = here.chance.choice(NAMES)
    await here.looking.fetch(
        "postgres",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1",
        name,
    )


async def relay_ended(here: Disturber) -> None:
    """The connection of a service's relay is ended, and with it its lock; again a moment later."""
    name = here.chance.choice(NAMES[:2])
    for _ in range(3):
        await here.looking.fetch(
            "postgres", "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = $1", f"{name}-relay",
        )  # fmt: skip
        await asyncio.sleep(here.chance.uniform(0.1, 0.8))


async def out_of_connections(here: Disturber) -> None:
    """The server gives a service hardly any connection."""
    name = here.chance.choice(NAMES)
    await here.looking.fetch("postgres", f"alter role {name} connection limit 3")
    await here.looking.fetch(
        "postgres",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1",
        name,
    )
    await asyncio.sleep(here.chance.uniform(2, 3))
    await here.looking.fetch("postgres", f"alter role {name} connection limit -1")


async def clock_wrong(here: Disturber) -> None:
    """A replica comes back with a clock that is minutes off, until the run is over."""
    keeper = here.house.keeper(*here.somebody())
    by = here.chance.choice((-SKEW_SECONDS, SKEW_SECONDS))
    keeper.variables["CLUSTER_SKEW_SECONDS"] = str(by)
    here.skewed.append(keeper)
    keeper.kill()


async def said_twice(here: Disturber) -> None:
    """What was said in this run lies on the topics again, the old bytes, some of it later once more."""
    for _ in range(2):
        await here.saying.old_bytes_again(here.tap, here.since, here.chance)
        await asyncio.sleep(here.chance.uniform(0.5, 2))


async def garbage(here: Disturber) -> None:
    """Records on the topics that are no events."""
    await here.saying.garbage(here.chance)


async def poisoned(here: Disturber) -> None:
    """Under the key of a case lies what is no event: all of that case waits until an operator has
    looked."""
    cases: list[str] = []
    for _ in range(60):
        cases = [
            one.key for one in here.tap.records
            if one.type == "application.accepted.v1" and one.sequence > here.since["applications"]
        ]  # fmt: skip
        if len(cases) > 2:
            break
        await asyncio.sleep(0.1)
    if cases:
        await here.saying.poison_of(here.chance.choice(cases))
        await asyncio.sleep(here.chance.uniform(3, 5))
        await here.mended()


async def receiver_refuses(here: Disturber) -> None:
    """The banks' receiver takes what it is sent, and says that it did not."""
    here.house.receiver.answers.extend([(503, {}, b"")] * 12)


async def offsets_lost(here: Disturber) -> None:
    """A listener no longer knows how far it has read, and both its replicas die."""
    name = here.chance.choice(NAMES)
    for number in range(REPLICAS):
        here.house.keeper(name, number).kill()
    await here.looking.fetch(name, "delete from heard_offsets")


async def group_deleted(here: Disturber) -> None:
    """The brokers forget a listener's group while nobody is in it."""
    name = here.chance.choice(NAMES)
    replicas = here.house.replicas[name]
    for number in range(REPLICAS):
        await replicas.end(number)
    admin, until = here.admin(), time.monotonic() + EMPTY_WITHIN_SECONDS
    try:
        while True:
            gone = admin.delete_consumer_groups([name], request_timeout=3)[name]
            try:
                await asyncio.to_thread(gone.result, 4)
                break
            except (KafkaException, TimeoutError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.3)
    finally:
        await asyncio.gather(*(replicas.begin(number) for number in range(REPLICAS)))


async def topic_wiped(here: Disturber) -> None:
    """A topic loses all its records; an operator has the run said again out of the feed."""
    topic = here.chance.choice(NAMES[:2])
    admin = here.admin()
    places = [TopicPartition(topic, partition) for partition in range(6)]
    ends = {}
    for place in places:
        ends[place.partition] = await here.saying.end_of(topic, place.partition)
    # The tester has read what is going to be lost.
    for _ in range(50):
        if all(here.tap.ends[topic, one] >= end for one, end in ends.items()):
            break
        await asyncio.sleep(0.1)
    wanted = [TopicPartition(topic, one, end) for one, end in ends.items() if end]
    for gone in admin.delete_records(wanted, request_timeout=5).values():
        with suppress(KafkaException):
            await asyncio.to_thread(gone.result, 6)
    await here.saying.again_from_feed(topic, here.looking, first=here.since[topic] + 1)


async def exchanged(here: Disturber) -> None:
    """Each replica of a service leaves in its turn, and another takes its place."""
    replicas = here.house.replicas[here.chance.choice(NAMES)]
    for number in range(REPLICAS):
        await replicas.end(number, taken_out=True)
        await replicas.begin(number)


KINDS: dict[str, Callable[[Disturber], Awaitable[None]]] = {
    one.__name__.replace("_", " "): one
    for one in (
        killed, both_killed, killed_again, frozen, backlog, cut_off_from_broker, cut_off_from_all_brokers,
        killed_while_cut_off, broker_hangs, cut_off_from_database, database_hangs, slow, broker_restarts, leader_dies,
        broker_frozen, disk_full, backends_ended, relay_ended, out_of_connections, clock_wrong,
        said_twice, garbage, poisoned, receiver_refuses, offsets_lost, group_deleted, topic_wiped, exchanged,
    )
}  # fmt: skip


def drawn(seed: int) -> list[tuple[float, str]]:
    """(After how many seconds, what) of a run: one kind alone for odd seeds, three for even ones."""
    chance = random.Random(f"disturbances {seed}")
    names = list(KINDS)
    alone = seed % 2 == 1
    kinds = [names[seed // 2 % len(names)]] if alone else chance.sample(names, 3)
    return sorted((chance.uniform(0.2, 4.0), kind) for kind in kinds)
