"""A list of dishonest or abnormal firms comes in as a table: its entries begin and end by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.list_rows import (
    MOST_ROWS,
    Entry,
    Key,
    Standing,
    done_by,
    find_heading,
    read_row,
)
from services.applications.domain.table_cells import Fault, NoHeading, Table
from services.applications.handlers.listed_firms import tell_cleared, tell_listed
from services.applications.handlers.register import refer, use_paper
from services.applications.storage.table_rows import rows_of_table
from services.applications.tables import listed_firms
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.sheets.refusal import SheetUnreadable

Outcome = Literal["kept", "ended", "unchanged", "refused"]
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "begins": "kept",
    "ends": "ended",
    "nothing": "unchanged",
}


class OlderThanTheRegister(Refused):
    """A whole list ends what it does not name; an older one than what is held would do so wrongly."""

    code = "older-than-the-register"


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """The list that is brought in: which, of which day, from where, and whether it is all of it."""

    name: str
    day: date
    source: str
    whole: bool
    document_id: UUID | None
    file_name: str
    sha256: str


@dataclass(slots=True, kw_only=True)
class RowResult:
    """What became of a row. `line` counts from 1, as a spreadsheet does."""

    line: int
    named: str
    entry: Entry | None = None
    outcome: Outcome = "refused"
    faults: tuple[Fault, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "line": self.line,
            "outcome": self.outcome,
            "named": self.named,
            "faults": [one.as_data() for one in self.faults],
        }


def read_table(content: bytes) -> Table:
    """The table in a file. Raises SheetUnreadable, also where no row names the columns."""
    rows = rows_of_table(content, most=MOST_ROWS)
    try:
        return Table(rows=rows, heading=find_heading(rows))
    except NoHeading:
        raise SheetUnreadable(
            "找不到表头：须有“企业名称”和“列入日期”两列，可下载模板。",
            "There is no heading: columns 企业名称 (name) and 列入日期 (listed_on); see the template.",
        ) from None


async def bring_in(
    conn: asyncpg.Connection, table: Table, brought: List, *, by: Identity, now: datetime
) -> UUID:
    """Begin and end entries as the rows say. A whole list without a wrong row also ends what it does
    not name, and is the list's edition of its day. Raises FieldsWrong, OlderThanTheRegister."""
    await _must_fit(conn, brought, by=by, today=business_date(now))
    results = _results(table, list_date=brought.day)
    await listed_firms.lock_list(conn, brought.name)
    await _must_not_be_older(conn, brought)
    standing = await listed_firms.standings(conn, brought.name)
    begun, ended = _moved(results, standing, list_date=brought.day)
    is_edition = brought.whole and all(one.outcome != "refused" for one in results)
    gone = _no_longer_named(results, standing, on=brought.day) if is_edition else {}

    import_id = uuid7()
    await listed_firms.keep_import(
        conn,
        _import_row(import_id, table, brought, results, by=by, now=now)
        | {"is_edition": is_edition, "no_longer_named": len(gone)},
    )
    if is_edition:
        await listed_firms.keep_edition(
            conn, import_id, list_name=brought.name, list_date=brought.day
        )
    await listed_firms.add(
        conn, begun, import_id=import_id, list_name=brought.name, list_date=brought.day,
        source=brought.source, now=now,
    )  # fmt: skip
    await listed_firms.end(conn, ended, why="removed", import_id=import_id, by=by, now=now)
    await listed_firms.end(conn, gone, why="not_named", import_id=import_id, by=by, now=now)
    await use_paper(conn, brought.document_id, place=f"list:{import_id}", by=by, now=now)
    await tell_cleared(conn, [*(ended.keys() - begun.keys()), *gone], now=now)
    await tell_listed(conn, list(begun), now=now)
    return import_id


