"""A driver for stories about cases: banks, reviewers and the pool's words, over the real API."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from uuid6 import uuid7

from services.applications.consumer import ROUTES
from shared.contracts.applications import DayOverV1
from shared.contracts.around_loans import PolicyStandsV1
from shared.contracts.envelope import Envelope, Event, decode
from shared.contracts.papers import DocumentStoredV1
from shared.contracts.registry import EVENTS
from shared.contracts.rights import LoanPledgesStandV1
from shared.contracts.risk_pool import CoverageReservedV1, PoolOpenedV1
from shared.identifiers import patent_check
from shared.messaging.consumer import Consumer
from shared.months import Month
from shared.schemes.vocabulary import CREDIT_LISTS
from tests.papers import document, stores
from tests.publishing import heard
from tests.services import RunningService

DEADLINES = tuple(name for name in EVENTS if name.startswith(("case-deadline.", "pool-deadline.")))
"""Told beside nearly every move."""

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday morning in Tianjin."""

ICBC, CCB = "ICBC-TJ", "CCB-TJ"
FIRM = "91440400192548256N"
OTHER_FIRM = "91450200198229141F"

_serials = itertools.count(1)


def patent(year: int = 2022) -> str:
    """A fresh invention patent's number with its right check digit."""
    body = f"{year}1{next(_serials):07d}"
    return f"{body}.{patent_check(body)}"


def right(number: str | None = None, **changes: Any) -> dict[str, Any]:
    """A right that nothing is wrong with."""
    return {
        "kind": "invention",
        "number": number or patent(),
        "name": "一种投放广告的方法",
        "owner_uscc": FIRM,
        "owner_name": "珠海格力电器股份有限公司",
        "filed_on": "2022-05-01",
        "expires_on": "2042-05-01",
        "valuation": {
            "amount": "12000000.00",
            "method": "income",
            "appraiser": "天津某资产评估有限公司",
            "valued_on": "2026-01-15",
        },
        **changes,
    }


PAPERS = (
    "business_licence",
    "ip_certificates",
    "financial_statements",
    "purpose_statement",
    "bank_approval",
)


def submission(**changes: Any) -> dict[str, Any]:
    """A complete case that the machine accepts."""
    body = {
        "pool_code": "dongli",
        "mode": "direct",
        "borrower": {
            "uscc": FIRM,
            "name": "珠海格力电器股份有限公司",
            "registered_on": "2015-06-01",
            "is_sme": True,
            "region_code": "120110",
        },
        "amount": "1000000.00",
        "tenor_months": 12,
        "annual_rate_bp": 385,
        "purpose": "r_and_d",
        "repayment": "bullet",
        "has_other_collateral": False,
        "is_first_loan": True,
        "collateral": [right()],
        "documents": [document(kind) for kind in PAPERS],
    }
    return deepcopy(body | changes)


@contextmanager
def counted(office: "Office") -> Iterator[list[str]]:
    """The statements that the service's writing connections run in the block."""
    seen: list[str] = []
    pool = office.service.context.database._pool

    def note(query: Any) -> None:
        # The relay works beside; what it does is not the request's.
        if any(
            table in query.query for table in ("positions", "loans", "applications", "into outbox")
        ):
            seen.append(query.query)

    connections = [holder._con for holder in pool._holders if holder._con is not None]
    for connection in connections:
        connection.add_query_logger(note)
    try:
        yield seen
    finally:
        for connection in connections:
            connection.remove_query_logger(note)


def nothing_found(day: date) -> list[dict[str, Any]]:
    """Every list was looked at on a day, and the firm stands on none."""
    return [{"name": name, "checked_on": str(day), "found": False} for name in CREDIT_LISTS]


