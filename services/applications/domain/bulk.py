"""What becomes of a file of many rows, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple
from uuid import UUID

from shared.refusals import Refused

BulkKind = Literal["applications", "positions"]

AT_ONCE: Final = 500
"""Rows of one transaction: short enough to be in nobody's way, and lost at most by a kill."""


class Outcome(StrEnum):
    """What became of a row."""

    TAKEN = "taken"
    KNOWN = "known"
    """It was taken before: the same row again has no second effect."""
    FINE = "fine"
    """Nothing is wrong with it, and only that was asked."""
    WRONG = "wrong"


class BulkFileNotReady(Refused):
    """The rows to mend are given back when the file has been gone through."""

    code = "bulk-file-not-ready"


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


class TakenRow(NamedTuple):
    """A row that was taken: by what it is known again, a hash of what it said, and its case."""

    key: str
    content: bytes
    subject_id: UUID
    number: str


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
