"""A town with everything: two banks, a bureau, a pool, and the three services between them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx

from services.applications.handlers.day_over import tell_day_over
from shared.clock import business_date
from tests.applications.office import (
    CCB,
    ICBC,
    START,
    Office,
    nothing_found,
    position,
)
from tests.cash import pay_claim, released
from tests.papers import sends
from tests.public_notices import goes_through_notice
from tests.publishing import publish
from tests.services import Person, RunningService, nothing_in_flight

CLAIM_PAPERS = (
    "claim_form",
    "claim_report",
    "recovery_plan",
    "diligence_statement",
    "business_licence",
)
BUREAU_ROLES = (
    "reviewer",
    "approver",
    "leader",
    "finance_maker",
    "finance_checker",
    "pool_manager",
    "auditor",
    "admin",
)
BANK_ROLES = ("bank_operator", "bank_checker")
GUARANTOR = "TJ-DB"


def is_problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The problem in an answer, whose shape every refusal has."""
    assert answer.status_code in (statuses or range(400, 500)), (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    assert found["code"] and found["detail"] and found["title"], found
    assert found["type"] == f"urn:zhidai:problem:{found['code']}"
    assert found["request_id"] and found["trace_id"], found
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, is_problem(answer)["code"]


@dataclass
class Town:
    """The services of one town, and words for what people do there."""

    applications: RunningService
    risk_pool: RunningService
    notifications: RunningService
    office: Office = field(init=False)
    _people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.office = Office(self.applications)

    @property
    def services(self) -> dict[str, RunningService]:
        return {
            "applications": self.applications,
            "risk_pool": self.risk_pool,
            "notifications": self.notifications,
        }

    def at(self, service: str, subject: str, *roles: str, institution: str = "*") -> Person:
        """Somebody at the door of one service."""
        key = f"{service}/{subject}/{roles}/{institution}"
        if key not in self._people:
            running = self.services[service]
            self._people[key] = running.as_(subject, *roles, institution=institution)
        return self._people[key]

    def pool(self, subject: str, *roles: str, institution: str = "*") -> Person:
        """Somebody at the door of the risk pool."""
        return self.at("risk_pool", subject, *roles, institution=institution)

    def clerk(self, service: str = "risk_pool", bank: str = ICBC) -> Person:
        """A bank's clerk at the door of a service."""
        return self.at(service, f"clerk-{bank}", "bank_operator", institution=bank)

    @property
    def maker(self) -> Person:
        return self.pool("fan", "finance_maker")

    @property
    def checker(self) -> Person:
        return self.pool("hu", "finance_checker")

    async def settled(self) -> None:
        """Nothing that was said is still on its way."""
        await nothing_in_flight(list(self.services.values()))

    async def it_is(self, day: str) -> None:
        """Nine in the morning of a day, on every clock."""
        moment = datetime.combine(date.fromisoformat(day), time(1, 0), UTC)
        for service in self.services.values():
            await service.context.clock.set(moment)
        await self.days_are_over()

    async def days_are_over(self) -> None:
        """The due job of applications tells that the day before is over, and the pool hears it."""
        context = self.services["applications"].context
        await tell_day_over(context.database, context.clock.now)
        await self.settled()

    async def it_is_at_least(self, day: str) -> None:
        """That day or a later one, on every clock."""
        clocks = [service.context.clock for service in self.services.values()]
        morning = datetime.combine(date.fromisoformat(day), time(1, 0), UTC)
        latest = max(morning, *(clock.now() for clock in clocks)) + timedelta(minutes=1)
        for clock in clocks:
            await clock.set(latest)
        await self.days_are_over()

    async def asks(self, person: Any, path: str, body: Any = None, status: int = 200) -> Any:
        """A POST that must be answered well; its JSON, after all have heard of it."""
        answer = await person.post(path, json={} if body is None else body)
        assert answer.status_code == status, (path, answer.text)
        await self.settled()
        return answer.json()

    async def opens(self, *pools: str) -> None:
        """Banks, pools, and money in them."""
        for service in (self.risk_pool, self.notifications):
            await service.context.clock.set(START)
        await self.office.opens_banks()
        for code in pools:
            await self.opens_pool(code)

    async def opens_pool(self, code: str, *, paid_in: str = "20000000.00") -> None:
        body = {
            "code": code,
            "name": f"{code} 资金池",
            "programme": code,
            "opened_on": "2026-01-01",
            "parties": [
                {"code": "DL-FIN", "role": "district", "name": "区财政局"},
                {"code": ICBC, "role": "bank", "name": "工行"},
                {"code": CCB, "role": "bank", "name": "建行"},
            ],
        }
        await publish(self.risk_pool, code)
        await self.settled()
        await self.asks(self.pool("ma", "pool_manager"), "/pools", body, 201)
        await released(
            self.maker, self.checker, code, "contribution", paid_in, "2026-03-02",
            party_code="DL-FIN",
        )  # fmt: skip
        await self.settled()

    async def lets_guarantor_in(self) -> None:
        """A guarantor stands in the pool dongli."""
        party = {"code": GUARANTOR, "role": "guarantor", "name": "天津担保"}
        await self.asks(self.pool("ma", "pool_manager"), "/pools/dongli/parties", party, 201)

    async def approved(self, **more: Any) -> Any:
        """A case with capacity."""
        case = await self.office.submits(**more)
        await self.office.approves(case)
        await self.settled()
        return case

    async def lends(self, *, bank: str = ICBC, loan_no: str = "JJ-1", **more: Any) -> Any:
        """A case the whole way to a covered loan of 1,000,000.00."""
        case = await self.approved(bank=bank, **more)
        await self.office.registers(case, bank=bank)
        paid_out = {
            "loan_no": loan_no,
            "amount": "1000000.00",
            "disbursed_on": "2026-03-02",
            "matures_on": "2027-03-02",
            "lists_checked": nothing_found(date(2026, 3, 2)),
        }
        await self.office.post(self.office.bank(bank), case, "disbursement", paid_out)
        await self.settled()
        return case

    async def goes_bad(self, loan_no: str = "JJ-1", *, bank: str = ICBC) -> None:
        """At the end of March the bank reports the loan as substandard."""
        await self.it_is_at_least("2026-03-31")
        bad = position(loan_no, "900000.00", overdue_days=20, risk_class="substandard")
        await self.office.reports("2026-03", bad, bank=bank)
        await self.settled()

    async def claims(self, case: Any, *, bank: str = ICBC) -> Any:
        """A claim on a loan that went bad."""
        body = {
            "loan_id": case["id"],
            "outstanding_principal": "900000.00",
            "facts": {"overdue_days": 20, "risk_class": "substandard"},
            "documents": await sends(self.clerk("applications", bank), *CLAIM_PAPERS),
        }
        return await self.asks(self.clerk(bank=bank), "/claims", body, 201)

    async def approves_claim(self, claim: Any) -> Any:
        """The second person decides on the trial split that is shown."""
        at = f"/claims/{claim['id']}"
        seen = (await self.checker.get(f"{at}/trial")).json()["id"]
        return await self.asks(
            self.checker, f"{at}/approve", {"opinion": "同意补偿", "trial": seen}
        )

    async def is_paid(self, claim: Any) -> None:
        """Two persons decide, and two pay, or set the pool's part aside in escrow."""
        at = f"/claims/{claim['id']}"
        await self.asks(self.maker, f"{at}/review", {"opinion": "材料齐全"})
        await self.takes_steps(claim)
        await self.approves_claim(claim)
        await pay_claim(self.maker, self.checker, claim)
        await self.settled()

    async def takes_steps(self, claim: Any) -> None:
        """Every step that the scheme names, by its people; the days of the notice pass."""
        at = f"/claims/{claim['id']}"
        while step := (now := (await self.maker.get(at)).json())["next_step"]:
            waiting = next(one for one in now["steps"] if one["step"] == step)
            body = {"step": step, "outcome": "favourable", "opinion": "同意"}
            if step == "joint_meeting":
                minutes = await sends(self.office.reviewer(), "minutes")
                body |= {"participants": ["吴刚", "赵建国"], "papers": minutes}
            if step == "public_notice":
                today = business_date(self.risk_pool.context.clock.now())
                await goes_through_notice(self.pool, now, today=today, it_is=self.it_is)
                continue
            role = waiting["roles"][0]
            await self.asks(self.pool(f"{role}-of-steps", role), f"{at}/steps", body)

    async def recovers(self, claim: Any, *, bank: str = ICBC) -> Any:
        """The bank reports money that came back."""
        body = {
            "received_on": str(business_date(self.risk_pool.context.clock.now())),
            "route": "auction",
            "from_pledged_ip": True,
            "gross": "100000.00",
            "costs": "1000.00",
        }
        return await self.asks(
            self.clerk(bank=bank), f"/claims/{claim['id']}/recoveries", body, 201
        )
