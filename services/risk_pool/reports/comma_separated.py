"""A statement's entries and its loans as CSV, for whoever has no spreadsheet program that reads XLSX,
and as annexes that a signed statement names by their SHA-256.

With a byte order mark, as Excel in Chinese asks for before it reads UTF-8 as such. Made in pieces:
there may be a hundred thousand rows. **The bytes are a promise**: a posted month never changes, so
its annex can be made again at any time, and must have the hash that was signed.
"""

import codecs
import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from services.risk_pool.reports.words import Language, risk_class, words
from shared.money import format_fen

_ENTRIES = (
    "date", "seq", "kind", "reference", "debit", "credit", "amount", "loan_number", "explanation",
)  # fmt: skip

_LINES = (
    "loan_number", "loan_no", "borrower", "bank", "in_cover", "contract_amount", "outstanding",
    "covered", "overdue_days", "risk_class", "claimed", "recovered",
)  # fmt: skip


async def entries_as_csv(
    parts: AsyncIterator[Sequence[Mapping[str, Any]]], *, language: Language
) -> AsyncIterator[bytes]:
    """The month's entries and those of the posting: the sheet of entries, as text."""
    word = words(language)
    yield codecs.BOM_UTF8 + _rows([[word[name] for name in _ENTRIES]])
    async for part in parts:
        yield _rows(_entry(one, language) for one in part)


async def lines_as_csv(
    parts: AsyncIterator[Sequence[Mapping[str, Any]]], *, language: Language
) -> AsyncIterator[bytes]:
    """Loan by loan: the sheet of loans, as text."""
    word = words(language)
    yield codecs.BOM_UTF8 + _rows([[word[name] for name in _LINES]])
    async for part in parts:
        yield _rows(_line(one, language) for one in part)


def _rows(rows: Iterable[Sequence[Any]]) -> bytes:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\r\n").writerows(rows)
    return held.getvalue().encode()


def _entry(entry: Mapping[str, Any], language: Language) -> list[Any]:
    return [
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


def _line(line: Mapping[str, Any], language: Language) -> list[Any]:
    return [
        line["number"],
        line["loan_no"] or "",
        line["borrower_name"],
        line["bank_code"],
        "✓" if line["is_covered"] else words(language)["ended"],
        format_fen(line["amount_fen"]),
        format_fen(line["outstanding_fen"]),
        format_fen(line["covered_fen"]),
        line["overdue_days"],
        risk_class(line["risk_class"], language),
        format_fen(line["claimed_fen"]),
        format_fen(line["recovered_fen"]),
    ]
