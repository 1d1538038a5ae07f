"""Lists of dishonest or abnormal firms: entries begin and end by what rows say, 500 at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from uuid6 import uuid7

from services.applications.bank_files.list_columns import list_column
from services.applications.domain.list_rows import Entry, Standing, done_by, read_cells
from services.applications.handlers.bulk_batch import Batch, give_way, misplaced
from services.applications.handlers.list_intake import must_not_be_older
from services.applications.handlers.listed_firms import tell_cleared, tell_listed
from services.applications.tables import bulk_files, listed_firms
from shared.refusals import FieldFault
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict, fault_of, unread, wrong


async def take_lists(batch: Batch, rows: Sequence[RowRead]) -> list[RowVerdict]:
    """Begin and end entries as the rows say. A row that says what stands already is known; an entry
    that an earlier row of the file names is named twice. Raises OlderThanTheRegister."""
    given = batch.file.given
    day = date.fromisoformat(given["day"])
    await listed_firms.lock_list(batch.conn, given["list"])
    await must_not_be_older(batch.conn, given)
    verdicts: dict[int, RowVerdict] = {}
    entries: dict[str, tuple[RowRead, Entry]] = {}
    for n, row in enumerate(rows):
        await give_way(n)
        found = _read(row, day)
        if not isinstance(found, Entry):
            verdicts[row.line] = wrong(row, unread(row, found))
        elif found.key.reference in entries:
            verdicts[row.line] = _twice(row, entries[found.key.reference][0].line)
        else:
            entries[found.key.reference] = (row, found)
    above = await bulk_files.said_already(batch.conn, batch.file.id, list(entries))
    for reference, line in above.items():
        row, _ = entries.pop(reference)
        verdicts[row.line] = _twice(row, line)
    standing = await listed_firms.standings(
        batch.conn, given["list"], [entry.key for _, entry in entries.values()]
    )
    begun: dict[UUID, Entry] = {}
    ended: dict[UUID, date] = {}
    for row, entry in entries.values():
        verdicts[row.line] = _moved(batch, row, entry, standing.get(entry.key), begun, ended)
    if not batch.file.only_check:
        await _keep(batch, begun, ended)
    return [verdicts[row.line] for row in rows]


def _read(row: RowRead, day: date) -> Entry | tuple[FieldFault, ...]:
    if row.faults:
        return ()
    if odd := misplaced(row, list_column):
        return odd
    read = read_cells(row.said, list_date=day)
    if isinstance(read, Entry):
        return read
    return tuple(FieldFault((one.field,), one.code, one.zh, one.en) for one in read)


def _twice(row: RowRead, line: int) -> RowVerdict:
    fault = FieldFault(
        ("name",), "named-twice", f"与第 {line} 行是同一条记录", f"The same entry as in row {line}."
    )
    return wrong(row, [fault_of(row, fault)])


def _moved(
    batch: Batch,
    row: RowRead,
    entry: Entry,
    standing: tuple[UUID, Standing] | None,
    begun: dict[UUID, Entry],
    ended: dict[UUID, date],
) -> RowVerdict:
    """What became of a row; what it begins and ends is noted."""
    entry_id, now_at = standing or (None, None)
    does = done_by(entry, now_at, list_date=date.fromisoformat(batch.file.given["day"]))
    if does == "begins":
        entry_id = uuid7()
        begun[entry_id] = entry
    if entry_id is not None and does != "nothing" and entry.removed_on is not None:
        ended[entry_id] = entry.removed_on
    outcome = Outcome.KNOWN if does == "nothing" else Outcome.TAKEN
    only_check = batch.file.only_check
    return RowVerdict(
        line=row.line,
        outcome=Outcome.FINE if only_check else outcome,
        reference=entry.key.reference,
        subject_id=None if only_check else entry_id,
        number=entry.name or entry.uscc or "",
    )


async def _keep(batch: Batch, begun: Mapping[UUID, Entry], ended: Mapping[UUID, date]) -> None:
    conn, file, given, now = batch.conn, batch.file, batch.file.given, batch.now
    if begun:
        await listed_firms.add(
            conn, begun, import_id=file.id, list_name=given["list"],
            list_date=date.fromisoformat(given["day"]), source=given["source"], now=now,
        )  # fmt: skip
    await listed_firms.end(conn, ended, why="removed", import_id=file.id, by=batch.caller, now=now)
    await tell_cleared(conn, list(ended.keys() - begun.keys()), now=now)
    await tell_listed(conn, list(begun), now=now)


async def end_lists(batch: Batch) -> None:
    """A whole list of which no row is wrong ends what it does not name, and is the list's edition of
    its day. Raises OlderThanTheRegister."""
    file, given = batch.file, batch.file.given
    if file.only_check or "whole" not in given or file.rows_wrong or not file.rows_read:
        return
    day = date.fromisoformat(given["day"])
    await listed_firms.lock_list(batch.conn, given["list"])
    await must_not_be_older(batch.conn, given)
    gone = await listed_firms.not_named(batch.conn, file.id, list_name=given["list"], list_date=day)
    await listed_firms.keep_edition(batch.conn, file.id, list_name=given["list"], list_date=day)
    await listed_firms.end(
        batch.conn, gone, why="not_named", import_id=file.id, by=batch.caller, now=batch.now
    )
    await tell_cleared(batch.conn, list(gone), now=batch.now)
