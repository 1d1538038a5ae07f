"""The frame every service stands in: what it is made of, how it starts, and how it stops.

A service names its routes, what it consumes, and its jobs; the frame gives it a database, a clock,
identity, problems, the relay and the consumer, and the three answers an operator asks for:
`/healthz` (alive), `/readyz` (able to work) and `/metrics`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import asyncpg
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request

from shared.auth import identity
from shared.auth.ended import EndedLogins
from shared.auth.jwks import Jwks
from shared.auth.people_seen import PeopleSeen
from shared.auth.pool_duties import PoolDuties
from shared.calendar import WorkingDays
from shared.clock import Clock, SystemClock
from shared.context import Background, Context, DueJob, keep_at, run_due
from shared.contracts.envelope import Event
from shared.http import answers, description, docs_page, operations, problems
from shared.http.caller_limit import CallerLimit, CallerLimitMiddleware
from shared.http.context import context_of, learn_time
from shared.http.data_lag import DataLagMiddleware
from shared.http.ended_logins import router as ended_logins_router
from shared.http.events_api import events_router
from shared.http.idempotency_keys import idempotency_keys_router
from shared.http.known_query import known_query
from shared.http.people import router as people_router
from shared.http.reads import ReadsMiddleware
from shared.http.reads import router as reads_router
from shared.http.sandbox import sandbox_router
from shared.http.signpost import Signpost
from shared.messaging.bank_topics import PARTITIONS, BankTopics
from shared.messaging.inbox import Handler
from shared.messaging.kafka import KafkaTransport
from shared.messaging.port import Transport
from shared.messaging.runtime import messaging
from shared.observability import telemetry
from shared.postgres.calendar_overrides import LEARNT_WITHIN_SECONDS, load_working_days
from shared.postgres.collisions import Collision
from shared.postgres.database import Database, reach_database
from shared.postgres.sandbox_clock import SandboxClock
from shared.postgres.standby import Standby
from shared.schemes import library
from shared.settings import ServiceSettings
from shared.waits.scheduled import Watched, follow

log = logging.getLogger(__name__)

_NOT_SMALLER = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/xml",
    "application/x-ndjson",
    "application/ofd",
    "image/tiff",
    "text/csv",
    "text/plain",
)
"""What is small already, what must leave at once, and files: they keep their length, and go on from where
a connection broke."""

GRACE_SECONDS = 15
"""How long a service that stops may take to finish what it has in hand."""


Follower = Callable[[asyncpg.Connection, WorkingDays], Awaitable[None]]
"""Keeps something by what a transaction has touched (`shared.postgres.touched`)."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service: its name is also its topic's and its database's."""

    name: str
    title: str
    routers: Sequence[APIRouter]
    consumes: Mapping[type[Event], Handler]
    settings_type: type[ServiceSettings]
    due: Sequence[DueJob] = ()
    background: Sequence[Background] = ()
    body_limits: Mapping[str, int] = field(default_factory=dict)
    """Paths that take larger bodies than the rest, in bytes."""
    duties: Sequence[Watched] = ()
    """What must be done by a day and is no state of a case."""
    follows: Sequence[Follower] = ()
    """What else is kept by what a transaction has touched, before it ends."""
    collisions: Mapping[str, Collision] = field(default_factory=dict)
    """By unique index: what is told to the second one of two at the same moment."""

    @cached_property
    def api(self) -> APIRouter:
        """All routes, once for every application of the service in this process: what FastAPI works
        out of a route at its first request is kept with the route."""
        api = APIRouter(dependencies=[Depends(_arrived)])
        every = (events_router(self.consumes), reads_router, ended_logins_router, people_router)
        for router in (*self.routers, *every):
            api.include_router(router, prefix="/api/v1")
        api.include_router(idempotency_keys_router(lambda request: context_of(request).database))
        return api

    @cached_property
    def signpost(self) -> Signpost:
        """To these routes."""
        return Signpost(self.api.routes)

    @cached_property
    def sandbox_api(self) -> APIRouter:
        """What a sandbox answers besides."""
        api = APIRouter(dependencies=[Depends(_arrived)])
        api.include_router(sandbox_router(self.due), prefix="/api/v1")
        return api


async def _arrived(request: Request) -> None:
    """What holds for every request: the clock as it stands, and parameters that its route knows. One
    dependency and not two, for each is paid for by every request."""
    await learn_time(request)
    await known_query(request)


def build(service: Service, settings: ServiceSettings, *, transport: Transport) -> FastAPI:
    """The service as an application. The transport is lent: whoever made it closes it."""
    library.look_in(library.folders_of(settings.schemes))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(service, settings, transport) as context:
            app.state.context = context
            app.state.ended_logins = EndedLogins(context.database)
            app.state.pool_duties = PoolDuties(context.database, context.clock)
            app.state.before_all = _before_all(
                context, app.state.ended_logins, PeopleSeen(context.database), app.state.pool_duties
            )
            yield

    # What a caller may do is written in the documents; nobody unknown is shown the way in.
    production = settings.environment == "production"
    app = FastAPI(
        title=f"知贷 Zhidai · {service.title}",
        version="1",
        lifespan=lifespan,
        openapi_url=None if production else "/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # The house observes by itself (`shared.observability`); FastAPI would ask at every request
        # whether it is wanted, too.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    problems.install(
        app,
        body_bytes=settings.max_body_bytes,
        larger_bodies=service.body_limits,
        collisions=service.collisions,
    )
    limit = CallerLimit(per_second=settings.requests_per_second, at_once=settings.requests_at_once)
    app.add_middleware(ReadsMiddleware)
    if settings.reports_database_url:
        app.add_middleware(DataLagMiddleware)
    app.add_middleware(
        GZipMiddleware, minimum_size=2048, compresslevel=1, exclude_content_types=_NOT_SMALLER
    )
    app.user_middleware.insert(0, Middleware(CallerLimitMiddleware, limit=limit))
    keys = Jwks(settings.token_keys)
    identity.install(
        app,
        identity.Verifier(
            issuer=settings.token_issuer, audience=settings.token_audience, keys=keys
        ),
    )
    telemetry.install(app, service=service.name)
    app.include_router(operations.router(service.name, transport))
    app.router.routes += [service.signpost, *service.api.routes]
    if app.openapi_url is not None:
        app.include_router(docs_page.router(app.title, app.openapi_url))
    if settings.environment == "sandbox":
        app.router.routes.extend(service.sandbox_api.routes)
    answers.install(app)
    description.complete(app)
    return app


