"""The columns of a census of rights, as a file of many rows has them."""

from typing import Final

from services.applications.domain.census import COLUMNS
from services.applications.domain.table_cells import plain
from shared.sheets.columns import Column

_KNOWN: Final = {
    plain(word): Column(name, words[0], "", "as_is", required=name in ("kind", "number"))
    for name, words in COLUMNS.items()
    for word in (name, *words)
}


def right_column(heading: str) -> Column | None:
    """The column of a right that a heading names; None for none."""
    return _KNOWN.get(plain(heading).rstrip("*"))
