"""A scheduler killed at any statement, with two others beside it: every reminder is told once.

A year is looked at, undisturbed. Then the same year again: at each look one process is
killed (SIGKILL) at a statement of a fixed seed, two look at the same time, and one after them; now and
then the clock goes back to the look before. The same is told, each thing once.

Tried by hand: where the events are said in a transaction after the one that raises the level, what a
process was killed before is never told; where rows are not locked and not looked at again, two that look
at once tell the same. Both times the test fails.
"""

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from tests.applications.office import Office
from tests.depth import depth

YEARS = depth(1, 10)
MOMENTS = [
    datetime.fromisoformat(f"2026-{day}T01:00:00+00:00")
    for day in (
        "03-06", "03-10", "03-18", "03-25", "04-13", "04-21", "04-28", "05-12", "11-24", "11-30",
        "12-02", "12-09", "12-18",
    )
]  # fmt: skip
"""Before, at and after the days of what waits; half a year of silence between."""
TOLD = ("case-deadline.approaching.v1", "case-deadline.passed.v1")

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("chaos-scheduler")]


class Schedulers:
    """Processes that look at what waits."""

    def __init__(self, process: Any) -> None:
        self._process = process

    def look(
        self, moment: datetime, at: Sequence[int] = (0,), *, seed: int = 0
    ) -> list[tuple[int, int]]:
        """Some at once, each until it is done or dies: how each ended, and its statements."""
        order = {"moment": moment.isoformat(), "at": list(at), "seed": seed}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        ends: list[tuple[int, int]] = json.loads(self._process.stdout.readline())
        return ends


@contextmanager
def schedulers(url: str) -> Iterator[Schedulers]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.applications.looking", url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Schedulers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


async def told(office: Office) -> Counter[tuple[Any, ...]]:
    """What was told since the last time, and how often."""
    return Counter(
        (one.case_kind, one.number, one.step, one.level, one.type, str(one.due_on))
        for one in await office.said(*TOLD)
    )


async def what_waits(office: Office) -> None:
    """Six cases nobody takes, two letters nobody answers, a loan that matures."""
    await office.lends(matures_on="2026-12-01")
    for _ in range(4):
        await office.submits()
    for text in ("请说明还款来源", "请补充评估报告"):
        case = await office.submits()
        letter = {"text": text, "due_on": "2026-04-20"}
        sent = await office.reviewer().post(f"/applications/{case['id']}/letters", json=letter)
        assert sent.status_code == 201, sent.text


async def test_every_reminder_is_told_once_whoever_is_killed_and_however_the_clock_goes(
    office: Office,
):
    await what_waits(office)
    context = office.service.context
    with schedulers(str(context.settings.database_url)) as processes:
        statements = {}
        for moment in MOMENTS:
            ((code, statements[moment]),) = processes.look(moment)
            assert code == 0
        undisturbed = await told(office)
        assert set(undisturbed.values()) == {1}
        assert len(undisturbed) > 20 and {one[3] for one in undisturbed} == {1, 2, 3, 4, 5}

        for year in range(YEARS):
            async with context.database.begin("*") as conn:
                await conn.execute("update waits set told = 0")
            deaths = 0
            for number, moment in enumerate(MOMENTS):
                seed = 1000 * year + number
                chance = random.Random(seed)
                ends = processes.look(
                    moment, [chance.randint(1, statements[moment]), 0, 0], seed=seed
                )
                deaths += ends[0][0] == -signal.SIGKILL
                assert [code for code, _ in ends[1:]] == [0, 0]
                if number and chance.random() < 0.3:
                    assert processes.look(MOMENTS[number - 1])[0][0] == 0
                assert processes.look(moment)[0][0] == 0
            assert deaths > len(MOMENTS) // 2
            assert await told(office) == undisturbed
