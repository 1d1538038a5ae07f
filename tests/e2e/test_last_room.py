"""Two banks' cases are approved in the same moment, and the pool has room for one: one is held, the
other waits in line and hears at which place and why."""

import asyncio
from typing import Any

import pytest

from services.risk_pool.main import serve_waiting_lines
from shared.money import parse_fen
from tests.applications.office import CCB, ICBC, PAPERS, Office, nothing_found
from tests.e2e.town import Town
from tests.papers import stores

ABC = "ABC-TJ"
ASKED = {CCB: "500000.00", ABC: "600000.00"}
"""Together more than the 1,050,000.00 that are left; each alone fits, for its bank too."""
HELD = ((ICBC, "600000.00"), (ICBC, "500000.00"), (CCB, "600000.00"))
LEADS = (0.0, 0.05, -0.05, 0.01, -0.01, 0.2, -0.2, 0.0)
"""By how many seconds the first approver is ahead of the second, round by round."""


@pytest.fixture(scope="module")
async def narrow(town: Town) -> Town:
    """275,000.00 paid in: 2,750,000.00 of capacity, of which 1,050,000.00 are left."""
    await town.opens()
    admin = town.office.staff("chen", "admin")
    bank = {"code": ABC, "name": "中国农业银行天津分行", "uscc": "911100001000054748"}
    answer = await admin.post("/banks", json=bank)
    assert answer.status_code == 201, answer.text
    await stores(town.office.bank(ABC), *PAPERS)
    await town.opens_pool("dongli", paid_in="275000.00")
    party = {"code": ABC, "role": "bank", "name": "农行"}
    await town.asks(town.pool("ma", "pool_manager"), "/pools/dongli/parties", party, 201)
    for code, amount in HELD:
        case = await town.approved(bank=code, amount=amount)
        assert await town.office.state(case) == "capacity_reserved"
    return town


async def approve(office: Office, case: Any, *, who: str, after: float) -> Any:
    await asyncio.sleep(after)
    agreed = {"opinion": "同意入库", "lists_checked": nothing_found(office.now.date())}
    return await office.approver(who).post(f"/applications/{case['id']}/approve", json=agreed)


async def test_of_two_cases_for_the_last_million_one_is_held_and_the_other_hears_its_place_and_why(
    narrow: Town,
):
    office, won = narrow.office, []
    for lead in LEADS:
        cases = [
            {"bank": code, **await office.submits(bank=code, amount=amount)}
            for code, amount in ASKED.items()
        ]
        for case in cases:
            await office.recommends(case)

        answers = await asyncio.gather(
            approve(office, cases[0], who="li", after=max(-lead, 0)),
            approve(office, cases[1], who="zhou", after=max(lead, 0)),
        )
        await narrow.settled()

        assert [one.status_code for one in answers] == [200, 200], "both are approved"
        states = [await office.state(case) for case in cases]
        assert sorted(states) == ["capacity_declined", "capacity_reserved"], lead
        held, waits = sorted(cases, key=lambda case: states[cases.index(case)], reverse=True)
        won.append(held["bank"])
        await hears_place_and_reason(narrow, waits)

        await office.post(office.bank(held["bank"]), held, "withdraw", {"reason": "不再需要"})
        await narrow.settled()
        await serve_waiting_lines(narrow.risk_pool.context)
        await narrow.settled()
        assert await office.state(waits) == "capacity_reserved", "its turn comes"
        bank = office.bank(waits["bank"])
        await office.post(bank, waits, "withdraw", {"reason": "不再需要"})
        await narrow.settled()
    assert set(won) == set(ASKED), "either order came to pass"


async def hears_place_and_reason(town: Town, case: Any) -> None:
    """What the case says, and the line of the pool: the first place, and the pool's leverage. Of what
    others have used the bank hears nothing, nor in the words of the decline."""
    shown = await town.office.case(case, by=town.office.bank(case["bank"]))
    own = (await town.clerk(bank=case["bank"]).get("/pools/dongli/waiting-line")).json()["items"]
    assert [(one["place"], one["number"]) for one in own] == [(1, case["number"])]
    assert shown["history"][-1]["reason"] == ""
    assert "第 1 位" in (await town.office.case(case))["history"][-1]["reason"]
    (limit,) = (await town.office.case(case))["declined_limits"]
    taken = {CCB: "2,300,000.00", ABC: "2,200,000.00"}[case["bank"]]
    asked = f"2,750,000.00 / {taken} / {parse_fen(ASKED[case['bank']]) // 100:,}.00"
    assert (limit["limit"], asked in limit["zh"]) == ("maximum_leverage", True), limit
    assert [one["limit"] for one in shown["declined_limits"]] == ["maximum_leverage"]
    line = (await town.pool("zhou", "auditor").get("/pools/dongli/waiting-line")).json()["items"]
    assert [(one["place"], one["number"]) for one in line] == [(1, case["number"])]
    stands = (await town.pool("zhou", "auditor").get("/pools/dongli")).json()
    assert parse_fen(stands["reserved"]) == parse_fen(taken.replace(",", ""))
    other = CCB if case["bank"] == ABC else ABC
    assert (await town.clerk(bank=other).get("/pools/dongli/waiting-line")).json()["items"] == []
    assert (await town.clerk(bank=ICBC).get("/pools/dongli/waiting-line")).json()["items"] == []
