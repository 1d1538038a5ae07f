"""Reports on a page: where a figure leads in the console, and what of a table a chart shows."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from services.console.rendering import charts

API = "/api/v1"
MOST_BARS = 16
LONGEST_LABEL = 9


def page_of(address: str | None) -> str:
    """The console's page for an address of the API that stands behind a figure; "" for none."""
    path = (address or "").removeprefix(API)
    if path.startswith("/coverages/"):
        return path.replace("/coverages/", "/cases/", 1)
    return path.replace("/agreed-figures", "/figures", 1)


def chart_of(table: Mapping[str, Any], title: str) -> Markup:
    """Columns of the charted amounts of a table; nothing where there are none or too many."""
    column, rows = table["charted"], table["rows"]
    if not column or not 0 < len(rows) <= MOST_BARS:
        return Markup("")
    drawn = []
    for number, row in enumerate(rows, 1):
        label = row["key"] if 0 < len(row["key"]) <= LONGEST_LABEL else str(number)
        drawn.append((label, [("a", row["cells"][column]["value"] or "0.00")]))
    return charts.columns(drawn, title)


def rows_of(tables: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """The rows of a table of a report; none where it has no such table."""
    return next((table["rows"] for table in tables if table["code"] == code), [])


def amounts(rows: list[dict[str, Any]], column: str) -> list[str]:
    """The amounts of a column, from top to bottom."""
    return [str(row["cells"][column]["value"]) for row in rows]
