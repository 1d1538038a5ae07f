"""Where the services' databases are, for commands that work on them and not on an API."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import typer

from shared.postgres.database import EVERYWHERE, prepare_connection
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.pools_seen import look_as
from shared.postgres.provision import SERVICES, owner_of, url_for
from zhidai.access import NO_INSTANCE

UrlOf = Callable[..., str]
"""`url_of(service)` as its working role, `url_of(service, owner=True)` as the owner."""


@contextmanager
def databases(state: Path) -> Iterator[UrlOf]:
    """Each service's database: as its own variable names it, on the server at DATABASE_URL, or the
    embedded one. The variables are `APPLICATIONS_DATABASE_URL` and `APPLICATIONS_OWNER_URL`."""
    server_url = os.environ.get("DATABASE_URL", "")
    embedded = None
    if not server_url and (state / "postgres").is_dir():
        embedded = EmbeddedPostgres(state / "postgres").start()
        server_url = embedded.server_url

    def url_of(service: str, *, owner: bool = False) -> str:
        variable = f"{service}_{'OWNER' if owner else 'DATABASE'}_URL".upper()
        if found := os.environ.get(variable, ""):
            return found
        if not server_url:
            typer.echo(
                f"没有 {service} 的数据库，请设置 {variable}。Which database? Set {variable}.",
                err=True,
            )
            raise typer.Exit(NO_INSTANCE)
        return url_for(server_url, role=owner_of(service) if owner else service, database=service)

    try:
        yield url_of
    finally:
        if embedded is not None:
            embedded.stop()


@asynccontextmanager
async def all_at_one_moment(url_of: UrlOf) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """A connection to each service's database, all looking as the house; each sees one moment."""
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection] = {}
        for service in SERVICES:
            conn = await asyncpg.connect(url_of(service), timeout=10)
            stack.push_async_callback(conn.close)
            await prepare_connection(conn)
            connections[service] = conn
        for conn in connections.values():
            await stack.enter_async_context(
                conn.transaction(isolation="repeatable_read", readonly=True)
            )
            await look_as(conn, EVERYWHERE)
        yield connections
