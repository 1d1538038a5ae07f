"""A query parameter that a route does not have is refused, since it would be a filter that filters nothing."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel

from shared.http import problems
from shared.http.known_query import known_query
from shared.http.requests import RequestBody


class Page(BaseModel):
    cursor: str = ""
    limit: int = 50


class Change(RequestBody):
    amount: int


def of_pool(pool: str = "") -> str:
    return pool


@pytest.fixture
async def asked() -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter()

    @router.get("/loans/{loan_id}")
    def loans(
        loan_id: int,
        page: Annotated[Page, Query()],
        pool: Annotated[str, Depends(of_pool)],
        state: Annotated[list[str] | None, Query(alias="in")] = None,
        q: str = "",
    ) -> Any:
        return {"limit": page.limit, "pool": pool, "in": state, "q": q}

    @router.post("/loans/{loan_id}")
    def change(loan_id: int, body: Change, page: Annotated[Page, Query()]) -> Any:
        raise AssertionError("nothing wrong comes here")

    inner = APIRouter(dependencies=[Depends(known_query)])
    inner.include_router(router, prefix="/api")
    app = FastAPI()
    problems.install(app)
    app.router.routes.extend(inner.routes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidai.test") as client:
        yield client


def faults(answer: httpx.Response) -> list[tuple[str, str, str]]:
    assert answer.status_code == 422
    return [
        (one["location"], one.get("parameter") or one["pointer"], one["code"])
        for one in answer.json()["errors"]
    ]


async def test_what_a_route_takes_is_taken_wherever_it_is_declared(asked):
    answer = await asked.get("/api/loans/1?pool=dongli&in=active&in=closed&q=")
    assert answer.json() == {"limit": 50, "pool": "dongli", "in": ["active", "closed"], "q": ""}


async def test_unknown_parameters_and_second_values_are_named_all_at_once(asked):
    answer = await asked.get("/api/loans/1?state=active&limti=5&q=1&q=2&in=a&in=b")
    assert faults(answer) == [
        ("query", "state", "unknown-field"),
        ("query", "limti", "unknown-field"),
        ("query", "q", "repeated"),
    ]


async def test_they_are_named_with_everything_else_that_is_wrong_with_the_request(asked):
    answer = await asked.post(
        "/api/loans/one?state=active&limit=many", json={"amount": "a", "x": 1}
    )
    assert faults(answer) == [
        ("query", "state", "unknown-field"),
        ("path", "loan_id", "not-an-integer"),
        ("query", "limit", "not-an-integer"),
        ("body", "#/amount", "not-an-integer"),
        ("body", "#/x", "unknown-field"),
    ]
    # The form of what is no JSON is not judged; that it is none is told when the address is right.
    assert faults(await asked.post("/api/loans/1?state=active", content=b"amount")) == [
        ("query", "state", "unknown-field")
    ]
    missing = await asked.post("/api/loans/1?state=active")
    assert faults(missing) == [("query", "state", "unknown-field"), ("body", "#", "missing")]
