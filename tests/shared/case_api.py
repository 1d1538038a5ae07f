"""A small API with every kind of field, and how its tests speak to it."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
from fastapi import APIRouter, Body, FastAPI
from pydantic import Field

from shared.http import problems
from shared.http.requests import IsoDate, IsoDateTime, LongText, RequestBody, ShortText
from shared.identifiers import PatentNo, Uscc
from shared.money import RequestFen
from shared.observability import telemetry
from shared.refusals import NotFound, Refused


class Mode(StrEnum):
    INSURED = "insured"
    GUARANTEED = "guaranteed"


class PatentItem(RequestBody):
    kind: Literal["patent"]
    number: PatentNo


class MarkItem(RequestBody):
    kind: Literal["trademark"]
    nice_class: int = Field(ge=1, le=45)


class Borrower(RequestBody):
    name: ShortText
    uscc: Uscc


class Case(RequestBody):
    borrower: Borrower
    amount: RequestFen
    tenor_months: int = Field(gt=0, le=120)
    drawn_on: IsoDate
    said_at: IsoDateTime | None = None
    mode: Mode = Mode.INSURED
    first_loan: bool = False
    note: LongText | None = None
    plain: str = ""
    items: list[Annotated[PatentItem | MarkItem, Field(discriminator="kind")]] = Field(
        default=[], max_length=3
    )
    bank_loan_id: UUID | None = None
    anything: dict[str, Any] = Field(default={})


GOOD: dict[str, Any] = {
    "borrower": {"name": "绵阳某某科技有限公司", "uscc": "91510700205412308D"},
    "amount": "1000000.00",
    "tenor_months": 12,
    "drawn_on": "2026-03-31",
}


class NoCapacity(Refused):
    code = "no-capacity"


def make_app() -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/api/v1")

    @router.post("/cases")
    async def submit(case: Case) -> dict[str, Any]:
        return {"amount_fen": case.amount, "items": len(case.items)}

    @router.get("/cases")
    async def cases(limit: Annotated[int, Field(ge=1, le=200)] = 50) -> int:
        return limit

    @router.put("/cases/{case_id}")
    async def change(case_id: UUID) -> str:
        return str(case_id)

    @router.get("/refused")
    async def refused() -> None:
        raise NoCapacity("额度不足", "There is no capacity.", limit="pool", left="12.00")

    @router.get("/hidden")
    async def hidden() -> None:
        raise NotFound("没有该申请", "There is no such application.")

    @router.get("/crash")
    async def crash() -> None:
        raise KeyError("the-secret-of-the-house")

    @router.post("/lists")
    async def lists(rows: Annotated[list[Borrower], Body(max_length=2)]) -> int:
        return len(rows)

    app.include_router(router)
    problems.install(app, body_bytes=10_000)
    telemetry.install(app, service="problems")
    return app


async def submit(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await client.post("/api/v1/cases", json=GOOD | changes)


async def send(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json"} | headers
    return await client.post("/api/v1/cases", content=body, headers=given)


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body, after checking that it is a whole problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:zhidai:problem:{code}"
    assert body["title"] and body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["trace_id"] == answer.headers["traceparent"].split("-")[1]
    return body


def wrong(answer: httpx.Response) -> dict[str, str]:
    """Where and how each field is wrong."""
    errors = problem_of(answer, 422, "invalid-request")["errors"]
    return {error.get("pointer") or error["parameter"]: error["code"] for error in errors}
