"""What an operator asks of a service: is it alive, can it work, how much does it do."""

import asyncio
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.messaging.heard import Heard, how_far
from shared.messaging.port import Transport
from shared.messaging.relay_lock import led
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.migrations import current_version, head, is_behind


def is_leaving(app: FastAPI) -> bool:
    """Whether the process was told to stop and answers whoever still comes."""
    return bool(getattr(app.state, "leaving", False))


def router(service: str, transport: Transport) -> APIRouter:
    """/healthz and /readyz; they need no token and tell nothing about anybody."""
    routes = APIRouter(tags=["operations"], include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive", "service": service}

    @routes.get("/readyz")
    async def readyz(request: Request) -> Response:
        """Database, migrations and transport; 503 with what is missing."""
        if is_leaving(request.app):
            return JSONResponse({"status": "leaving", "service": service}, status_code=503)
        checks: dict[str, Any] = {}
        database: Database = request.app.state.context.database
        checks["database"], checks["migrations"] = await _database_state(service, database)
        checks["transport"] = await _transport_state(transport)
        ready = all(state == "ok" for state in checks.values())
        # What is missing of others' events is told and keeps nobody from working here.
        at_work = checks["migrations"] == "ok"
        heard = await _heard_state(database) if at_work else {}
        relay = await _relay_state(request.app, database) if at_work else "unknown"
        return JSONResponse(
            {
                "status": "ready" if ready else "not ready",
                "service": service,
                **checks,
                "relay": relay,
                "listens": transport.trouble or "ok",
                "heard": heard,
            },
            status_code=200 if ready else 503,
        )

    return routes


async def _database_state(service: str, database: Database) -> tuple[str, str]:
    try:
        async with asyncio.timeout(3), database.connection() as connection:
            version = await current_version(connection)
    except Exception as error:
        return f"does not answer: {type(error).__name__}", "unknown"
    if is_behind(service, version):
        return "ok", f"at {version}, this code wants {head(service)}"
    return "ok", "ok"


async def _relay_state(app: FastAPI, database: Database) -> str:
    """What the relay does, or that nobody leads it. Others may lead, so it keeps nobody from working."""
    does = str(app.state.context.settings.relay)
    try:
        async with asyncio.timeout(3), database.looking(EVERYWHERE) as connection:
            found = await led(connection)
    except Exception as error:
        return f"does not answer: {type(error).__name__}"
    if found.led:
        return "ok" if does == "publishes" else does
    return f"{does if does == 'rests' else 'nobody leads'}; events wait for {found.waits_seconds:.0f} s"


async def _heard_state(database: Database) -> dict[str, str]:
    """By producer: ok, or which of its events have not come."""
    try:
        async with asyncio.timeout(3), database.looking(EVERYWHERE) as connection:
            return {producer.topic: _told(producer) for producer in await how_far(connection)}
    except Exception as error:
        return {"database": f"does not answer: {type(error).__name__}"}


def _told(producer: Heard) -> str:
    if producer.is_gap:
        gap = f"{producer.until + 1} to {producer.missing_until}"
        return f"{producer.missing} events are missing between {gap}"
    if producer.gone_back:
        return f"was restored and has gone back by {producer.gone_back} events"
    return "ok"


async def _transport_state(transport: Transport) -> str:
    try:
        async with asyncio.timeout(3):
            return "ok" if await transport.reachable() else "does not answer"
    except Exception as error:
        return f"does not answer: {type(error).__name__}"
