"""The sandbox clock over HTTP: there in a sandbox, nowhere else."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.auth import identity
from shared.auth.identity import Verifier
from shared.auth.issuer import Issuer
from shared.auth.jwks import Jwks
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.context import Context
from shared.http import problems
from shared.http.sandbox import sandbox_router
from shared.messaging.local import LocalTransport
from shared.postgres.sandbox_clock import SandboxClock
from shared.service import Service, build
from shared.settings import ServiceSettings
from tests.production import COMMON

PATH = "/api/v1/sandbox/clock"


def settings(environment: Any) -> ServiceSettings:
    return ServiceSettings(**COMMON | {"environment": environment})


@pytest.mark.parametrize(
    ("environment", "there"), [("sandbox", True), ("development", False), ("production", False)]
)
def test_the_clock_can_be_moved_in_a_sandbox_only(environment, there):
    service = Service(
        name="applications", title="", routers=(), consumes={}, settings_type=ServiceSettings
    )

    app = build(service, settings(environment), transport=LocalTransport(groups=()))

    assert (PATH in app.openapi()["paths"]) is there
    assert (app.openapi_url is None) is (environment == "production")


class Sandbox:
    """A service's clock over HTTP, and what became due when it was moved."""

    def __init__(self, issuer: Issuer, context: Context, keys: Jwks) -> None:
        self.due_on: list[str] = []
        self.app = FastAPI()
        self.app.state.context = context
        problems.install(self.app)
        verifier = Verifier(issuer=issuer.issuer, audience=issuer.audience, keys=keys)
        identity.install(self.app, verifier)
        self.app.include_router(sandbox_router([self._due]), prefix="/api/v1")
        self.token = issuer.issue("u", "u", ["admin"], "*")

    async def _due(self, running: Context) -> None:
        self.due_on.append(business_date(running.clock.now()).isoformat())

    async def asks(self, method: str, *, token: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.request(method, PATH, headers=headers, **more)


@pytest.fixture
async def sandbox(database, tmp_path) -> AsyncIterator[Sandbox]:
    issuer = Issuer.at(tmp_path, environment="test")
    context = Context(
        service="applications",
        database=database,
        clock=await SandboxClock.load(database),
        settings=settings("sandbox"),
        working_days=WorkingDays(),
    )
    return Sandbox(issuer, context, Jwks(str(tmp_path / "jwks.json")))


async def test_the_clock_is_moved_and_what_became_due_is_done_before_the_answer(sandbox):
    moved = await sandbox.asks("PUT", json={"now": "2026-03-31T09:00:00+08:00"})
    read = await sandbox.asks("GET")

    assert moved.status_code == 200
    assert moved.json()["now"].startswith("2026-03-31T01:00:0")
    assert read.json()["now"].startswith("2026-03-31T01:00:0")
    assert sandbox.due_on == ["2026-03-31"]


async def test_the_clock_is_not_moved_back(sandbox):
    await sandbox.asks("PUT", json={"now": "2026-03-31T09:00:00+08:00"})
    back = await sandbox.asks("PUT", json={"now": "2026-03-30T09:00:00+08:00"})

    assert (back.status_code, back.json()["code"]) == (409, "clock-only-forward")
    assert sandbox.due_on == ["2026-03-31"]


@pytest.mark.parametrize(
    "body", [{}, {"now": 0}, {"now": "2026-03-31"}, {"now": "2026-03-31T09:00:00"}]
)
async def test_a_moment_has_a_time_zone(sandbox, body):
    assert (await sandbox.asks("PUT", json=body)).status_code == 422


async def test_nobody_moves_the_clock_without_a_token(sandbox):
    refused = await sandbox.asks("PUT", token="x", json={"now": "2026-03-31T09:00:00Z"})

    assert refused.status_code == 401
    assert sandbox.due_on == []
