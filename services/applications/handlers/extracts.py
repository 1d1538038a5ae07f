"""A person takes over what an extract says otherwise: it is said beside what was said before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.extract_compared import RIGHT_FIELDS, is_newer, value_of
from services.applications.domain.right_facts import Fact, Said, facts
from services.applications.domain.submission import RightKey
from services.applications.handlers.register import NotYourEntry
from services.applications.queries import register
from services.applications.tables import extracts, right_burdens, right_statements
from services.applications.tables.bulk_rows import BulkFileRow
from services.applications.tables.right_burdens import NewBurden
from shared.auth.identity import Identity
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.sheets.verdicts import BulkFileNotReady

MOST_AT_ONCE: Final = 2_000
"""Differences of one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """How many differences were taken over, for how many something newer is known, and how many are
    left of those that were asked for."""

    taken: int
    older: int
    left: int


async def take_over(
    conn: asyncpg.Connection,
    file_id: UUID,
    ids: Sequence[UUID] | None,
    *,
    by: Identity,
    now: datetime,
) -> TakenOver:
    """Take these differences over, or all that may be. What the register or the bureau has said since
    the extract's day stays. Raises NotFound, NotYourEntry, BulkFileNotReady, FieldsWrong."""
    file = await _in_hand(conn, file_id, by)
    chosen = None if ids is None else list(dict.fromkeys(ids))
    rows = await extracts.not_taken(conn, file_id, chosen, limit=MOST_AT_ONCE + 1)
    if chosen is not None:
        _must_be_there(chosen, rows)
    left = len(rows) > MOST_AT_ONCE
    rows = rows[:MOST_AT_ONCE]
    held = await register.statements(conn, sorted({register.key_of(row) for row in rows}))
    known = {key: {one.field: one for one in facts(said)} for key, said in held.items()}
    outcomes = {row["id"]: _outcome(row, known) for row in rows}
    taken = [row for row in rows if outcomes[row["id"]] == "taken"]
    said = _said(file, [row for row in taken if row["field"] in RIGHT_FIELDS])
    if said:
        await right_statements.add(conn, said, bank_code=by.institution, by=by, now=now)
    for row in taken:
        if row["taken_as"]:
            await _enter(conn, file, row, by=by, now=now)
    await extracts.keep_takings(conn, outcomes, bank_code=by.institution, by=by, now=now)
    more = await extracts.not_taken(conn, file_id, None, limit=1) if left else ()
    return TakenOver(taken=len(taken), older=len(rows) - len(taken), left=len(more))


async def _in_hand(conn: asyncpg.Connection, file_id: UUID, by: Identity) -> BulkFileRow:
    file = await extracts.locked(conn, file_id)
    if file is None:
        raise NotFound("没有这份登记簿副本", "There is no such extract.")
    if file.bank_code != by.institution:
        raise NotYourEntry(
            "该登记簿副本由他方导入，由导入方采用",
            "Another institution brought this extract in, and takes over what it says.",
        )
    if file.finished_at is None:
        raise BulkFileNotReady("文件尚在处理，请稍后再试", "The file is still being gone through.")
    return file


def _must_be_there(ids: Sequence[UUID], rows: Sequence[asyncpg.Record]) -> None:
    there = {row["id"] for row in rows}
    faults = [
        FieldFault(("differences", n), "not-to-be-taken",
                   "没有此项差异，或已处理，或不能由副本采用",
                   "There is no such difference, it was dealt with, or it is entered elsewhere.")
        for n, one in enumerate(ids)
        if one not in there
    ]  # fmt: skip
    if faults:
        raise FieldsWrong(faults)


def _outcome(row: asyncpg.Record, known: Mapping[RightKey, Mapping[str, Fact]]) -> str:
    fact = known.get(register.key_of(row), {}).get(row["field"])
    return "older" if is_newer(fact, row["as_of"]) else "taken"


def _said(file: BulkFileRow, rows: Sequence[asyncpg.Record]) -> list[Said]:
    """What is said, one for each row of the file."""
    of_line: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        of_line[row["line"]].append(row)
    return [
        Said(
            key=register.key_of(own[0]),
            number_as_given=own[0]["number_as_given"],
            source="extract",
            reference=file.filename,
            as_of=own[0]["as_of"],
            document_id=file.document_id,
            **{one["field"]: value_of(one["field"], one["theirs"]) for one in own},
        )
        for own in of_line.values()
    ]


async def _enter(
    conn: asyncpg.Connection, file: BulkFileRow, row: asyncpg.Record, *, by: Identity, now: datetime
) -> None:
    """Enter a burden that the register has, or the end of one that it has no more."""
    taken_as = row["taken_as"]
    if "ends" in taken_as:
        await right_burdens.end(
            conn, UUID(taken_as["ends"]), bank_code=by.institution, ended_on=row["as_of"],
            reason=f"登记簿副本无此记载：{file.filename}", by=by, now=now,
        )  # fmt: skip
        return
    new = NewBurden(
        burden=taken_as["burden"],
        party=taken_as["party"],
        reference=taken_as["reference"],
        began_on=date.fromisoformat(taken_as["began_on"]),
        note=f"登记簿副本 {file.filename}（{row['as_of']}）",
        source="extract",
        document_id=file.document_id,
    )
    key = register.key_of(row)
    await right_burdens.add(conn, uuid7(), key, new, bank_code=by.institution, by=by, now=now)
