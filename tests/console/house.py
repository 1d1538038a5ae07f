"""The whole house in one process: three real services, the console over them, and its visitors."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from fastapi import FastAPI

from services.console.main import application
from services.console.settings import ConsoleSettings
from services.console.upstream.demo import DemoLoader
from tests.applications.office import PAPERS, nothing_found, submission
from tests.cash import released
from tests.console.page import Page
from tests.papers import sends, stores
from tests.public_notices import goes_through_notice
from tests.publishing import publish
from tests.services import Person, RunningService, nothing_in_flight

ICBC, CCB = "ICBC", "CCB"
SECRET = "a secret of the tests, long enough to encrypt a session with"
MORNING = "2026-03-02T09:00:00+08:00"
LOOKED_AT = nothing_found(date(2026, 3, 2))
"""The lists of dishonest firms, looked at on that day: the firm stands on none."""

_numbers = itertools.count(1)


class House:
    """The running services, and what tests need to happen in them before somebody renderer."""

    def __init__(self, services: dict[str, RunningService], issuer_folder: Path) -> None:
        self.services = services
        self.issuer_folder = issuer_folder
        self.console: FastAPI = self.console_with()

    def console_with(self, *, demo: DemoLoader | None = None, **settings: Any) -> FastAPI:
        """A console over these services."""
        told = {
            **{f"{name}_url": "http://zhidai.test" for name in self.services},
            "session_secret": SECRET,
            "secure_cookies": False,
            "environment": "development",
            "issuer_dir": self.issuer_folder,
        }
        transports = {
            name: httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
            for name, service in self.services.items()
        }
        return application(ConsoleSettings(**(told | settings)), transports=transports, demo=demo)

    def person(self, service: str, subject: str, *roles: str, institution: str = "*") -> Person:
        """Somebody who calls a service's API without the console."""
        return self.services[service].as_(subject, *roles, institution=institution)

    async def opens(self) -> None:
        """Two banks, and a pool with money in it."""
        admin = self.person("applications", "admin", "admin")
        for code, name, uscc in (
            (ICBC, "中国工商银行天津分行", "91100000100003962T"),
            (CCB, "中国建设银行天津分行", "911100001000044477"),
        ):
            await did(admin.post("/banks", json={"code": code, "name": name, "uscc": uscc}))
            clerk = self.person(
                "applications", f"{code.lower()}-operator", "bank_operator", institution=code
            )
            await stores(clerk, *PAPERS, "展期协议")
        manager = self.person("risk_pool", "manager-wu", "pool_manager")
        parties = [("DL-FIN", "district", "东丽区财政局"), (ICBC, "bank", "中国工商银行天津分行"),
                   (CCB, "bank", "中国建设银行天津分行")]  # fmt: skip
        await publish(self.services["risk_pool"], "dongli")
        await did(
            manager.post(
                "/pools",
                json={
                    "code": "dongli",
                    "name": "东丽区知识产权质押融资风险补偿资金池",
                    "programme": "dongli",
                    "opened_on": "2026-01-01",
                    "parties": [dict(zip(("code", "role", "name"), one, strict=True)) for one in parties],
                },
            )
        )  # fmt: skip
        await self.moves_cash("contribution", "18000000.00", "2026-01-05", party_code="DL-FIN")
        await self.settled()

    async def moves_cash(self, kind: str, amount: str, on: str, **more: Any) -> Any:
        """One of finance enters it, another releases it."""
        maker = self.person("risk_pool", "finance-sun", "finance_maker")
        checker = self.person("risk_pool", "finance-qian", "finance_checker")
        return await released(maker, checker, "dongli", kind, amount, on, **more)

    async def opens_treasury(self, programme: str, role: str) -> None:
        """A second pool, under a programme of subsidies that one treasury pays."""
        manager = self.person("risk_pool", "manager-wu", "pool_manager")
        parties = [
            {"code": "FIN-1", "role": role, "name": "市财政局"},
            {"code": ICBC, "role": "bank", "name": "中国工商银行天津分行"},
        ]
        await publish(self.services["risk_pool"], programme)
        pool = {"code": programme, "name": "补贴资金", "programme": programme}
        body = pool | {"opened_on": "2026-01-01", "parties": parties}
        await did(manager.post("/pools", json=body))
        await self.settled()

    async def opens_pool_of(self, programme: str) -> None:
        """A second pool, of a programme that is borne by the pool and the bank, with money in it."""
        await publish(self.services["risk_pool"], programme)
        manager = self.person("risk_pool", "manager-wu", "pool_manager")
        parties = [
            {"code": "AH-POOL", "role": "pool", "name": "省风险补偿资金"},
            {"code": ICBC, "role": "bank", "name": "中国工商银行天津分行"},
        ]
        pool = {"code": programme, "name": "科技贷款风险补偿资金池", "programme": programme}
        body = pool | {"opened_on": "2026-01-01", "parties": parties}
        await did(manager.post("/pools", json=body))
        maker = self.person("risk_pool", "finance-sun", "finance_maker")
        checker = self.person("risk_pool", "finance-qian", "finance_checker")
        await released(
            maker, checker, programme, "contribution", "9000000.00", "2026-01-05",
            party_code="AH-POOL",
        )  # fmt: skip
        await self.settled()

    async def moves_clocks(self, moment: str) -> None:
        """All three services to the same moment."""
        for name in self.services:
            admin = self.person(name, "admin", "admin")
            await did(admin.put("/sandbox/clock", json={"now": moment}))
        await self.settled()

    async def settled(self) -> None:
        """Wait until every event said so far has been heard."""
        await nothing_in_flight(list(self.services.values()))

    async def looks_are_written(self) -> None:
        """Wait until every look so far stands in its table: they are written once a second."""
        logs = [service.context.reads for service in self.services.values()]
        async with asyncio.timeout(20):
            while any(log._waiting for log in logs):  # noqa: ASYNC110 — a list wakes nobody
                await asyncio.sleep(0.02)

    async def sees(self, service: str, path: str, **expected: Any) -> None:
        """Wait until what a service says at a path is as expected."""
        auditor = self.person(service, "auditor-zhou", "auditor")
        async with asyncio.timeout(20):
            while True:
                found = await auditor.get(path)
                if found.is_success and expected.items() <= found.json().items():
                    return
                await asyncio.sleep(0.02)

    async def reaches(self, case: dict[str, Any], state: str) -> None:
        """Wait until a case stands there."""
        await self.sees("applications", f"/applications/{case['id']}", state=state)

    async def has_case(self, bank: str = ICBC, **changes: Any) -> dict[str, Any]:
        """A case that the machine accepts, waiting in the queue; changes make it another one."""
        clerk = self.person(
            "applications", f"{bank.lower()}-operator", "bank_operator", institution=bank
        )
        answer = await did(clerk.post("/applications", json=submission(**changes)))
        await self.settled()
        return answer

    async def has_short_loan(self) -> dict[str, Any]:
        """A loan of half a year, of a programme that lets it run for longer."""
        return await self.has_loan(matures_on="2026-09-02")

    async def has_reserved(self, bank: str = ICBC, **changes: Any) -> dict[str, Any]:
        """A case that two persons have decided, with capacity held for it."""
        case = await self.has_case(bank, **changes)
        path = f"/applications/{case['id']}"
        first = self.person("applications", "reviewer-lin", "reviewer")
        second = self.person("applications", "approver-zhao", "approver")
        await did(first.post(f"{path}/take", json={}))
        await did(first.post(f"{path}/recommend", json={"opinion": "材料齐全，建议入库"}))
        await did(
            second.post(f"{path}/approve", json={"opinion": "同意入库", "lists_checked": LOOKED_AT})
        )
        await self.reaches(case, "capacity_reserved")
        return case

    async def has_loan(
        self,
        bank: str = ICBC,
        amount: str = "1000000.00",
        matures_on: str = "2027-03-02",
        first_part: str = "",
        draws_until: str | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """A case of that amount, decided by two persons and paid out, or its first part."""
        case = await self.has_reserved(bank, amount=amount, **changes)
        path = f"/applications/{case['id']}"
        clerk = self.person(
            "applications", f"{bank.lower()}-operator", "bank_operator", institution=bank
        )
        entry = {"collateral_no": 1, "registration_no": f"Y{next(_numbers):08d}", "registry": "CNIPA",
                 "registered_on": "2026-03-02"}  # fmt: skip
        await did(clerk.post(f"{path}/pledge-registration", json={"registrations": [entry]}))
        loan_no = f"{bank}-{next(_numbers)}"
        await did(
            clerk.post(
                f"{path}/disbursement",
                json={"loan_no": loan_no, "amount": first_part or amount,
                      "disbursed_on": "2026-03-02", "matures_on": matures_on,
                      "draws_until": draws_until, "lists_checked": LOOKED_AT},
            )
        )  # fmt: skip
        await self.sees("risk_pool", f"/coverages/{case['id']}", state="active")
        return case | {"loan_no": loan_no}

    async def reports(self, bank: str, month: str, *rows: dict[str, Any]) -> None:
        """A bank's positions of a month."""
        clerk = self.person(
            "applications", f"{bank.lower()}-operator", "bank_operator", institution=bank
        )
        answer = await did(clerk.post("/positions", json={"month": month, "items": list(rows)}))
        assert answer["refused"] == 0, answer
        await self.settled()

    async def has_bad_loan(
        self, bank: str = ICBC, amount: str = "1000000.00", **changes: Any
    ) -> dict[str, Any]:
        """A loan that went bad in April; it is the 10th of May."""
        loan = await self.has_loan(bank, amount, **changes)
        good = {"loan_no": loan["loan_no"], "outstanding_principal": amount, "overdue_days": 0,
                "risk_class": "normal"}  # fmt: skip
        await self.moves_clocks("2026-04-03T09:00:00+08:00")
        await self.reports(bank, "2026-03", good)
        await self.moves_clocks("2026-05-05T09:00:00+08:00")
        bad = good | {"overdue_days": 20, "risk_class": "substandard"}
        await self.reports(bank, "2026-04", bad)
        await self.sees("risk_pool", f"/coverages/{loan['id']}", position_month="2026-04")
        await self.moves_clocks("2026-05-10T09:00:00+08:00")
        return loan

    def clerk_of_papers(self, bank: str) -> Any:
        """Who sends a bank's papers."""
        return self.person(
            "applications", f"{bank.lower()}-operator", "bank_operator", institution=bank
        )

    async def has_claim(
        self, bank: str = ICBC, amount: str = "1000000.00", **said: Any
    ) -> dict[str, Any]:
        """A claim on a loan that went bad in April; it is the 10th of May."""
        loan = await self.has_bad_loan(bank, amount)
        papers = ("claim_form", "claim_report", "recovery_plan", "diligence_statement",
                  "business_licence", "statement_of_claim", "court_acceptance_notice")  # fmt: skip
        clerk = self.person(
            "risk_pool", f"{bank.lower()}-operator", "bank_operator", institution=bank
        )
        answer = await did(
            clerk.post(
                "/claims",
                json={
                    "loan_id": loan["id"],
                    "outstanding_principal": amount,
                    "facts": {"overdue_days": 30, "risk_class": "substandard"},
                    "documents": await sends(self.clerk_of_papers(bank), *papers),
                    **said,
                },
            )
        )
        await self.settled()
        return answer

    async def notice_over(self, day: str) -> None:
        """It is the 18th of May, the notice is over on any earlier day."""
        await self.moves_clocks("2026-05-18T09:00:00+08:00")

    async def takes_steps(self, path: str, until: str = "") -> dict[str, Any]:
        """Every step that the scheme names, or those before one of them, by its people; on the 18th of
        May the notice is over. The claim as it stands then."""
        auditor = self.person("risk_pool", "auditor-zhou", "auditor")
        while step := (claim := await did(auditor.get(path)))["next_step"]:
            if step == until:
                break
            waiting = next(one for one in claim["steps"] if one["step"] == step)
            body = {"step": step, "outcome": "favourable", "opinion": "同意"}
            if step == "joint_meeting":
                minutes = await sends(self.person("applications", "wang", "reviewer"), "minutes")
                body |= {"participants": ["吴刚", "赵建国"], "papers": minutes}
            if step == "public_notice":
                await goes_through_notice(
                    partial(self.person, "risk_pool"),
                    claim,
                    today=date(2026, 5, 10),
                    it_is=self.notice_over,
                )
                continue
            role = waiting["roles"][0]
            await did(
                self.person("risk_pool", f"{role}-of-steps", role).post(f"{path}/steps", json=body)
            )
        found: dict[str, Any] = claim
        return found

    async def is_approved(self, claim: dict[str, Any]) -> None:
        """The claim is approved by two persons."""
        path = f"/claims/{claim['id']}"
        maker = self.person("risk_pool", "finance-sun", "finance_maker")
        checker = self.person("risk_pool", "finance-qian", "finance_checker")
        await did(maker.post(f"{path}/review", json={"opinion": "触发条件成立"}))
        await self.takes_steps(path)
        seen = (await did(checker.get(f"{path}/trial")))["id"]
        await did(checker.post(f"{path}/approve", json={"opinion": "同意补偿", "trial": seen}))

    async def has_recovery(self, claim: dict[str, Any]) -> dict[str, Any]:
        """The claim approved by two persons, and money reported that came in since."""
        path, bank = f"/claims/{claim['id']}", claim["bank_code"]
        await self.is_approved(claim)
        clerk = self.person(
            "risk_pool", f"{bank.lower()}-operator", "bank_operator", institution=bank
        )
        came_in = {"received_on": "2026-05-18", "route": "auction", "from_pledged_ip": True,
                   "gross": "120000.00", "costs": "20000.00"}  # fmt: skip
        return dict(await did(clerk.post(f"{path}/recoveries", json=came_in)))

    @asynccontextmanager
    async def visitor(self, console: FastAPI | None = None) -> AsyncIterator["Visitor"]:
        """A browser without scripts, nobody logged in."""
        app = console or self.console
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://console.test",
            follow_redirects=True,
            headers={"Sec-Fetch-Site": "same-origin"},
        ) as client:
            yield Visitor(client)

    @asynccontextmanager
    async def logged_in(self, subject: str) -> AsyncIterator["Visitor"]:
        """A browser of somebody from the list of people."""
        async with self.visitor() as visitor:
            await visitor.logs_in(subject)
            yield visitor


