"""Which of the papers that a request names are stored, and what is said of those that are not.

A paper is named by its id, or by its hash alone. What is unknown, another institution's, or taken
back is answered alike: nobody learns whether it exists.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.refusals import FieldFault

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperNamed:
    """A paper as a request names it. `place` leads to it: ("documents", 0)."""

    place: Place
    document_id: UUID | None = None
    sha256: bytes = b""

    @property
    def field(self) -> Place:
        """The field that names it."""
        return (*self.place, "document" if self.document_id is not None else "sha256")


class StoredPapers:
    """Papers that have been looked up, by id and by hash: of one request, or of many at once."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        rows = list(rows)
        self._by_id = {row["id"]: row for row in rows}
        self._by_hash = {row["sha256"]: row for row in rows}

    def find(self, one: PaperNamed) -> Mapping[str, Any] | None:
        """The stored paper that this names, None where there is none. Id and hash must agree."""
        if one.document_id is None:
            return self._by_hash.get(one.sha256)
        row = self._by_id.get(one.document_id)
        return None if row is None or (one.sha256 and one.sha256 != row["sha256"]) else row


def found_among(
    named: Sequence[PaperNamed], rows: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any] | None]:
    """The stored paper that each names, None where there is none."""
    stored = StoredPapers(rows)
    return [stored.find(one) for one in named]


def not_stored(one: PaperNamed) -> FieldFault:
    """There is no such paper, as far as who asks may know."""
    return FieldFault(
        one.field,
        "document-not-stored",
        "没有这份材料：请先上传文件，再选用它",
        "There is no such document: send the file first (POST /documents), then refer to its id.",
    )
