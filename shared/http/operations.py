"""What an operator asks of a service: is it alive, can it work, how much does it do."""

import asyncio
import logging
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.messaging.port import Transport
from shared.postgres.database import Database
from shared.postgres.migrations import head
from shared.postgres.transient import Backoff, is_passing

log = logging.getLogger(__name__)

START_ATTEMPTS = 12


class CannotStart(RuntimeError):
    """Something the service cannot do without is not there; the message says what and where."""


async def reach_database(url: str, *, size: int, service: str) -> Database:
    """Connect, and wait a while for a server that is still starting. Raises CannotStart."""
    backoff = Backoff(first_seconds=0.2, most_seconds=5)
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            return await Database.connect(url, max_size=size, name=service)
        except Exception as error:
            if not (is_passing(error) or isinstance(error, OSError)) or attempt == START_ATTEMPTS:
                place = url.rsplit("@", 1)[-1]
                raise CannotStart(
                    f"{service} cannot reach its database at {place}: {error}. "
                    "Is the server up, and were its roles and databases made (deploy/postgres)?"
                ) from error
            log.warning("the database of %s does not answer yet: %s", service, error)
            await backoff.wait(attempt)
    raise AssertionError("the loop above returns or raises")


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
        checks: dict[str, Any] = {}
        database: Database = request.app.state.context.database
        checks["database"], checks["migrations"] = await _database_state(service, database)
        checks["transport"] = await _transport_state(transport)
        ready = all(state == "ok" for state in checks.values())
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "service": service, **checks},
            status_code=200 if ready else 503,
        )

    return routes


async def _database_state(service: str, database: Database) -> tuple[str, str]:
    try:
        async with asyncio.timeout(3), database.connection() as connection:
            version = await connection.fetchval("select version_num from alembic_version")
    except Exception as error:
        return f"does not answer: {type(error).__name__}", "unknown"
    wanted = head(service)
    return "ok", "ok" if version == wanted else f"at {version}, this code wants {wanted}"


async def _transport_state(transport: Transport) -> str:
    try:
        async with asyncio.timeout(3):
            return "ok" if await transport.reachable() else "does not answer"
    except Exception as error:
        return f"does not answer: {type(error).__name__}"
