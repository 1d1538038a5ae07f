"""One row of the workbook of an opening, as it was read, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
"""Column → value: fen, an ISO day, a flag, basis points or text; as JSON keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with a row: in which column, by which code, in both languages."""

    column: str
    """The heading in Chinese; "" for the row as a whole."""
    code: str
    zh: str
    en: str

    def as_data(self) -> dict[str, str]:
        """As it is kept and answered."""
        return {"column": self.column, "code": self.code, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row of a sheet. `line` is its number in the file, the heading being a line as well."""

    sheet: str
    line: int
    values: Values
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Further columns that are facts a mode asks for; their text."""
    findings: tuple[Finding, ...] = ()
    file_no: int = 1
    """Which of the files that were brought in it stands in; the first one is 1."""

    @property
    def at(self) -> str:
        """Where it stands, as references name it: file and line."""
        return f"{self.file_no}:{self.line}"

    @property
    def is_wrong(self) -> bool:
        """Whether it has to be mended."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRead:
    """What was read of a file: its rows by sheet, and what nobody asked for."""

    rows: Sequence[SheetRow]
    sheets: frozenset[str]
    """The sheets that the file has; the draft's rows of the others stay as they are."""
    ignored: tuple[str, ...] = ()
    """Headings and sheets that are not ours, as "在保贷款: 备注2"."""
