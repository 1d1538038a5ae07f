"""A survey comes in as a table: valid rows are kept, each wrong one says what is wrong, and a row that
was brought in before changes nothing."""

import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.bank_files.survey_columns import FINDS, SurveyKind
from services.applications.domain.financing_demand import DemandPosted, demand_faults
from services.applications.handlers import demands as handler
from services.applications.tables import demands, parks, survey_imports
from services.applications.tables.parks import ParkSaid
from services.applications.tables.survey_imports import SurveyFile
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.refusals import FieldFault
from shared.sheets.file_rows import FileOfRows, RowRead, form_of
from shared.sheets.refusal import SheetUnreadable
from shared.sheets.verdicts import pointer_of

MOST_ROWS: Final = 5_000
Outcome = Literal["kept", "unchanged", "refused"]
Read = Callable[[Mapping[str, Any]], DemandPosted | ParkSaid | tuple[FieldFault, ...]]
"""What a row says as a request would be read, or what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRead:
    """A file that was read."""

    words: Sequence[str]
    rows: Sequence[RowRead]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """The transaction of an import, and who brings it."""

    conn: asyncpg.Connection
    import_id: UUID
    by: Identity
    now: datetime

    @property
    def today(self) -> date:
        """The business day."""
        return business_date(self.now)


def read_survey(content: bytes, kind: SurveyKind) -> SurveyRead:
    """The rows of a file. Raises SheetUnreadable."""
    if not content.strip():
        raise SheetUnreadable("文件是空的。", "The file is empty.")
    file = io.BytesIO(content)
    source = FileOfRows(file, form_of(file), FINDS[kind])
    rows = []
    for row in source.rows():
        rows.append(row)
        if len(rows) > MOST_ROWS:
            raise SheetUnreadable(
                f"超过 {MOST_ROWS} 行，请拆分。", f"More than {MOST_ROWS} rows; split it."
            )
    return SurveyRead(words=source.words, rows=rows)


async def bring_in(bringing: Bringing, kind: SurveyKind, survey: SurveyRead, *, read: Read,
                   file_name: str, sha256: str) -> None:  # fmt: skip
    """Keep what the rows say, and what became of each."""
    file = SurveyFile(kind=kind, file_name=file_name, sha256=sha256, heading=survey.words)
    conn = bringing.conn
    await survey_imports.begin(conn, bringing.import_id, file, by=bringing.by, now=bringing.now)
    take = await _demands(bringing) if kind == "demands" else _parks(bringing)
    results, wrong = [], {}
    for row in survey.rows:
        said = read(row.said)
        faults = [*row.faults, *_unsaid(said, row.faults)]
        outcome: Outcome = "refused"
        if not faults and not isinstance(said, tuple):
            taken = await take(said)
            if isinstance(taken, list):
                faults = taken
            else:
                outcome = "kept" if taken else "unchanged"
        if outcome == "refused":
            wrong[str(row.line)] = list(row.cells)
        results.append(
            {
                "line": row.line,
                "outcome": outcome,
                "name": str(row.said.get("firm_name") or row.said.get("name") or "")[:200],
                "faults": [
                    {"field": pointer_of(one.place), "column": row.heading_of(one.place),
                     "code": one.code, "zh": one.zh, "en": one.en}
                    for one in faults
                ],
            }
        )  # fmt: skip
    await survey_imports.finish(conn, bringing.import_id, results, wrong)


def _unsaid(said: Any, unread: Sequence[FieldFault]) -> list[FieldFault]:
    """What is wrong with a row beside the cells that could not be read: those are not missing."""
    if not isinstance(said, tuple):
        return []
    places = {one.place for one in unread}
    return [one for one in said if one.place not in places]


Take = Callable[[Any], Awaitable[bool | list[FieldFault]]]
"""Takes a row: whether it was new, or what is wrong with it."""


async def _demands(bringing: Bringing) -> Take:
    around = await handler.known_around(bringing.conn, today=bringing.today)

    async def take(posted: DemandPosted) -> bool | list[FieldFault]:
        if posted.key in await demands.known_again(bringing.conn, posted.uscc):
            return False
        if faults := demand_faults(posted, around):
            return faults
        await handler.keep(
            bringing.conn, posted, around, import_id=bringing.import_id, by=bringing.by,
            now=bringing.now,
        )  # fmt: skip
        return True

    return take


def _parks(bringing: Bringing) -> Take:
    async def take(said: ParkSaid) -> bool | list[FieldFault]:
        return await parks.say(bringing.conn, said, by=bringing.by, now=bringing.now)

    return take


def new_import() -> UUID:
    """The id of an import."""
    return UUID(str(uuid7()))
