"""Two replicas of each service, as processes over a real Apache Kafka, each behind a balancer."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.kafka.broker import free_ports
from shared.service import Service
from tests.chaos.balancer import Balancer
from tests.compose.images import ROOT
from zhidai.addresses import free
from zhidai.bus import SERVICES, Bus
from zhidai.environment import Environment
from zhidai.processes import Keeper
from zhidai.service_settings import process_variables

REPLICAS = 2
DRAIN_SECONDS = 3


@dataclass
class Replicas:
    """The processes of one service behind their balancer, each on a port of its own."""

    start: Callable[[int, Path], Keeper]
    ports: Sequence[int]
    balancer: Balancer = field(default_factory=Balancer)
    running: dict[int, tuple[Keeper, asyncio.Task[None]]] = field(default_factory=dict)

    async def begin(self, number: int, tree: Path = ROOT) -> None:
        """A replica of the code of a tree, until it is ready."""
        keeper = self.start(number, tree)
        self.running[number] = keeper, asyncio.create_task(keeper.keep())
        self.balancer.replicas.append(self.ports[number])
        await self.balancer.until_ready(self.ports[number])

    async def end(self, number: int, *, taken_out: bool = False) -> None:
        """Stop one by its signal; `taken_out`: once the balancer leads nobody there."""
        keeper, task = self.running.pop(number)
        if taken_out:
            await self.balancer.takes_out(self.ports[number])
        await keeper.stop()
        await task
        if not taken_out:
            self.balancer.forgets(self.ports[number])

    def kill(self, number: int) -> bool:
        """kill -9; its keeper starts it again. False when it is not there just now."""
        return self.running[number][0].kill()


@dataclass(frozen=True)
class Addresses:
    """Where callers find the services: the balancers' ports."""

    ports: dict[str, int]

    def api(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}/api/v1"


def code_of(tree: Path) -> dict[str, str]:
    """Variables by which a process takes its code from a tree, wherever it is started."""
    return {**os.environ, "PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"}


@asynccontextmanager
async def house(base: Environment, bus: Bus, logs: Path) -> AsyncIterator[dict[str, Replicas]]:
    """The replicas of every service, none started yet; all have stopped at the end. What each says
    is kept in the folder `logs`."""
    usual = free()
    logs.mkdir(exist_ok=True)

    def replicas_of(service: Service) -> Replicas:
        prefix = str(service.settings_type.model_config["env_prefix"]).upper()
        ports = free_ports(REPLICAS)

        def start(number: int, tree: Path) -> Keeper:
            own = {
                "PORT": str(ports[number]),
                "KAFKA_INSTANCE": str(number),
                "DRAIN_SECONDS": str(DRAIN_SECONDS),
            }
            variables = process_variables(service, base, usual, bus=bus) | code_of(tree)
            return Keeper(
                name=service.name,
                module=f"services.{service.name}.main",
                variables=variables | {f"{prefix}{name}": value for name, value in own.items()},
                log=logs / f"{service.name}-{number}.log",
            )

        return Replicas(start, ports)

    async with AsyncExitStack() as stack:
        stack.callback(usual.close)
        houses = {one.name: replicas_of(one) for one in SERVICES}
        for replicas in houses.values():
            await stack.enter_async_context(replicas.balancer.standing())
        try:
            yield houses
        finally:
            await asyncio.gather(
                *(one.end(n) for one in houses.values() for n in list(one.running)),
                return_exceptions=True,
            )


async def all_begun(houses: Mapping[str, Replicas], tree: Path = ROOT) -> Addresses:
    """Every replica of every service, ready; where callers find them."""
    await asyncio.gather(*(one.begin(n, tree) for one in houses.values() for n in range(REPLICAS)))
    return Addresses({name: one.balancer.port for name, one in houses.items()})
