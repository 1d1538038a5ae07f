"""A statement as a PDF to read and to sign: the same bytes for the same statement, fonts inside.

Entries and loans stand in it while they are few. Where they are more it carries their totals, and
names the file that has them all with its rows and its SHA-256: so the signature covers them, too,
and the memory that a statement takes does not grow with them.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from services.risk_pool.queries import settlements, statement_entries
from services.risk_pool.reports.amounts import in_yuan
from services.risk_pool.reports.comma_separated import entries_as_csv, lines_as_csv
from services.risk_pool.reports.words import Language, risk_class, words
from shared.money import format_fen
from shared.typesetting import typeset

TEMPLATE = Path(__file__).with_name("statement.typ")

MOST_ROWS = 400
"""Above it, loans or entries stand in an annex alone: nobody reads them on paper."""


async def as_pdf(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
    *,
    language: Language,
    certificate: Mapping[str, Any] | None = None,
) -> bytes:
    """The statement as a PDF (tagged, fonts embedded as subsets), to be signed with a certificate
    that it names."""
    entries, lines = [], []
    if statement["entry_count"] <= MOST_ROWS:
        entries = await statement_entries.page(conn, settlement, statement, limit=MOST_ROWS)
    if statement["lines"] <= MOST_ROWS:
        rows = await settlements.first_lines(conn, settlement["id"], bank, MOST_ROWS)
        lines = [_line(row, language) for row in rows]
    shown = in_yuan({**statement, "entries": entries})
    shown |= {
        "certificate": certificate,
        "line_rows": lines,
        "annexes": await _annexes(conn, settlement, statement, bank, language),
        "words": words(language),
        "language": language,
    }
    shown["loans"] = _loans(shown["loans"], language)
    return await asyncio.to_thread(render, shown)


async def _annexes(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
    language: Language,
) -> dict[str, dict[str, Any]]:
    """The files that the PDF names in the place of what is too much for it."""
    annexes = {}
    if statement["entry_count"] > MOST_ROWS:
        entries = statement_entries.in_parts(conn, settlement, statement)
        count = statement["entry_count"] + len(statement["due"]["transfers"])
        name = entries_name(settlement, statement["party"]["code"], "csv")
        pieces = entries_as_csv(entries, language=language)
        annexes["entries"] = await _annex(name, count, pieces)
    if statement["lines"] > MOST_ROWS:
        lines = settlements.lines_in_parts(conn, settlement["id"], bank)
        name = lines_name(settlement, statement["party"]["code"])
        pieces = lines_as_csv(lines, language=language)
        annexes["lines"] = await _annex(name, statement["lines"], pieces)
    return annexes


async def _annex(name: str, rows: int, pieces: AsyncIterator[bytes]) -> dict[str, Any]:
    digest = hashlib.sha256()
    async for piece in pieces:
        digest.update(piece)
    return {"name": name, "rows": rows, "sha256": digest.hexdigest()}


def entries_name(settlement: Mapping[str, Any], party_code: str, form: str) -> str:
    """What the file of a statement is called; as CSV it has the entries."""
    return f"{settlement['pool_code']}-{settlement['month']}-{party_code}.{form}"


def lines_name(settlement: Mapping[str, Any], party_code: str) -> str:
    """What the file of a statement's loans is called."""
    return f"{settlement['pool_code']}-{settlement['month']}-{party_code}-lines.csv"


def render(shown: Mapping[str, Any]) -> bytes:
    """Typeset what the template is given. The time in the file is the month's, not the clock's."""
    made = datetime.fromisoformat(shown["posted_on"] or shown["to"]).replace(tzinfo=UTC)
    return typeset(TEMPLATE, shown, name="statement", made=made)


def _line(row: asyncpg.Record, language: Language) -> list[str]:
    return [
        row["number"],
        row["borrower_name"],
        format_fen(row["amount_fen"]),
        format_fen(row["outstanding_fen"]),
        str(row["overdue_days"]),
        risk_class(row["risk_class"], language)
        + ("" if row["is_covered"] else f" · {words(language)['ended']}"),
        format_fen(row["claimed_fen"]),
        format_fen(row["recovered_fen"]),
    ]


def _loans(loans: Mapping[str, Any], language: Language) -> dict[str, Any]:
    if not loans:
        return {}
    return {
        **loans,
        "by_class": [
            {**one, "name": risk_class(one["risk_class"], language)} for one in loans["by_class"]
        ],
    }
