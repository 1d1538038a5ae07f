"""Every entry of a statement as CSV, for whoever has no spreadsheet program that reads XLSX.

With a byte order mark, as Excel in Chinese asks for before it reads UTF-8 as such.
"""

import csv
import io
from collections.abc import Mapping
from typing import Any

from services.risk_pool.reports.words import Language, words
from shared.money import format_fen

_COLUMNS = (
    "date", "seq", "kind", "reference", "debit", "credit", "amount", "loan_number", "explanation",
)  # fmt: skip


def as_csv(statement: Mapping[str, Any], *, language: Language) -> bytes:
    """The month's entries and those of the posting: the sheet of entries, as text."""
    held = io.StringIO(newline="")
    table = csv.writer(held, lineterminator="\r\n")
    word = words(language)
    table.writerow([word[name] for name in _COLUMNS])
    for entry in (*statement["entries"], *statement["due"]["transfers"]):
        table.writerow(
            [
                entry["date"],
                entry["seq"],
                entry[language],
                entry["reference"],
                entry[f"debit_{language}"],
                entry[f"credit_{language}"],
                format_fen(entry["amount_fen"]),
                entry["loan_number"] or "",
                entry["explanation_id"] or "",
            ]
        )
    return held.getvalue().encode("utf-8-sig")