async def _must_fit(conn: asyncpg.Connection, brought: List, *, by: Identity, today: date) -> None:
    faults = await refer(conn, brought.document_id, by=by)
    if brought.day > today:
        faults.append(FieldFault(("list_date",), "in-future", "日期晚于今日",
                                 "The day lies ahead."))  # fmt: skip
    if faults:
        raise FieldsWrong(faults)


async def _must_not_be_older(conn: asyncpg.Connection, brought: List) -> None:
    newest = await listed_firms.newest_edition(conn, brought.name)
    if brought.whole and newest is not None and brought.day < newest:
        raise OlderThanTheRegister(
            f"登记册已有 {newest} 的完整名单，不能再导入更早的完整名单",
            f"The register holds the whole list of {newest}; an older one is not brought in whole.",
            newest=str(newest),
        )


def _results(table: Table, *, list_date: date) -> list[RowResult]:
    results: list[RowResult] = []
    first_at: dict[Key, int] = {}
    start, at = table.heading.row + 1, table.heading.at
    for line, row in enumerate(table.rows[start:], start=start + 1):
        if all(cell is None or not str(cell).strip() for cell in row):
            continue
        named = str(row[at["name"]] or "")[:64] if len(row) > at["name"] else ""
        read = read_row(row, table.heading, list_date=list_date)
        if not isinstance(read, Entry):
            results.append(RowResult(line=line, named=named, faults=read))
            continue
        result = RowResult(line=line, named=named or read.uscc or "", entry=read)
        if (before := first_at.setdefault(read.key, line)) != line:
            result.faults = (
                Fault("name", "named-twice", f"与第 {before} 行是同一条记录",
                      f"The same entry as in row {before}."),
            )  # fmt: skip
        results.append(result)
    if not results:
        raise SheetUnreadable("表头下没有数据行。", "There is no row below the heading.")
    return results


def _moved(
    results: Sequence[RowResult],
    standing: Mapping[Key, tuple[UUID, Standing]],
    *,
    list_date: date,
) -> tuple[dict[UUID, Entry], dict[UUID, date]]:
    """The entries that begin, and those that end; every result says which it is."""
    begun: dict[UUID, Entry] = {}
    ended: dict[UUID, date] = {}
    for one in results:
        entry = one.entry
        if entry is None or one.faults:
            continue
        entry_id, now_at = standing.get(entry.key, (None, None))
        does = done_by(entry, now_at, list_date=list_date)
        one.outcome = _OUTCOMES[does]
        if does == "begins":
            entry_id = uuid7()
            begun[entry_id] = entry
        if entry_id is not None and does != "nothing" and entry.removed_on is not None:
            ended[entry_id] = entry.removed_on
    return begun, ended


def _no_longer_named(
    results: Sequence[RowResult],
    standing: Mapping[Key, tuple[UUID, Standing]],
    *,
    on: date,
) -> dict[UUID, date]:
    """The entries that stand, and that a whole list does not name any more."""
    named = {one.entry.key for one in results if one.entry is not None}
    return {
        entry_id: max(on, key.listed_on)
        for key, (entry_id, at) in standing.items()
        if at.ended_on is None and key not in named
    }


def _import_row(
    import_id: UUID,
    table: Table,
    brought: List,
    results: Sequence[RowResult],
    *,
    by: Identity,
    now: datetime,
) -> dict[str, Any]:
    outcomes = [one.outcome for one in results]
    return {
        "id": import_id,
        "bank_code": by.institution,
        "list_name": brought.name,
        "list_date": brought.day,
        "source": brought.source,
        "document_id": brought.document_id,
        "whole": brought.whole,
        "file_name": brought.file_name,
        "sha256": brought.sha256,
        **{name: outcomes.count(name) for name in ("kept", "ended", "unchanged", "refused")},
        "heading": table.words,
        "results": [one.as_data() for one in results],
        "wrong_rows": table.as_written(one.line for one in results if one.outcome == "refused"),
        "brought_by": by.subject,
        "brought_by_name": by.name,
        "brought_at": now,
    }
