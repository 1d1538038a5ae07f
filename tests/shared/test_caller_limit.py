"""No caller takes the whole of a process, and nobody else notices that one has tried to."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware

from services.notifications.main import SERVICE
from shared.http import caller_limit
from shared.http.caller_limit import CallerLimit, CallerLimitMiddleware
from tests.notifications.conftest import SETTINGS
from tests.services import RunningService


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def allowed(limit: CallerLimit, name: bytes, asked: int) -> int:
    """How many of so many requests, one after the other, may begin."""
    count = 0
    for _ in range(asked):
        if limit.begin(name):
            limit.end(name)
            count += 1
    return count


def test_who_was_silent_may_ask_two_seconds_worth_and_then_as_much_as_comes(seconds: Seconds):
    limit = CallerLimit(per_second=10, at_once=5, now=seconds)

    assert allowed(limit, b"a", 50) == 20
    assert allowed(limit, b"b", 50) == 20, "what one has used up is nobody else's"
    seconds.now += 0.5
    assert allowed(limit, b"a", 50) == 5
    seconds.now += 3600
    assert allowed(limit, b"a", 50) == 20


def test_requests_under_way_are_bounded_and_come_back_when_they_end(seconds: Seconds):
    limit = CallerLimit(per_second=1000, at_once=3, now=seconds)

    assert [limit.begin(b"a") for _ in range(4)] == [True, True, True, False]
    assert limit.begin(b"b")
    limit.end(b"a")
    assert limit.begin(b"a") and not limit.begin(b"a")


def test_callers_that_have_gone_are_forgotten_and_nobody_who_waits(seconds: Seconds, monkeypatch):
    monkeypatch.setattr(caller_limit, "MOST_KNOWN", 100)
    limit = CallerLimit(per_second=1, at_once=1, now=seconds)
    assert limit.begin(b"waits")
    for number in range(500):
        seconds.now += 1
        assert allowed(limit, str(number).encode(), 1) == 1
    assert len(limit._callers) <= 101
    assert not limit.begin(b"waits")
    limit.end(b"waits")


def app_with(limit: CallerLimit, held: asyncio.Event) -> FastAPI:
    app = FastAPI(middleware=[Middleware(CallerLimitMiddleware, limit=limit)])

    @app.get("/slow")
    async def slow() -> str:
        await held.wait()
        return "done"

    @app.get("/healthz")
    async def healthz() -> str:
        return "well"

    return app


async def test_too_many_at_once_are_answered_at_once_and_others_are_served():
    held = asyncio.Event()
    app = app_with(CallerLimit(per_second=1000, at_once=2), held)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidai.test") as client:

        def asks(token: str, path: str = "/slow") -> Any:
            return client.get(path, headers={"Authorization": f"Bearer {token}"})

        waiting = [asyncio.create_task(asks("one")) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await asks("one")
        other = asyncio.create_task(asks("two"))
        assert (await asks("one", "/healthz")).status_code == 200
        held.set()

        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["code"] == "too-many-requests"
        assert [(await one).status_code for one in (*waiting, other)] == [200, 200, 200]
        assert (await asks("one")).status_code == 200


async def test_a_service_holds_its_callers_to_its_settings(running):
    settings = {**SETTINGS, "requests_per_second": 1}
    async with running(SERVICE, **settings) as service:
        assert isinstance(service, RunningService)
        async with service.as_("ma", "pool_manager") as manager:
            answers = await asyncio.gather(*(manager.get("/inbox") for _ in range(6)))
        codes = sorted(one.status_code for one in answers)
        assert codes[:2] == [200, 200] and codes[-1] == 429
        async with service.as_("wu", "pool_manager") as other:
            assert (await other.get("/inbox")).status_code == 200