@dataclass
class Office:
    """The service with two banks, a pool, and its people."""

    service: RunningService
    seen: int = 0
    _people: dict[str, Any] = field(default_factory=dict)

    def bank(self, code: str = ICBC, subject: str = "") -> Any:
        return self._person(subject or f"clerk-{code}", "bank_operator", institution=code)

    def reviewer(self, subject: str = "wang") -> Any:
        return self._person(subject, "reviewer")

    def approver(self, subject: str = "li") -> Any:
        return self._person(subject, "approver")

    def staff(self, subject: str, *roles: str) -> Any:
        return self._person(subject, *roles)

    def _person(self, subject: str, *roles: str, institution: str = "*") -> Any:
        key = f"{subject}/{roles}/{institution}"
        if key not in self._people:
            self._people[key] = self.service.as_(subject, *roles, institution=institution)
        return self._people[key]

    @property
    def now(self) -> datetime:
        return self.service.context.clock.now()

    async def opens(self) -> None:
        await self.opens_banks()
        await self.hears(*(heard(code) for code in ("dongli", "youxian")))
        await self.hears(
            *(
                PoolOpenedV1(pool_code=code, name=name, programme=code, opened_on=date(2026, 1, 1))
                for code, name in (("dongli", "东丽资金池"), ("youxian", "游仙资金池"))
            )
        )

    async def opens_banks(self) -> None:
        """Two banks, with the papers stored that their cases refer to."""
        await self.lets_banks_in()
        for code in (ICBC, CCB):
            await stores(self.bank(code), *PAPERS, "extension_agreement", "ip_share_clause")

    async def lets_banks_in(self) -> None:
        await self.moves_clock(START)
        admin = self.staff("chen", "admin")
        for code, name, uscc in (
            (ICBC, "中国工商银行天津分行", "91100000100003962T"),
            (CCB, "中国建设银行天津分行", "911100001000044477"),
        ):
            answer = await admin.post("/banks", json={"code": code, "name": name, "uscc": uscc})
            assert answer.status_code == 201, answer.text

    async def moves_clock(self, moment: datetime | None = None, *, days: int = 0) -> None:
        moment = moment or self.now + timedelta(days=days)
        answer = await self.staff("chen", "admin").put(
            "/sandbox/clock", json={"now": moment.isoformat()}
        )
        assert answer.status_code == 200, answer.text

    async def hears(self, *events: Event, ids: list[UUID] | None = None) -> None:
        """The pool's events, as one batch, through the real inbox."""
        context = self.service.context
        consumer = Consumer(context.database, ROUTES, service="applications", now=context.clock.now)
        batch = [
            Envelope(
                id=ids[index] if ids else uuid4(),
                type=event.type,
                source="/zhidai/risk_pool",
                time=self.now,
                subject=event.subject,
                key=event.key,
                institution=event.institution,
                body=event.model_dump_json().encode(),
                traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            )
            for index, event in enumerate(events)
        ]
        await consumer.receive("risk_pool", batch)

    async def said(self, *types: str) -> list[Event]:
        """What this service has told the others since the last time it was asked; that a day is over or
        a paper stored, or how pledges or policies stand, is left out where it is not asked for."""
        await self.service.settled()
        async with self.service.context.database.begin("*") as conn:
            rows = await conn.fetch(
                "select * from event_feed where position > $1 order by position", self.seen
            )
        self.seen = rows[-1]["position"] if rows else self.seen
        events = [
            decode(
                Envelope(
                    id=row["event_id"],
                    type=row["type"],
                    source=row["source"],
                    time=row["occurred_at"],
                    subject=row["subject"],
                    key=row["key"],
                    institution=row["institution"],
                    body=row["body"],
                    traceparent=row["traceparent"],
                )
            )
            for row in rows
        ]
        unasked = {
            DayOverV1.type,
            DocumentStoredV1.type,
            LoanPledgesStandV1.type,
            PolicyStandsV1.type,
            *DEADLINES,
        }
        wanted = types or {event.type for event in events} - unasked
        return [event for event in events if event.type in wanted]

    async def submits(
        self, *, bank: str = ICBC, expect: str = "accepted", demand: str = "", **changes: Any
    ) -> Any:
        answered = {"demand": demand} if demand else {}
        answer = await self.bank(bank).post(
            "/applications", json=submission(**changes), params=answered
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == expect, answer.json()["findings"]
        return answer.json()

    async def post(self, person: Any, case: Any, step: str, body: Any = None) -> Any:
        answer = await person.post(f"/applications/{case['id']}/{step}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def recommends(self, case: Any) -> None:
        await self.post(self.reviewer(), case, "take")
        await self.post(self.reviewer(), case, "recommend", {"opinion": "材料齐全，建议批准"})

    async def approves(self, case: Any) -> None:
        await self.recommends(case)
        body = {"opinion": "同意入库", "lists_checked": nothing_found(self.now.date())}
        await self.post(self.approver(), case, "approve", body)

    def reserved(self, case: Any, *, until: date | None = None) -> CoverageReservedV1:
        return CoverageReservedV1(
            pool_code="dongli",
            loan_id=case["id"],
            number=case["number"],
            bank_code=ICBC,
            amount_fen=100_000_000,
            reserved_until=until or (self.now + timedelta(days=60)).date(),
            scheme_version="dongli/direct@2022-10-28#000000000000",
        )

    async def reserves(self, case: Any, **more: Any) -> None:
        await self.approves(case)
        await self.hears(self.reserved(case, **more))

    async def registers(self, case: Any, *, bank: str = ICBC, rights: int = 1) -> None:
        await self.post(
            self.bank(bank),
            case,
            "pledge-registration",
            {
                "registrations": [
                    {
                        "collateral_no": number,
                        "registration_no": "Y2026120000123",
                        "registry": "CNIPA",
                        "registered_on": str(self.now.date()),
                    }
                    for number in range(1, rights + 1)
                ]
            },
        )

    async def lends(
        self,
        *,
        loan_no: str = "JJ-1",
        bank: str = ICBC,
        matures_on: str = "",
        first: str = "",
        draws_until: str | None = None,
        **changes: Any,
    ) -> Any:
        """A case the whole way to a loan of 1,000,000.00; or its first part, the rest to be drawn."""
        case = await self.submits(bank=bank, **changes)
        await self.reserves(case)
        await self.registers(case, bank=bank)
        today = self.now.date()
        await self.post(
            self.bank(bank),
            case,
            "disbursement",
            {
                "loan_no": loan_no,
                "amount": first or changes.get("amount", "1000000.00"),
                "disbursed_on": str(today),
                "matures_on": matures_on or str(today.replace(year=today.year + 1)),
                "lists_checked": nothing_found(today),
                "draws_until": draws_until,
            },
        )
        return case

    async def draws(self, case: Any, amount: str, reference: str, *, by: Any = None, **more: Any):
        """A further part of the loan is paid out today; the bare answer."""
        today = self.now.date()
        drawn_on = date.fromisoformat(more.get("drawn_on", str(today)))
        body = {"amount": amount, "drawn_on": str(drawn_on), "reference": reference}
        body |= {"lists_checked": nothing_found(min(drawn_on, today))} | more
        return await (by or self.bank()).post(f"/loans/{case['id']}/draws", json=body)

    async def drawn(self, case: Any) -> list[dict[str, Any]]:
        """Every draw of the loan, the disbursement first."""
        answer = await self.bank().get(f"/loans/{case['id']}/draws")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def loan(self, case: Any) -> dict[str, Any]:
        """The loan where it stands."""
        answer = await self.bank().get(f"/loans/{case['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def copies(self, case: Any, count: int) -> list[str]:
        """So many more loans like the one of a case; the answer is their loan numbers."""
        async with self.service.context.database.begin("*") as conn:
            ids = [uuid7() for _ in range(count)]
            for table, key, own in (
                ("applications", "id", {"id": "twins.id", "number": "number || '-' || n"}),
                (
                    "loans",
                    "application_id",
                    {
                        "application_id": "twins.id",
                        "loan_no": "loan_no || '-' || n",
                        "loan_no_canonical": "loan_no_canonical || '-' || n",
                    },
                ),
            ):
                columns = [
                    row["column_name"]
                    for row in await conn.fetch(
                        "select column_name from information_schema.columns where table_name = $1",
                        table,
                    )
                ]
                values = ", ".join(own.get(name, f"like_this.{name}") for name in columns)
                await conn.execute(
                    f"insert into {table} ({', '.join(columns)}) select {values} "
                    f"from {table} as like_this, unnest($2::uuid[]) with ordinality as twins (id, n) "
                    f"where like_this.{key} = $1",
                    UUID(case["id"]),
                    ids,
                )
            numbers = await conn.fetch(
                "select loan_no from loans where application_id = any($1::uuid[]) order by 1", ids
            )
        return [row["loan_no"] for row in numbers]

    async def reports(
        self, month: str, *items: dict[str, Any], bank: str = ICBC, status: int = 200
    ) -> Any:
        """A month's positions, on its last day at the earliest: the clock is moved to it."""
        last = datetime.combine(Month.parse(month).last, time(1), UTC)
        if self.now < last:
            await self.moves_clock(last)
        answer = await self.bank(bank).post(
            "/positions", json={"month": month, "items": list(items)}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def case(self, case: Any, *, by: Any = None) -> Any:
        person = by or self.reviewer()
        answer = await person.get(f"/applications/{case['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def state(self, case: Any) -> str:
        return str((await self.case(case))["state"])


def position(
    loan_no: str = "JJ-1", principal: str = "1000000.00", **changes: Any
) -> dict[str, Any]:
    """A loan that is served as agreed."""
    return {
        "loan_no": loan_no,
        "outstanding_principal": principal,
        "overdue_days": 0,
        "interest_arrears": "0.00",
        "penalty_interest": "0.00",
        "risk_class": "normal",
        **changes,
    }
