"""Columns of the tables that banks fill in: what template and reader know of each.

A heading is the name in the API or the words for people. Facts and papers that a programme asks for
are columns of the same names everywhere, so that a reader needs no programme to know them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shared.schemes.vocabulary import DOCUMENTS, FACTS, LABELS, RISK_CLASSES, FactKind
from shared.sheets.cells import narrow
from shared.sheets.values import Kind

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the API, its heading for people, its unit, and what its cells are."""

    name: str
    """The path into the request, with dots: "collateral.0.number"."""
    zh: str
    unit: str = ""
    kind: Kind = "text"
    choices: Mapping[str, str] | None = None
    """Its options, with their words in Chinese."""
    required: bool = True
    source: str = ""
    """The rule that asks for it; "" for a field that every mode has."""

    @property
    def path(self) -> Path:
        """Where its value goes."""
        return tuple(int(part) if part.isdigit() else part for part in self.name.split("."))


RISK_CHOICES: Final = {name: words.zh for name, words in RISK_CLASSES.items()}
"""The five classes of a loan, with their words."""
_KIND_OF_FACT: Final[Mapping[FactKind, Kind]] = {
    "money": "money", "count": "count", "flag": "flag", "ratio": "ratio", "word": "text",
}  # fmt: skip


def fact_column(name: str) -> Column | None:
    """The column of a fact or of a label for reports."""
    if name in LABELS:
        return Column(f"attributes.{name}", LABELS[name].zh, "", "text", required=False)
    fact = FACTS.get(name)
    if fact is None:
        return None
    choices = RISK_CHOICES if name == "risk_class" else None
    kind = "choice" if choices else _KIND_OF_FACT[fact.kind]
    return Column(f"attributes.{name}", fact.zh, "", kind, choices, required=False)


def paper_column(kind: str) -> Column:
    """The column of a kind of paper."""
    words = DOCUMENTS.get(kind)
    return Column(
        f"documents.{kind}", f"材料:{words.zh if words else kind}", "已上传材料的编号或校验值",
        required=False,
    )  # fmt: skip


def named(*columns: Column) -> Iterator[tuple[str, Column]]:
    """Columns by their headings as they are read: the name in the API, and the words for people in
    narrow characters."""
    for one in columns:
        yield one.name, one
        yield re.sub(r"\s", "", narrow(one.zh)), one
