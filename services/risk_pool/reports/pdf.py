"""A statement as a PDF to read and to sign: the same bytes for the same statement, fonts inside."""

import asyncio
import importlib.metadata
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import typst

from services.risk_pool.queries import settlements
from services.risk_pool.reports.amounts import in_yuan
from services.risk_pool.reports.words import Language, risk_class, words
from shared.money import format_fen

TEMPLATE = Path(__file__).with_name("statement.typ")

MOST_LINES = 400
"""Above it, the loans are told in the workbook alone: nobody reads them on paper."""

_TYPESETTING = threading.Lock()
"""The compiler keeps its fonts and its last document, and serves one caller at a time."""


@cache
def _compiler() -> typst.Compiler:
    """The template with its fonts, which come by a package: nothing is asked of the machine."""
    fonts = importlib.metadata.distribution("mplfonts").locate_file("mplfonts/fonts")
    return typst.Compiler(
        str(TEMPLATE),
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)]
        ),
    )


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
    lines = []
    if 0 < statement["lines"] <= MOST_LINES:
        rows = settlements.lines(conn, settlement["id"], bank)
        lines = [_line(row, language) async for row in rows]
    shown = in_yuan(statement)
    shown |= {
        "certificate": certificate,
        "line_rows": lines,
        "words": words(language),
        "language": language,
    }
    shown["loans"] = _loans(shown["loans"], language)
    return await asyncio.to_thread(render, shown)


def render(shown: Mapping[str, Any]) -> bytes:
    """Typeset what the template is given. The time in the file is the month's, not the clock's."""
    made = datetime.fromisoformat(shown["posted_on"] or shown["to"]).replace(tzinfo=UTC)
    with _TYPESETTING:
        pdf = _compiler().compile(
            format="pdf",
            sys_inputs={"statement": json.dumps(shown, ensure_ascii=False)},
            timestamp=int(made.timestamp()),
        )
    assert isinstance(pdf, bytes)
    return pdf


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
