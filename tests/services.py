"""Whole services for tests: real HTTP handling, a real database, the local transport."""

import asyncio
import json
import os
import pickle
from base64 import urlsafe_b64decode
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Hashable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.engine import make_url

from shared.auth.issuer import Issuer
from shared.context import Context, DueJob
from shared.messaging.local import LocalTransport
from shared.postgres.database import EVERYWHERE
from shared.roles import excluding
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


class _OneOf(httpx.Auth):
    """One person with several tokens: each is tried until one may do it."""

    requires_request_body = True

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        for token in self._tokens:
            request.headers["Authorization"] = f"Bearer {token}"
            answer = yield request
            if answer.status_code != 403:
                return


def lacks_role(role: str) -> tuple[int, str]:
    """How a role is refused that a move does not name; an admin is not let in to cases at all."""
    return 403, "forbidden" if role == "admin" else "role-missing"


_tokens: dict[Hashable, tuple[str, float]] = {}
"""Tokens that are good for a while yet, by whom they name."""


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
        self,
        subject: str,
        *roles: str,
        institution: str,
        pools: Sequence[str] = ("*",),
        person: str = "",
    ) -> str:
        """An access token for whoever a test needs; to sign one takes a millisecond."""
        named = (self._issuer, subject, roles, institution, tuple(pools), person)
        token, until = _tokens.get(named, ("", 0.0))
        if monotonic() > until:
            token = self._issuer.issue(
                subject, subject, list(roles), institution, pools=pools, person=person
            )
            _tokens[named] = (token, monotonic() + 300)
        return token

    def as_(
        self,
        subject: str,
        *roles: str,
        institution: str = "*",
        pools: Sequence[str] = ("*",),
        person: str = "",
        **more: Any,
    ) -> Person:
        """A person with roles, of a bank or ("*") of the bureau and some of its pools. Who is given
        roles that exclude each other has a token of each; `person` links a second account."""
        apart = excluding(roles)
        rest = [one for one in roles if one not in apart]
        tokens = [
            self.token(subject, *some, institution=institution, pools=pools, person=person)
            for some in ([[*rest, one] for one in apart] or [rest])
        ]
        if len(tokens) > 1:
            return self.anonymous(auth=_OneOf(tokens), **more)
        return self.anonymous(headers={"Authorization": f"Bearer {tokens[0]}"}, **more)

    def reading(self, person: Person, mailbox: str) -> dict[str, str]:
        """The headers of a person with one token, as their provider says that they read a mailbox."""
        token = person.headers["Authorization"].removeprefix("Bearer ")
        payload = token.split(".")[1]
        said = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        claims = self._issuer.issue(
            said["sub"],
            said["name"],
            said["roles"],
            said["institution"],
            pools=said["pools"],
            person=said.get("person", ""),
            email=mailbox,
        )
        return {"Authorization": f"Bearer {claims}"}

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
    database_of: Callable[..., Awaitable[Any]],
    issuer: Issuer,
    shared_folder: Path,
    *,
    copies: Mapping[str, str] | None = None,
    **settings: Any,
) -> AsyncIterator[list[RunningService]]:
    """Run services in this process, each on a fresh database; they hear each other.

    `copies`: of which services the database is a copy of another one.
    """
    transport = LocalTransport([service.name for service in services if service.consumes])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(transport.close)
        started = []
        for service in services:
            fresh = await database_of(service.name, (copies or {}).get(service.name, ""))
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
                        # A test asks more at once than anybody is let: what holds callers back has
                        # tests of its own.
                        "requests_at_once": 10_000,
                        "requests_per_second": 100_000,
                        **settings,
                    },
                ),
                transport=transport,
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
            started.append(RunningService(app, issuer, stack))
        yield started


@dataclass(frozen=True)
class Told:
    """A story that was told: the database that it has left with each service, and what its teller
    remembers."""

    databases: Mapping[str, str]
    remembered: bytes


@dataclass
class Stories:
    """What was told in this worker, and how often each story was asked for."""

    database_of: Callable[..., Awaitable[Any]]
    told: dict[Hashable, Told] = field(default_factory=dict)
    asked: dict[Hashable, int] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)

    def goes_on(self, service: Service) -> Service:
        """The service as one that was running all the time: it does not look for due jobs as it
        starts, which would do on a copy what the story has not told."""
        if service.name not in self.services:
            due = [_unless_it_starts(job, f"{service.name} due") for job in service.due]
            found = replace(service, due=due)
            vars(found)["api"] = service.api  # Its routes are worked out once.
            self.services[service.name] = found
        return self.services[service.name]


