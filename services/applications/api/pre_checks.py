"""What would become of a submission: asked before it is filed, as often as one likes."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from services.applications.api import examples
from services.applications.api.drafts import read_draft
from services.applications.api.responses import FindingAnswer
from services.applications.api.submissions import Submitter
from services.applications.domain.pre_check import Standing
from services.applications.handlers.pre_checking import look_through
from services.applications.queries.submitted import case_row
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_errors import json_pointer
from shared.refusals import FieldFault

router = APIRouter(tags=["applications"])


class WrongField(BaseModel):
    """A field that is missing or cannot be taken as it is; filed so, the answer is 422."""

    field: str = Field(examples=["/borrower/uscc"], description="A JSON Pointer.")
    code: str
    zh: str
    en: str


class CheckAnswer(BaseModel):
    """One check: passed, failed, or not looked at because fields are not there yet."""

    model_config = ConfigDict(from_attributes=True)

    check: str = Field(examples=["loan-cap"])
    zh: str = Field(examples=["单笔贷款上限"])
    en: str
    standing: Standing
    source: str = Field(description="The article, or the law; empty where it is plain sense.")
    figures: dict[str, str] = Field(
        examples=[{"value": "1,000,000.00", "most": "5,000,000.00"}],
        description="What was compared, where these are figures.",
    )
    findings: list[str] = Field(description="Codes of the findings that it led to.")
    waits_for: list[str] = Field(description="Fields without which it cannot be looked at.")


class PreCheckAnswer(BaseModel):
    """Everything that a submission would meet today."""

    on: date
    would_be: Literal["accepted", "returned_for_correction", "refused"] = Field(
        description="What filing it as it is would lead to; refused is 422, and no case."
    )
    wrong_fields: list[WrongField]
    findings: list[FindingAnswer]
    checks: list[CheckAnswer]


@router.post("/pre-checks")
async def pre_check(
    draft: Annotated[
        dict[str, Any],
        Body(
            description="A submission as for `POST /applications`; anything may be missing.",
            examples=[examples.SUBMISSION],
        ),
    ],
    caller: Submitter,
    context: CurrentContext,
    application: Annotated[
        UUID | None,
        Query(description="The case that it is to amend or mend: its own rights are no obstacle."),
    ] = None,
) -> PreCheckAnswer:
    """The full verdict on a submission, complete or not, with nothing kept and no number given:
    every wrong field, every finding, and every check passed or failed with its figures. No
    Idempotency-Key is needed."""
    # A transaction that may lock: papers are held while they are looked at. Nothing is written.
    async with context.database.begin(caller.institution) as conn:
        if application is not None:
            await case_row(conn, application)
        return await verdict_on(conn, draft, caller, context, application)


async def verdict_on(
    conn: asyncpg.Connection, said: Mapping[str, Any], caller: Identity, context: Context,
    case_id: UUID | None = None,
) -> PreCheckAnswer:  # fmt: skip
    """What would become of what is said so far. Raises BankUnknown."""
    today = business_date(context.clock.now())
    read = read_draft(said)
    verdict = await look_through(
        conn, read.draft, bank_code=caller.institution, today=today, case_id=case_id
    )
    wrong = (*read.faults, *verdict.faults)
    return PreCheckAnswer(
        on=today,
        would_be="refused"
        if wrong
        else "returned_for_correction"
        if verdict.findings
        else "accepted",
        wrong_fields=[_wrong_field(one) for one in wrong],
        findings=[
            FindingAnswer(**{**one.as_data(), "field": read.place_of(one)})
            for one in verdict.findings
        ],
        checks=[CheckAnswer.model_validate(one) for one in verdict.checks],
    )


def _wrong_field(fault: FieldFault) -> WrongField:
    # A name that is no Unicode, as JSON can have, is told as far as it can be.
    pointer = json_pointer(fault.place).removeprefix("#").encode(errors="replace").decode()
    return WrongField(field=pointer, code=fault.code, zh=fault.zh, en=fault.en)
