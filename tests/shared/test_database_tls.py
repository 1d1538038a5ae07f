"""What the URL of a database says of TLS holds for everything that reaches it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from deploy.certificates import Authority
from shared.postgres.database import Database
from shared.postgres.migrations import upgrade

_ASKS_FOR_TLS = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""The first message of a client that wants TLS (SSLRequest of PostgreSQL's protocol)."""


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        target.close()


@asynccontextmanager
async def by_tls_only(
    socket_url: str, authority: Authority, name: str = "database"
) -> AsyncIterator[int]:
    """The port of a door to the real server that lets in who speaks TLS: the PostgreSQL of the tests
    is built without."""
    folder = str(make_url(socket_url).query["host"])
    certificate, key = authority.issue(name, ["localhost"])
    door = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    door.load_cert_chain(certificate, key)

    async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readexactly(8) != _ASKS_FOR_TLS:
                writer.close()
                return
            writer.write(b"S")
            await writer.start_tls(door)
            inside, outside = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
            await asyncio.gather(pump(reader, outside), pump(inside, writer))
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(let_in, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def by_tls(socket_url: str, port: int, ca: Path, mode: str = "verify-full") -> str:
    url = make_url(socket_url).set(host="localhost", port=port)
    url = url.set(query={"sslmode": mode, "sslrootcert": str(ca)})
    return url.render_as_string(False)


async def test_writes_and_reads_pass_by_tls_to_the_server_that_was_meant(groundwork_url, tmp_path):
    authority, other = Authority(tmp_path / "ours"), Authority(tmp_path / "others")
    async with by_tls_only(groundwork_url, authority) as port:
        database = await Database.connect(by_tls(groundwork_url, port, authority.certificate_file))
        try:
            async with database.begin("*") as connection:
                assert await connection.fetchval("select 1") == 1
            async with database.reading("*") as session:
                connection = await session.connection()
                assert (await connection.execute(text("select 2"))).scalar_one() == 2
        finally:
            await database.close()

        with pytest.raises(ssl.SSLError):
            await Database.connect(by_tls(groundwork_url, port, other.certificate_file))
        with pytest.raises((ConnectionError, asyncpg.ConnectionDoesNotExistError)):
            await Database.connect(
                by_tls(groundwork_url, port, authority.certificate_file, mode="disable")
            )


async def test_migrations_pass_by_tls_too(database_of, tmp_path):
    fresh = await database_of("notifications")
    authority, other = Authority(tmp_path / "ours"), Authority(tmp_path / "others")
    async with by_tls_only(fresh.owner_url, authority) as port:
        await asyncio.to_thread(
            upgrade, "notifications", by_tls(fresh.owner_url, port, authority.certificate_file)
        )
        with pytest.raises(ssl.SSLError):
            await asyncio.to_thread(
                upgrade, "notifications", by_tls(fresh.owner_url, port, other.certificate_file)
            )
