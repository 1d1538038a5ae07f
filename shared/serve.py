"""One service as a process of its own: `python -m services.<name>.main`."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from time import monotonic
from types import FrameType
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI

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
        config = server_config(
            app, host=settings.host, port=settings.port, tls=settings.tls_files()
        )
        server = LeavingServer(config, app, drain_seconds=settings.drain_seconds)
        await server.serve()
        if not server.started:
            raise SystemExit(1)
    finally:
        await transport.close()


class LeavingServer(uvicorn.Server):
    """Goes when told to, and lets a balancer see it first.

    After SIGTERM `/readyz` is 503 and every answer ends its connection, while whoever still comes is
    answered as ever; after `drain_seconds` it stops to listen, and what is in hand is finished.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, *, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._stops_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM begins to leave; any further signal ends the waiting."""
        if sig != signal.SIGTERM or self._stops_at is not None or not self._drain_seconds:
            super().handle_exit(sig, frame)
            return
        self._captured_signals.append(sig)
        self._stops_at = monotonic() + self._drain_seconds
        self._app.state.leaving = True
        self.config.encoded_headers.append((b"connection", b"close"))

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to stop."""
        if self._stops_at is None:
            return await super().on_tick(counter)
        # Open streams end by the same flag.
        self.should_exit = self.should_exit or monotonic() >= self._stops_at
        # Renews the headers that all answers have; else that is done once a second.
        return await super().on_tick(0)


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
