"""One simulation, from its seed to its verdict."""

import asyncio
import gc
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from shared.postgres import known_types
from shared.service import Service
from tests.simulation import laws
from tests.simulation.commands import Command, People, Person, plan
from tests.simulation.house import House, housekeeping
from tests.simulation.loop import NoProgress, Trace
from tests.simulation.operator import Operator
from tests.simulation.probes import counting
from tests.simulation.restore import Restore
from tests.simulation.stage import Stage
from tests.simulation.story import SERVICES
from tests.simulation.weather import Weather
from tests.simulation.world import simulated

COLLECT_EVERY = 20
RESTORED = 0.15
"""In so many simulations a service comes back from an older dump."""
CALM_SECONDS = 90.0
"""So long after the weather has cleared every command must have been answered."""


@dataclass
class Verdict:
    """What came of a seed."""

    seed: int
    broken: list[str] = field(default_factory=list)
    hash: str = ""
    steps: int = 0
    seconds: float = 0.0
    """Simulated."""
    counts: Counter[str] = field(default_factory=Counter)


def simulate(
    stage: Stage,
    seed: int,
    *,
    out: Callable[[str], None] | None = None,
    fault: Callable[[], Any] = nullcontext,
) -> Verdict:
    """Run a seed. `out` is given every step as a line; `fault` gives what is planted meanwhile."""
    with warnings.catch_warnings():
        # What was killed leaves much that was never awaited.
        warnings.simplefilter("ignore", RuntimeWarning)
        return _simulate(stage, seed, out, fault)


def _simulate(
    stage: Stage, seed: int, out: Callable[[str], None] | None, fault: Callable[[], Any]
) -> Verdict:
    verdict = Verdict(seed)
    trace = Trace(out)
    # When the collector comes is nobody's step; and what is garbage must not speak.
    gc.disable()
    # Nor what an earlier seed has learnt of the server.
    known_types._answers.clear()
    known_types._answers.update(stage.types)
    with stage.databases() as names:
        loop, broker = stage.loop_for(seed, trace)
        looks = stage.looks(names)
        asyncio.set_event_loop(loop)
        try:
            with simulated(loop, seed, broker), counting(verdict.counts), fault():
                simulation = _Simulation(stage, seed, loop, broker, looks, names, verdict)
                try:
                    loop.run_until_complete(simulation.run())
                except NoProgress as error:
                    verdict.broken.append(f"no progress: {error}")
                verdict.seconds = loop.time() - stage.ends
        finally:
            loop.bury()
            loop.lines.close()
            for look in looks.values():
                look.close()
            asyncio.set_event_loop(None)
            gc.enable()
            if seed % COLLECT_EVERY == 0:
                _collect()
    verdict.hash, verdict.steps = trace.hash, trace.steps
    verdict.counts.update(broker.counts)
    verdict.counts.update(loop.lines.counts)
    return verdict


def _collect() -> None:
    """Take away what was killed in these simulations; it may not end as it would have liked."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
    try:
        gc.collect()
    finally:
        sys.unraisablehook = hook


class _Simulation:
    def __init__(
        self, stage: Stage, seed: int, loop: Any, broker: Any, looks: Any,
        names: Mapping[str, str], verdict: Verdict,
    ) -> None:  # fmt: skip
        self._stage, self._loop, self._broker = stage, loop, broker
        self._looks, self._names, self._verdict = looks, names, verdict
        self._chance = random.Random(f"people {seed}")
        self._urls = stage.urls(names)
        house_chance = random.Random(f"house {seed}")
        self._house = House(
            loop, broker, house_chance, stage.apps, self._urls,
            static_members=house_chance.random() < 0.4,
        )  # fmt: skip
        self._plan = plan(self._chance, stage.before.cases)
        self._weather = Weather(
            self._house,
            broker,
            random.Random(f"weather {seed}"),
            _members(house_chance),
            _most_to_come(self._plan),
        )
        self._people = People(self._house, self._token, self._chance)
        self._tokens: dict[Person, str] = {}

    async def run(self) -> None:
        """Start, let people work in bad weather, let it clear, mend, judge."""
        house, weather, counts = self._house, self._weather, self._verdict.counts
        async with housekeeping(self._broker):
            for name, service in weather.members.items():
                house.start(service, name)
            work = [asyncio.ensure_future(self._people.does(*row)) for row in self._plan]
            restored = self._chance.random() < RESTORED
            if restored:
                restore = Restore(
                    self._stage, house, weather, self._chance, self._names, self._looks
                )
                work.append(asyncio.ensure_future(restore.happens()))
            elif self._chance.random() < 0.5:
                amount = self._chance.randrange(1, 10**6) * 100
                work.append(
                    asyncio.ensure_future(
                        self._people.enters_money(f"{amount // 100}.00", f"paid in/{amount}")
                    )
                )
            await weather.rages()
            weather.clears()
            _, late = await asyncio.wait(work, timeout=CALM_SECONDS)
            if late:
                raise NoProgress(f"{len(late)} people still have no answer")
            for done in work:
                done.result()
            operator = Operator(self._urls, self._looks, counts)
            lost = restored or bool(weather.counts.get("partition truncated"))
            await operator.brings_to_rest(has_lost=lost)
        answered = self._people.answered
        counts.update(weather.counts)
        counts["command sent again"] += sum(one.sent > 1 for one in answered)
        self._verdict.broken += laws.broken(
            self._looks, answered, self._stage.before,
            order_holds=not lost, restored=restored,
        )  # fmt: skip
        counts["epoch gone back"] += sum(
            look.ask("select coalesce(max(gone_back), 0) from heard_epochs") != [("0",)]
            for look in self._looks.values()
        )

    def _token(self, person: Person) -> str:
        if person not in self._tokens:
            self._tokens[person] = self._stage.issuer.issue(
                person.subject, person.subject, list(person.roles), person.institution, pools=("*",)
            )
        return self._tokens[person]


def _most_to_come(rows: Sequence[Sequence[Command]]) -> list[str]:
    """The cases with the longest rows of commands; what is submitted has no case yet."""
    of_cases = [row for row in rows if row[0].name != "submit"]
    most = max(len(row) for row in of_cases)
    return [row[0].about for row in of_cases if len(row) == most]


def _members(chance: random.Random) -> dict[str, Service]:
    """Which processes there are: one or two of each service."""
    return {
        f"{service.name}.{number}": service
        for service in SERVICES
        for number in range(1, 1 + (2 if chance.random() < 0.4 else 1))
    }
