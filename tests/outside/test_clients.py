"""Clients that others' generators make of our descriptions are compiled, and do a bank's work on a running house.

The commands are those of the banks' guide, run in a copy of the documents.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared.auth.issuer import Issuer
from tests.front_door.started import up
from zhidai.addresses import Addresses
from zhidai.demo import filing, plan
from zhidai.demo.after_lending import report_positions
from zhidai.demo.caller import Callers
from zhidai.demo.intake import take_in
from zhidai.demo.loans import position
from zhidai.demo.opening import open_pools
from zhidai.demo.people import operator_of
from zhidai.demo.plan import CLAIM_DOCUMENTS, YUAN, Case, Course, Fate, month_name
from zhidai.demo.story import Story

ROOT = Path(__file__).parents[2]
PAGES = ("docs/for-banks.zh-CN.md", "docs/for-banks.md")
GENERATORS = {
    "python": ("ICBC", "openapi-python-client", "0.29.1"),
    "typescript": ("CCB", "openapi-typescript", "7.13.0"),
    "java": ("ABC", "openapi-generator", "7.25.0"),
    "go": ("BOC", "oapi-codegen", "2.8.2"),
}
"""By language: the bank whose work it does, the generator, its version."""
LENT, LAST, NOW = 2, 5, 6
"""The months in which the loans are paid out, that is reported by the client, and in which it claims."""

pytestmark = pytest.mark.timeout(1800)


def commands(page: str, language: str) -> str:
    """What the page says to type for a language."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    [found] = [one for one in blocks if one.startswith(f"cd docs/examples/clients/{language}\n")]
    return str(found)


def cases() -> tuple[Case, ...]:
    """For each bank a loan that goes bad, small beside another that goes well, and a wish for a third."""
    clean = (
        one for one in plan.plan()
        if one.pool == "dongli" and one.mode == "direct" and one.fate is Fate.CLEAN
    )  # fmt: skip
    found = []
    for bank, _, _ in GENERATORS.values():
        for course, yuan in ((Course.DEFAULT, 200_000), (Course.BULLET, 8_000_000)):
            lent = {"bank": bank, "month": LENT, "course": course, "tenor_months": 12}
            found.append(replace(next(clean), amount_fen=yuan * YUAN, lawsuit=False, **lent))
        found.append(replace(next(clean), bank=bank, month=NOW))
    return tuple(found)


@dataclass
class House:
    """What runs, and what each bank sends to it."""

    places: dict[str, str]
    tokens: dict[str, str]
    requests: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
async def house(state_of_module: Path) -> AsyncIterator[House]:
    async with up(state_of_module) as running:
        at = SimpleNamespace(api=lambda service: running.places[service])
        issuer = Issuer.at(state_of_module / "issuer", environment="sandbox")
        async with Callers(cast(Addresses, at), issuer, seed=13) as callers:
            story = Story(callers, cases(), step=lambda _: None)
            await told(story)
            requests = {bank: await of_bank(story, bank) for bank, _, _ in GENERATORS.values()}
            tokens = {bank: callers._token(operator_of(bank)) for bank in requests}
        yield House(running.variables, tokens, requests)


async def told(story: Story) -> None:
    """Loans are paid out and reported for some months, and it is the month to claim."""
    await open_pools(story)
    await story.clock(LENT, 5)
    await take_in(story, LENT)
    for month in range(LENT, LAST):
        await story.clock(month + 1, 5)
        await report_positions(story, month)
    await story.clock(NOW, 5)


async def of_bank(story: Story, bank: str) -> dict[str, Any]:
    """The three requests of a bank: a new application, a month's report, a claim."""
    own = [live for live in story.live.values() if live.case.bank == bank]
    (bad,) = [live for live in own if live.case.course is Course.DEFAULT]
    (new,) = [case for case in story.cases if (case.bank, case.month) == (bank, NOW)]
    clerk = operator_of(bank)
    body = filing.first_body(new)
    await story.papers(clerk, new, [one["kind"] for one in body["documents"]])
    rows = [filing.position_item(live.case, position(live.case, LAST)) for live in own]
    claim_papers = await story.papers(clerk, bad.case, CLAIM_DOCUMENTS)
    return {
        "application": body,
        "report": {"month": month_name(LAST), "items": rows},
        "claim": filing.claim_body(bad.id, bad.case, NOW, claim_papers),
    }


@pytest.mark.parametrize("language", GENERATORS)
def test_both_languages_of_the_guide_tell_the_same_commands(language: str):
    assert commands(PAGES[0], language) == commands(PAGES[1], language)
    assert GENERATORS[language][2] in (ROOT / PAGES[0]).read_text()


@pytest.mark.program(
    "a generated client", does="submits, follows, reports, claims, reads a problem"
)
@pytest.mark.parametrize("language", GENERATORS)
async def test_a_generated_client_does_the_work_of_a_bank(
    language: str, house: House, tmp_path: Path, record_property: Callable[[str, Any], None]
):
    bank, generator, version = GENERATORS[language]
    record_property("program", f"{generator} ({language})")
    record_property("version", version)
    for part in ("docs/api", f"docs/examples/clients/{language}"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for name, request in house.requests[bank].items():
        place = tmp_path / f"docs/examples/clients/{language}/{name}.json"
        place.write_text(json.dumps(request, ensure_ascii=False), encoding="utf-8")

    said = await asyncio.to_thread(typed, commands(PAGES[0], language), tmp_path, {
        **house.places, "TOKEN": house.tokens[bank],
    })  # fmt: skip

    assert re.sub("\x1b\\[[0-9;]*m", "", said).splitlines()[-5:] == [
        "submitted accepted",
        "followed application.submitted.v1",
        "reported 2 of 2",
        "claimed submitted",
        "problem invalid-request #/month",
    ]


def typed(text: str, folder: Path, said: dict[str, str]) -> str:
    """What the commands print, on a machine with an environment of Python's own for them."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = f"{folder / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-eu", "-c", text], cwd=folder, env={**kept, "PATH": path, **said},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
