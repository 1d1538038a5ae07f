"""Submitting over real HTTP, beside bare asyncpg that writes the same rows.

    python -m benchmarks.submit [--cases 2000] [--clients 16] [--pairs 5] [--json | --cpu]

Ours: uvicorn in a process of its own, kept-alive connections, JSON in and out, token, validation,
all checks, idempotency key; what comes in one moment is written together. The limit: the same rows
into the same tables by as many connections, one transaction per case, values ready-made; no HTTP, no
reading, no checks. Beside it a limit of three bare rows per case (key, case, event), the same rows by an
object-relational mapper, and two processes of the service beside one. All on one durable PostgreSQL.

    python -m benchmarks.submit --cpu

The processor's time that one submission costs the service, beside that of its plainest answer
(`/healthz`). How busy the machine is otherwise changes it less than the rate, and not little: two that are
compared are to be measured in turns.
"""

import asyncio
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import uvicorn
from sqlalchemy.engine import make_url
from uuid6 import uuid7

from benchmarks.messages import NOW, Ratio, pairs, ratio, show
from benchmarks.processes import await_port, processor_seconds
from benchmarks.published import keep_file
from benchmarks.submit_cases import BANK, STORED, body
from benchmarks.submit_limits import (
    Place,
    bare,
    beside_a_case,
    by_handler,
    by_twin,
    three_rows,
)
from benchmarks.submit_twin import rows_by_case
from services.applications.handlers.pool_events import pool_opened
from services.applications.main import SERVICE
from shared.auth.issuer import ISSUER, Issuer
from shared.contracts.risk_pool import PoolOpenedV1
from shared.garbage import keep_what_is_there
from shared.messaging.inbox import Received
from shared.messaging.local import LocalTransport
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for
from shared.serve import run, server_config
from shared.service import build

BARE, TWIN = "bare", "twin"
PROCESSES = 2


async def over_http(
    place: Place, *, cases: int, clients: int, waited: list[float], processes: int = 1
) -> float:
    """Seconds for so many submissions by so many clients, each on a connection of its own to one of so
    many processes; how long each client waited for each answer goes to `waited`."""
    requests = [_request(place.token, body()) for _ in range(cases)]
    ports = place.ports[:processes]
    return await _asked(requests, ports, clients=clients, waited=waited)


async def _asked(
    requests: Sequence[bytes], ports: Sequence[int], *, clients: int, waited: list[float]
) -> float:
    left = iter(requests)
    start = time.perf_counter()
    await asyncio.gather(
        *(_client(ports[one % len(ports)], left, waited) for one in range(clients))
    )
    return time.perf_counter() - start


async def processor_time(place: Place, *, cases: int, clients: int) -> tuple[float, float]:
    """Milliseconds of the processor's time that the first process spends on one submission, and on one
    answer of `/healthz`."""
    spent = [processor_seconds(place.pids[0])]
    waited: list[float] = []
    await over_http(place, cases=cases, clients=clients, waited=waited)
    spent.append(processor_seconds(place.pids[0]))
    await _asked([_PLAIN] * cases, place.ports[:1], clients=clients, waited=waited)
    spent.append(processor_seconds(place.pids[0]))
    submission, plain = ((to - since) * 1000 / cases for since, to in pairwise(spent))
    return submission, plain


_PLAIN = b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"


