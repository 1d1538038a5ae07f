"""Whole services for tests: real HTTP handling, a real database, the local transport."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.issuer import Issuer
from shared.context import Context
from shared.messaging.local import LocalTransport
from shared.postgres.database import EVERYWHERE
from shared.service import Service, build


@pytest.fixture(scope="session")
def issuer(shared_folder: Path) -> Issuer:
    """Signs tokens that every service under test believes."""
    return Issuer.at(shared_folder / "issuer", environment="development")


class Person(httpx.AsyncClient):
    """A caller with a token. Every POST gets a fresh Idempotency-Key unless it names one."""

    async def request(self, method: str, url: Any, **more: Any) -> httpx.Response:
        headers = httpx.Headers(more.pop("headers", None))
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        return await super().request(method, url, headers=headers, **more)


def lacks_role(role: str) -> tuple[int, str]:
    """How a role is refused that a move does not name; an admin is not let in to cases at all."""
    return 403, "forbidden" if role == "admin" else "role-missing"


class RunningService:
    """A service that answers in this process. `as_` gives a person who talks to it."""

    def __init__(self, app: Any, issuer: Issuer, stack: AsyncExitStack) -> None:
        self.app = app
        self._issuer = issuer
        self._stack = stack

    @property
    def context(self) -> Context:
        """The service's own database and clock, to look behind the API."""
        found: Context = self.app.state.context
        return found

    def token(
        self, subject: str, *roles: str, institution: str, pools: Sequence[str] = ("*",)
    ) -> str:
        """An access token for whoever a test needs."""
        return self._issuer.issue(subject, subject, list(roles), institution, pools=pools)

    def as_(
        self,
        subject: str,
        *roles: str,
        institution: str = "*",
        pools: Sequence[str] = ("*",),
        **more: Any,
    ) -> Person:
        """A person with roles, of a bank or ("*") of the bureau and some of its pools."""
        token = self.token(subject, *roles, institution=institution, pools=pools)
        return self.anonymous(headers={"Authorization": f"Bearer {token}"}, **more)

    def anonymous(self, **more: Any) -> Person:
        """Somebody without a token."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return Person(transport=transport, base_url="http://zhidai.test/api/v1", **more)

    async def settled(self) -> None:
        """Wait until every event said so far has been published and heard."""
        await nothing_in_flight([self])


async def nothing_in_flight(services: list[RunningService], *, seconds: float = 90) -> None:
    """Wait until the outboxes of all these services are empty, twice in a row."""
    async with asyncio.timeout(seconds):
        quiet = 0
        while quiet < 2:
            waiting = 0
            for service in services:
                # Row-level security shows the outbox to the house only: anyone else counts none.
                async with service.context.database.begin(EVERYWHERE) as conn:
                    waiting += await conn.fetchval("select count(*) from outbox")
            quiet = quiet + 1 if waiting == 0 else 0
            await asyncio.sleep(0.02)


@asynccontextmanager
async def together(
    services: Sequence[Service],
    database_of: Callable[[str], Awaitable[Any]],
    issuer: Issuer,
    shared_folder: Path,
    **settings: Any,
) -> AsyncIterator[list[RunningService]]:
    """Run services in this process, each on a fresh database; they hear each other."""
    transport = LocalTransport([service.name for service in services if service.consumes])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(transport.close)
        started = []
        for service in services:
            fresh = await database_of(service.name)
            app = build(
                service,
                service.settings_type(
                    environment="sandbox",
                    database_url=fresh.url,
                    transport="local",
                    token_issuer=issuer.issuer,
                    token_keys=str(shared_folder / "issuer" / "jwks.json"),
                    **{
                        "signing_development_folder": str(shared_folder / "signing"),
                        "documents": str(shared_folder / "documents"),
                        **settings,
                    },
                ),
                transport=transport,
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
            started.append(RunningService(app, issuer, stack))
        yield started


@pytest.fixture
async def running(
    database_of: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Callable[..., Any]]:
    """`async with running(SERVICE) as service:` or `running(A, B) as (a, b)`: they hear each other.

    In a sandbox, so that a test can move the clock.
    """

    @asynccontextmanager
    async def run(*services: Service, **settings: Any) -> AsyncIterator[Any]:
        async with together(services, database_of, issuer, shared_folder, **settings) as started:
            yield started[0] if len(started) == 1 else tuple(started)

    yield run


@pytest.fixture(scope="module")
async def running_of_module(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Callable[..., Any]]:
    """The same with databases that are kept until the last test of the module: for stories that are
    told once and then only looked at, or by tests that each bring cases of their own."""

    @asynccontextmanager
    async def run(*services: Service, **settings: Any) -> AsyncIterator[Any]:
        async with together(
            services, databases_of_module, issuer, shared_folder, **settings
        ) as started:
            yield started[0] if len(started) == 1 else tuple(started)

    yield run
