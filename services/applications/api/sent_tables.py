"""Tables that people send as they are: how they come in, what is shown of their rows, what is handed
back to be mended, and the workbook to fill in."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import xlsxwriter
from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response

from services.applications.api.workbooks import XLSX

TABLE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            form: {"schema": {"type": "string", "format": "binary"}}
            for form in (XLSX, "text/csv", "application/octet-stream")
        },
    }
}
"""For OpenAPI: the table is the body itself."""
WORKBOOK: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {XLSX: {}}, "description": "The workbook to fill in."}
}
ROWS_TO_MEND: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {}}, "description": "CSV with a column of reasons."}
}
FileName = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_BOM: Final = "\ufeff"
_MOST_OTHERS: Final = 100


class FaultAnswer(BaseModel):
    """What is wrong with one field of a row."""

    field: str
    code: str
    zh: str
    en: str


def rows_shown(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows that are refused, and the first hundred of the others, in the order of the table."""
    refused = [one for one in results if one["outcome"] == "refused"]
    others = [one for one in results if one["outcome"] != "refused"][:_MOST_OTHERS]
    return sorted([*refused, *others], key=lambda one: one["line"])


def rows_to_mend(
    import_id: UUID, heading: Sequence[str], lines: Iterable[Sequence[str | int]]
) -> Response:
    """The rows to mend as CSV."""
    return as_csv(f"wrong-rows-{import_id}.csv", heading, lines)


def as_csv(name: str, heading: Sequence[str], lines: Iterable[Sequence[str | int]]) -> Response:
    """A table as CSV with a byte order mark. No cell is a formula: a spreadsheet would run it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(heading)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return Response(
        (_BOM + written.getvalue()).encode(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _harmless(cell: str | int) -> str | int:
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "@", "\t")
    return f"'{cell}" if is_formula else cell


def workbook_answer(content: bytes, name: str) -> Response:
    """A workbook to download."""
    return Response(
        content,
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )


def table_to_fill_in(
    title: str,
    columns: Mapping[str, Sequence[str]],
    sample: Sequence[str],
    notes: Sequence[str],
) -> bytes:
    """A workbook with headings, an example, and a sheet that explains.

    `columns`: name of a field → its headings, the first of which is written.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    sheet = book.add_worksheet(title)
    sheet.set_column(0, len(columns), 20, text)
    sheet.freeze_panes(1, 0)
    for n, (name, words) in enumerate(columns.items()):
        sheet.write_string(0, n, words[0], head)
        sheet.write_comment(0, n, f"{name}\n亦可写作：{'、'.join(words[1:]) or words[0]}")
    for n, cell in enumerate(sample):
        sheet.write_string(1, n, cell, text)
    book.add_worksheet("说明").write_column(0, 0, notes)
    book.close()
    return written.getvalue()
