"""A running notifications service, told of events, and real receivers that listen over HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from cryptography.fernet import Fernet
from standardwebhooks.webhooks import Webhook

from services.notifications.consumer import CONSUMES
from services.notifications.main import SERVICE
from shared.contracts.envelope import Envelope, Event
from shared.messaging.consumer import Consumer
from tests.notifications.samples import BANK, enveloped
from tests.services import Person, RunningService

KEY = Fernet.generate_key().decode()

SETTINGS: dict[str, Any] = {
    "console_url": "https://console.example.cn/zhidai",
    "encryption_keys": KEY,
    "webhook_allow_http": True,
    "webhook_private_networks": "127.0.0.0/8",
    "retry_waits_seconds": (0.05, 0.05, 0.05),
    "poll_seconds": 0.02,
    "webhook_timeout_seconds": 5,
    "quiet_hours": "",
}

READABLE_TABLES = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
  and has_table_privilege(oid, 'select')
"""
"""All that the service keeps: the parts of a table by months are read through it."""


async def until(found: Callable[[], Awaitable[Any]], *, seconds: float = 60) -> Any:
    """Wait until something is so, and give it."""
    async with asyncio.timeout(seconds):
        while not (value := await found()):  # noqa: ASYNC110 — rows in a table wake nobody
            await asyncio.sleep(0.01)
        return value


@dataclass
class Got:
    """One request that a receiver got."""

    headers: dict[str, str]
    body: bytes
    path: str = ""
    port: int = 0
    """Of the connection that it came over, on the other side."""


@dataclass
class Receiver:
    """A bank's receiver. `answers` are given one after the other, then 204 for ever."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    hangs: bool = False
    got: list[Got] = field(default_factory=list)
    url: str = ""
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        query = scope["query_string"].decode()
        path = scope["raw_path"].decode() + (f"?{query}" if query else "")
        self.got.append(Got(headers, body, path, scope["client"][1]))
        if self.hangs:
            await self.let_go.wait()
        status, more, text = self.answers.pop(0) if self.answers else (204, {}, b"")
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(k.encode(), v.encode()) for k, v in more.items()],
            }
        )
        await send({"type": "http.response.body", "body": text})

    def verified(self, secret: str) -> list[Any]:
        """What it got, as the library reads it with a secret."""
        return [Webhook(secret).verify(one.body, one.headers) for one in self.got]

    async def has(self, count: int) -> list[Got]:
        """What it got, as soon as it is so much."""

        async def enough() -> bool:
            return len(self.got) >= count

        await until(enough)
        return self.got


@asynccontextmanager
async def listening(receiver: Receiver, **more: Any) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own, while the block runs."""
    server = uvicorn.Server(
        uvicorn.Config(
            receiver,
            log_config=None,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
            **more,
        )
    )
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        receiver.url = f"http://127.0.0.1:{sock.getsockname()[1]}/hooks"
        task = asyncio.create_task(server.serve(sockets=[sock]))

        async def started() -> bool:
            return server.started

        await until(started)
        try:
            yield receiver
        finally:
            receiver.let_go.set()
            server.should_exit = True
            await task


class _no_signals:
    """Leaves the signals of the test run to pytest."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


class Notifier:
    """The service, and what a test does with it."""

    def __init__(self, service: RunningService) -> None:
        self.service = service
        self.database = service.context.database
        self._consumer = Consumer(
            self.database, CONSUMES, service="notifications", now=service.context.clock.now
        )

    async def hears(self, *events: Event) -> list[Envelope]:
        """Events arrive in one batch."""
        envelopes = [enveloped(event) for event in events]
        await self.hears_again(envelopes)
        return envelopes

    async def hears_again(self, envelopes: Sequence[Envelope]) -> None:
        """The same envelopes arrive (once more)."""
        for topic in sorted({one.source.rsplit("/", 1)[1] for one in envelopes}):
            batch = [one for one in envelopes if one.source.endswith(topic)]
            await self._consumer.receive(topic, batch)

    def operator(self, bank: str = BANK, subject: str = "") -> Person:
        """A bank's operator."""
        return self.service.as_(subject or f"op@{bank}", "bank_operator", institution=bank)

    def bureau(self, *roles: str) -> Person:
        """One of the bureau's people."""
        return self.service.as_("-".join(roles), *roles)

    async def endpoint(self, url: str, bank: str = BANK, **more: Any) -> dict[str, Any]:
        """A bank registers an endpoint; the answer, with the secret."""
        async with self.operator(bank) as person:
            answer = await person.post("/endpoints", json={"url": url, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def delivery(self, state: str, bank: str = BANK, **more: Any) -> dict[str, Any]:
        """The newest message with a delivery in a state, as soon as there is one."""

        async def found() -> Any:
            async with self.operator(bank) as person:
                answer = await person.get("/messages", params={"state": state, **more})
            assert answer.status_code == 200, answer.text
            return answer.json()["items"]

        return (await until(found))[0]


@pytest.fixture
def notifying(running: Any) -> Callable[..., Any]:
    """`async with notifying() as notifier:`, with other settings where a test names them."""

    @asynccontextmanager
    async def run(**settings: Any) -> AsyncIterator[Notifier]:
        async with running(SERVICE, **{**SETTINGS, **settings}) as service:
            yield Notifier(service)

    return run


@pytest.fixture
async def notifier(notifying: Any) -> AsyncIterator[Notifier]:
    """The service with the settings that most tests want."""
    async with notifying() as started:
        yield started


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """One receiver that accepts everything."""
    async with listening(Receiver()) as started:
        yield started
