"""One service as a process of its own: `python -m services.<name>.main`."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvicorn

from shared.garbage import keep_what_is_there
from shared.http.slow_clients import GuardedProtocol
from shared.messaging.kafka import KafkaTransport
from shared.observability.logs import configure_logging
from shared.observability.tracing import configure_tracing
from shared.postgres.database import CannotStart, reach_database
from shared.service import Service, build
from shared.settings import ServiceSettings, TlsFiles, read_settings

T = TypeVar("T")


def serve(service: Service) -> None:
    """Read the settings, serve until a signal, stop cleanly. Exits non-zero when it cannot."""
    settings = read_settings(service.settings_type, service=service.name)
    configure_logging(service.name)
    configure_tracing(service.name)
    if settings.transport == "local":
        sys.stderr.write(
            f"{service.name} cannot start: the local transport carries events only where all "
            "services share one process (zhidai up). Set the transport to kafka.\n"
        )
        raise SystemExit(78)
    try:
        run(_serve(service, settings))
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


async def _serve(service: Service, settings: ServiceSettings) -> None:
    # Asked for once before anything else, so that the complaint is one line and no traceback.
    database = await reach_database(str(settings.database_url), size=2, service=service.name)
    await database.close()
    transport = KafkaTransport(
        settings.kafka_bootstrap_servers,
        client=service.name,
        instance=settings.kafka_instance,
        security=settings.kafka_spoken_to(),
    )
    try:
        app = build(service, settings, transport=transport)
        keep_what_is_there()
        server = uvicorn.Server(
            server_config(app, host=settings.host, port=settings.port, tls=settings.tls_files())
        )
        await server.serve()
        if not server.started:
            raise SystemExit(1)
    finally:
        await transport.close()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to its end on the loop uvicorn would choose: uvloop where there is one."""
    loop_factory = uvicorn.Config(app="").get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main)


def server_config(
    app: object, *, host: str, port: int, tls: TlsFiles | None = None
) -> uvicorn.Config:
    """How every service is served: no server header, our own log, a bounded goodbye, an end to every
    wait for a caller; by https where there is a certificate."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=GuardedProtocol,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
        lifespan="on",
    )
