"""Files of many rows over HTTP: how one is answered, and what became of its rows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import StreamingResponse

from shared.http.disposition import disposition
from shared.http.problem import prefers_english
from shared.sheets.giving_back import given_back
from shared.sheets.verdicts import BulkFileNotReady, Outcome, WrongRow

MOST_AT_ONCE = 500
"""Rows to mend that are read in one go."""
RowsToMend = Callable[[int], Awaitable[Sequence[WrongRow]]]
"""The wrong rows behind a line, `MOST_AT_ONCE` at the most."""

TYPES = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            form: {"schema": {"type": "string", "format": "binary"}}
            for form in (
                "application/x-ndjson",
                "text/csv",
                TYPES["xlsx"],
                "application/octet-stream",
            )
        },
    }
}
WRONG_ROWS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows to mend, in the form in which the file came.",
        "content": {form: {"schema": {"type": "string", "format": "binary"}}
                    for form in ("application/x-ndjson", "text/csv", TYPES["xlsx"])},
    }
}  # fmt: skip


class BulkRefusal(BaseModel):
    """Why a file could not be read to its end. What was taken before stays."""

    code: str = Field(examples=["sheet-unreadable"])
    zh: str
    en: str


class FileOfRowsAnswer(BaseModel):
    """A file and how far it has been gone through."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    form: Literal["ndjson", "csv", "xlsx"]
    only_check: bool
    filename: str
    size: int
    sha256: str
    sent_name: str
    sent_at: datetime
    progress: Literal["waiting", "working", "finished", "refused"]
    rows_expected: int | None = Field(description="Lines of the file; not known of an XLSX.")
    rows_read: int
    rows_taken: int = Field(description="New: filed or reported.")
    rows_known: int = Field(description="Taken before; the same row again changes nothing.")
    rows_fine: int = Field(description="With only_check: nothing is wrong with them.")
    rows_wrong: int
    finished_at: datetime | None
    refusal: BulkRefusal | None


class BulkFaultAnswer(BaseModel):
    """One thing that is wrong with a row."""

    field: str = Field(examples=["/collateral/0/number"], description="A JSON Pointer.")
    column: str = Field(examples=["质物1号码"], description="The heading; empty for NDJSON.")
    code: str
    zh: str
    en: str
    source: str = ""


class BulkRowAnswer(BaseModel):
    """What became of a row."""

    model_config = ConfigDict(from_attributes=True)

    line: int
    outcome: Outcome
    reference: str = Field(
        description="The bank's own; of positions month and loan, of claims the loan."
    )
    subject_id: UUID | None = Field(description="The case, the loan, or the claim.")
    number: str
    faults: list[BulkFaultAnswer]


def with_progress(row: Mapping[str, Any]) -> dict[str, Any]:
    """A file's row as it is answered."""
    if row["refusal"] is not None:
        progress = "refused"
    elif row["finished_at"] is not None:
        progress = "finished"
    else:
        progress = "working" if row["worked_at"] else "waiting"
    return {**row, "sha256": row["sha256"].hex(), "progress": progress}


def rows_to_mend(request: Request, file: Mapping[str, Any], read: RowsToMend) -> StreamingResponse:
    """The rows of a file that were not taken, in the form in which it came, with every reason.
    Raises BulkFileNotReady while it is still being gone through."""
    if file["finished_at"] is None:
        raise BulkFileNotReady("文件尚在处理，请稍后再取", "The file is still being gone through.")
    content = given_back(
        file["form"],
        file["headings"],
        _in_parts(read),
        english=prefers_english(request.headers.get("accept-language", "")),
    )
    stem = file["filename"].rsplit(".", 1)[0]
    return StreamingResponse(
        content,
        media_type=TYPES[file["form"]],
        headers={"Content-Disposition": disposition(f"{stem}-待补正.{file['form']}")},
    )


async def _in_parts(read: RowsToMend) -> AsyncIterator[Sequence[WrongRow]]:
    after = 0
    while True:
        rows = await read(after)
        if rows:
            yield rows
        if len(rows) < MOST_AT_ONCE:
            return
        after = rows[-1].line
