"""Settles months in a process that can be killed anywhere: the real service, its relay, a listener.

    python -m tests.chaos.settling SETTINGS       # reads an order a line, answers how its process ended

Each order is carried out by a process of its own, forked after the service was built. It makes the
same calls with the same keys as every other one for that book: who was killed is followed by one that
begins at the first call again. The clock stands still, so that the same calls make the same bytes.
"""

import asyncio
import json
import os
import random
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from services.risk_pool.main import SERVICE
from shared.contracts.risk_pool import SettlementConfirmedV1, SettlementPostedV1
from shared.messaging.consumer import Consumer
from shared.messaging.local import LocalTransport
from shared.postgres.database import EVERYWHERE
from shared.postgres.sandbox_clock import SandboxClock
from shared.service import build

MOMENT = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
MONTH = "2026-03"
POOLS = ("dongli", "youxian")
STEPS = (("preview", "maker"), ("confirm", "maker"), ("sign", "checker"), ("post", "maker"))
PATIENCE_SECONDS = 60


class Doom:
    """At a statement to the database that nobody has chosen something dies: before it is sent, or a
    moment later, while it is under way."""

    def __init__(self, at: int, deed: Any, seed: int) -> None:
        self._at, self._deed = at, deed
        self._chance = random.Random(seed)
        self.seen = 0

    def watch(self) -> None:
        """Every statement of this process passes here from now on."""
        for name in ("execute", "_execute", "_executemany"):
            setattr(asyncpg.Connection, name, self._watched(getattr(asyncpg.Connection, name)))

    def _watched(self, sent: Any) -> Any:
        async def counted(connection: Any, *arguments: Any, **more: Any) -> Any:
            self.seen += 1
            if self.seen == self._at:
                if self._chance.random() < 0.5:
                    self._deed()
                else:
                    later = self._chance.uniform(0, 0.004)
                    asyncio.get_running_loop().call_later(later, self._deed)
            return await sent(connection, *arguments, **more)

        return counted


def die() -> None:
    """No signal handler, no cleaning up."""
    os.kill(os.getpid(), signal.SIGKILL)


def crash_server(data: Path, told: Path) -> None:
    """All processes of a server at once, as when the power fails."""
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    doomed = [postmaster, *postmaster.children(recursive=True)]
    for process in doomed:
        process.kill()
    psutil.wait_procs(doomed)
    told.touch()


async def heard(received: Any, /, *, conn: asyncpg.Connection, now: datetime) -> None:
    """A listener that counts what it hears."""
    await conn.executemany(
        "insert into heard (event_id, type, pool_code) values ($1, $2, $3)",
        [(one.envelope.id, one.envelope.type, one.event.pool_code) for one in received],
    )


async def settle(app: Any, transport: LocalTransport, tokens: dict[str, str]) -> None:
    """Both pools, step by step; then everything said is heard."""
    SandboxClock.now = lambda self: MOMENT  # type: ignore[method-assign]
    stop = asyncio.Event()
    async with app.router.lifespan_context(app):
        context = app.state.context
        routes = {SettlementConfirmedV1: heard, SettlementPostedV1: heard}
        listener = Consumer(context.database, routes, service="listener", now=context.clock.now)
        listening = asyncio.create_task(transport.listen("listener", {"risk_pool"}, listener, stop))
        await _call(app, tokens)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await _unheard(context.database):  # noqa: ASYNC110 — nobody tells when it is
                await asyncio.sleep(0.02)
        stop.set()
        await listening


async def _call(app: Any, tokens: dict[str, str]) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://zhidai.test") as client:
        for pool in POOLS:
            for step, who in STEPS:
                headers = {
                    "Authorization": f"Bearer {tokens[who]}",
                    "Idempotency-Key": f"{pool}-{MONTH}-{step}",
                }
                path = f"{pool}/settlements/{MONTH}/{step}"
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while not await _done(client, path, headers):  # noqa: ASYNC110 — as a client
                        await asyncio.sleep(0.1)


async def _done(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    """Whether a call got through. As a client does, it is made again while the service cannot."""
    answer = await client.post(f"/api/v1/pools/{path}", headers=headers, json={})
    if answer.status_code < 500:
        assert answer.status_code == 200, answer.text
    return answer.status_code == 200


async def _unheard(database: Any) -> bool:
    try:
        async with database.begin(EVERYWHERE) as conn:
            return bool(await conn.fetchval("select count(*) from outbox"))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return True


def carry_out(order: dict[str, Any], app: Any, transport: LocalTransport) -> None:
    """In the forked process: settle, and say how many statements that took."""
    deed = die
    if "crash" in order:
        data, told = Path(order["crash"]), Path(order["told"])
        deed = lambda: crash_server(data, told)  # noqa: E731
    doom = Doom(order["at"], deed, order["seed"])
    doom.watch()
    asyncio.run(settle(app, transport, order["tokens"]))
    Path(order["count"]).write_text(str(doom.seen))


def main() -> None:
    """One order after another, each in a process of its own."""
    settings = SERVICE.settings_type(**json.loads(sys.argv[1]), due_interval_seconds=3600)
    transport = LocalTransport([SERVICE.name, "listener"])
    app = build(SERVICE, settings, transport=transport)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                carry_out(json.loads(line), app, transport)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
