"""Words for stories of a pool that is taken over: both services, and finance's two persons."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from services.applications.main import SERVICE as APPLICATIONS
from services.risk_pool.audit.verify import audit_pool
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from tests.applications.office import CCB, ICBC, START, Office, position
from tests.applications.test_with_the_pool import Town
from tests.cash import pay_claim
from tests.papers import sends
from tests.publishing import publish
from tests.risk_pool.openings.book import Sheets, workbook
from tests.services import RunningService, nothing_in_flight

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


PAPERS_OF_A_CLAIM = (
    "claim_form", "claim_report", "recovery_plan", "diligence_statement", "business_licence",
)  # fmt: skip


@dataclass
class County:
    """A pool that nothing is booked in yet, and its people."""

    office: Office
    pool: RunningService
    code: str = "dongli"

    def __post_init__(self) -> None:
        self.maker = self.pool.as_("fan", "finance_maker")
        self.checker = self.pool.as_("hu", "finance_checker")
        self.auditor = self.pool.as_("au", "auditor")

    async def settled(self) -> None:
        """Both services have heard everything."""
        await nothing_in_flight([self.office.service, self.pool])

    async def sends(self, sheets: Sheets, *, status: int = 201, **query: Any) -> Any:
        """Finance brings a workbook in; the answer."""
        return await self.sends_bytes(workbook(sheets), status=status, **query)

    async def sends_bytes(self, content: bytes, *, status: int = 201, **query: Any) -> Any:
        """Finance brings a file in; the answer."""
        answer = await self.maker.post(
            f"/pools/{self.code}/openings",
            content=content,
            params={"file_name": "期初.xlsx", **query},
            headers={"Content-Type": XLSX},
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def step(
        self, opening: Any, step: str, *, by: Any = None, status: int = 200, **body: Any
    ) -> Any:
        """A step of the opening, and everything that follows from it."""
        person = by or (self.checker if step in ("take_over", "return") else self.maker)
        answer = await person.post(f"/openings/{opening['id']}/{step}", json=body)
        assert answer.status_code == status, answer.text
        await self.settled()
        return answer.json()

    async def proposed(self, sheets: Sheets) -> Any:
        """The book is brought in and proposed, and its loans are answered for."""
        opening = await self.sends(sheets)
        assert opening["wrong_rows"] == [], opening["wrong_rows"][:3]
        await self.step(opening, "propose")
        return await self.shown(opening)

    async def taken_over(self, sheets: Sheets) -> Any:
        """The whole way."""
        return await self.step(await self.proposed(sheets), "take_over")

    async def shown(self, opening: Any) -> Any:
        """The opening as it stands."""
        answer = await self.auditor.get(f"/openings/{opening['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def balances(self, **query: str) -> dict[str, str]:
        """Account → balance."""
        answer = await self.auditor.get(f"/pools/{self.code}/balances", params=query)
        assert answer.status_code == 200, answer.text
        return {one["account"]: one["balance"] for one in answer.json()["accounts"]}

    async def audit(self) -> Any:
        """What the audit of the pool comes to."""
        async with self.pool.context.database.begin(EVERYWHERE) as conn:
            return await audit_pool(conn, self.code)

    async def it_is(self, day: date) -> None:
        """Both services look at the same clock, at nine in the morning in China."""
        moment = datetime.combine(day, time(1), UTC)
        await self.office.moves_clock(moment)
        await self.pool.context.clock.set(moment)

    async def reports(self, month: str, sheets: Sheets, **changes: dict[str, Any]) -> None:
        """Both banks report their loans: as the book has them, but for what `changes` says by
        number (with the hyphen left out)."""
        await self.it_is(Month.parse(month).after.day(3))
        for bank in (ICBC, CCB):
            rows = [
                position(
                    row["loan_no"],
                    f"{row['outstanding']:.2f}",
                    **changes.get(row["loan_no"].replace("-", ""), {}),
                )
                for row in sheets["loans"]
                if row["bank"] == bank
            ]
            answer = await self.office.reports(month, *rows, bank=bank)
            assert answer["accepted"] == len(rows), answer
        await self.settled()

    async def settles(self, month: str) -> Any:
        """The month, from its preview to its posting."""
        for step in ("preview", "confirm", "sign", "post"):
            person = self.checker if step == "sign" else self.maker
            answer = await person.post(f"/pools/{self.code}/settlements/{month}/{step}", json={})
            assert answer.status_code == 200, (step, answer.text)
        await self.settled()
        return answer.json()

    async def claims(self, loan_id: str, principal: str, *, bank: str = ICBC) -> Any:
        """A claim on a loan from its filing to its payment, by the scheme's people."""
        body = {
            "loan_id": loan_id,
            "outstanding_principal": principal,
            "facts": {"overdue_days": 95, "risk_class": "substandard"},
            "documents": await sends(self.office.bank(bank), *PAPERS_OF_A_CLAIM),
        }
        clerk = self.pool.as_("clerk", "bank_operator", institution=bank)
        claim = await self._post(clerk, "/claims", body, 201)
        at = f"/claims/{claim['id']}"
        await self._post(self.maker, f"{at}/review", {"opinion": "材料齐全"})
        await Town(self.office, self.pool).takes_steps(claim)
        trial = (await self.checker.get(f"{at}/trial")).json()["id"]
        await self._post(self.checker, f"{at}/approve", {"opinion": "同意补偿", "trial": trial})
        paid = await pay_claim(self.maker, self.checker, claim)
        await self.settled()
        return paid

    async def _post(self, person: Any, path: str, body: Any, status: int = 200) -> Any:
        answer = await person.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


@asynccontextmanager
async def county_of(running: Any, *, opened_on: date = date(2026, 3, 1)) -> AsyncIterator[County]:
    """Both services running, two banks, and a pool without a ledger."""
    async with running(APPLICATIONS, RISK_POOL, due_interval_seconds=3600) as (office, pool):
        county = County(Office(office), pool)
        await pool.context.clock.set(START)
        await county.office.opens_banks()
        await publish(pool, "dongli")
        answer = await pool.as_("ma", "pool_manager").post(
            "/pools",
            json={
                "code": "dongli",
                "name": "东丽资金池",
                "programme": "dongli",
                "opened_on": opened_on.isoformat(),
                "parties": [
                    {"code": "DL-FIN", "role": "district", "name": "东丽区财政局"},
                    {"code": ICBC, "role": "bank", "name": "工行"},
                    {"code": CCB, "role": "bank", "name": "建行"},
                ],
            },
        )
        assert answer.status_code == 201, answer.text
        await county.settled()
        yield county
