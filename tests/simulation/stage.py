"""Databases for simulations: the story is told once, every seed begins with copies of what it left."""

import asyncio
import itertools
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.auth.issuer import Issuer
from shared.garbage import keep_what_is_there
from shared.postgres import known_types
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for
from shared.service import Service
from tests.notifications.conftest import SETTINGS
from tests.simulation.broker import Broker, Record
from tests.simulation.house import Apps, House, folder_of
from tests.simulation.laws import Before
from tests.simulation.loop import SimulatedLoop, Trace
from tests.simulation.server import Server
from tests.simulation.story import BEGINS, SERVICES, tell
from tests.simulation.world import simulated

NAMES = tuple(service.name for service in SERVICES)
_numbers = itertools.count(1)


@dataclass
class Stage:
    """What all simulations of one process share."""

    server_url: str
    folder: Path
    story: Mapping[str, str] = field(default_factory=dict)
    before: Before = field(init=False)
    ends: float = 0.0
    logs: Mapping[str, list[list[Record]]] = field(default_factory=dict)
    types: Mapping[Any, Any] = field(default_factory=dict)
    """What the connections of the story have learnt of PostgreSQL's types; each seed begins with it."""

    def __post_init__(self) -> None:
        self.issuer = Issuer.at(self.folder / "issuer", environment="development")
        self._server = Server(folder_of(self.server_url))
        self._urls: Mapping[str, str] = {}
        self.apps = Apps(self._settings_of)

    @classmethod
    def set(cls, server_url: str, folder: Path, templates: Mapping[str, str]) -> "Stage":
        """Tell the story on copies of migrated databases (service → name)."""
        stage = cls(server_url, folder)
        with stage._copies(templates, "story") as names:
            pass
        stage.story = names
        looks = stage.looks(names)
        loop, broker = stage.loop_for(0, Trace(), begins=BEGINS)
        house = House(loop, broker, random.Random(0), stage.apps, stage.urls(names))
        asyncio.set_event_loop(loop)
        known_types._answers.clear()
        with simulated(loop, 0, broker):
            cases = loop.run_until_complete(tell(house, stage.issuer, looks))
        stage.ends = loop.time()
        stage.logs = broker.logs
        stage.types = dict(known_types._answers)
        stage.before = Before.of(cases, looks)
        for look in looks.values():
            # A copy is to go on as the one that it was, not as one that was restored.
            look.ask("update told_epochs set place = ''")
            look.close()
        loop.bury()
        loop.lines.close()
        # What is there now stays; to walk it again after every seed took a quarter of the time.
        keep_what_is_there()
        return stage

    def loop_for(self, seed: int, trace: Trace, *, begins: float = 0) -> tuple[Any, Broker]:
        """A loop and a broker that hold what the story left."""
        loop = SimulatedLoop(
            random.Random(f"steps {seed}"), trace,
            socket_folder=folder_of(self.server_url), begins=begins or self.ends,
        )  # fmt: skip
        broker = Broker(random.Random(f"broker {seed}"))
        broker.logs = {
            topic: [list(partition) for partition in logs] for topic, logs in self.logs.items()
        }
        return loop, broker

    @contextmanager
    def databases(self) -> Iterator[Mapping[str, str]]:
        """Copies of the story's databases, by service; gone at the end of the block."""
        with self._copies(self.story, "seed") as names:
            try:
                yield names
            finally:
                for name in names.values():
                    self.throw_away(name)
                    self.throw_away(f"{name}_dump")

    @contextmanager
    def _copies(self, sources: Mapping[str, str], what: str) -> Iterator[Mapping[str, str]]:
        names = {}
        for service, source in sources.items():
            name = names[service] = f"sim_{what}_{os.getpid()}_{next(_numbers)}_{service}"
            self.copy(service, source, name)
        yield names

    def copy(self, service: str, source: str, name: str) -> None:
        """A database as another one is, to which nobody is connected."""
        self._server.ask(
            f"create database {name} owner {owner_of(service)} template {source} strategy file_copy"
        )
        # Who closes a circle of locks finds out before the simulation goes on. And nothing is done here
        # often enough to be worth a translation to machine code, or a second process.
        self._server.ask(
            f"alter database {name} set deadlock_timeout = '5ms';"
            f"alter database {name} set jit = off;"
            f"alter database {name} set max_parallel_workers_per_gather = 0;"
            f"grant connect on database {name} to {service}"
        )

    def put_back(self, name: str, dump: str) -> None:
        """In a database's place another one, with what that holds."""
        self._server.ask(f"drop database {name} with (force)")
        self._server.ask(f"alter database {dump} rename to {name}")

    def throw_away(self, name: str) -> None:
        self._server.ask(f"drop database if exists {name} with (force)")

    def looks(self, names: Mapping[str, str]) -> dict[str, Server]:
        """Connections beside the simulation, by service."""
        return {one: self.look(names[one]) for one in NAMES}

    def look(self, name: str) -> Server:
        """A connection to one database."""
        return Server(folder_of(self.server_url), name)

    def urls(self, names: Mapping[str, str]) -> dict[str, str]:
        """Where the services of a simulation work."""
        return {one: url_for(self.server_url, role=one, database=names[one]) for one in NAMES}

    def strike(self) -> None:
        """Drop the story's databases."""
        for name in self.story.values():
            self._server.ask(f"drop database {name} with (force)")
        self._server.close()

    def _settings_of(self, service: Service) -> Any:
        more = SETTINGS if service.name == "notifications" else {}
        return service.settings_type(
            environment="development",
            database_url="postgresql://in/each/simulation/another",
            transport="kafka",
            kafka_bootstrap_servers="simulated:9092",
            token_issuer=self.issuer.issuer,
            token_keys=str(self.folder / "issuer" / "jwks.json"),
            **{
                "documents": str(self.folder / "documents"),
                "signing_development_folder": str(self.folder / "signing"),
                "requests_at_once": 10_000,
                "requests_per_second": 100_000,
                **more,
            },
        )


def migrated(server_url: str) -> dict[str, str]:
    """A migrated database of each service, on a server of one's own."""
    names = {}
    for service in NAMES:
        name = names[service] = f"sim_migrated_{service}"
        asyncio.run(provision(server_url, service, database=name))
        upgrade(service, url_for(server_url, role=owner_of(service), database=name))
    return names
