"""A file of many rows, three in a hundred of them wrong, beside a bare COPY of the same rows.

    python -m benchmarks.bulk [--kind applications|rights|extracts|claims|lists] [--rows 50000] [--json]

Applications are filed; rights are a census; an extract of the trademark register is compared with a
census that the file's bank has sent before, and every second row differs; a list of dishonest firms
begins an entry by each row; claims are saved as drafts, a file for each of twenty banks.
Ours: an NDJSON file in the store, read, judged and written batch by batch by the service's own
worker; half-way the worker is given up and another goes on. The limit: the rows that this has left
in its tables, copied by COPY in binary form into the same tables of another database, in one
transaction; no reading, no checks. Both on one durable PostgreSQL, indexes and keys in place.
"""

import asyncio
import json
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, cast
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from benchmarks import bulk_claims
from benchmarks.bulk_figures import BAD_EVERY, Figures, copied, megabytes
from benchmarks.messages import NOW
from benchmarks.submit import BARE, prepare
from benchmarks.submit_cases import BANK, DAYS, body
from services.applications.api.drafts import read_draft
from services.applications.domain.bulk import AT_ONCE, BulkKind
from services.applications.handlers.bulk_applications import take_applications
from services.applications.handlers.bulk_batch import Take
from services.applications.handlers.bulk_extracts import take_extracts
from services.applications.handlers.bulk_files import BulkWork, key_of
from services.applications.handlers.bulk_lists import end_lists, take_lists
from services.applications.handlers.bulk_rights import take_rights
from services.applications.main import SERVICE
from services.applications.storage.objects import PaperStore, store_at
from services.applications.tables import bulk_files, listed_firms
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.provision import owner_of, url_for

_FILES: Final = ("bulk_files", "bulk_rows")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file: what a row says, who takes it, and the tables that it leaves its rows in, in an
    order in which the keys hold."""

    row: Callable[[int, bool], dict[str, Any]]
    """By the row's number, and whether it is wrong."""
    take: Take
    tables: tuple[str, ...]
    made: str
    """The table that has one row for each that was taken."""
    given: Mapping[str, str] = field(default_factory=dict)
    sent_by: str = BANK
    after: str = ""
    """The kind of file that is gone through before, and is not counted."""


def _application(n: int, is_bad: bool) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(body())
    return row | {"reference": f"XD-{n}"} | ({"tenor_months": 24} if is_bad else {})


def _right(n: int, is_bad: bool) -> dict[str, Any]:
    row = {"kind": "trademark_right", "number": str(20_000_000 + n), "nice_class": 9,
           "name": f"标 {n}", "owner_name": "珠海格力电器股份有限公司", "legal_status": "有效",
           "expires_on": "2031-03-02"}  # fmt: skip
    return row | ({"legal_status": "不知道"} if is_bad else {})


def _extract(n: int, is_bad: bool) -> dict[str, Any]:
    row = _right(n, is_bad)
    del row["kind"]
    return row | ({"expires_on": "2032-03-02"} if n % 2 else {})


def _listed(n: int, is_bad: bool) -> dict[str, Any]:
    row = {"name": f"第 {n} 公司", "listed_on": "2026-02-11", "authority": "天津市东丽区人民法院",
           "reference": f"（2026）津0110执{n}号", "reason": "有履行能力而拒不履行"}  # fmt: skip
    return row | ({"listed_on": "2026-13-40"} if is_bad else {})


KINDS: Final = {
    "applications": Kind(
        row=_application,
        take=partial(take_applications, read=read_draft),
        tables=("applications", "borrowers", "collateral", "valuations", "documents", "case_moves",
                "held_rights", "bulk_taken", *_FILES, "outbox"),
        made="applications",
    ),
    "rights": Kind(row=_right, take=take_rights, tables=("rights", "right_statements", *_FILES), made="right_statements"),
    "extracts": Kind(
        row=_extract,
        take=take_extracts,
        tables=(*_FILES, "extract_rows", "extract_differences"),
        made="extract_rows",
        given={"register": "trademark", "day": str(business_date(NOW))},
        after="rights",
    ),
    "lists": Kind(
        row=_listed,
        take=take_lists,
        tables=("bulk_files", "list_imports", "bulk_rows", "listed_firms"),
        made="listed_firms",
        given={"list": "judgment_defaulter", "day": str(business_date(NOW)), "source": "公开网"},
        sent_by=EVERYWHERE,
    ),
}  # fmt: skip


