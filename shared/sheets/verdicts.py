"""What became of the rows of a file, and what is wrong with those that are given back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.refusals import FieldFault, Refused
from shared.sheets.file_rows import RowRead


class Outcome(StrEnum):
    """What became of a row."""

    TAKEN = "taken"
    KNOWN = "known"
    """It was taken before: the same row again has no second effect."""
    FINE = "fine"
    """Nothing is wrong with it, and only that was asked."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One thing that is wrong with a row: the field, the column it stands in, and why."""

    field: str
    column: str
    code: str
    zh: str
    en: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowVerdict:
    """What became of one row."""

    line: int
    outcome: Outcome
    reference: str = ""
    subject_id: UUID | None = None
    """The case or the loan."""
    number: str = ""
    faults: Sequence[RowFault] = ()
    cells: Sequence[str] | None = None
    """As it was sent, where it is to be mended."""


class WrongRow(NamedTuple):
    """A row to be mended, as it was sent, and what is wrong with it."""

    line: int
    cells: Sequence[str]
    faults: Sequence[Mapping[str, str]]


def pointer_of(place: Sequence[str | int]) -> str:
    """A place in what a row says, as a JSON Pointer."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def place_of(pointer: str) -> tuple[str | int, ...]:
    """A JSON Pointer as a place."""
    parts = pointer.split("/")[1:]
    return tuple(int(part) if part.isascii() and part.isdigit() else part for part in parts)


class BulkFileNotReady(Refused):
    """The rows to mend are given back when the file has been gone through."""

    code = "bulk-file-not-ready"


def wrong(row: RowRead, faults: Sequence[RowFault], *, reference: str = "") -> RowVerdict:
    """A row that is given back, with everything that is to be mended."""
    return RowVerdict(
        line=row.line,
        outcome=Outcome.WRONG,
        reference=reference,
        faults=tuple(faults),
        cells=row.cells,
    )


def fault_of(row: RowRead, fault: FieldFault) -> RowFault:
    """A wrong field, with the heading under which it stands."""
    return RowFault(
        field=pointer_of(fault.place),
        column=row.heading_of(fault.place),
        code=fault.code,
        zh=fault.zh,
        en=fault.en,
    )


def unread(row: RowRead, faults: Sequence[FieldFault]) -> list[RowFault]:
    """What could not be read of a row, and what a request would be told besides.

    That a field is missing is not said where its cell is there and cannot be read.
    """
    if any(not one.place for one in row.faults):
        # The line says nothing that could be looked at.
        faults = ()
    told = [one.place for one in row.faults]
    besides = [
        one
        for one in faults
        if not any(place[: len(one.place)] == one.place for place in told if one.place)
    ]
    return [fault_of(row, one) for one in (*row.faults, *besides)]
