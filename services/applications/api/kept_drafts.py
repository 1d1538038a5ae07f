"""A bank's clerks write an application: saved, resumed, checked and filed. Nobody else sees it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api import examples
from services.applications.api.common import Cursor, Limit
from services.applications.api.draft_requests import DraftBody
from services.applications.api.pre_checks import PreCheckAnswer, verdict_on
from services.applications.api.requests import SubmissionBody
from services.applications.api.responses import SubmissionAnswer
from services.applications.api.submission_answers import as_answer
from services.applications.api.submissions import (
    Submitter,
    until_its_rights_are_known,
)
from services.applications.domain.life_cycle import Action
from services.applications.domain.submission import Submission
from services.applications.handlers import drafts as handler
from services.applications.handlers import submission
from services.applications.handlers.case_in_hand import locked_case
from services.applications.queries import drafts as reads
from services.applications.tables import drafts as table
from services.applications.tables.intake_rows import DraftRow
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match, stale
from shared.http.field_errors import faults_in
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.refusals import FieldsWrong

router = APIRouter(tags=["drafts"])


class DraftSummary(BaseModel):
    """A draft in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    programme: str
    version: int
    created_at: datetime
    saved_at: datetime
    saved_name: str = Field(description="Who of the bank saved it last.")
    application_id: UUID | None = Field(description="The case that it became.")
    amends: UUID | None = Field(description="The case that it is to amend or mend.")
    amends_revision: int | None = Field(
        description="Which of that case's revisions it was begun with."
    )


class DraftAnswer(DraftSummary):
    """A draft with what is written so far."""

    said: dict[str, Any] = Field(
        serialization_alias="application",
        examples=[examples.SUBMISSION],
        description="The fields that are there, as `POST /applications` takes them.",
    )


