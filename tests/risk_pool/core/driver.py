"""Words of the domain for stories through a running risk_pool: a pool, its banks, their loans."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.risk_pool.consumer import ROUTES
from services.risk_pool.handlers.claim_cover import release_for_claim
from services.risk_pool.main import SERVICE, serve_waiting_lines
from services.risk_pool.tables.ledger import lock_pool
from shared.contracts.applications import (
    ApplicationApprovedV1,
    ApplicationExpiredV1,
    ApplicationRejectedV1,
    ApplicationWithdrawnV1,
    DayOverV1,
    LoanDisbursedV1,
    LoanDisbursementUndoneV1,
    LoanDrawnV1,
    LoanDrawsEndedV1,
    LoanDrawUndoneV1,
    LoanPositionReportedV1,
    LoanReopenedV1,
    LoanRepaidV1,
)
from shared.contracts.envelope import Envelope, Event
from shared.contracts.filed_loans import LoanPaidOut
from shared.life_cycle import Actor
from shared.messaging.consumer import Consumer, Patience
from shared.money import parse_fen
from shared.postgres.database import EVERYWHERE
from tests.cash import released
from tests.papers import told
from tests.publishing import publish
from tests.services import Person, RunningService

OPENED = date(2026, 1, 1)
EVERYTHING_TOLD = DayOverV1(day=date(2099, 12, 31), told=())
"""The test is the producer: it tells nothing that it does not hand over."""
DRAWS_UNTIL = date(2026, 6, 30)
USCC = "91120110MA05TQXX00"


def yuan(text: str) -> int:
    """Fen of an amount as it is written in a case: "1,000,000.00"."""
    return parse_fen(text.replace(",", ""))


class Pool:
    """One pool of a running service, spoken to as finance, as banks, and by events."""

    def __init__(self, service: Any, code: str = "dongli") -> None:
        self.service = service
        self.code = code
        self.programme = code
        self.loans: dict[str, UUID] = {}
        self.cases: dict[str, dict[str, Any]] = {}
        self.manager = service.as_("lin", "pool_manager")
        self.finance = service.as_("gao", "finance_maker")
        self.checker = service.as_("qian", "finance_checker")
        self.auditor = service.as_("shen", "auditor")

    def remembers(self) -> dict[str, Any]:
        """What the test knows of its story, without the service and the persons that speak to it."""
        return {
            name: value
            for name, value in vars(self).items()
            if name != "service" and not isinstance(value, Person)
        }

    def bank(self, code: str) -> Any:
        """Somebody of a bank."""
        return self.service.as_(f"{code}-clerk", "bank_operator", institution=code)

    async def opened(
        self,
        *banks: str,
        lines: dict[str, str] | None = None,
        opened_on: date = OPENED,
        text: str | None = None,
    ) -> "Pool":
        """Open the pool with the district's finance bureau and some banks; under the programme's
        file, or under a text of the test's own."""
        parties: list[dict[str, Any]] = [
            {"code": "DL-FIN", "role": "district", "name": "区财政局"},
            *({"code": bank, "role": "bank", "name": bank} for bank in banks),
        ]
        for party in parties:
            if lines and party["code"] in lines:
                party["line"] = {
                    "amount": lines[party["code"]],
                    "valid_from": OPENED.isoformat(),
                }
        await publish(self.service, self.code, text)
        await self.hears(
            EVERYTHING_TOLD, *(paper for one in (*banks, EVERYWHERE) for paper in told(one))
        )
        answer = await self.manager.post(
            "/pools",
            json={
                "code": self.code,
                "name": f"资金池 {self.code}",
                "programme": self.code,
                "opened_on": opened_on.isoformat(),
                "parties": parties,
            },
        )
        assert answer.status_code == 201, answer.text
        return self

    async def paid_in(self, amount: str, *, on: date = OPENED) -> dict[str, Any]:
        """The district pays in."""
        return await self._moves_cash("contribution", amount, on, party_code="DL-FIN")

    async def fee(self, amount: str, *, on: date = OPENED) -> None:
        """Money leaves the account."""
        await self._moves_cash("fee", amount, on)

    async def interest(self, amount: str, *, on: date = OPENED) -> Any:
        """The account's bank credits interest."""
        return await self._moves_cash("interest", amount, on)

    async def _moves_cash(self, kind: str, amount: str, on: date, **more: Any) -> Any:
        """Entered by one person, and released by another."""
        return await released(
            self.finance, self.checker, self.code, kind, amount, on.isoformat(), **more
        )

    async def hears(self, *events: Event, at: datetime | None = None) -> None:
        """Events arrive as one batch; none may be parked. `at`: when they happened, if not now."""
        context = self.service.context
        consumer = Consumer(
            context.database,
            ROUTES,
            service="risk_pool",
            now=context.clock.now,
            patience=Patience(attempts=1),
        )
        await consumer.receive("applications", [arrived(event, at=at) for event in events])
        async with context.database.begin(EVERYWHERE) as conn:
            parked = await conn.fetch("select error from parked")
        assert not parked, parked[0]["error"]

    def case(
        self, name: str, *, bank: str = "ICBC", amount: str = "1000000.00", **more: Any
    ) -> Any:
        """A case by a name of the test's own; the same name is the same case."""
        known = self.cases.setdefault(
            name,
            {
                "loan_id": uuid7(),
                "number": f"DL-2026-{len(self.cases) + 1:06d}",
                "bank_code": bank,
                "pool_code": self.code,
                "borrower_uscc": more.pop("uscc", f"9112011{len(self.cases):011d}"),
                "borrower_name": f"企业{name}",
            },
        )
        self.loans[name] = known["loan_id"]
        return SimpleNamespace(**known)

    def approval(self, name: str, *, amount: str = "1000000.00", **more: Any) -> Event:
        """Two persons have approved the case."""
        ip_share_bp = more.pop("ip_share_bp", 10_000)
        ip_amount = more.pop("ip_amount", None)
        attributes = more.pop("attributes", {})
        mode = more.pop("mode", "direct")
        approved_on = more.pop("approved_on", OPENED + timedelta(days=10))
        programme = more.pop("programme", self.programme)
        renews = more.pop("renews", None)
        case = self.case(name, **more)
        return ApplicationApprovedV1(
            **vars(case),
            amount_fen=yuan(amount),
            ip_share_bp=ip_share_bp,
            ip_amount_fen=None if ip_amount is None else yuan(ip_amount),
            attributes=attributes,
            tenor_months=12,
            annual_rate_bp=435,
            programme=programme,
            mode=mode,
            approved_on=approved_on,
            renews=renews and self.loans[renews],
        )

    def filing(
        self,
        name: str,
        *,
        amount: str = "1000000.00",
        outstanding: str = "",
        on: date = OPENED + timedelta(days=5),
        **more: Any,
    ) -> Event:
        """The case is approved as one that was paid out before."""
        paid = LoanPaidOut(
            loan_no=f"JK-{name}",
            disbursed_on=on,
            matures_on=on + timedelta(days=365),
            outstanding_principal_fen=yuan(outstanding or amount),
            as_of=on,
        )
        return self.approval(name, amount=amount, **more).model_copy(update={"paid_out": paid})

    def disbursement(
        self,
        name: str,
        *,
        amount: str = "1000000.00",
        on: date = OPENED + timedelta(days=20),
        draws_until: date | None = None,
    ) -> Event:
        """The bank has paid the loan out, or its first part."""
        return LoanDisbursedV1(
            **vars(self.case(name)),
            amount_fen=yuan(amount),
            loan_no=f"JK-{name}",
            disbursed_on=on,
            matures_on=on + timedelta(days=365),
            annual_rate_bp=435,
            draws_until=draws_until,
        )

    def draw(
        self, name: str, amount: str, drawn: str, *, no: int = 2, on: date = date(2026, 2, 10),
        **more: Any,
    ) -> Event:  # fmt: skip
        """A further part is paid out: `drawn` with it in all, and owed unless more is said."""
        return LoanDrawnV1(
            **vars(self.case(name)),
            draw_no=no,
            amount_fen=yuan(amount),
            drawn_on=on,
            reference=f"PZ-{name}-{no}",
            drawn_fen=yuan(drawn),
            drawable_fen=0,
            draws_until=DRAWS_UNTIL,
            outstanding_principal_fen=yuan(more.get("outstanding", drawn)),
        )

    def draw_undone(
        self, name: str, amount: str, drawn: str, *, no: int = 2, on: date = date(2026, 2, 12),
        **more: Any,
    ) -> Event:  # fmt: skip
        """A part was never paid out: `drawn` without it in all."""
        return LoanDrawUndoneV1(
            **vars(self.case(name)),
            draw_no=no,
            amount_fen=yuan(amount),
            drawn_on=on,
            reference=f"PZ-{name}-{no}",
            drawn_fen=yuan(drawn),
            draws_until=more.get("until", DRAWS_UNTIL),
            outstanding_principal_fen=yuan(more.get("outstanding", drawn)),
            reason="受托支付退汇",
            on=on,
        )

    def draws_end(self, name: str, *, on: date = date(2026, 7, 1)) -> Event:
        """The time for draws is over."""
        return LoanDrawsEndedV1(
            **vars(self.case(name)), undrawn_fen=1, draws_until=DRAWS_UNTIL, on=on
        )

    async def pays_in_parts(self, name: str, first: str, *, amount: str, **more: Any) -> None:
        """A loan is approved and its first part paid out; the rest may be drawn."""
        await self.hears(self.approval(name, amount=amount, **more))
        await self.hears(self.disbursement(name, amount=first, draws_until=DRAWS_UNTIL))

    def position(
        self, name: str, month: str, outstanding: str, *, risk_class: str = "normal", **more: Any
    ) -> Event:
        """The bank reports where the loan stood."""
        return LoanPositionReportedV1(
            **vars(self.case(name)),
            month=month,
            outstanding_principal_fen=yuan(outstanding),
            overdue_days=more.get("overdue_days", 0),
            risk_class=risk_class,
            reported_on=more.get("reported_on", date(2027, 12, 31)),
            drawn_since_fen=yuan(more.get("drawn_since", "0.00")),
        )

    def reopening(self, name: str, outstanding: str, *, on: date = date(2026, 12, 2)) -> Event:
        """The zero of a month was a mistake."""
        return LoanReopenedV1(
            **vars(self.case(name)),
            month=f"{on:%Y-%m}",
            outstanding_principal_fen=yuan(outstanding),
            reported_on=on,
            reason="月报误报为零",
        )

    def undoing(self, name: str, *, on: date = date(2026, 1, 22)) -> Event:
        """The disbursement was reported by mistake."""
        return LoanDisbursementUndoneV1(**vars(self.case(name)), reason="误报放款", on=on)

    def withdrawal(self, name: str) -> Event:
        return ApplicationWithdrawnV1(**vars(self.case(name)), reason="不再需要")

    def rejection(self, name: str) -> Event:
        return ApplicationRejectedV1(**vars(self.case(name)), reason="不符合条件")

    def expiry(self, name: str) -> Event:
        return ApplicationExpiredV1(**vars(self.case(name)))

    def repayment(self, name: str, *, on: date = date(2026, 12, 1)) -> Event:
        return LoanRepaidV1(**vars(self.case(name)), repaid_on=on)

    async def claims_cover(self, name: str, by: Actor) -> None:
        """Somebody approves a claim for the loan: its cover is used up."""
        context = self.service.context
        async with context.database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, self.code)
            await release_for_claim(
                conn, pool, self.loans[name], day=OPENED, by=by, now=context.clock.now()
            )

    async def approved(self, name: str, **more: Any) -> None:
        await self.hears(self.approval(name, **more))

    async def covers(self, name: str, *, amount: str = "1000000.00", **more: Any) -> None:
        """A loan is approved and paid out."""
        await self.hears(self.approval(name, amount=amount, **more))
        await self.hears(self.disbursement(name, amount=amount))

    async def serves_its_line(self) -> None:
        """The due job walks the waiting lines."""
        await serve_waiting_lines(self.service.context)

    async def line(self, by: Any = None) -> list[tuple[int, str]]:
        """Who waits, in order: place and the name of the case."""
        names = {str(loan_id): name for name, loan_id in self.loans.items()}
        answer = await (by or self.auditor).get(f"/pools/{self.code}/waiting-line")
        assert answer.status_code == 200, answer.text
        return [(one["place"], names[one["loan_id"]]) for one in answer.json()["items"]]

    async def coverage(self, name: str) -> dict[str, Any]:
        """The coverage of a case, as the bureau sees it."""
        answer = await self.auditor.get(f"/coverages/{self.loans[name]}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def stands(self) -> dict[str, Any]:
        """The pool's page."""
        answer = await self.auditor.get(f"/pools/{self.code}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def balances(self) -> dict[str, str]:
        """Account → balance, those that are not nought."""
        answer = (await self.auditor.get(f"/pools/{self.code}/balances")).json()
        for sort in ("money", "exposure"):
            assert answer[sort]["debited"] == answer[sort]["credited"]
        return {
            one["account"]: one["balance"] for one in answer["accounts"] if one["balance"] != "0.00"
        }

    async def said(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What was told the others, oldest first: type and data."""
        await self.service.settled()
        answer = (await self.auditor.get("/events", params={"limit": 200})).json()
        return [
            {"type": item["type"], **item["data"]}
            for item in answer["items"]
            if kind is None or item["type"] == kind
        ]

    async def incidents(self) -> list[str]:
        """The kinds of incidents, oldest first."""
        answer = (await self.auditor.get("/incidents", params={"pool": self.code})).json()
        return [item["kind"] for item in reversed(answer["items"])]


def arrived(event: Event, *, at: datetime | None = None) -> Envelope:
    """An event on its way in."""
    return Envelope(
        id=uuid7(),
        type=event.type,
        source="/zhidai/applications",
        time=at or datetime.now(UTC),
        subject=event.subject,
        key=event.key,
        institution=event.institution,
        body=event.model_dump_json().encode(),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


@asynccontextmanager
async def pool_of(
    running: Any, *banks: str, paid_in: str = "", code: str = "dongli", **more: Any
) -> AsyncIterator[Pool]:
    """A running risk_pool with one pool, its banks, and money in it."""

    async def tell(service: RunningService) -> dict[str, Any]:
        await service.context.clock.set(datetime(2026, 1, 11, 1, 0, tzinfo=UTC))
        pool = await Pool(service, code).opened(*banks, **more)
        if paid_in:
            await pool.paid_in(paid_in)
        return pool.remembers()

    name = (pool_of, banks, paid_in, code, repr(more))
    async with running.after(name, tell, SERVICE, at_once=False) as (service, remembered):
        pool = Pool(service, code)
        vars(pool).update(remembered)
        yield pool
