"""What a submission is held against: its rows written bare, three of them, and by a mapper."""

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from uuid6 import uuid7

from benchmarks.messages import NOW
from benchmarks.submit_cases import BANK, RIGHTS, body, case_of, read
from benchmarks.submit_twin import Row, by_mapper, rows_by_case
from services.applications.domain.life_cycle import State
from services.applications.handlers import submission
from services.applications.tables.submissions import FiledCase
from shared.postgres.database import Database
from shared.postgres.pools_seen import look_as

THREE = ("idempotency_keys", "applications", "outbox")


@dataclass(frozen=True)
class Place:
    """Where the service runs, once and once more, and the database that the limit writes to: one like
    the service's, but with no relay at its outbox."""

    bare_url: str
    twin_url: str
    twin_admin_url: str
    ports: tuple[int, ...]
    pids: tuple[int, ...]
    token: str


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


async def _ready(looks: Any, beside: Sequence[Row]) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements of one submission with their values, as the service itself makes them; `beside`:
    what waits then and is told of it, which the service reads from what it has written."""
    content = body()
    recorder: Any = Recorder(looks)
    answer = {"ETag": '"2"', "Location": f"/api/v1/applications/{uuid7()}"}
    await recorder.execute(
        _KEY, BANK, "clerk", str(uuid7()), hashlib.sha256(content).digest(), answer, b"{" * 300
    )
    case = read(content)
    filed = await submission.submit(case_of(recorder, case, number=f"BARE-{uuid7()}"), case)
    assert filed.state == State.ACCEPTED
    for table, values in beside:
        statement, arguments = _insert(table, values | _of_case(values, filed))
        await recorder.execute(statement, *arguments)
    statements: list[tuple[str, tuple[Any, ...]]] = recorder.statements
    return statements


def _insert(table: str, values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    return f"insert into {table} ({', '.join(values)}) values ({places})", tuple(values.values())


def _of_case(values: Mapping[str, Any], filed: FiledCase) -> dict[str, Any]:
    """What in a row that stands beside a case is that case's alone."""
    of = {"id": uuid7(), "event_id": uuid7(), "case_id": filed.id, "loan_id": filed.id,
          "number": filed.number, "aggregateid": str(filed.id)}  # fmt: skip
    return {name: value for name, value in of.items() if name in values}


async def beside_a_case(place: Place) -> list[Row]:
    """The rows that the service writes with a case beside those of the limit's first statements."""
    await by_handler(place, cases=1, clients=1)
    [rows] = await rows_by_case(place.bare_url)
    told = [values for table, values in rows if table == "outbox"]
    return [(table, values) for table, values in rows if table == "waits"] + [
        ("outbox", values) for values in told if values["type"].startswith("case-deadline.")
    ]


async def bare(place: Place, *, cases: int, clients: int, beside: Sequence[Row]) -> float:
    """Seconds for the same rows by bare asyncpg over so many connections."""
    database = await Database.connect(place.bare_url, max_size=clients)
    async with database.begin(BANK) as looks:
        ready = [await _ready(looks, beside) for _ in range(cases)]
    await database.close()
    return await _written(place.bare_url, ready, clients=clients)


async def three_rows(place: Place, rows: Sequence[Sequence[Row]], *, clients: int) -> float:
    """Seconds for the key, the case and one event of each of these, and nothing else."""
    ready = []
    for case in rows:
        of_table = dict(case)
        ready.append([_insert(name, of_table[name]) for name in THREE])
    await _empty(place, rows)
    return await _written(place.twin_url, ready, clients=clients)


async def by_twin(place: Place, rows: Sequence[Sequence[Row]], *, clients: int) -> float:
    """Seconds for the same rows by an object-relational mapper."""
    await _empty(place, rows)
    return await by_mapper(place.twin_url, rows, clients=clients)


async def _empty(place: Place, rows: Sequence[Sequence[Row]]) -> None:
    """Nothing of these cases lies in the twin's database any more."""
    admin = await asyncpg.connect(place.twin_admin_url)
    # Some tables are only added to.
    await admin.execute("set session_replication_role = replica")
    await admin.execute(f"truncate {', '.join({table for table, _ in rows[0]})} cascade")
    await admin.close()


async def _written(url: str, ready: Sequence[Any], *, clients: int) -> float:
    database = await Database.connect(url, max_size=clients)
    left = iter(ready)

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
            case = read(content)
            number = await submission.number_for(database, case.pool_code, now=NOW)
            async with database.begin(BANK) as conn:
                digest = hashlib.sha256(content).digest()
                await conn.execute(
                    _KEY, BANK, "clerk", str(uuid7()), digest, {"ETag": '"2"'}, b"{" * 300
                )
                filed = await submission.submit(case_of(conn, case, number=number), case)
                assert filed.state == State.ACCEPTED

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(clients)))
    seconds = time.perf_counter() - start
    await database.close()
    return seconds
