"""The banks' guide on an instance that was empty, and set up as its console sets it up."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from shared.clock import SHANGHAI
from tests.front_door.bank_guide import (
    PAGES,
    ROOT,
    apply_as_the_guide_says,
    commands,
    program,
    question,
    webhook,
    without_comments,
)
from tests.front_door.started import Up, up, zhidai
from tests.publishing import proposal
from zhidai.access import Access

pytestmark = pytest.mark.xdist_group("bank guide")
"""What is started for one of them serves all."""


def test_both_languages_tell_the_same_commands_and_programs():
    for part in (commands, question, webhook):
        chinese, english = (without_comments(part(page)) for page in PAGES)
        assert chinese == english
    for language in ("python", "java"):
        chinese, english = (without_comments(program(page, language)) for page in PAGES)
        assert chinese == english


@pytest.fixture(scope="module")
async def ready(state_of_module: Path) -> AsyncIterator[Up]:
    """Running, with a pool, a bank and its line, more than a year ahead of the world."""
    async with up(state_of_module) as running:
        await asyncio.to_thread(ahead, running)
        await asyncio.to_thread(set_up, state_of_module)
        yield running


def ahead(running: Up) -> None:
    """The sandbox's clocks are moved: a receiver compares the time of a webhook with his own."""
    who = {"subject": "admin", "name": "管理员", "roles": ["admin"], "institution": "*"}
    token = httpx.post(f"{running.variables['TOKENS']}/token", json=who).json()["access_token"]
    later = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    for place in running.places.values():
        httpx.put(
            f"{place}/sandbox/clock",
            json={"now": later},
            headers={"Authorization": f"Bearer {token}"},
        ).raise_for_status()


def set_up(state: Path) -> None:
    """What the console's forms do, in the names of those who do it."""
    applications = Access("applications", roles=("admin",), subject="admin", state=state)
    risk_pool = Access("risk_pool", roles=("pool_manager",), subject="manager", state=state)
    bank = {"code": "ICBC", "name": "中国工商银行"}
    applications.post("/banks", {**bank, "uscc": "91100000100003962T"})
    versions = "/programmes/dongli/versions"
    risk_pool.post(versions, proposal("dongli"))
    approver = Access("risk_pool", roles=("approver",), subject="approver", state=state)
    approver.post(f"{versions}/1/publish", {})
    pool = {"code": "dongli", "name": "东丽区资金池", "programme": "dongli"}
    risk_pool.post("/pools", {**pool, "opened_on": "2026-01-01", "parties": []})
    line = {"amount": "30000000.00", "valid_from": "2026-01-01"}
    risk_pool.post("/pools/dongli/parties", {**bank, "role": "bank", "line": line})


async def test_the_commands_of_the_guide_work_as_written(ready: Up):
    answer = await apply_as_the_guide_says(ready.variables)

    assert answer.startswith("HTTP/1.1 201"), answer
    assert '"state":"accepted"' in answer.replace(" ", ""), answer
    assert answer.count('"pledged":false') == 2, answer
    assert '"number":"201811564288.X","number_as_given":"ＺＬ 2018 1 1564288－x"' in answer, answer
    sent, _ = answer.split("webhook msg_")[1].split("\n", 1)
    assert '"type":"webhook.test.v1"' in sent.replace(" ", ""), answer
    assert '"next_cursor":"' in answer.splitlines()[-1], answer


async def test_the_program_in_python_works_as_written(ready: Up):
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program(PAGES[0], "python")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **ready.variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    submitted, received, feed = done.stdout.splitlines()
    assert submitted.startswith("submitted ") and submitted.endswith(" accepted")
    assert received.startswith("webhook application.submitted.v1 ")
    assert feed.startswith("feed application.submitted.v1"), "the case is told there, too"


async def test_a_bank_tries_the_kit_and_sees_what_it_has_to_show_yet(ready: Up):
    await apply_as_the_guide_says(ready.variables)

    code, said = await zhidai(ready.state, "sandbox", "kit", "--bank", "ICBC")
    assert code == 0 and "≠" not in said and said.count("refused") > 5, said
    code, said = await zhidai(ready.state, "sandbox", "certify", "--bank", "ICBC")
    assert code == 3 and "1 / 14" in said and "application.accepted.v1" in said, said
    next_month = (datetime.now(SHANGHAI) + timedelta(days=431)).date().isoformat()
    for _ in range(2):
        code, said = await zhidai(ready.state, "sandbox", "clock", next_month)
        assert (code, said.count(next_month)) == (0, 3), said
