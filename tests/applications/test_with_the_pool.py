"""Both services together: each hears what the other really says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from services.risk_pool.main import serve_waiting_lines
from shared.clock import business_date
from tests.applications.office import (
    CCB,
    ICBC,
    START,
    Office,
    nothing_found,
    position,
    right,
)
from tests.cash import pay_claim, released
from tests.papers import sends
from tests.public_notices import goes_through_notice
from tests.publishing import publish
from tests.services import RunningService, nothing_in_flight


@dataclass
class Town:
    """The office, and the pool that answers it."""

    office: Office
    pool: RunningService

    async def settled(self) -> None:
        await nothing_in_flight([self.office.service, self.pool])

    async def asks(self, person: Any, path: str, body: Any, status: int = 201) -> Any:
        answer = await person.post(path, json=body)
        assert answer.status_code == status, answer.text
        await self.settled()
        return answer.json()

    async def it_is(self, day: str) -> None:
        moment = datetime.combine(date.fromisoformat(day), time(2), UTC)
        await self.pool.context.clock.set(moment)

    async def takes_steps(self, claim: Any) -> None:
        """Every step that the scheme names, by its people; the days of the notice pass."""
        at, auditor = f"/claims/{claim['id']}", self.pool.as_("au", "auditor")
        while step := (now := (await auditor.get(at)).json())["next_step"]:
            waiting = next(one for one in now["steps"] if one["step"] == step)
            body = {"step": step, "outcome": "favourable", "opinion": "同意"}
            if step == "joint_meeting":
                minutes = await sends(self.office.reviewer(), "minutes")
                body |= {"participants": ["吴刚", "赵建国"], "papers": minutes}
            if step == "public_notice":
                today = business_date(self.pool.context.clock.now())
                await goes_through_notice(self.pool.as_, now, today=today, it_is=self.it_is)
                continue
            role = waiting["roles"][0]
            await self.asks(self.pool.as_(f"{role}-of-steps", role), f"{at}/steps", body, 200)

    async def approved(self, **changes: Any) -> Any:
        case = await self.office.submits(**changes)
        await self.office.approves(case)
        await self.settled()
        return case


@pytest.fixture
async def town(running: Any) -> AsyncIterator[Town]:
    async with running(APPLICATIONS, RISK_POOL) as (applications, risk_pool):
        town = Town(Office(applications), risk_pool)
        await risk_pool.context.clock.set(START)
        await town.office.opens_banks()
        await publish(risk_pool, "dongli")
        manager = risk_pool.as_("ma", "pool_manager")
        parties = [
            {"code": "DL-FIN", "role": "district", "name": "东丽区财政局"},
            {"code": ICBC, "role": "bank", "name": "工行"},
            {"code": CCB, "role": "bank", "name": "建行"},
        ]
        await town.asks(
            manager,
            "/pools",
            {
                "code": "dongli",
                "name": "东丽资金池",
                "programme": "dongli",
                "opened_on": "2026-01-01",
                "parties": parties,
            },
        )
        await released(
            risk_pool.as_("fan", "finance_maker"), risk_pool.as_("hu", "finance_checker"),
            "dongli", "contribution", "10000000.00", "2026-03-02",
            party_code="DL-FIN", note="首期",
        )  # fmt: skip
        yield town


async def test_the_pool_opened_over_there_takes_cases_here(town: Town):
    pools = (await town.office.bank().get("/pools")).json()["items"]

    assert [(pool["code"], pool["programme"]) for pool in pools] == [("dongli", "dongli")]


async def test_a_case_goes_from_submission_to_compensation_through_both_services(town: Town):
    office = town.office
    case = await town.approved()
    assert await office.state(case) == "capacity_reserved"
    await office.registers(case)
    await office.post(
        office.bank(),
        case,
        "disbursement",
        {
            "loan_no": "JJ-1",
            "amount": "1000000.00",
            "disbursed_on": "2026-03-02",
            "matures_on": "2027-03-02",
            "lists_checked": nothing_found(date(2026, 3, 2)),
        },
    )
    await office.reports(
        "2026-06",
        position(
            principal="900000.00",
            overdue_days=95,
            risk_class="substandard",
            interest_arrears="10000.00",
        ),
    )
    await town.settled()
    coverage = (await town.pool.as_("au", "auditor").get(f"/coverages/{case['id']}")).json()
    assert coverage["outstanding"] == "900000.00"

    papers = (
        "claim_form",
        "claim_report",
        "recovery_plan",
        "diligence_statement",
        "business_licence",
    )
    claim = await town.asks(
        town.pool.as_("clerk", "bank_operator", institution=ICBC),
        "/claims",
        {
            "loan_id": case["id"],
            "outstanding_principal": "900000.00",
            "interest_arrears": "10000.00",
            "facts": {"overdue_days": 95, "risk_class": "substandard"},
            # At once: what the pool has not heard of yet it waits for.
            "documents": await sends(office.bank(), *papers),
        },
    )
    await town.settled()
    for one in claim["documents"]:
        answer = await office.bank().post(f"/documents/{one['document']}/withdraw")
        assert answer.json()["code"] == "document-in-use"
    path = f"/claims/{claim['id']}"
    for person, step, body in (
        (("fan", "finance_maker"), "review", {"opinion": "材料齐全"}),
        (("hu", "finance_checker"), "approve", {"opinion": "同意补偿"}),
    ):
        if step == "approve":
            await town.takes_steps(claim)
            seen = await town.pool.as_(*person).get(f"{path}/trial")
            body = body | {"trial": seen.json()["id"]}
        await town.asks(town.pool.as_(*person), f"{path}/{step}", body, 200)
    await pay_claim(
        town.pool.as_("fan", "finance_maker"), town.pool.as_("hu", "finance_checker"), claim
    )
    await town.settled()

    assert await office.state(case) == "claimed"


async def test_both_services_judge_a_loan_by_the_version_of_its_approval_day(town: Town):
    half = (
        (await town.pool.as_("au", "auditor").get("/programmes/dongli/versions/1"))
        .json()["text"]
        .replace("{shares: {pool: 40, bank: 60}}", "{shares: {pool: 50, bank: 50}}")
    )
    before = await town.approved()
    await publish(town.pool, "dongli", half, in_force_from=date(2026, 3, 3))
    await town.settled()
    await town.office.moves_clock(days=1)
    await town.pool.context.clock.set(town.office.now)

    after = await town.approved(collateral=[right()])

    shown = {}
    for case in (before, after):
        known = await town.office.case(case)
        covered = (await town.pool.as_("au", "auditor").get(f"/coverages/{case['id']}")).json()
        assert covered["state"] == "reserved"
        assert known["scheme_version"] == covered["scheme_version"]
        shown[case["id"]] = covered["scheme_version"]
    assert shown[before["id"]] != shown[after["id"]]
    kept = []
    for service in (town.office.service, town.pool):
        async with service.context.database.begin("*") as conn:
            rows = await conn.fetch(
                "select in_force_from, sha256, text from published_schemes order by 1"
            )
            kept.append([tuple(row) for row in rows])
    assert kept[0] == kept[1]
    assert len(kept[0]) == 2


async def test_a_loan_the_pool_has_no_room_for_is_declined_with_the_limit_that_binds(town: Town):
    # The pool's share of one loan is capped at its programme; the borrower's cap binds first.
    big = {"amount": "6000000.00"}
    worth = {**right()["valuation"], "amount": "24000000.00"}
    first = await town.approved(**big, collateral=[right(valuation=worth)])
    assert await town.office.state(first) == "capacity_reserved"

    second = await town.office.submits(bank=CCB, **big, collateral=[right(valuation=worth)])
    await town.office.approves(second)
    await town.settled()

    shown = await town.office.case(second)
    assert shown["state"] == "capacity_declined"
    assert "borrower_cap" in [limit["limit"] for limit in shown["declined_limits"]]


async def test_a_case_that_finds_no_room_waits_and_goes_on_in_both_services_when_room_appears(
    town: Town,
):
    big = {"amount": "6000000.00"}
    worth = {**right()["valuation"], "amount": "24000000.00"}
    first = await town.approved(**big, collateral=[right(valuation=worth)])
    second = await town.office.submits(bank=CCB, **big, collateral=[right(valuation=worth)])
    await town.office.approves(second)
    await town.settled()
    assert "第 1 位" in (await town.office.case(second))["history"][-1]["reason"]

    await town.office.post(town.office.bank(), first, "withdraw", {"reason": "企业不再需要"})
    await town.settled()
    await serve_waiting_lines(town.pool.context)
    await town.settled()

    assert await town.office.state(second) == "capacity_reserved"
    coverage = (await town.pool.as_("au", "auditor").get(f"/coverages/{second['id']}")).json()
    assert (coverage["state"], coverage["reserved"]) == ("reserved", "6000000.00")


async def test_a_waiting_case_that_is_rejected_leaves_the_line_of_the_pool(town: Town):
    big = {"amount": "6000000.00"}
    worth = {**right()["valuation"], "amount": "24000000.00"}
    await town.approved(**big, collateral=[right(valuation=worth)])
    second = await town.office.submits(bank=CCB, **big, collateral=[right(valuation=worth)])
    await town.office.approves(second)
    await town.settled()

    await town.office.post(town.office.approver("zhou"), second, "reject", {"reason": "不再等候"})
    await town.settled()

    auditor = town.pool.as_("au", "auditor")
    assert (await auditor.get("/pools/dongli/waiting-line")).json()["items"] == []
    released = (await auditor.get(f"/coverages/{second['id']}")).json()
    assert (released["state"], released["release_reason"]) == ("released", "rejected")


async def test_a_withdrawn_case_gives_its_capacity_back(town: Town):
    case = await town.approved()
    await town.office.post(town.office.bank(), case, "withdraw", {"reason": "企业不再需要"})
    await town.settled()

    coverage = (await town.pool.as_("au", "auditor").get(f"/coverages/{case['id']}")).json()

    assert coverage["state"] == "released"
    assert await town.office.state(case) == "withdrawn"


async def test_capacity_that_runs_out_ends_the_approval_on_both_sides(town: Town):
    case = await town.approved()
    until = (await town.office.case(case))["reserved_until"]
    assert until == "2026-05-01"

    await town.office.moves_clock(days=85)
    await town.settled()

    assert await town.office.state(case) == "expired"
    coverage = (await town.pool.as_("au", "auditor").get(f"/coverages/{case['id']}")).json()
    assert coverage["state"] == "released"
