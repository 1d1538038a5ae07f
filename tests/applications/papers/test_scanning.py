"""With a scanner named in the settings, nothing is taken that it has not found clean."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from services.applications.main import SERVICE
from tests.applications.office import Office
from tests.applications.papers.test_sending import sent
from zhidai.demo.paper import pdf

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Speaks clamd's INSTREAM over a socket: finds EICAR, breaks off beyond its limit."""

    def __init__(self, limit: int = 1_000_000) -> None:
        self.limit = limit
        self.seen: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
            if len(content) > self.limit:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                await writer.drain()
                writer.close()
                return
        self.seen.append(content)
        found = EICAR in content
        writer.write(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if found else b"stream: OK\0")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def clamd_at(kind: str, folder, **more):
    """(the daemon, its address in the settings)."""
    daemon = Clamd(**more)
    if kind == "unix":
        place = str(folder / "clamd.sock")
        server = await asyncio.start_unix_server(daemon.answer, place)
        address = f"unix:{place}"
    else:
        server = await asyncio.start_server(daemon.answer, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield daemon, address


@asynccontextmanager
async def office_with(running, clamd: str):
    async with running(SERVICE, due_interval_seconds=3600, clamd=clamd) as service:
        office = Office(service)
        await office.lets_banks_in()
        yield office


@pytest.mark.parametrize("kind", ["tcp", "unix"])
async def test_a_clean_paper_is_taken_and_says_when_it_was_scanned(running, tmp_path, kind):
    content = pdf("清洁" * 2000)
    async with clamd_at(kind, tmp_path) as (daemon, address):
        async with office_with(running, address) as office:
            answer = await sent(office.bank(), content)

    assert answer.status_code == 201, answer.text
    assert answer.json()["scanned_at"] is not None
    assert daemon.seen == [content]


async def test_an_infected_paper_is_refused_by_name_and_not_kept(running, tmp_path):
    async with clamd_at("tcp", tmp_path) as (_, address):
        async with office_with(running, address) as office:
            answer = await sent(
                office.bank(), pdf("x").replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + EICAR + b"\n")
            )
            async with office.service.context.database.begin("*") as conn:
                kept = await conn.fetchval("select count(*) from stored_documents")

    assert (answer.status_code, answer.json()["code"]) == (422, "document-infected")
    assert answer.json()["found"] == "Win.Test.EICAR_HDB-1"
    assert kept == 0


async def test_while_the_scanner_is_away_nothing_is_taken(running, tmp_path):
    async with office_with(running, f"unix:{tmp_path}/nobody.sock") as office:
        answer = await sent(office.bank(), pdf("x"))

    assert (answer.status_code, answer.json()["code"]) == (503, "document-scanner-away")


async def test_what_the_scanner_did_not_look_at_whole_is_not_taken(running, tmp_path):
    async with clamd_at("tcp", tmp_path, limit=100) as (_, address):
        async with office_with(running, address) as office:
            answer = await sent(office.bank(), pdf("x"))

    assert (answer.status_code, answer.json()["code"]) == (503, "document-scanner-away")
