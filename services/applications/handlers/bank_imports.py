"""Banks from a table: each row stands by itself, and a check leaves nothing behind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from services.applications.handlers.banks import add_bank
from services.applications.tables import banks
from shared.refusals import FieldFault, Refused
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict, fault_of, wrong


@dataclass(frozen=True, slots=True)
class BankRow:
    """A row as it was read: the bank that it says, or what is wrong with it."""

    row: RowRead
    code: str = ""
    name: str = ""
    uscc: str = ""
    faults: Sequence[FieldFault] = ()


async def import_banks(
    conn: asyncpg.Connection, rows: Sequence[BankRow], *, only_check: bool, now: datetime
) -> list[RowVerdict]:
    """Register what the rows say, each as if by itself and by the same rules."""
    checked = conn.transaction()
    await checked.start()
    verdicts = [await _take(conn, one, now=now) for one in rows]
    if not only_check:
        await checked.commit()
        return verdicts
    await checked.rollback()
    return [
        replace(one, outcome=Outcome.FINE) if one.outcome is Outcome.TAKEN else one
        for one in verdicts
    ]


async def _take(conn: asyncpg.Connection, one: BankRow, *, now: datetime) -> RowVerdict:
    if one.faults:
        return wrong(one.row, [fault_of(one.row, fault) for fault in one.faults])
    there = await banks.locked(conn, one.code)
    if there is not None and (there["name"], there["uscc"]) == (one.name, one.uscc):
        return RowVerdict(line=one.row.line, outcome=Outcome.KNOWN, reference=one.code)
    try:
        await add_bank(conn, code=one.code, name=one.name, uscc=one.uscc, now=now)
    except Refused as refused:
        at = "uscc" if there is None else "code"
        fault = FieldFault((at,), refused.code, refused.zh, refused.en)
        return wrong(one.row, [fault_of(one.row, fault)], reference=one.code)
    return RowVerdict(line=one.row.line, outcome=Outcome.TAKEN, reference=one.code)