@router.post("/drafts", status_code=201, response_model=DraftAnswer)
async def add_draft(
    body: DraftBody, request: Request, caller: Submitter, context: CurrentContext
) -> Response:
    """Save a new draft of an application, or of what a case is to say next (`amends`): whatever is
    there of it."""

    async def work(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        row = await handler.add(conn, body.as_written(), by=caller, now=now)
        return _answer(201, row, {"Location": f"/api/v1/drafts/{row['id']}"})

    return await idempotently(request, caller, context.database, work)


@router.get("/drafts")
async def list_drafts(
    caller: Submitter,
    context: CurrentContext,
    filed: Annotated[
        bool | None, Query(description="Only those that became a case, or only the others.")
    ] = None,
    amends: Annotated[
        UUID | None, Query(description="Only drafts of what this case is to say.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DraftSummary]:
    """Your bank's drafts, whoever of it writes them; the one saved last first."""
    before = decode_cursor(cursor, datetime, UUID) if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await reads.drafts(
            session,
            bank_code=caller.institution,
            is_filed=filed,
            amends=amends,
            before=None if before is None else (before[0], before[1]),
            limit=limit + 1,
        )
    items = [DraftSummary.model_validate(row) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.saved_at, one.id))


@router.get("/drafts/{draft_id}")
async def read_draft(
    draft_id: UUID, caller: Submitter, context: CurrentContext, response: Response
) -> DraftAnswer:
    """A draft of your bank's, with what is written."""
    async with context.database.reading(caller.institution) as session:
        row = await reads.draft(session, draft_id, bank_code=caller.institution)
    response.headers["ETag"] = etag(row.version)
    return DraftAnswer.model_validate(row)


@router.put("/drafts/{draft_id}", openapi_extra=IF_MATCH)
async def save_draft(
    draft_id: UUID, body: DraftBody, request: Request, caller: Submitter, context: CurrentContext,
    response: Response,
) -> DraftAnswer:  # fmt: skip
    """Save a draft as it stands now, in place of what was written. If-Match is required, so that
    nobody overwrites what a colleague has saved meanwhile."""
    async with context.database.begin(caller.institution) as conn:
        known = await handler.locked_draft(conn, draft_id, by=caller)
        require_match(request, known["version"])
        now = context.clock.now()
        row = await handler.save(conn, known, body.as_written(), by=caller, now=now)
    response.headers["ETag"] = etag(row["version"])
    return DraftAnswer.model_validate(DraftRow(**dict(row)))


@router.delete("/drafts/{draft_id}", status_code=204, openapi_extra=IF_MATCH)
async def remove_draft(
    draft_id: UUID, request: Request, caller: Submitter, context: CurrentContext
) -> None:
    """Throw a draft away. If-Match is required. A case that it became stays."""
    async with context.database.begin(caller.institution) as conn:
        known = await handler.locked_draft(conn, draft_id, by=caller)
        require_match(request, known["version"])
        await table.remove_draft(conn, draft_id, bank_code=caller.institution)


@router.post("/drafts/{draft_id}/check")
async def check_draft(draft_id: UUID, caller: Submitter, context: CurrentContext) -> PreCheckAnswer:
    """What would become of the draft as it was saved: every gap by its field at once, every finding,
    and every check passed or failed. Nothing is kept; no Idempotency-Key is needed."""
    async with context.database.begin(caller.institution) as conn:
        row = await handler.locked_draft(conn, draft_id, by=caller)
        handler.must_be_open(row)
        return await verdict_on(conn, row["said"], caller, context, row["amends"])


@router.post("/drafts/{draft_id}/submit", status_code=201, response_model=SubmissionAnswer)
async def submit_draft(
    draft_id: UUID, request: Request, caller: Submitter, context: CurrentContext
) -> Response:
    """File the draft, exactly as `POST /applications` would with what is written: 422 names every
    field that is missing, else there is a case, and the draft says which. A draft that amends a case
    is handed in as `amend` or `resubmit` would, on the revision that it was begun with. If-Match is
    honoured."""
    async with context.database.reading(caller.institution) as session:
        seen = await reads.draft(session, draft_id, bank_code=caller.institution)
    number = ""
    if seen.application_id is None:
        submitted = _complete(seen.said)
    if seen.application_id is None and seen.amends is None:
        number = await submission.number_for(
            context.database, submitted.pool_code, now=context.clock.now()
        )

    async def work(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        amended = seen.amends and await locked_case(conn, seen.amends, today=business_date(now))
        row = await handler.locked_draft(conn, draft_id, by=caller)
        if "if-match" in request.headers:
            require_match(request, row["version"])
        handler.must_be_open(row)
        if row["version"] != seen.version:
            # Somebody saved it since it was read here: what they wrote is not filed unseen.
            raise stale(row["version"])
        case, action = submission.new_case(
            submitted, number=number, conn=conn, caller=caller,
            working_days=context.working_days, now=now,
        ), Action.SUBMIT  # fmt: skip
        if amended:
            action = handler.handed_in_by(amended, caller)
            handler.must_follow(row, amended)
            case = replace(case, row=amended)
        filed = await submission.submit(case, submitted, action=action)
        await table.became(conn, draft_id, filed.id, by=caller, now=now)
        return as_answer(201, filed)

    return await until_its_rights_are_known(
        lambda: idempotently(request, caller, context.database, work)
    )


def _complete(said: dict[str, Any]) -> Submission:
    """The submission that a draft is. Raises FieldsWrong with every field that is missing."""
    try:
        return SubmissionBody.model_validate(said).as_submission()
    except ValidationError as error:
        raise FieldsWrong(faults_in(error, said)) from error


def _answer(status: int, row: asyncpg.Record, headers: dict[str, str]) -> Answer:
    body = DraftAnswer.model_validate(DraftRow(**dict(row)))
    return Answer(
        status,
        body.model_dump(mode="json", by_alias=True),
        {"ETag": etag(row["version"]), **headers},
    )
