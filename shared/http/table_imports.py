"""Tables by which an installation is set up, over HTTP: the template, the rows, what each came to."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pydantic import BaseModel
from starlette.responses import Response

from shared.http.disposition import disposition
from shared.sheets.columns import Column
from shared.sheets.file_rows import FileOfRows, RowRead, form_of
from shared.sheets.refusal import SheetUnreadable
from shared.sheets.verdicts import Outcome, RowVerdict

LARGEST_SETUP_TABLE: Final = 1024 * 1024
MOST_ROWS: Final = 500


class TableFaultAnswer(BaseModel):
    """One thing that is wrong with a row, and the heading that it stands under."""

    field: str
    column: str
    code: str
    zh: str
    en: str


class TableRowAnswer(BaseModel):
    """What became of a row; `line` counts from 1 as a spreadsheet does."""

    line: int
    outcome: Outcome
    code: str
    faults: list[TableFaultAnswer]


class TableImportAnswer(BaseModel):
    """A table, and what its rows came to."""

    only_check: bool
    taken: int
    known: int
    fine: int
    wrong: int
    rows: list[TableRowAnswer]


def template_of(columns: Sequence[Column], example: Sequence[str], *, name: str) -> Response:
    """The table to fill in, as CSV that spreadsheets open; its second row is an example."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([f"{one.zh}（{one.unit}）" if one.unit else one.zh for one in columns])
    rows.writerow(["示例" + example[0], *example[1:]])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(name)},
    )


def rows_in(content: bytes, column: Callable[[str], Column | None]) -> Iterator[RowRead]:
    """The rows of a table, up to 500. Raises SheetUnreadable."""
    file = io.BytesIO(content)
    for number, row in enumerate(FileOfRows(file, form_of(file), column).rows()):
        if number == MOST_ROWS:
            raise SheetUnreadable(
                f"一个文件最多 {MOST_ROWS} 行，请拆成几个文件。",
                f"A table has {MOST_ROWS} rows at the most; split it.",
            )
        yield row


def answer_of(verdicts: Sequence[RowVerdict], *, only_check: bool) -> TableImportAnswer:
    """What is said of a table that was gone through; where nothing was kept, taken rows are fine."""

    def count(outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in verdicts)

    return TableImportAnswer(
        only_check=only_check,
        taken=count(Outcome.TAKEN),
        known=count(Outcome.KNOWN),
        fine=count(Outcome.FINE),
        wrong=count(Outcome.WRONG),
        rows=[
            TableRowAnswer(
                line=one.line,
                outcome=one.outcome,
                code=one.reference,
                faults=[
                    TableFaultAnswer(
                        field=fault.field, column=fault.column, code=fault.code,
                        zh=fault.zh, en=fault.en,
                    )
                    for fault in one.faults
                ],
            )
            for one in verdicts
        ],
    )  # fmt: skip
