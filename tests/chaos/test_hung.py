"""What a process holds that hangs is given back by itself, within ten seconds."""

import asyncio
import signal
import socket
import struct
import sys
from pathlib import Path

import asyncpg
import pytest

from shared.messaging.kafka import KafkaTransport
from shared.messaging.local import LocalTransport
from shared.messaging.relay import Pace, Relay
from shared.postgres import hung
from shared.postgres.database import EVERYWHERE, Database
from tests.chaos.hangs import HELD
from tests.simulation.house import folder_of
from tests.simulation.lines import FLUSH
from tests.simulation.server import Server

BOUND = 10


def test_the_bounds_are_ten_seconds():
    assert hung.HUNG_SECONDS + Pace().election_seconds <= BOUND
    session = KafkaTransport("nowhere", client="nobody")._session_timeout_ms
    # The others of a group learn of it with their next heartbeat, four in a session.
    assert session * 5 / 4 <= BOUND * 1000


async def test_the_lead_and_the_locks_of_a_process_that_hangs_come_to_another(database_of):
    fresh = await database_of("risk_pool")
    database = await Database.connect(fresh.url, max_size=2)
    relay = Relay(database, LocalTransport(()), service="takes over")
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.hangs", fresh.url, "1",
        cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert other.stdout is not None
    try:
        assert await other.stdout.readline() == b"held\n"
        leading = asyncio.create_task(relay.run())
        async with asyncio.timeout(60):
            async with database.begin(EVERYWHERE) as conn:
                await conn.execute("select pg_advisory_xact_lock($1)", HELD)
            while not relay.active:  # noqa: ASYNC110 — nobody tells
                await asyncio.sleep(0.01)
        assert other.returncode is None
        relay.stop()
        await leading
    finally:
        other.send_signal(signal.SIGCONT)
        other.kill()
        await other.wait()
        await database.close()


async def test_who_hangs_between_a_statements_text_and_its_values_holds_nothing_on(
    database_of, postgres_url, monkeypatch
):
    monkeypatch.setattr(hung, "HUNG_SECONDS", 1)
    fresh = await database_of("risk_pool")
    other = Server(folder_of(postgres_url), fresh.name, user="risk_pool")
    other.ask(f"begin; select pg_advisory_xact_lock({HELD})")
    text = b"\x00select 1\x00\x00\x00"
    other.send(b"P" + struct.pack("!i", len(text) + 4) + text + FLUSH)
    conn = await asyncpg.connect(fresh.url)

    async with asyncio.timeout(60):
        while await hung.end_the_hung(conn) == 0:
            assert not await conn.fetchval("select pg_try_advisory_lock($1)", HELD)
            await asyncio.sleep(0.1)
        await conn.execute("select pg_advisory_lock($1)", HELD)
    await conn.close()


async def test_who_leads_shows_life_while_the_broker_takes_its_time(database_of, monkeypatch):
    monkeypatch.setattr(hung, "HUNG_SECONDS", 1)
    fresh = await database_of("risk_pool")
    conn = await asyncpg.connect(fresh.url, server_settings=hung.settings_of("leads", leads=True))

    await hung.shows_life(conn, asyncio.sleep(1.6))

    assert await conn.fetchval("select 1") == 1
    await conn.close()


async def test_the_work_is_given_up_when_the_lead_is_lost(database_of, monkeypatch):
    monkeypatch.setattr(hung, "HUNG_SECONDS", 1)
    fresh = await database_of("risk_pool")
    conn = await asyncpg.connect(fresh.url)
    server = await asyncpg.connect(fresh.superuser_url)
    work = asyncio.ensure_future(asyncio.Event().wait())
    await server.fetchval("select pg_terminate_backend($1)", conn.get_server_pid())
    await server.close()

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await hung.shows_life(conn, work)

    assert work.cancelled()


async def test_who_only_reads_may_rest(database_of, monkeypatch):
    monkeypatch.setattr(hung, "HUNG_SECONDS", 1)
    fresh = await database_of("risk_pool")
    database = await Database.connect(fresh.url, max_size=2)
    asked = "select current_setting('idle_in_transaction_session_timeout')"

    async with database.looking(EVERYWHERE) as conn:
        reads = await conn.fetchval(asked)
    async with database.begin(EVERYWHERE) as conn:
        writes = await conn.fetchval(asked)

    assert (reads, writes) == ("5min", "1s")
    await database.close()


def test_a_server_that_has_vanished_is_seen_by_the_connection():
    class Transport:
        def get_extra_info(self, name):
            return line if name == "socket" else None

    with socket.socket() as line:
        hung.watch(Transport())

        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            told = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            assert told == hung.HUNG_SECONDS * 1000
