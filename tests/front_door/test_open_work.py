"""The demo's data, loaded into running services: something is left to do on everybody's desk."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.http.issuer import issuer_app
from tests.front_door.bank_guide import apply_as_the_guide_says
from tests.real_parts import room_for_postgres
from zhidai import embedded, environment
from zhidai.addresses import Addresses, free
from zhidai.demo.caller import Callers
from zhidai.demo.loader import BackgroundDemo
from zhidai.demo.open_work import IN_THE_QUEUE, RECOMMENDED, STEPS, TAKEN
from zhidai.demo.people import AUDITOR, Person
from zhidai.demo.plan import POOLS
from zhidai.demo.story import APPLICATIONS, RISK_POOL
from zhidai.http_server import served

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("open work")]


class Desk:
    """The loaded services, seen by an auditor; the loader that filled them."""

    def __init__(self, callers: Callers, addresses: Addresses, demo: BackgroundDemo) -> None:
        self.callers = callers
        self.addresses = addresses
        self.demo = demo

    async def states(self, service: str, path: str) -> Counter[str]:
        rows = await self.callers.every(AUDITOR, service, path)
        return Counter(row["state"] for row in rows)


@pytest.fixture(scope="module")
async def desk() -> AsyncIterator[Desk]:
    with pytest.MonkeyPatch.context() as patch, room_for_postgres() as state:
        patch.delenv("DATABASE_URL", raising=False)
        base, postgres = await environment.prepare(state)
        addresses = free()
        async with (
            embedded.serving(base, addresses),
            served((issuer_app(base.issuer), addresses.sockets["issuer"])),
            Callers(addresses, base.issuer, seed=1) as callers,
        ):
            demo = BackgroundDemo(addresses, base.issuer)
            assert demo.progress().done == 0 and not demo.progress().running
            demo.start()
            demo.start()  # A second click.
            assert demo.progress().running
            while demo.progress().running:  # noqa: ASYNC110 — it is asked, as the console asks
                await asyncio.sleep(0.1)
            yield Desk(callers, addresses, demo)
        addresses.close()
        if postgres is not None:
            await asyncio.to_thread(postgres.stop)


async def test_it_ends_without_an_error_after_the_steps_it_spoke_of(desk: Desk):
    found = desk.demo.progress()

    assert (found.error, found.running, found.done) == ("", False, STEPS)


async def test_reviewers_and_approvers_have_cases_in_every_stage(desk: Desk):
    states = await desk.states(APPLICATIONS, "/applications")

    assert states["accepted"] == IN_THE_QUEUE * len(POOLS)
    assert states["under_review"] == TAKEN * len(POOLS)
    assert states["recommended"] == RECOMMENDED * len(POOLS)
    assert states["capacity_declined"] and states["disbursed"] and states["rejected"]


async def test_finance_has_claims_to_review_to_approve_and_to_pay_and_a_recovery(desk: Desk):
    claims = await desk.states(RISK_POOL, "/claims")
    recoveries = await desk.states(RISK_POOL, "/recoveries")

    assert {state: claims[state] for state in ("submitted", "reviewed", "approved")} == {
        "submitted": 2, "reviewed": 1, "approved": 1,
    }  # fmt: skip
    assert claims["paid"] >= 4
    assert recoveries["reported"] == 1 and recoveries["confirmed"] >= 1


async def test_a_month_is_to_be_previewed_one_to_be_confirmed_and_one_to_be_signed(desk: Desk):
    stand = {}
    for pool in POOLS:
        path = f"/pools/{pool.code}/settlements"
        months: Any = await desk.callers.every(AUDITOR, RISK_POOL, path)
        stand[pool.code] = {one["month"]: one["state"] for one in months}

    assert stand["dongli"]["2025-07"] == "confirmed"
    assert stand["youxian"]["2025-07"] == "previewed"
    # What June left is still to be collected; May is paid and done with.
    assert {stand[pool.code]["2025-06"] for pool in POOLS} <= {"posted", "matched"}
    assert stand["dongli"]["2025-05"] == stand["youxian"]["2025-05"] == "closed"
    assert "2025-08" not in stand["dongli"] and "2025-08" not in stand["youxian"]


async def test_what_is_open_can_be_brought_to_its_end(desk: Desk):
    maker = Person("finance-sun", "孙丽", ("finance_maker",))
    checker = Person("finance-qian", "钱卫东", ("finance_checker",))
    july, august = (f"/pools/dongli/settlements/2025-0{month}" for month in (7, 8))

    async def does(person: Person, path: str, **body: str) -> Any:
        return await desk.callers.post(person, RISK_POOL, path, body, fact=f"test {path}")

    blocked = await does(maker, f"{august}/preview")
    for recovery in await desk.callers.every(AUDITOR, RISK_POOL, "/recoveries", state="reported"):
        at = f"/recoveries/{recovery['id']}"
        seen = await desk.callers.get(checker, RISK_POOL, at)
        await does(checker, f"{at}/confirm", trial=seen["trial"]["id"])
    await does(checker, f"{july}/sign")
    posted = await does(maker, f"{july}/post")
    path = f"{august}/preview"
    previewed = await desk.callers.post(maker, RISK_POOL, path, {}, fact="test once more")

    findings = {one["code"] for one in blocked["completeness"]["findings"] if one["blocking"]}
    assert "recovery-unconfirmed" in findings
    assert posted["state"] in ("posted", "matched")
    assert previewed["completeness"]["is_complete"], previewed["completeness"]


async def test_it_does_not_mix_with_what_somebody_has_set_up(desk: Desk):
    again = BackgroundDemo(desk.addresses, desk.callers._issuer)
    again.start()
    while again.progress().running:  # noqa: ASYNC110
        await asyncio.sleep(0.05)

    assert "There are pools already: dongli, youxian" in again.progress().error
    assert again.progress().done == 0


async def test_the_banks_guide_works_as_written_beside_the_demo(desk: Desk):
    answer = await apply_as_the_guide_says(
        {
            "APPLICATIONS": desk.addresses.url("applications"),
            "NOTIFICATIONS": desk.addresses.url("notifications"),
            "TOKENS": desk.addresses.url("issuer"),
        }
    )

    assert answer.startswith("HTTP/1.1 201"), answer
    assert '"state":"accepted"' in answer.replace(" ", ""), answer
