"""The house that is disturbed: three brokers, a PostgreSQL, every service in two processes, doors
between them all, and a receiver for what banks are told. Started once for many stories."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
from sqlalchemy.engine import make_url

from deploy.kafka.broker import free_ports
from shared.postgres.provision import owner_of
from shared.service import Service
from tests.chaos.balancer import Balancer
from tests.chaos.replicas import REPLICAS, Addresses, Replicas, all_begun, code_of
from tests.cluster.brokers import BehindDoors
from tests.cluster.doors import Door, Streams, to_port, to_socket
from tests.cluster.nursery import Nursery, Nursling
from tests.compose.images import ROOT
from tests.notifications.conftest import Receiver, listening
from tests.real_parts import room_for_postgres
from zhidai import environment
from zhidai.addresses import Addresses as UsualAddresses
from zhidai.addresses import free
from zhidai.bus import SERVICES, Bus
from zhidai.environment import Environment
from zhidai.service_settings import process_variables

NAMES = tuple(service.name for service in SERVICES)


@dataclass
class House:
    """All its parts, for whoever disturbs it, tells a story in it or looks at it."""

    base: Environment
    brokers: BehindDoors
    receiver: Receiver
    replicas: dict[str, Replicas] = field(default_factory=dict)
    to_brokers: list[Door] = field(default_factory=list)
    to_database: dict[tuple[str, int], Door] = field(default_factory=dict)
    kept: dict[tuple[str, int], Nursling] = field(default_factory=dict)
    """By service and replica: the last that was begun there."""
    places: Addresses = field(default_factory=lambda: Addresses({}))
    speaks_as_of_old: set[str] = field(default_factory=set)
    """Services of which whoever is begun now says only what an older contract knew."""

    @property
    def doors(self) -> list[Door]:
        return [*self.to_brokers, *self.to_database.values()]

    def url_of(self, service: str) -> str:
        """The service's database past all doors, as its superuser."""
        return str(
            make_url(self.base.server_url)
            .set(database=service)
            .render_as_string(hide_password=False)
        )

    def keeper(self, service: str, number: int) -> Nursling:
        """Who keeps a replica alive; while it is exchanged, who kept the one that has left."""
        return self.kept[service, number]


@asynccontextmanager
async def parts(folder: Path) -> AsyncIterator[House]:
    """Brokers and database with their doors, and the receiver; no service yet."""
    folder.mkdir(parents=True, exist_ok=True)
    brokers = BehindDoors(folder / "kafka")
    async with AsyncExitStack() as stack:
        state = stack.enter_context(room_for_postgres())
        starting = asyncio.create_task(asyncio.to_thread(brokers.start))
        base, postgres = await environment.prepare(state, afresh=True)
        await kept_blank(base)
        await starting
        stack.callback(brokers.stop)
        if postgres is not None:
            stack.callback(postgres.stop)
        receiver = await stack.enter_async_context(listening(Receiver()))
        house = House(base, brokers, receiver)
        for number in range(3):
            door = Door(
                f"broker {number + 1}", brokers.doors[number], to_port(brokers.client_ports[number])
            )
            house.to_brokers.append(await stack.enter_async_context(door.standing()))
        place = _socket_of(base.server_url)
        for name in NAMES:
            for number in range(REPLICAS):
                door = Door(f"database of {name} {number}", 0, place)
                house.to_database[name, number] = await stack.enter_async_context(door.standing())
        yield house


async def kept_blank(base: Environment) -> None:
    """Keep a copy of each database as it was made."""
    server = await asyncpg.connect(base.server_url)
    for name in NAMES:
        await server.execute(f"create database {name}_blank template {name}")
    await server.close()


async def blank_again(base: Environment) -> None:
    """Every database as it was made; no service may be running."""
    server = await asyncpg.connect(base.server_url)
    for name in NAMES:
        await server.execute(f"drop database {name} with (force)")
        await server.execute(f"create database {name} owner {owner_of(name)} template {name}_blank")
        await server.execute(f"revoke all on database {name} from public")
        await server.execute(f"grant connect on database {name} to {name}")
    await server.close()


def _socket_of(server_url: str) -> Callable[[], Awaitable[Streams]]:
    """Where the server listens: a file, or a port where DATABASE_URL names another server."""
    url = urlsplit(server_url)
    host = parse_qs(url.query).get("host", [""])[0]
    if host.startswith("/"):
        return to_socket(f"{host}/.s.PGSQL.{url.port or 5432}")
    return to_port(url.port or 5432)


@asynccontextmanager
async def inhabited(house: House, logs: Path, tree: Path = ROOT) -> AsyncIterator[House]:
    """Every service in two processes of the code of a tree, while the block runs."""
    logs.mkdir(parents=True, exist_ok=True)
    usual = free()
    async with AsyncExitStack() as stack:
        stack.callback(usual.close)
        nurseries = {}
        for one in SERVICES:
            nursery = Nursery(
                f"services.{one.name}.main", tree, code_of(tree), logs / f"{one.name}-nursery.log"
            )
            stack.push_async_callback(nursery.close)
            await nursery.open()
            nurseries[one.name] = nursery
        house.replicas = {
            one.name: _replicas_of(house, one, nurseries[one.name], usual, logs) for one in SERVICES
        }
        for replicas in house.replicas.values():
            await stack.enter_async_context(replicas.balancer.standing())
        try:
            house.places = await all_begun(house.replicas, tree)
            yield house
        finally:
            await asyncio.gather(
                *(one.end(n) for one in house.replicas.values() for n in list(one.running)),
                return_exceptions=True,
            )


def _replicas_of(
    house: House, service: Service, nursery: Nursery, usual: UsualAddresses, logs: Path
) -> Replicas:
    prefix = str(service.settings_type.model_config["env_prefix"]).upper()
    ports = free_ports(REPLICAS)
    name = service.name
    bus = Bus(house.brokers.through_doors)

    def start(number: int, tree: Path) -> Any:
        door = house.to_database[name, number]
        own = {
            "PORT": str(ports[number]),
            "KAFKA_INSTANCE": str(number),
            "DRAIN_SECONDS": "1",
            "DATABASE_URL": f"postgresql://{name}@127.0.0.1:{door.port}/{name}",
            "RETRY_WAITS_SECONDS": "[0.3, 0.5, 1, 1, 2, 2, 4, 4, 8, 8]",
            "QUIET_HOURS": "",
        }
        variables = process_variables(service, house.base, usual, bus=bus) | code_of(tree)
        variables |= {f"{prefix}{key}": value for key, value in own.items()}
        if name in house.speaks_as_of_old:
            variables["CLUSTER_SPEAKS_AS_OF_OLD"] = "1"
        kept = Nursling(name, nursery, variables, logs / f"{name}-{number}.log")
        house.kept[name, number] = kept
        return kept

    return Replicas(start, ports, Balancer())
