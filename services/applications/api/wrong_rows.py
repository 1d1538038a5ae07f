"""The rows of a table that were refused, as a file to mend and send again."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

_BOM: Final = "\ufeff"


class FaultAnswer(BaseModel):
    """What is wrong with one field of a row."""

    field: str
    code: str
    zh: str
    en: str


def wrong_rows(
    import_id: UUID,
    *,
    heading: Sequence[str],
    results: Sequence[Mapping[str, Any]],
    rows: Mapping[str, Sequence[str]],
) -> Response:
    """The refused rows as they were written, as CSV, each with what is wrong in front."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["错误", "原行号", *heading])
    for one in results:
        if one["outcome"] == "refused":
            why = "；".join(f"{fault['field']}：{fault['zh']}" for fault in one["faults"])
            writer.writerow(
                [why, one["line"], *(_harmless(cell) for cell in rows[str(one["line"])])]
            )
    return Response(
        (_BOM + written.getvalue()).encode(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="wrong-rows-{import_id}.csv"'},
    )


def _harmless(cell: str) -> str:
    """No formula: a spreadsheet would run it."""
    return f"'{cell}" if cell[:1] in ("=", "+", "@", "\t") else cell
