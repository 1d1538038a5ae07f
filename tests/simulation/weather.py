"""What goes wrong in a simulation, chosen by its seed: processes, connections, broker, records."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiokafka.structs import TopicPartition

from shared.service import Service
from tests.simulation.broker import Broker, Luck, Record
from tests.simulation.house import House
from tests.simulation.lines import Line

LASTS_SECONDS = 18.0
BEHIND_SECONDS = (0.5, 6.0)
BUGS = 0.3
"""In so many simulations a bug waits for a case from the beginning."""
_APPROVAL = b"application.approved.v1"
_SAID_TOGETHER = 5
"""Within so many records of the end of a partition an approval is looked for."""


@dataclass
class Weather:
    """Bad weather over a house, until `clears`."""

    house: House
    broker: Broker
    chance: random.Random
    members: dict[str, Service]
    in_play: Sequence[str]
    """Cases about which people give commands: those of which most is to come."""
    counts: dict[str, int] = field(default_factory=dict)
    _mending: set[asyncio.Task[None]] = field(default_factory=set)

    async def rages(self) -> None:
        """Some misfortunes, one after the other, for a while."""
        storm = self.chance.random()
        luck = self.broker.luck
        luck.lose_request = self.chance.choice((0, 0, 0.1 * storm))
        luck.lose_acknowledgement = self.chance.choice((0, 0.15 * storm, 0.3 * storm))
        luck.slow = self.chance.choice((0, 0.05))
        luck.deliver_again = self.chance.choice((0, 0.1))
        kinds: list[Callable[[], Awaitable[None]]] = [
            self._kill, self._kill, self._kill_at_commit, self._kill_at_commit, self._freeze,
            self._cut, self._cut, self._cut_at_work, self._rebalance, self._broker_down, self._garbage,
            self._sicken, self._sicken_one, self._truncate, self._lose_approval, self._forget_offsets,
        ]  # fmt: skip
        if self.chance.random() < BUGS:
            await self._sicken_one()
        for _ in range(self.chance.randint(1, 7)):
            await asyncio.sleep(self.chance.uniform(0.1, LASTS_SECONDS / 5))
            await self.chance.choice(kinds)()

    def clears(self) -> None:
        """Nothing goes wrong any more, and everybody who died is started again."""
        self.broker.luck = Luck()
        self.broker.is_down = False
        self.house.sick.clear()
        for name, service in self.members.items():
            if name not in self.house.up:
                self.house.start(service, name)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    async def _kill(self) -> None:
        up = sorted(self.house.up)
        if not up:
            return
        self._kills(self.chance.choice(up))

    async def _kill_at_commit(self) -> None:
        """Somebody waits for an answer, the database has committed, and the process dies before it hears."""
        for _ in range(400):
            await asyncio.sleep(0.004)
            asked = {one.lane: name for name, one in sorted(self.house.up.items()) if one.in_hand}
            for line in self.house.loop.lines.those_of(list(asked)):
                if line.has_committed:
                    self._count("killed between commit and answer")
                    self._kills(asked[line.lane])
                    return

    def _kills(self, name: str) -> None:
        self._count("killed")
        self.house.kill(name)
        asyncio.get_running_loop().call_later(
            self.chance.uniform(*BEHIND_SECONDS), self._start_again, name
        )

    def _start_again(self, name: str) -> None:
        if name not in self.house.up:
            self.house.start(self.members[name], name)

    async def _freeze(self) -> None:
        if up := sorted(self.house.up):
            process = self.house.up[self.chance.choice(up)]
            self._count("frozen")
            self.house.loop.freeze(process.lane, self.chance.uniform(1, 25))

    async def _cut(self) -> None:
        """A connection breaks, if it can be while an answer is on its way."""
        lines: list[Line] = []
        for _ in range(100):
            await asyncio.sleep(0.004)
            up = [one.lane for one in self.house.up.values()]
            lines = self.house.loop.lines.those_of(up)
            if busy := [line for line in lines if line.buffer]:
                lines = busy
                break
        if lines:
            self._count("connection cut")
            self.house.loop.cut(self.chance.choice(lines))

    async def _cut_at_work(self) -> None:
        """A listener's connection breaks while it applies what it has heard."""
        for _ in range(400):
            await asyncio.sleep(0.004)
            up = [one.lane for one in self.house.up.values()]
            for line in self.house.loop.lines.those_of(up):
                if line.is_applying:
                    self._count("connection cut while applying")
                    self.house.loop.cut(line)
                    return

    async def _rebalance(self) -> None:
        if self.broker.groups:
            self.broker.rebalance(self.chance.choice(sorted(self.broker.groups)))

    async def _broker_down(self) -> None:
        self._count("broker down")
        self.broker.is_down = True

        def up() -> None:
            self.broker.is_down = False

        self.broker.later(self.chance.uniform(0.5, 8), up)

    async def _garbage(self) -> None:
        """Something that is no event of ours, under the key of a loan where there is one."""
        place = self._place()
        if place is None:
            return
        records = self.broker.logs[place.topic][place.partition]
        key = records[-1].key if records else b"nobody"
        self._count("garbage sent")
        self.broker.append(place, [(key, b"{", (("ce_type", b"?"),))])

    async def _sicken(self) -> None:
        """What concerns some loans cannot be applied for a while: what is parked then stays parked, and what
        comes later must stay behind it."""
        keys = sorted(
            {
                one.key.decode()
                for logs in self.broker.logs.values()
                for log in logs
                for one in log[-8:]
                if one.key
            }
        )
        if keys:
            self._count("a bug for a while")
            chosen = self.chance.sample(keys, min(4, len(keys)))
            self.house.sick.update(chosen)
            asyncio.get_running_loop().call_later(
                self.chance.uniform(1.5, 5), self.house.sick.difference_update, chosen
            )

    async def _sicken_one(self) -> None:
        """A bug that meets one case of which more is to come, mended soon after it has been seen."""
        self._count("a bug for a while")
        key = self.chance.choice(self.in_play)
        self.house.sick.add(key)
        self.house.failed.discard(key)
        task = asyncio.ensure_future(self._mended_once_seen(key))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _mended_once_seen(self, key: str) -> None:
        for _ in range(100):
            if key in self.house.failed:
                break
            await asyncio.sleep(0.1)
        # Long enough for it to be given up and parked; what comes afterwards could be applied.
        await asyncio.sleep(self.chance.uniform(0.6, 1.5))
        self.house.sick.discard(key)

    async def _truncate(self) -> None:
        """As after an unclean election: the end of a partition is lost, though it was acknowledged."""
        place = self._place()
        if place is not None and self.broker.truncate(place, self.chance.randint(1, 3)):
            self._count("partition truncated")

    async def _lose_approval(self) -> None:
        """The same of the approval of a case, as soon as it is acknowledged: what follows of the case is
        heard without it."""
        for _ in range(1500):
            await asyncio.sleep(0.004)
            for partition, log in enumerate(self.broker.logs.get("applications", [])):
                for lost, one in enumerate(reversed(log[-_SAID_TOGETHER:]), 1):
                    if self._is_approval(one):
                        self.broker.truncate(TopicPartition("applications", partition), lost)
                        self._count("partition truncated")
                        self._count("approval lost")
                        return

    def _is_approval(self, one: Record) -> bool:
        return (
            bool(one.key)
            and one.key.decode() in self.in_play
            and (("ce_type", _APPROVAL) in [tuple(header) for header in one.headers])
        )

    async def _forget_offsets(self) -> None:
        """What the group has committed is gone."""
        for group in self.broker.groups.values():
            group.committed.clear()
        self._count("offsets forgotten")

    def _place(self) -> TopicPartition | None:
        topics = sorted(self.broker.logs)
        if not topics:
            return None
        topic = self.chance.choice(topics)
        return TopicPartition(topic, self.chance.randrange(len(self.broker.logs[topic])))