class Visitor:
    """Somebody with a browser: opens pages, fills in forms, presses buttons."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def opens(self, path: str) -> Page:
        """A page, wherever it redirects to."""
        return Page(await self.client.get(path))

    async def logs_in(self, subject: str) -> Page:
        """Choose a person on the login page."""
        page = await self.opens("/login")
        return await self.sends(page, "/login", subject=subject)

    async def sends(self, page: Page, action: str, **filled: Any) -> Page:
        """Fill in the form of a page that goes to `action`, and send it."""
        fields = page.form(action) | filled
        return Page(await self.client.post(action, data=fields))

    async def sends_file(
        self, page: Page, action: str, content: bytes, name: str, **filled: Any
    ) -> Page:
        """Choose a file in the form that goes to `action`, and send it."""
        fields = page.form(action) | filled
        fields.pop("file")
        return Page(await self.client.post(action, data=fields, files={"file": (name, content)}))

    async def twice(self, page: Page, action: str, **filled: Any) -> tuple[Page, Page]:
        """A double click: the same form sent two times at once."""
        fields = page.form(action) | filled
        both = await asyncio.gather(*(self.client.post(action, data=fields) for _ in "12"))
        return Page(both[0]), Page(both[1])


async def did(asking: Any) -> Any:
    """The JSON of an answer that must be a success."""
    answer = await asking
    assert answer.is_success, answer.text
    return answer.json()


SETTINGS: dict[str, Any] = {
    "console_url": "http://console.test",
    "encryption_keys": Fernet.generate_key().decode(),
    "stream_seconds": 2,
}
