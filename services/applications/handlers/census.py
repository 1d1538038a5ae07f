"""A census of rights comes in as a table: valid rows are kept, each wrong one says what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.census import MOST_ROWS, find_heading, read_row
from services.applications.domain.right_facts import FIELDS, Said, known
from services.applications.domain.submission import RightKey
from services.applications.domain.table_cells import Fault, NoHeading, Table
from services.applications.handlers.register import faults_of
from services.applications.queries import register
from services.applications.storage.table_rows import rows_of_table
from services.applications.tables import right_imports, right_statements
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.sheets.refusal import SheetUnreadable

Outcome = Literal["kept", "unchanged", "refused"]
AT_ONCE: Final = 1000
"""Rows per statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of a row. `line` counts from 1, as a spreadsheet does."""

    line: int
    outcome: Outcome
    number: str
    faults: tuple[Fault, ...] = ()
    said: Said | None = None

    def as_data(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "line": self.line,
            "outcome": self.outcome,
            "number": self.number,
            "faults": [one.as_data() for one in self.faults],
        }


def read_table(content: bytes) -> Table:
    """The table in a file. Raises SheetUnreadable, also where no row names the columns."""
    rows = rows_of_table(content, most=MOST_ROWS)
    try:
        return Table(rows=rows, heading=find_heading(rows))
    except NoHeading:
        raise SheetUnreadable(
            "找不到表头：须有“权利种类”和“号码”两列，可下载模板。",
            "There is no heading: columns 权利种类 (kind) and 号码 (number); see the template.",
        ) from None


async def bring_in(
    conn: asyncpg.Connection,
    table: Table,
    *,
    file_name: str,
    sha256: str,
    by: Identity,
    now: datetime,
) -> UUID:
    """Keep what the rows say, but for those that say it already, and the result of every row."""
    import_id = uuid7()
    results = _results(table, reference=file_name or str(import_id), now=now)
    results = await _unless_said(conn, results, by=by)
    new = [one.said for one in results if one.outcome == "kept" and one.said]
    for first in range(0, len(new), AT_ONCE):
        await right_statements.add(
            conn, new[first : first + AT_ONCE], bank_code=by.institution, by=by, now=now
        )
    await right_imports.keep(
        conn,
        import_id,
        file_name=file_name,
        sha256=sha256,
        heading=table.words,
        results=[one.as_data() for one in results],
        wrong_rows=table.as_written(one.line for one in results if one.outcome == "refused"),
        by=by,
        now=now,
    )
    return import_id


def _results(table: Table, *, reference: str, now: datetime) -> list[RowResult]:
    today = business_date(now)
    results: list[RowResult] = []
    first_at: dict[object, int] = {}
    start = table.heading.row + 1
    for line, row in enumerate(table.rows[start:], start=start + 1):
        if all(cell is None or not str(cell).strip() for cell in row):
            continue
        read = read_row(row, table.heading, reference=reference, today=today)
        number = str(row[table.heading.at["number"]] or "")[:64] if len(row) > table.heading.at[
            "number"
        ] else ""  # fmt: skip
        if not isinstance(read, Said):
            results.append(RowResult(line=line, outcome="refused", number=number, faults=read))
            continue
        faults = [
            Fault(str(one.place[-1]) if one.place else "", one.code, one.zh, one.en)
            for one in faults_of(read, today=today)
        ]
        if (before := first_at.setdefault(read.key, line)) != line:
            faults.append(
                Fault("number", "named-twice", f"与第 {before} 行是同一权利",
                      f"The same right as in row {before}.")
            )  # fmt: skip
        outcome: Outcome = "refused" if faults else "kept"
        results.append(
            RowResult(line=line, outcome=outcome, number=number, faults=tuple(faults), said=read)
        )
    return results


async def _unless_said(
    conn: asyncpg.Connection, results: Sequence[RowResult], *, by: Identity
) -> list[RowResult]:
    """A row that says what this institution's last import says changes nothing."""
    said = [one.said for one in results if one.outcome == "kept" and one.said]
    known_keys = await said_before(conn, said, institution=by.institution)
    return [
        RowResult(line=one.line, outcome="unchanged", number=one.number)
        if one.outcome == "kept" and one.said and one.said.key in known_keys
        else one
        for one in results
    ]


async def said_before(
    conn: asyncpg.Connection, said: Sequence[Said], *, institution: str
) -> frozenset[RightKey]:
    """The rights of which this says no more than what the institution last brought in."""
    rows = await register.statements(conn, [one.key for one in said])
    before = {
        key: [one for one in found if one["source"] == "import" and one["bank_code"] == institution]
        for key, found in rows.items()
    }
    return frozenset(one.key for one in said if _says_no_more(one, before.get(one.key)))


def _says_no_more(said: Said, before: Sequence[Mapping[str, Any]] | None) -> bool:
    if not before:
        return False
    holds = known(before)
    return all(
        getattr(said, name) is None or holds.get(name) == getattr(said, name) for name in FIELDS
    )
