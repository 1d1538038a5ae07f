"""Extracts of the registers (登记簿副本): beside what we hold, row by row, and taken over by persons."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.bulk_files import BulkFileAnswer
from services.applications.api.common import Cursor, Limit
from services.applications.api.rights import Keeper, Reader
from services.applications.domain.extract_compared import Standing
from services.applications.handlers import extracts as handler
from services.applications.queries import extracts as reads
from shared.http.context import CurrentContext
from shared.http.files_of_rows import BulkFaultAnswer, with_progress
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import RequestBody

router = APIRouter(tags=["register extracts"])

MOST_CHOSEN = 500
"""Differences that a call may name."""
Compared = Literal["agrees", "differs", "unknown_right", "unreadable"]


class ExtractAnswer(BulkFileAnswer):
    """An extract, how far it has been gone through, and what its rows came to."""

    bank_code: str
    document_id: UUID = Field(description="The extract as a stored paper.")
    register_code: Literal["patent", "trademark", "copyright"] | None
    day: date | None = Field(description="Of rows that name none.")
    agrees: int
    differs: int
    unknown_rights: int
    to_take: int = Field(description="Differences that may be taken over and were not yet.")
    taken: int
    bad_news: int = Field(
        description="Differences that speak against a right. Where they endanger one that is pledged "
        "for a loan that is out, its bank and the bureau were told at once."
    )


class DifferenceAnswer(BaseModel):
    """One thing that the register says otherwise than we did when the extract came."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    field: str = Field(examples=["owner_name"])
    ours: str
    theirs: str
    standing: Standing
    ours_source: str
    ours_as_of: date | None
    is_bad_news: bool
    outcome: Literal["taken", "older"] | None = Field(
        description="None: nobody has dealt with it; older: something newer was known by then."
    )
    taken_by_name: str | None
    taken_at: datetime | None


class ExtractRowAnswer(BaseModel):
    """A row of an extract: how it compares, or why it cannot be read."""

    line: int
    result: Compared
    kind: str | None
    number: str
    nice_class: int | None
    as_of: date | None
    right_id: UUID | None
    differences: list[DifferenceAnswer]
    faults: list[BulkFaultAnswer]
    cells: list[str] | None = Field(description="As it was sent, where it cannot be read.")


class TakeOverBody(RequestBody):
    """Which differences are taken over: those that are named, or all that may be."""

    differences: list[UUID] | None = Field(None, min_length=1, max_length=MOST_CHOSEN)
    all_open: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> "TakeOverBody":
        if (self.differences is None) == (not self.all_open):
            raise ValueError("name differences, or say all_open")
        return self


class TakenOverAnswer(BaseModel):
    """What became of them."""

    taken: int
    older: int = Field(description="Of these something newer was known; they stay as they are.")
    left: int = Field(description="Above 0: there are more; call again.")


@router.get("/register-extracts/{extract_id}")
async def read_extract(extract_id: UUID, caller: Reader, context: CurrentContext) -> ExtractAnswer:
    """One extract with its counts."""
    async with context.database.looking(caller.institution) as conn:
        return answer(await reads.one(conn, extract_id))


@router.get("/register-extracts/{extract_id}/rows")
async def read_extract_rows(
    extract_id: UUID,
    caller: Reader,
    context: CurrentContext,
    result: Annotated[Compared | None, Query()] = None,
    bad_news: Annotated[bool, Query(description="Only rows with such a difference.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ExtractRowAnswer]:
    """Its rows in order: the same as what we hold, otherwise (field, ours, theirs), of a right that
    the register of rights does not know, or not to be read (column, code, words)."""
    after = decode_cursor(cursor, int)[0] if cursor else 0
    async with context.database.looking(caller.institution) as conn:
        await reads.one(conn, extract_id)
        rows = await reads.rows_of(
            conn, extract_id, result=result, bad_news=bad_news, after=after, limit=limit + 1
        )
        found = await reads.differences_of(conn, extract_id, [row["line"] for row in rows])
    items = [_row(row, found.get(row["line"], ())) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.line))


@router.post("/register-extracts/{extract_id}/take-over", response_model=TakenOverAnswer)
async def take_over(
    extract_id: UUID, body: TakeOverBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Take differences over into the register of rights, each as the extract's word of its day with
    the extract as its paper. Nothing that was said is overwritten; what the register or the bureau
    has said since stays, and so does what is entered with a pledge."""

    async def work(conn: asyncpg.Connection) -> Answer:
        done = await handler.take_over(
            conn, extract_id, body.differences, by=caller, now=context.clock.now()
        )
        return Answer(200, TakenOverAnswer(taken=done.taken, older=done.older, left=done.left))

    return await idempotently(request, caller, context.database, work)


def answer(row: Mapping[str, Any]) -> ExtractAnswer:
    """An extract with its counts, as it is answered."""
    given = row["given"]
    return ExtractAnswer.model_validate(
        with_progress(dict(row))
        | {"register_code": given.get("register"), "day": given.get("day")}
    )  # fmt: skip


def _row(row: asyncpg.Record, found: Sequence[Any]) -> ExtractRowAnswer:
    return ExtractRowAnswer(
        **{name: row[name] for name in ("line", "result", "kind", "number", "as_of", "right_id")},
        nice_class=row["nice_class"] or None,
        cells=row["cells"],
        differences=[DifferenceAnswer.model_validate(dict(one)) for one in found],
        faults=[BulkFaultAnswer.model_validate(one) for one in row["faults"]],
    )
