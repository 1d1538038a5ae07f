"""Kafka as its clients meet it: an ordered log per partition, groups with generations, and bad luck.

What is on its way arrives also where the sender has died; what was acknowledged stays, but where the
weather truncates a partition, as an unclean election of a leader does.
"""

import asyncio
import contextvars
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from aiokafka.structs import TopicPartition

from tests.simulation.loop import LANE

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as aiokafka hands it over, as far as our code reads it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(slots=True)
class Member:
    """Somebody of a group: joined with the generation he last heard of."""

    id: str
    heard_at: float
    topics: frozenset[str]
    joining: "asyncio.Future[tuple[int, list[TopicPartition]]] | None" = None
    assigned: list[TopicPartition] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    members: dict[str, Member] = field(default_factory=dict)
    generation: int = 0
    is_preparing: bool = False
    committed: dict[TopicPartition, int] = field(default_factory=dict)


@dataclass(slots=True)
class Luck:
    """How often what goes wrong; set by the weather, and zero once the sky has cleared."""

    lose_request: float = 0.0
    lose_acknowledgement: float = 0.0
    slow: float = 0.0
    deliver_again: float = 0.0


class Broker:
    """The one broker of a simulation; its own callbacks belong to a lane of its own."""

    def __init__(self, chance: random.Random, *, session_seconds: float = 10.0) -> None:
        self._chance = chance
        self._session_seconds = session_seconds
        self._context = contextvars.copy_context()
        self._context.run(LANE.set, "broker")
        self.logs: dict[str, list[list[Record]]] = {}
        self.groups: dict[str, Group] = {}
        self.luck = Luck()
        self.counts: dict[str, int] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self.is_down = False

    def count(self, what: str) -> None:
        """A rare thing has happened."""
        self.counts[what] = self.counts.get(what, 0) + 1

    # The log.

    def make_topic(self, topic: str, partitions: int) -> bool:
        """Whether it was made now."""
        if topic in self.logs:
            return False
        self.logs[topic] = [[] for _ in range(partitions)]
        return True

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """On the wire: it happens whether or not who sent it is still there."""
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, what, context=self._context)

    def delay(self) -> float:
        """How long something is on its way, in seconds."""
        if self._chance.random() < self.luck.slow:
            self.count("slow on the wire")
            return self._chance.uniform(0.5, 4.0)
        return self._chance.uniform(0.001, 0.01)

    def happens(self, probability: float) -> bool:
        return probability > 0 and self._chance.random() < probability

    def append(
        self,
        place: TopicPartition,
        records: Sequence[tuple[bytes | None, bytes | None, Headers]],
    ) -> None:
        log = self.logs[place.topic][place.partition]
        for key, value, headers in records:
            log.append(Record(place.topic, place.partition, len(log), key, value, headers))
        self._wake()

    def truncate(self, place: TopicPartition, records: int) -> int:
        """The last records of a partition are lost; how many there were."""
        log = self.logs[place.topic][place.partition]
        lost = min(records, len(log))
        del log[len(log) - lost :]
        return lost

    def end(self, place: TopicPartition) -> int:
        return len(self.logs[place.topic][place.partition])

    def read(self, place: TopicPartition, offset: int, most: int) -> list[Record]:
        return self.logs[place.topic][place.partition][offset : offset + most]

    async def something(self, seconds: float) -> None:
        """Until something is appended or somebody's partitions change, but not longer."""
        woken = asyncio.get_running_loop().create_future()
        self._waiting.append(woken)
        try:
            async with asyncio.timeout(seconds):
                await woken
        except TimeoutError:
            pass
        finally:
            if woken in self._waiting:
                self._waiting.remove(woken)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)

    # Groups.

    async def join(
        self, group_id: str, member_id: str, topics: Collection[str]
    ) -> tuple[int, list[TopicPartition]]:
        """Wait for the next generation; its number, and what this member reads in it."""
        loop = asyncio.get_running_loop()
        group = self.groups.setdefault(group_id, Group())
        member = group.members.get(member_id)
        if member is None:
            member = group.members[member_id] = Member(member_id, loop.time(), frozenset(topics))
        member.heard_at = loop.time()
        joining = member.joining = loop.create_future()
        if not group.is_preparing:
            group.is_preparing = True
            self._look_again(group_id, group.generation)
        self._complete(group)
        return await joining

    def heartbeat(self, group_id: str, member_id: str, generation: int) -> str:
        """ "ok", "rebalance" where it must join again, "unknown" where it was given up."""
        group = self.groups.setdefault(group_id, Group())
        if self._expire(group):
            self._prepare(group_id, group)
        member = group.members.get(member_id)
        if member is None:
            return "unknown"
        member.heard_at = asyncio.get_running_loop().time()
        return "rebalance" if group.is_preparing or generation != group.generation else "ok"

    def leave(self, group_id: str, member_id: str) -> None:
        group = self.groups[group_id]
        if group.members.pop(member_id, None) is not None:
            self._prepare(group_id, group)

    def rebalance(self, group_id: str) -> None:
        """Everybody must join again."""
        if (group := self.groups.get(group_id)) and group.members and not group.is_preparing:
            self.count("forced rebalance")
            self._prepare(group_id, group)

    def commit(
        self, group_id: str, member_id: str, generation: int, offsets: dict[TopicPartition, int]
    ) -> bool:
        """Whether it was taken: only from a member of the generation that is."""
        group = self.groups[group_id]
        if member_id not in group.members or generation != group.generation:
            self.count("commit refused")
            return False
        group.committed.update(offsets)
        return True

    def expire_the_dead(self) -> None:
        """Those who have not been heard of for a session are given up."""
        for group_id, group in self.groups.items():
            if self._expire(group):
                self._prepare(group_id, group)

    def _expire(self, group: Group) -> bool:
        now = asyncio.get_running_loop().time()
        gone = [
            member.id
            for member in group.members.values()
            if now - member.heard_at > self._session_seconds
            and (member.joining is None or member.joining.done())
        ]
        for member_id in gone:
            del group.members[member_id]
            self.count("session ran out")
        return bool(gone)

    def _prepare(self, group_id: str, group: Group) -> None:
        if not group.is_preparing:
            group.is_preparing = True
            self._look_again(group_id, group.generation)
        self._complete(group)

    def _look_again(self, group_id: str, generation: int) -> None:
        """Those who do not join in time are left out."""

        def look() -> None:
            group = self.groups[group_id]
            if group.is_preparing and group.generation == generation:
                for member in list(group.members.values()):
                    if member.joining is None or member.joining.done():
                        del group.members[member.id]
                        self.count("left out of a generation")
                self._complete(group)

        self.later(self._session_seconds, look)

    def _complete(self, group: Group) -> None:
        joining = [one for one in group.members.values() if one.joining and not one.joining.done()]
        if not group.is_preparing or len(joining) < len(group.members) or not joining:
            return
        group.is_preparing = False
        group.generation += 1
        members = sorted(joining, key=lambda one: one.id)
        for member in members:
            member.assigned = []
        places = [
            TopicPartition(topic, partition)
            for topic in sorted({topic for member in members for topic in member.topics})
            for partition in range(len(self.logs.get(topic, ())))
        ]
        # Not always the same, so that partitions wander.
        turn = self._chance.randrange(len(members))
        for index, place in enumerate(places):
            members[(index + turn) % len(members)].assigned.append(place)
        for member in members:
            assert member.joining is not None
            member.joining.set_result((group.generation, member.assigned))
            member.joining = None
        self.count("generation")
