"""The rows of a register's extract: each is compared with what we hold; none changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import asyncpg

from services.applications.bank_files.extract_columns import extract_column
from services.applications.domain.extract_compared import Held, differences
from services.applications.domain.extract_rows import ExtractRow, Register, read_extract
from services.applications.domain.submission import RightKey
from services.applications.handlers.bulk_batch import Batch, give_way, misplaced
from services.applications.handlers.extract_news import tell_bad_news
from services.applications.handlers.register import faults_of
from services.applications.queries import extracts as reads
from services.applications.queries import register
from services.applications.queries.watched import living_burdens
from services.applications.tables import extracts
from services.applications.tables.extracts import Compared
from shared.refusals import FieldFault
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict, unread, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class _AllHeld:
    """What we hold of the rights of a batch, as far as who sent it may know."""

    statements: Mapping[RightKey, Sequence[Mapping[str, Any]]]
    burdens: Mapping[RightKey, Sequence[Mapping[str, Any]]]
    pledges: Mapping[RightKey, Sequence[Mapping[str, Any]]]

    def of(self, key: RightKey) -> Held:
        return Held(
            statements=self.statements.get(key, ()),
            burdens=self.burdens.get(key, ()),
            pledges=self.pledges.get(key, ()),
        )


async def take_extracts(batch: Batch, rows: Sequence[RowRead]) -> list[RowVerdict]:
    """Compare every row that can be read, and tell what is bad news for a loan that is out."""
    verdicts: dict[int, RowVerdict] = {}
    readable: list[tuple[RowRead, ExtractRow]] = []
    for n, row in enumerate(rows):
        await give_way(n)
        found = _read(batch, row)
        if isinstance(found, ExtractRow):
            readable.append((row, found))
        else:
            verdicts[row.line] = wrong(row, unread(row, found))
    held = await _held(batch.conn, [found.said.key for _, found in readable])
    compared = []
    for n, (row, found) in enumerate(readable):
        await give_way(n)
        compared.append(_compared(row.line, found, held.of(found.said.key), batch))
    if not batch.file.only_check:
        await extracts.keep(batch.conn, batch.file, compared)
        await tell_bad_news(batch.conn, compared, today=batch.today, now=batch.now)
    for row, found in readable:
        key = found.said.key
        verdicts[row.line] = RowVerdict(
            line=row.line,
            outcome=Outcome.FINE if batch.file.only_check else Outcome.TAKEN,
            reference=f"{key.kind} {key.number} {key.nice_class or ''}".strip(),
            number=key.number,
        )
    return [verdicts[row.line] for row in rows]


def _compared(line: int, row: ExtractRow, held: Held, batch: Batch) -> Compared:
    said = row.said
    found = differences(row, held, institution=batch.file.bank_code) if held.statements else ()
    return Compared(
        line=line,
        key=said.key,
        number_as_given=said.number_as_given,
        as_of=said.as_of,
        result="unknown_right" if not held.statements else "differs" if found else "agrees",
        differences=found,
        shows_pledge=row.shows_pledge,
        pledge_no=row.pledge_no,
        speaks_of=row.speaks_of,
    )


async def _held(conn: asyncpg.Connection, keys: Sequence[RightKey]) -> _AllHeld:
    keys = sorted(set(keys))
    burdens: dict[RightKey, list[asyncpg.Record]] = {}
    for one in await living_burdens(conn, keys):
        burdens.setdefault(register.key_of(one), []).append(one)
    return _AllHeld(
        statements=await register.statements(conn, keys),
        burdens=burdens,
        pledges=await reads.living_pledges(conn, keys),
    )


def _read(batch: Batch, row: RowRead) -> ExtractRow | tuple[FieldFault, ...]:
    if row.faults:
        return ()
    if odd := misplaced(row, extract_column):
        return odd
    given = batch.file.given
    read = read_extract(
        row.said,
        register=cast(Register | None, given.get("register")),
        day=date.fromisoformat(given["day"]) if "day" in given else None,
        reference=batch.file.filename,
        document_id=batch.file.document_id,
        today=batch.today,
    )
    if not isinstance(read, ExtractRow):
        return tuple(FieldFault((one.field,), one.code, one.zh, one.en) for one in read)
    says_more = read.there_is_none or read.pledge_no or read.licensee or read.preserved_by
    faults = [
        one
        for one in faults_of(read.said, today=batch.today)
        if one.code != "nothing-said" or not says_more
    ]
    return tuple(faults) or read
