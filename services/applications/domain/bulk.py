"""Files of many rows: their kinds, and the rows that are known again."""

from typing import Final, Literal, NamedTuple
from uuid import UUID

BulkKind = Literal["applications", "positions", "rights", "extracts", "lists"]

AT_ONCE: Final = 500
"""Rows of one transaction: short enough to be in nobody's way, and lost at most by a kill."""


class TakenRow(NamedTuple):
    """A row that was taken: by what it is known again, a hash of what it said, and its case."""

    key: str
    content: bytes
    subject_id: UUID
    number: str
