"""A query parameter that a route does not have is refused, since it would be a filter that filters nothing."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel

from shared.http import problems
from shared.http.known_query import known_query


class Page(BaseModel):
    cursor: str = ""
    limit: int = 50


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
    return [(one["location"], one["parameter"], one["code"]) for one in answer.json()["errors"]]


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