def _unless_it_starts(job: DueJob, task: str) -> DueJob:
    async def run(context: Context) -> None:
        running = asyncio.current_task()
        if running is None or running.get_name() != task:
            await job(context)

    run.__name__ = job.__name__
    return run


class Runs:
    """`async with running(SERVICE) as service:` or `running(A, B) as (a, b)`: they hear each other.

    In a sandbox, so that a test can move the clock.
    """

    def __init__(
        self, database_of: Any, issuer: Issuer, shared_folder: Path, stories: Stories
    ) -> None:
        self._database_of = database_of
        self._issuer = issuer
        self._folder = shared_folder
        self._stories = stories

    @asynccontextmanager
    async def __call__(self, *services: Service, **settings: Any) -> AsyncIterator[Any]:
        """Services on databases of their own, until the end of the block."""
        async with together(
            services, self._database_of, self._issuer, self._folder, **settings
        ) as started:
            yield started[0] if len(started) == 1 else tuple(started)

    @asynccontextmanager
    async def after(
        self,
        name: Hashable,
        tell: Callable[..., Awaitable[Any]],
        *services: Service,
        at_once: bool = True,
        **settings: Any,
    ) -> AsyncIterator[tuple[Any, Any]]:
        """Services after a story, and what `tell` answered (pickled in between): it is told once,
        and each test has copies of the databases that it has left, at the moment when it ended.

        `name`: two stories of one name are the same. `at_once`: keep it when it is told for the
        first time; else from the second on, for what may be asked for only once. The jobs of the
        services do not become due by themselves. Altered services tell anew every time.
        """
        stories, key = self._stories, (*(service.name for service in services), name)
        stories.asked[key] = stories.asked.get(key, 0) + 1
        altered = "ZHIDAI_MUTANTS" in os.environ or "ZHIDAI_MUTANT" in os.environ
        settings = {"due_interval_seconds": 3600, **settings}
        if altered or not (at_once or stories.asked[key] > 1):
            async with together(
                services, self._database_of, self._issuer, self._folder, **settings
            ) as started:
                answer = await tell(*started)
                yield started[0] if len(started) == 1 else tuple(started), answer
            return
        if key not in stories.told:
            stories.told[key] = await self._keep(tell, services, settings)
        told = stories.told[key]
        async with together(
            [stories.goes_on(service) for service in services],
            self._database_of,
            self._issuer,
            self._folder,
            copies=told.databases,
            **settings,
        ) as started:
            for service in started:
                await _goes_on_from_then(service.context)
            answer = pickle.loads(told.remembered)
            yield started[0] if len(started) == 1 else tuple(started), answer

    async def _keep(
        self,
        tell: Callable[..., Awaitable[Any]],
        services: Sequence[Service],
        settings: Mapping[str, Any],
    ) -> Told:
        """Tell it on databases that stay; the services have stopped when they are copied."""
        async with together(
            services, self._stories.database_of, self._issuer, self._folder, **settings
        ) as tellers:
            remembered = pickle.dumps(await tell(*tellers))
            await nothing_in_flight(tellers)
            databases = {}
            for one in tellers:
                await _stands_still(one.context)
                url = make_url(str(one.context.settings.database_url))
                databases[one.context.service] = url.database or ""
        return Told(databases, remembered)


async def _stands_still(context: Context) -> None:
    """Write down how late it is as the story ends. Copies are to go on as the one that they were, not as
    one that was restored somewhere else."""
    async with context.database.begin(EVERYWHERE) as conn:
        await conn.execute("update told_epochs set place = ''")
        await conn.execute(
            "update sandbox_clock set stood_at = stood_at + ($1 - set_at), set_at = $1",
            datetime.now(UTC),
        )


async def _goes_on_from_then(context: Context) -> None:
    """The clock has run on since the story was told: here no time has gone by."""
    async with context.database.begin(EVERYWHERE) as conn:
        await conn.execute("update sandbox_clock set set_at = $1", datetime.now(UTC))
    await context.clock.reload()


@pytest.fixture(scope="session")
async def stories(databases_of_run: Any) -> Stories:
    """What was told in this worker."""
    return Stories(databases_of_run)


@pytest.fixture
async def running(database_of: Any, issuer: Issuer, shared_folder: Path, stories: Stories) -> Runs:
    """Runs services until the end of a block; their databases go with the test."""
    return Runs(database_of, issuer, shared_folder, stories)


@pytest.fixture(scope="module")
async def running_of_module(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path, stories: Stories
) -> Runs:
    """The same with databases that are kept until the last test of the module: for stories that are
    told once and then only looked at, or by tests that each bring cases of their own."""
    return Runs(databases_of_module, issuer, shared_folder, stories)
