"""The house while it is simulated: processes of the services, each as `shared.service` makes it run.

A process has its own pool of connections, relay, consumer and due jobs; it answers HTTP through the
service's own application. It can be killed between any two steps and started again.
"""

import asyncio
import contextvars
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.auth.ended import EndedLogins
from shared.context import Context, run_due
from shared.messaging.inbox import Handler
from shared.messaging.kafka import KafkaTransport
from shared.messaging.runtime import messaging
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.database import reach_database
from shared.service import Service, build, follower_of
from tests.simulation.broker import Broker
from tests.simulation.loop import LANE, SimulatedLoop
from tests.simulation.pace import PACE, PATIENCE

PARTITIONS = 3
CONNECTIONS = 4
DUE_SECONDS = 20.0
KEEPER_SECONDS = 0.2


class Clock:
    """The simulated time, as services ask for it; the clocks of two machines differ a little."""

    def __init__(self, skew: float) -> None:
        self._skew = skew

    def now(self) -> datetime:
        return datetime.fromtimestamp(asyncio.get_running_loop().time() + self._skew, UTC)

    async def reload(self) -> None:
        """Nobody moves it by hand."""


@dataclass
class Process:
    """One process of a service, from its start to its death."""

    service: Service
    name: str
    lane: str
    app: FastAPI
    context: Context | None = None
    in_hand: dict["asyncio.Future[tuple[int, bytes]]", None] = field(default_factory=dict)
    """Whom it owes an answer; in the order in which they asked, as a set's would be chance."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Apps:
    """The application of each process name, built once: what it is made of does not change."""

    def __init__(self, settings_of: Callable[[Service], Any]) -> None:
        self._settings_of = settings_of
        self._made: dict[str, tuple[FastAPI, Any]] = {}

    def get(self, service: Service, name: str) -> tuple[FastAPI, Any]:
        if name not in self._made:
            settings = self._settings_of(service)
            nothing = KafkaTransport("simulated", client=name)
            self._made[name] = build(service, settings, transport=nothing), settings
        return self._made[name]


class House:
    """The processes that are up, and what can be done to them."""

    def __init__(
        self, loop: SimulatedLoop, broker: Broker, chance: random.Random, apps: Apps,
        urls: Mapping[str, str], *, static_members: bool = False,
    ) -> None:  # fmt: skip
        self.loop = loop
        self.broker = broker
        self.chance = chance
        self.urls = urls
        self._apps = apps
        self._static = static_members
        self.up: dict[str, Process] = {}
        self.sick: set[str] = set()
        """Keys whose events no handler can apply for now, as with a bug that somebody will mend."""
        self.failed: set[str] = set()
        """Those at which a handler has failed."""
        self._births = 0
        self.services: dict[str, Service] = {}

    def start(self, service: Service, name: str) -> Process:
        """Begin a process of that name; it is up some steps later."""
        assert name not in self.up, f"{name} is up"
        self.services[name] = service
        self._births += 1
        app, settings = self._apps.get(service, name)
        process = Process(service, name, f"{name}/{self._births}", app)
        self.up[name] = process
        life = self._in(process, self._run(process, settings))
        beside = contextvars.copy_context()
        beside.run(LANE.set, "house")
        life.add_done_callback(lambda life: self._ended(process, life), context=beside)
        return process

    def _ended(self, process: Process, life: "asyncio.Task[None]") -> None:
        """Whoever kept a process begins it anew where it ended by itself, as one does that cannot reach its
        database while it starts."""
        if life.cancelled() or life.exception() is None or self.up.get(process.name) is not process:
            return
        self.broker.count("ended by itself")
        self.kill(process.name)
        self.loop.call_later(KEEPER_SECONDS, self._again, process)

    def _again(self, process: Process) -> None:
        if process.name not in self.up:
            self.start(process.service, process.name)

    def kill(self, name: str) -> None:
        """It is gone, whatever it was at. Who waits for its answer learns that it went."""
        process = self.up.pop(name)
        self.loop.kill(process.lane)
        for answer in list(process.in_hand):
            if not answer.done():
                answer.set_exception(ConnectionResetError(f"{name} is gone"))

    async def stop(self, name: str) -> None:
        """Ask it to stop, as an operator does, and wait until it has."""
        process = self.up.pop(name)
        if process.context is None:
            self.loop.kill(process.lane)
            return
        process.context.stopping.set()
        await process.ended.wait()

    def ready(self, service: str) -> list[Process]:
        """The processes of a service that answer."""
        return [
            one
            for _, one in sorted(self.up.items())
            if one.service.name == service and one.context is not None
        ]

    def ask(self, process: Process, scope: Any, body: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """An HTTP request at a process: its status and body, or that the process went."""
        answer: asyncio.Future[tuple[int, bytes]] = self.loop.create_future()
        process.in_hand[answer] = None
        answer.add_done_callback(lambda _: process.in_hand.pop(answer, None))
        self._in(process, _answer(process.app, scope, body, answer))
        return answer

    def _in(self, process: Process, coroutine: Any) -> "asyncio.Task[Any]":
        context = contextvars.copy_context()
        context.run(LANE.set, process.lane)
        return self.loop.create_task(coroutine, context=context)

    def _perhaps(self, handler: Handler) -> Handler:
        async def handle(received: Any, /, *, conn: Any, now: datetime) -> None:
            if met := {one.envelope.key for one in received} & self.sick:
                self.failed |= met
                raise RuntimeError("a bug that somebody will mend")
            await handler(received, conn=conn, now=now)

        return handle

    async def _run(self, process: Process, settings: Any) -> None:
        """As `shared.service` does: database, calendar, messages, due jobs."""
        service = process.service
        database = await reach_database(
            self.urls[service.name], size=CONNECTIONS, service=service.name
        )
        clock = Clock(self.chance.uniform(-1.5, 1.5))
        async with database.connection() as connection:
            working_days = await load_working_days(connection)
        context = Context(
            service=service.name, database=database, clock=clock, settings=settings,
            working_days=working_days,
        )  # fmt: skip

        database.before_commit(follower_of(service, now=clock.now, working_days=working_days))
        transport = KafkaTransport(
            "simulated", client=process.name, partitions=PARTITIONS,
            instance=process.name if self._static else "",
        )  # fmt: skip
        async with messaging(
            database, transport, service=service.name, now=clock.now,
            routes={event: self._perhaps(handler) for event, handler in service.consumes.items()},
            learn_time=clock.reload, patience=PATIENCE, pace=PACE, clock_is_true=True,
            says=(service.name,),
        ) as context.messages:  # fmt: skip
            process.app.state.context = context
            ended = EndedLogins(database, monotonic=self.loop.time)
            process.app.state.ended_logins = ended
            process.app.state.before_all = _before_all(context, ended)
            process.context = context
            while not context.stopping.is_set():
                await context.pause(DUE_SECONDS * self.chance.uniform(0.5, 1.5))
                if not context.stopping.is_set():
                    await run_due(service.due, context)
        await transport.close()
        await database.close()
        process.ended.set()


def _before_all(context: Context, ended: EndedLogins) -> Any:
    async def require(method: str, caller: Any) -> Any:
        await ended.require_open(caller)
        return caller

    return require


async def _answer(
    app: FastAPI, scope: Any, body: bytes, answer: "asyncio.Future[tuple[int, bytes]]"
) -> None:
    """One request through the whole application of a service."""
    status, came = 0, bytearray()
    asked = False

    async def receive() -> Any:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            came.extend(message.get("body", b""))

    # What it cannot answer it says, and raises for the log.
    with suppress(Exception):
        await app(scope, receive, send)
    if not answer.done():
        answer.set_result((status or 500, bytes(came)))


@asynccontextmanager
async def housekeeping(broker: Broker) -> AsyncIterator[None]:
    """The broker's own watch over its groups."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(1.0)
            broker.expire_the_dead()

    context = contextvars.copy_context()
    context.run(LANE.set, "broker")
    task = asyncio.get_running_loop().create_task(watch(), context=context)
    try:
        yield
    finally:
        task.cancel()


def folder_of(url: str) -> Path:
    """Where the socket of the server at a URL lies."""
    from sqlalchemy.engine import make_url

    return Path(str(make_url(url).query["host"]))
