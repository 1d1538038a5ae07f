"""All services in one process: real HTTP, real PostgreSQL, events handed over in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from services.applications.main import SERVICE as APPLICATIONS
from services.console.main import application as console_application
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.messaging.local import LocalTransport
from shared.observability.logs import configure_logging
from shared.observability.tracing import configure_tracing
from shared.serve import server_config
from shared.service import build
from zhidai.addresses import HOST, Addresses
from zhidai.ground import Ground
from zhidai.places import console_settings, service_settings

SERVICES = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)


@asynccontextmanager
async def serving(ground: Ground, addresses: Addresses) -> AsyncIterator[None]:
    """Serve everything while the block runs; at its end finish what is in hand.

    The screen belongs to whoever started us: the log goes to a file of the state folder.
    """
    (ground.state / "logs").mkdir(parents=True, exist_ok=True)
    configure_logging("embedded", file=ground.state / "logs" / "embedded.log")
    configure_tracing("zhidai")
    transport = LocalTransport([service.name for service in SERVICES if service.consumes])
    servers, apps = [], []
    for service in SERVICES:
        settings = service_settings(service, ground, addresses)
        app = build(service, settings, transport=transport)
        apps.append(app)
        port = addresses.ports[service.name]
        servers.append(uvicorn.Server(server_config(app, host=HOST, port=port)))
    console = console_application(console_settings(ground, addresses))
    servers.append(
        uvicorn.Server(server_config(console, host=HOST, port=addresses.ports["console"]))
    )

    # `_serve` and not `serve`: signals belong to whoever started all of these together.
    running = [asyncio.create_task(server._serve()) for server in servers]
    try:
        await _all_started(servers, running)
        yield
    finally:
        for app in apps:
            # Open event streams end now; a server waits for its connections before it tells.
            if context := getattr(app.state, "context", None):
                context.stopping.set()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running, return_exceptions=True)
        await transport.close()


async def _all_started(servers: list[uvicorn.Server], running: list[asyncio.Task[None]]) -> None:
    while not all(server.started for server in servers):
        for task in running:
            if task.done():
                task.result()
                raise RuntimeError("a service ended while it was starting; the log says why")
        await asyncio.sleep(0.02)