def file_of(kind: Kind, rows: int) -> IO[bytes]:
    """So many rows as NDJSON, on disk."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 # kept until the run is over
    for n in range(1, rows + 1):
        row = kind.row(n, n % BAD_EVERY == 0)
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return file


async def gone_through(
    url: str, store: PaperStore, name: str, rows: int
) -> tuple[UUID, float, int, int]:
    """(file, seconds, megabytes after a tenth, megabytes at the end)."""
    kind, database = KINDS[name], await Database.connect(url)
    file_id = uuid7()
    file = file_of(kind, rows)
    size = file.tell()
    await store.keep(key_of(file_id), file)
    by = Identity("clerk", "clerk", frozenset({"bank_operator"}), kind.sent_by)
    async with database.begin(kind.sent_by) as conn:
        await bulk_files.add(
            conn, file_id, kind=name, form="ndjson", only_check=False, given=kind.given,
            filename="bench.ndjson", sha256=sha256(b"").digest(), size=size, by=by, now=NOW,
            rows_expected=rows,
        )  # fmt: skip
        if name == "lists":
            await listed_firms.keep_import(
                conn, file_id, bank_code=kind.sent_by, list_name=kind.given["list"],
                list_date=business_date(NOW), source=kind.given["source"], document_id=None,
                whole=False,
            )  # fmt: skip

    def worker() -> BulkWork:
        take = {cast(BulkKind, name): kind.take}
        return BulkWork(database, store, DAYS, lambda: NOW, take, {"lists": end_lists})

    work, batches, early = worker(), 0, 0
    start = time.perf_counter()
    while await work.one_batch():
        batches += 1
        if batches == max(1, rows // AT_ONCE // 10):
            early = megabytes()
        if batches == rows // AT_ONCE // 2:
            work.close()
            work = worker()
    seconds = time.perf_counter() - start
    work.close()
    await database.close()
    return file_id, seconds, early, megabytes()


async def measure(server_url: str, folder: Path, name: str, rows: int) -> Figures:
    """Both, one after the other."""
    ours = url_for(server_url, role=SERVICE.name, database=SERVICE.name)
    kind, store = KINDS[name], store_at(str(folder / "files"))
    if kind.after:
        await gone_through(ours, store, kind.after, rows)
    file_id, seconds, early, late = await gone_through(ours, store, name, rows)
    owners = [
        await asyncpg.connect(url_for(server_url, role=owner_of(SERVICE.name), database=name))
        for name in (SERVICE.name, BARE)
    ]
    taken, wrong = await owners[0].fetchrow(
        "select rows_taken, rows_wrong from bulk_files where id = $1", file_id
    )
    made = await owners[0].fetchval(f"select count(*) from {kind.made}")
    assert (taken, wrong, made) == (rows - rows // BAD_EVERY, rows // BAD_EVERY, taken)
    copy_seconds, copied_rows = await copied(owners[0], owners[1], kind.tables)
    for one in owners:
        await one.close()
    return Figures(
        rows=rows,
        taken=taken,
        wrong=wrong,
        kind=name,
        seconds=round(seconds, 1),
        per_second=round(rows / seconds),
        copied_rows=copied_rows,
        copy_seconds=round(copy_seconds, 1),
        copy_per_second=round(rows / copy_seconds),
        times_the_copy=round(seconds / copy_seconds, 1),
        megabytes_after_a_tenth=early,
        megabytes_at_the_end=late,
    )


def _figures(name: str, rows: int) -> Figures:
    with TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres").start()
        try:
            if name == bulk_claims.KIND:
                return asyncio.run(bulk_claims.measure(server.server_url, rows))
            for database in (SERVICE.name, BARE):
                asyncio.run(prepare(server.server_url, database))
            return asyncio.run(measure(server.server_url, folder, name, rows))
        finally:
            server.stop()


def main() -> None:
    """The command line."""
    parser = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--kind", choices=sorted([*KINDS, bulk_claims.KIND]), default="applications"
    )
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = _figures(asked.kind, asked.rows)
    if asked.json:
        json.dump(asdict(figures), sys.stdout, indent=2)
        print()
        return
    for name, value in asdict(figures).items():
        print(f"{name.replace('_', ' '):>26}  {value if isinstance(value, str) else f'{value:,}'}")


if __name__ == "__main__":
    main()