def _before_all(
    context: Context, ended: EndedLogins, people: PeopleSeen, duties: PoolDuties
) -> identity.BeforeAll:
    """What holds for every caller at every route."""

    async def require(method: str, caller: identity.Identity) -> identity.Identity:
        await ended.require_open(caller)
        if method == "GET":
            context.reads.require_room()
        await people.note(caller)
        return await duties.narrowed(caller)

    return require


def follower_of(
    service: Service, *, now: Callable[[], datetime], working_days: WorkingDays
) -> Callable[[asyncpg.Connection], Awaitable[None]]:
    """Brings at the end of a transaction what waits, and what else is kept, to where the facts are."""

    async def follow_what_was_touched(conn: asyncpg.Connection) -> None:
        await follow(conn, service.duties, now=now(), working_days=working_days)
        for keep in service.follows:
            await keep(conn, working_days)

    return follow_what_was_touched


@asynccontextmanager
async def _running(
    service: Service, settings: ServiceSettings, transport: Transport
) -> AsyncIterator[Context]:
    """Everything a service does besides answering, from its start to its stop."""
    database = await reach_database(
        str(settings.database_url), size=settings.database_connections, service=service.name
    )
    sandbox = settings.environment == "sandbox"
    clock: Clock = await SandboxClock.load(database) if sandbox else SystemClock()
    async with database.connection() as connection:
        working_days = await load_working_days(connection)
    context = Context(
        service=service.name,
        database=database,
        clock=clock,
        settings=settings,
        working_days=working_days,
        standby=_standby(settings, database),
    )

    database.before_commit(follower_of(service, now=clock.now, working_days=working_days))
    async with messaging(
        database,
        transport,
        service=service.name,
        routes=service.consumes,
        now=clock.now,
        relay_does=settings.relay,
        says=(service.name,),
        clock_is_true=not sandbox,
        learn_time=clock.reload,
    ) as context.messages:
        tasks = _tasks(service, settings, context)
        for task in tasks:
            task.add_done_callback(_complain)
        log.info("ready", extra={"environment": settings.environment})
        try:
            yield context
        finally:
            context.stopping.set()
            await _finish(tasks)
    if context.standby is not None:
        await context.standby.close()
    await database.close()
    log.info("stopped")


def _tasks(
    service: Service, settings: ServiceSettings, context: Context
) -> list[asyncio.Task[None]]:
    """What a service does besides answering and messages, begun."""
    tasks = [
        asyncio.create_task(task(context), name=f"{service.name} {task.__name__}")
        for task in service.background
    ]
    reads = context.reads.keep(
        context.database, context.stopping, kept_days=settings.reads_kept_days
    )
    tasks += [
        asyncio.create_task(_follow_calendar(context), name="calendar"),
        asyncio.create_task(reads, name="reads"),
    ]
    if context.standby is not None:
        beat = context.standby.beat(context.stopping)
        tasks.append(asyncio.create_task(beat, name=f"{service.name} beat"))
    if settings.bank_topics:
        tasks.append(asyncio.create_task(_fill_bank_topics(service, settings, context)))
    if service.due:
        tasks.append(asyncio.create_task(_due(service, context), name=f"{service.name} due"))
    return tasks


def _standby(settings: ServiceSettings, own: Database) -> Standby | None:
    if not settings.reports_database_url:
        return None
    return Standby(
        own,
        settings.reports_database_url,
        most_seconds=settings.reports_lag_seconds,
        refuses=settings.reports_when_behind == "refuse",
    )


async def _fill_bank_topics(service: Service, settings: ServiceSettings, context: Context) -> None:
    """Publish what banks read in their feeds to topics of their own, over a connection of its own: what a
    bank's topic refuses must not hold the relay up."""
    transport = KafkaTransport(
        settings.kafka_bootstrap_servers,
        client=f"{service.name}-for-banks",
        partitions=PARTITIONS,
        security=settings.kafka_spoken_to(),
    )
    banks = settings.bank_topics.split(",")
    try:
        topics = BankTopics(context.database, transport, service=service.name, banks=banks)
        await topics.run(context.stopping)
    finally:
        await transport.close()


async def _finish(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Let background tasks finish what they have in hand, within the grace."""
    if not tasks:
        return
    _, unfinished = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in unfinished:
        log.warning("%s did not stop in time; it will be done again", task.get_name())
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _follow_calendar(context: Context) -> None:
    """What two persons have changed holds in every process within some seconds."""

    async def step() -> bool:
        async with context.database.connection() as connection:
            context.working_days.learn(await load_working_days(connection))
        return False

    await keep_at(context, step, what="reading the calendar", look_every=LEARNT_WITHIN_SECONDS)


async def _due(service: Service, context: Context) -> None:
    """Look for due jobs now and then; one that fails is looked at again the next time."""
    while not context.stopping.is_set():
        await run_due(service.due, context)
        await context.pause(context.settings.due_interval_seconds)


def _complain(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.critical("%s ended: %r", task.get_name(), task.exception(), exc_info=task.exception())