def _request(token: str, content: bytes) -> bytes:
    head = (
        "POST /api/v1/applications HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid7()}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _client(port: int, requests: Iterator[bytes], waited: list[float]) -> None:
    """A client that costs next to nothing, so that the machine is the service's."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status, length = head.split(b" ", 2)[1], head.lower().split(b"content-length: ")[1]
        answer = await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
        fine = status == b"201" and b'"state":"accepted"' in answer
        assert fine or (status == b"200" and request is _PLAIN), answer.decode()
        waited.append(time.perf_counter() - began)
    writer.close()


async def serve_until_told(folder: Path, database_url: str, port: int, connections: int) -> None:
    """The service by itself, as it runs in production, but with nobody to hear its events."""
    settings = SERVICE.settings_type(
        environment="development",
        database_url=database_url,
        transport="local",
        token_issuer=ISSUER,
        token_keys=str(folder / "issuer" / "jwks.json"),
        database_connections=connections,
    )
    app = build(SERVICE, settings, transport=LocalTransport(()))
    keep_what_is_there()
    await uvicorn.Server(server_config(app, host="127.0.0.1", port=port)).serve()


@contextmanager
def place(folder: Path, connections: int) -> Iterator[Place]:
    """A durable PostgreSQL and the service in processes of its own."""
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "postgres").start()
    try:
        url = url_for(server.server_url, role=SERVICE.name, database=SERVICE.name)
        bare_url = url_for(server.server_url, role=SERVICE.name, database=BARE)
        twin_url = url_for(server.server_url, role=SERVICE.name, database=TWIN)
        admin_url = make_url(server.server_url).set(database=TWIN).render_as_string(False)
        for name in (SERVICE.name, BARE, TWIN):
            asyncio.run(prepare(server.server_url, name))
        issuer = Issuer.at(folder / "issuer", environment="development")
        with ExitStack() as running:
            processes = [
                running.enter_context(_process(folder, url, connections)) for _ in range(PROCESSES)
            ]
            ports, pids = zip(*processes, strict=True)
            token = issuer.issue("clerk", "clerk", ["bank_operator"], BANK)
            yield Place(bare_url, twin_url, admin_url, ports, pids, token)
    finally:
        server.stop()


@contextmanager
def _process(folder: Path, url: str, connections: int) -> Iterator[tuple[int, int]]:
    """One process of the service: its port and its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.submit", "--serve", str(folder), url]
    process = subprocess.Popen([*command, str(port), str(connections)])
    try:
        await_port(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


async def prepare(server_url: str, name: str) -> None:
    """A database of the service with a pool, a bank and the papers that the cases refer to."""
    await provision(server_url, SERVICE.name, database=name)
    owner = url_for(server_url, role=owner_of(SERVICE.name), database=name)
    await asyncio.to_thread(upgrade, SERVICE.name, owner)
    database = await Database.connect(url_for(server_url, role=SERVICE.name, database=name))
    opened = PoolOpenedV1(
        pool_code="dongli", name="东丽", prefix="DL", programme="dongli",
        opened_on=date(2026, 1, 1),
    )  # fmt: skip
    async with database.begin(EVERYWHERE) as conn:
        await keep_file(conn, "dongli", now=NOW)
        await pool_opened([Received(None, opened)], conn=conn, now=NOW)  # type: ignore[arg-type]
        await conn.execute(
            "insert into banks values ($1, '工行', '91100000100003962T', 1, now())", BANK
        )
        await conn.executemany(
            "insert into stored_documents (id, bank_code, sha256, size, media_type, filename,"
            " sent_by, sent_name, sent_at)"
            " values ($1, $2, $3, 1, 'application/pdf', $4, 'clerk', 'clerk', now())",
            [(paper["id"], BANK, paper["sha256"], paper["filename"]) for paper in STORED],
        )
    await database.close()


def main() -> None:
    """The command line."""
    if sys.argv[1:2] == ["--serve"]:
        _, _, folder, url, port, connections = sys.argv
        run(serve_until_told(Path(folder), url, int(port), int(connections)))
        return
    parser = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cpu", action="store_true")
    asked = parser.parse_args()
    with (
        TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as folder,
        place(Path(folder), asked.clients) as given,
    ):
        if asked.cpu:
            asyncio.run(show_processor_time(given, asked.cases, asked.clients, asked.pairs))
            return
        waited: list[float] = []
        figures = asyncio.run(measure(given, asked.cases, asked.clients, asked.pairs, waited))
    show(figures, as_json=asked.json)
    if not asked.json:
        ms = [1000 * each for each in quantiles(waited, n=100)]
        print(f"a submission: median {ms[49]:.1f} ms, p99 {ms[98]:.1f} ms, {asked.clients} clients")


async def show_processor_time(given: Place, cases: int, clients: int, times: int) -> None:
    """A line for each run, after one that is not counted."""
    await processor_time(given, cases=cases, clients=clients)
    for _ in range(times):
        submission, plain = await processor_time(given, cases=cases, clients=clients)
        print(
            f"a submission: {submission:.2f} ms of the processor, a plain answer {plain:.2f} ms,"
            f" {submission / plain:.1f} to 1"
        )


async def measure(
    given: Place, cases: int, clients: int, times: int, waited: list[float]
) -> list[Ratio]:
    """Over HTTP, and the service's own part of it, each in turns with the limit."""
    asked: dict[str, int] = {"cases": cases, "clients": clients}
    beside = await beside_a_case(given)

    def limit() -> Awaitable[float]:
        return bare(given, **asked, beside=beside)

    def ours() -> Awaitable[float]:
        return over_http(given, **asked, waited=waited)

    by_http = await pairs(ours, limit, times=times)
    by_itself = await pairs(lambda: by_handler(given, **asked), limit, times=times)
    rows = (await rows_by_case(given.bare_url))[:cases]
    three = await pairs(ours, lambda: three_rows(given, rows, clients=clients), times=times)
    both: list[float] = []
    two = await pairs(
        lambda: over_http(given, **asked, waited=both, processes=PROCESSES), ours, times=times
    )
    twin = await pairs(ours, lambda: by_twin(given, rows, clients=clients), times=times)
    said = f"bare asyncpg, the same rows, {clients} connections"
    return [
        ratio("submit over HTTP", limit=said, goal=0.6, messages=cases, seconds=by_http),
        ratio("submit one by one, no HTTP", limit=said, goal=0.6, messages=cases, seconds=by_itself),
        ratio("submit over HTTP", limit="three bare rows", goal=0, messages=cases, seconds=three),
        ratio("submit over HTTP, two processes", limit="one process", goal=1.3, messages=cases,
              seconds=two),
        ratio("submit over HTTP", limit="a mapper, the same rows", goal=3.5, messages=cases,
              seconds=twin),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
