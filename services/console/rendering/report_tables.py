"""Reports on a page: where a figure leads in the console, and what of a table a chart shows."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from services.console.rendering import charts

API = "/api/v1"
MOST_BARS = 16
ROOM = 640
"""What the labels of all columns share, in the units of the chart."""


def page_of(address: str | None) -> str:
    """The console's page for an address of the API that stands behind a figure; "" for none."""
    path = (address or "").removeprefix(API)
    if path.startswith("/coverages/"):
        return path.replace("/coverages/", "/cases/", 1)
    return path.replace("/agreed-figures", "/figures", 1)


def chart_of(table: Mapping[str, Any], title: str, language: str) -> Markup:
    """Columns of the charted amounts of a table; nothing where all are zero, or too many."""
    column, rows = table["charted"], table["rows"]
    if not column or not 0 < len(rows) <= MOST_BARS:
        return Markup("")
    if not any(row["cells"][column]["value"] not in (None, "0.00") for row in rows):
        return Markup("")
    drawn = []
    for number, row in enumerate(rows, 1):
        amount = row["cells"][column]["value"] or "0.00"
        drawn.append((_label(row, number, language, ROOM / len(rows)), [("a", amount)]))
    return charts.columns(drawn, title)


def _label(row: Mapping[str, Any], number: int, language: str, room: float) -> str:
    """The row's words where they fit below its column, else its code, else its number."""
    code = row["key"] if row["key"].upper() == row["key"] else ""
    fitting = (text for text in (row[language], code) if text and _width(text) < room)
    return next(fitting, str(number))


def _width(text: str) -> int:
    """In the units of the chart: a Chinese character is as wide as it is high."""
    return sum(13 if ord(one) > 255 else 7 for one in text)


def rows_of(tables: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """The rows of a table of a report; none where it has no such table."""
    return next((table["rows"] for table in tables if table["code"] == code), [])


def amounts(rows: list[dict[str, Any]], column: str) -> list[str]:
    """The amounts of a column, from top to bottom."""
    return [str(row["cells"][column]["value"]) for row in rows]
