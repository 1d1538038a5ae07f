"""Submitting over real HTTP, beside bare asyncpg that writes the same rows.

    python -m benchmarks.submit [--cases 2000] [--clients 16] [--pairs 5] [--json]

Ours: uvicorn in a process of its own, kept-alive connections, JSON in and out, token, validation,
all checks, idempotency key; what comes in one moment is written together. The limit: the same rows into the same
tables by as many connections, one transaction per case, values ready-made; no HTTP, no reading, no
checks. Both on one durable PostgreSQL.
"""

import asyncio
import hashlib
import json
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import uvicorn
from stdnum.cn import uscc
from uuid6 import uuid7

from benchmarks.messages import NOW, Ratio, pairs, ratio, show
from benchmarks.processes import await_port
from benchmarks.published import keep_file
from services.applications.api.requests import SubmissionBody
from services.applications.domain.life_cycle import State
from services.applications.domain.submission import Submission
from services.applications.handlers import submission
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.pool_events import pool_opened
from services.applications.main import SERVICE
from shared.auth.identity import Identity
from shared.auth.issuer import ISSUER, Issuer
from shared.calendar import WorkingDays
from shared.contracts.risk_pool import PoolOpenedV1
from shared.identifiers import organisation_check, patent_check
from shared.messaging.inbox import Received
from shared.messaging.local import LocalTransport
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.pools_seen import look_as
from shared.postgres.provision import owner_of, provision, url_for
from shared.serve import run, server_config
from shared.service import build

BANK = "ICBC-TJ"
DAYS = WorkingDays()
RIGHTS = 2
"""Of every case."""
BARE = "bare"
PAPERS = (
    "business_licence", "ip_certificates", "financial_statements", "purpose_statement",
    "bank_approval",
)  # fmt: skip
STORED: tuple[Mapping[str, Any], ...] = tuple(
    {
        "id": uuid5(NAMESPACE_URL, kind),
        "sha256": hashlib.sha256(kind.encode()).digest(),
        "filename": kind,
    }
    for kind in PAPERS
)
"""What the store knows of them; their contents are not looked at here."""
_serials = count(1)


def body() -> bytes:
    """A complete case of a firm of its own, with two rights of its own and five documents."""
    organisation = f"{next(_serials):08d}"
    code = f"91120110{organisation}{organisation_check(organisation)}"
    firm = code + uscc.calc_check_digit(code)
    return json.dumps(
        {
            "pool_code": "dongli",
            "mode": "direct",
            "borrower": {
                "uscc": firm,
                "name": "珠海格力电器股份有限公司",
                "registered_on": "2015-06-01",
                "is_sme": True,
                "region_code": "120110",
            },
            "amount": "1000000.00",
            "tenor_months": 12,
            "annual_rate_bp": 385,
            "purpose": "r_and_d",
            "repayment": "bullet",
            "has_other_collateral": False,
            "is_first_loan": True,
            "collateral": [_right(firm) for _ in range(RIGHTS)],
            "documents": [
                {"kind": paper["filename"], "document": str(paper["id"])} for paper in STORED
            ],
        }
    ).encode()


def _right(firm: str) -> dict[str, Any]:
    number = f"20221{next(_serials):07d}"
    return {
        "kind": "invention",
        "number": f"{number}.{patent_check(number)}",
        "name": "一种投放广告的方法",
        "owner_uscc": firm,
        "owner_name": "珠海格力电器股份有限公司",
        "filed_on": "2022-05-01",
        "expires_on": "2042-05-01",
        "valuation": {
            "amount": "6000000.00",
            "method": "income",
            "appraiser": "天津某资产评估有限公司",
            "valued_on": str(NOW.date()),
        },
    }


@dataclass(frozen=True)
class Place:
    """Where the service runs, and the database that the limit writes to: one like the service's,
    but with no relay at its outbox."""

    bare_url: str
    port: int
    token: str


async def over_http(place: Place, *, cases: int, clients: int, waited: list[float]) -> float:
    """Seconds for so many submissions by so many clients, each on a connection of its own; how long each
    client waited for each answer goes to `waited`."""
    requests = iter([_request(place.token, body()) for _ in range(cases)])
    start = time.perf_counter()
    await asyncio.gather(*(_client(place.port, requests, waited) for _ in range(clients)))
    return time.perf_counter() - start


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
        assert status == b"201" and b'"state":"accepted"' in answer, answer.decode()
        waited.append(time.perf_counter() - began)
    writer.close()


class Recorder:
    """Takes the place of a connection: looks up where the limit will write, and keeps what was to be
    written, for the limit to run bare."""

    def __init__(self, looks: Any) -> None:
        self.statements: list[tuple[str, tuple[Any, ...]]] = []
        self.fetchrow = looks.fetchrow
        self.fetch = looks.fetch

    async def execute(self, statement: str, *values: Any) -> None:
        self.statements.append((statement, values))

    async def fetchval(self, statement: str, *values: Any) -> int:
        self.statements.append((statement, values))
        return RIGHTS


