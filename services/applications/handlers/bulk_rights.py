"""The rights of a census: kept by what each row says of one, 500 rows at a time."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from services.applications.bank_files.right_columns import right_column
from services.applications.domain.census import read_cells
from services.applications.domain.right_facts import FIELDS, Said, known
from services.applications.domain.submission import RightKey
from services.applications.handlers.bulk_batch import Batch, give_way, misplaced
from services.applications.handlers.register import faults_of
from services.applications.queries import register
from services.applications.tables import bulk_files, right_statements
from shared.refusals import FieldFault
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict, fault_of, unread, wrong

_TWICE: Final = FieldFault(
    ("number",), "named-twice", "本文件上文已有同一权利", "The same right as above in this file."
)


async def take_rights(batch: Batch, rows: Sequence[RowRead]) -> list[RowVerdict]:
    """Keep what every row says that nothing is wrong with. A right that an earlier row of the file
    names is named twice; a row that says what the institution's last import says is known."""
    verdicts: dict[int, RowVerdict] = {}
    readable: dict[str, tuple[RowRead, Said]] = {}
    for n, row in enumerate(rows):
        await give_way(n)
        found = _read(batch, row)
        if not isinstance(found, Said):
            verdicts[row.line] = wrong(row, unread(row, found))
        elif _reference(found) in readable:
            verdicts[row.line] = wrong(row, [fault_of(row, _TWICE)])
        else:
            readable[_reference(found)] = (row, found)
    above = await bulk_files.said_already(batch.conn, batch.file.id, list(readable))
    for reference in above:
        row, _ = readable.pop(reference)
        verdicts[row.line] = wrong(row, [fault_of(row, _TWICE)])
    all_said = [said for _, said in readable.values()]
    said_again = await _said_before(batch.conn, all_said, institution=batch.file.bank_code)
    new = [said for said in all_said if said.key not in said_again]
    if new and not batch.file.only_check:
        await right_statements.add(
            batch.conn, new, bank_code=batch.file.bank_code, by=batch.caller, now=batch.now
        )
    for reference, (row, said) in readable.items():
        outcome = Outcome.KNOWN if said.key in said_again else Outcome.TAKEN
        verdicts[row.line] = RowVerdict(
            line=row.line, outcome=Outcome.FINE if batch.file.only_check else outcome,
            reference=reference, number=said.key.number,
        )  # fmt: skip
    return [verdicts[row.line] for row in rows]


def _reference(said: Said) -> str:
    """What a file may say once."""
    return f"{said.key.kind} {said.key.number} {said.key.nice_class or ''}".strip()


def _read(batch: Batch, row: RowRead) -> Said | tuple[FieldFault, ...]:
    if row.faults:
        return ()
    if odd := misplaced(row, right_column):
        return odd
    read = read_cells(row.said, reference=batch.file.filename, today=batch.today)
    if not isinstance(read, Said):
        return tuple(FieldFault((one.field,), one.code, one.zh, one.en) for one in read)
    return tuple(faults_of(read, today=batch.today)) or read


async def _said_before(
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
