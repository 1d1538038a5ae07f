"""The columns of a list of dishonest or abnormal firms, as a file of many rows has them."""

from typing import Final

from services.applications.domain.list_rows import COLUMNS
from services.applications.domain.table_cells import plain
from shared.sheets.columns import Column

_KNOWN: Final = {
    plain(word): Column(name, words[0], "", "as_is", required=name == "listed_on")
    for name, words in COLUMNS.items()
    for word in (name, *words)
}


def list_column(heading: str) -> Column | None:
    """The column of a list that a heading names; None for none."""
    return _KNOWN.get(plain(heading).rstrip("*"))