_KEY = """
insert into idempotency_keys
    (institution, subject, key, operation, body_sha256, keeps_forever, status, headers, body)
values ($1, $2, $3, 'POST /api/v1/applications', $4, false, 201, $5, $6)
"""


def _read(content: bytes) -> Submission:
    return SubmissionBody.model_validate_json(content).as_submission()


def _case(conn: Any, submitted: Submission, *, number: str) -> CaseInHand:
    caller = Identity("clerk", "clerk", frozenset({"bank_operator"}), BANK)
    return submission.new_case(
        submitted, number=number, conn=conn, caller=caller, working_days=DAYS, now=NOW
    )


async def _ready(looks: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements of one submission with their values, as the service itself makes them."""
    content = body()
    recorder: Any = Recorder(looks)
    answer = {"ETag": '"2"', "Location": f"/api/v1/applications/{uuid7()}"}
    await recorder.execute(
        _KEY, BANK, "clerk", str(uuid7()), hashlib.sha256(content).digest(), answer, b"{" * 300
    )
    read = _read(content)
    filed = await submission.submit(_case(recorder, read, number=f"BARE-{uuid7()}"), read)
    assert filed.state == State.ACCEPTED
    statements: list[tuple[str, tuple[Any, ...]]] = recorder.statements
    return statements


async def bare(place: Place, *, cases: int, clients: int) -> float:
    """Seconds for the same rows by bare asyncpg over so many connections."""
    database = await Database.connect(place.bare_url, max_size=clients)
    async with database.begin(BANK) as looks:
        left = iter([await _ready(looks) for _ in range(cases)])

    async def write() -> None:
        async with database.connection() as conn:
            for statements in left:
                async with conn.transaction():
                    await look_as(conn, BANK)
                    for statement, values in statements:
                        await conn.execute(statement, *values)

    start = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(clients)))
    seconds = time.perf_counter() - start
    await database.close()
    return seconds


async def by_handler(place: Place, *, cases: int, clients: int) -> float:
    """Seconds for what the service does of itself: reading, checking, looking around, writing.

    Neither HTTP nor token; shows which part of the way to the limit these take.
    """
    left = iter([body() for _ in range(cases)])
    database = await Database.connect(place.bare_url, max_size=clients)

    async def work() -> None:
        for content in left:
            read = _read(content)
            number = await submission.number_for(database, read.pool_code, now=NOW)
            async with database.begin(BANK) as conn:
                digest = hashlib.sha256(content).digest()
                await conn.execute(
                    _KEY, BANK, "clerk", str(uuid7()), digest, {"ETag": '"2"'}, b"{" * 300
                )
                filed = await submission.submit(_case(conn, read, number=number), read)
                assert filed.state == State.ACCEPTED

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(clients)))
    seconds = time.perf_counter() - start
    await database.close()
    return seconds


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
    await uvicorn.Server(server_config(app, host="127.0.0.1", port=port)).serve()


@contextmanager
def place(folder: Path, connections: int) -> Iterator[Place]:
    """A durable PostgreSQL and the service in a process of its own."""
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "postgres").start()
    try:
        url = url_for(server.server_url, role=SERVICE.name, database=SERVICE.name)
        bare_url = url_for(server.server_url, role=SERVICE.name, database=BARE)
        for name in (SERVICE.name, BARE):
            asyncio.run(prepare(server.server_url, name))
        issuer = Issuer.at(folder / "issuer", environment="development")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "benchmarks.submit", "--serve", str(folder), url]
        process = subprocess.Popen([*command, str(port), str(connections)])
        try:
            await_port(port, process)
            yield Place(bare_url, port, issuer.issue("clerk", "clerk", ["bank_operator"], BANK))
        finally:
            process.terminate()
            process.wait(30)
    finally:
        server.stop()


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
    asked = parser.parse_args()
    with (
        TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as folder,
        place(Path(folder), asked.clients) as given,
    ):
        waited: list[float] = []
        figures = asyncio.run(measure(given, asked.cases, asked.clients, asked.pairs, waited))
    show(figures, as_json=asked.json)
    if not asked.json:
        ms = [1000 * each for each in quantiles(waited, n=100)]
        print(f"a submission: median {ms[49]:.1f} ms, p99 {ms[98]:.1f} ms, {asked.clients} clients")


async def measure(
    given: Place, cases: int, clients: int, times: int, waited: list[float]
) -> list[Ratio]:
    """Over HTTP, and the service's own part of it, each in turns with the limit."""
    asked: dict[str, int] = {"cases": cases, "clients": clients}

    def limit() -> Awaitable[float]:
        return bare(given, **asked)

    by_http = await pairs(lambda: over_http(given, **asked, waited=waited), limit, times=times)
    by_itself = await pairs(lambda: by_handler(given, **asked), limit, times=times)
    said = f"bare asyncpg, the same rows, {clients} connections"
    return [
        ratio("submit over HTTP", limit=said, goal=0.6, messages=cases, seconds=by_http),
        ratio(
            "submit one by one, without HTTP",
            limit=said,
            goal=0.6,
            messages=cases,
            seconds=by_itself,
        ),
    ]


if __name__ == "__main__":
    main()
