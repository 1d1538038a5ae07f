"""Everything served: the services over the transport that is asked for, and the console."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Literal

from services.console.main import application as console_application
from shared.observability.logs import configure_logging
from zhidai import embedded, processes
from zhidai.addresses import Addresses
from zhidai.broker import kafka
from zhidai.demo.loader import BackgroundDemo
from zhidai.environment import Environment
from zhidai.http_server import served
from zhidai.processes import Keeper
from zhidai.service_settings import console_settings

Transport = Literal["local", "kafka"]


def log_to_file(transport: Transport, environment: Environment) -> None:
    """The screen belongs to whoever started us: this process logs into the state folder."""
    log = environment.state / "logs" / f"{'embedded' if transport == 'local' else 'console'}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    configure_logging(log.stem, file=log)


@asynccontextmanager
async def serving(
    transport: Transport,
    environment: Environment,
    addresses: Addresses,
    *,
    demo: BackgroundDemo | None = None,
) -> AsyncIterator[Mapping[str, Keeper]]:
    """Serve while the block runs. Gives the keepers of the processes: none with `local`.

    `demo` is what the console's first page offers to load where there is nothing yet.
    """
    log_to_file(transport, environment)
    console = console_application(console_settings(environment, addresses), demo=demo)
    # The console is the outer one: it ends last, once the services have ended its open streams.
    async with served((console, addresses.sockets["console"])):
        if transport == "local":
            async with embedded.serving(environment, addresses):
                yield {}
        else:
            async with (
                kafka() as bus,
                processes.serving(environment, addresses, bus=bus) as keepers,
            ):
                yield keepers
