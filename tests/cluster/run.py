"""One seeded run: a story is told while the house is disturbed; then it is healed, and within a bound
everything must stand as the laws say."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from confluent_kafka import KafkaException

from tests.cluster.asked import EVERY_KIND
from tests.cluster.callers import Callers, NoAnswer
from tests.cluster.checker import Broken, broken
from tests.cluster.disturbances import Disturber, drawn
from tests.cluster.history import History
from tests.cluster.house import NAMES, House
from tests.cluster.looking import Looking
from tests.cluster.recovery import recovery_seconds
from tests.cluster.saying import Saying
from tests.cluster.story import WAITS_SECONDS, Story, plans, prepared
from tests.cluster.tap import Tap
from zhidai.demo.people import BANKS, operator_of

CASES = 5
QUIET_WITHIN_SECONDS = 45.0
"""After everything is healed. A listener that was killed may have to wait for its session to run out
(10 s), a relay for a connection that hangs."""
STAYS_SECONDS = 0.7
"""What stands must still stand a moment later: a doubled effect may come late."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a run ended."""

    seed: int
    kinds: tuple[str, ...]
    commands: int
    unanswered: int
    told_seconds: float
    quiet_seconds: float
    """From the healing until every law held."""
    recovered_seconds: tuple[tuple[str, float | None], ...] = ()
    """Kind and how long it was felt after its end; None: longer than was waited for."""
    undone: tuple[str, ...] = ()
    """Disturbances that could not be done, and why."""
    broken: tuple[Broken, ...] = ()
    broken_off: tuple[str, ...] = ()


@dataclass
class Stage:
    """A house in which stories can be told, one after another."""

    house: House
    tap: Tap
    looking: Looking
    papers: dict[str, list[dict[str, str]]]
    strangers: set[str] = field(default_factory=set)
    number: int = 0
    waits_seconds: float = WAITS_SECONDS
    quiet_within_seconds: float = QUIET_WITHIN_SECONDS
    left_undone: list[str] = field(default_factory=list)
    felt: dict[str, asyncio.Task[float | None]] = field(default_factory=dict)

    async def run(self, seed: int, kinds: tuple[str, ...] | None = None) -> Verdict:
        """Tell the story of a seed once. `kinds` instead of those that the seed draws."""
        self.number += 1
        run = f"{seed}-{self.number}"
        pool = f"c{self.number}x{seed}"
        self.left_undone.clear()
        self.felt.clear()
        self.house.receiver.got.clear()
        since = await self.looking.last_told()
        saying = Saying(self.tap.servers, run)
        script = drawn(seed) if kinds is None else [(0.5, kind) for kind in kinds]
        begun = time.monotonic()
        async with Callers(self.house.places, self.house.base.issuer, run) as callers:
            disturber = Disturber(
                self.house, self.looking, self.tap, saying, random.Random(f"harm {seed}"), since,
                callers,
            )  # fmt: skip
            story = Story(
                callers, pool, plans(seed, CASES), self.papers, waits_seconds=self.waits_seconds
            )
            await story.opens()
            await asyncio.gather(story.is_told(), *(self._at(disturber, *one) for one in script))
            try:
                await disturber.healed()
            except NoAnswer as error:
                self.left_undone.append(f"what waited was not applied: {error}")
            healed = time.monotonic()
            self.strangers |= saying.strangers
            found, quiet = await self._judged(story, since)
            recovered = [(kind, await task) for kind, task in self.felt.items()]
        return Verdict(
            seed=seed,
            kinds=tuple(kind for _, kind in script),
            commands=len(callers.commands),
            unanswered=sum(one.outcome == "unanswered" for one in callers.commands),
            told_seconds=healed - begun,
            quiet_seconds=quiet - healed,
            recovered_seconds=tuple(recovered),
            undone=tuple(self.left_undone),
            broken=tuple(found),
            broken_off=tuple(story.broken_off),
        )

    async def _at(self, disturber: Disturber, after: float, kind: str) -> None:
        await asyncio.sleep(after)
        try:
            await EVERY_KIND[kind](disturber)
            self.felt[kind] = asyncio.create_task(recovery_seconds(self.house, self.tap))
        except (
            OSError,
            RuntimeError,
            TimeoutError,
            KafkaException,
            NoAnswer,
            asyncpg.PostgresError,
        ) as error:
            # What cannot be done to a house that is in trouble already is left; the table says so.
            self.left_undone.append(f"{kind}: {error!r}")

    async def _judged(self, story: Story, since: dict[str, int]) -> tuple[list[Broken], float]:
        """What is broken when the bound is reached, or at once what is so for good; and since when
        it is as it is."""
        until = time.monotonic() + self.quiet_within_seconds
        stood = 0.0
        while True:
            found = broken(await self.history(story, since))
            now = time.monotonic()
            if not found:
                if stood and now - stood >= STAYS_SECONDS:
                    return [], stood
                stood = stood or now
            else:
                stood = 0.0
                if now > until or any(one.lasting for one in found):
                    return found, now
            await asyncio.sleep(0.25)

    async def history(self, story: Story, since: dict[str, int]) -> History:
        """The run as it stands."""
        await self.tap.has_read()
        return await self.looking.history(
            pool=story.pool, plans=story.plans, commands=story.callers.commands, since=since,
            tap=self.tap, strangers=frozenset(self.strangers),
        )  # fmt: skip


@asynccontextmanager
async def stage(house: House) -> AsyncIterator[Stage]:
    """A house with everything that stories need: the clock on their day, a programme, banks with their
    papers and addresses, a reader of the topics."""
    async with Callers(house.places, house.base.issuer, "before-all") as callers:
        papers = await prepared(callers)
        for bank in BANKS[:3]:
            await callers.asks(
                operator_of(bank.code), "notifications", "/endpoints",
                {"url": house.receiver.url}, deed="endpoint", about=bank.code,
            )  # fmt: skip
    servers = house.brokers.bootstrap_servers
    looking = Looking(house)
    async with Tap(servers, NAMES).running() as tap:
        try:
            yield Stage(house, tap, looking, papers)
        finally:
            await looking.close()
