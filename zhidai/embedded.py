"""All services in one process: real HTTP, real PostgreSQL, events handed over in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.messaging.local import LocalTransport
from shared.service import build
from zhidai.addresses import Addresses
from zhidai.bus import SERVICES
from zhidai.environment import Environment
from zhidai.http_server import served
from zhidai.service_settings import service_settings


@asynccontextmanager
async def serving(environment: Environment, addresses: Addresses) -> AsyncIterator[None]:
    """Serve the services while the block runs; at its end finish what is in hand."""
    transport = LocalTransport([service.name for service in SERVICES if service.consumes])
    apps = {
        service.name: build(
            service, service_settings(service, environment, addresses), transport=transport
        )
        for service in SERVICES
    }

    def end_open_streams() -> None:
        # Streams of events end now; a server waits for its connections before it stops.
        for app in apps.values():
            if context := getattr(app.state, "context", None):
                context.stopping.set()

    try:
        async with served(
            *((app, addresses.sockets[name]) for name, app in apps.items()),
            before_stop=end_open_streams,
        ):
            yield
    finally:
        await transport.close()
