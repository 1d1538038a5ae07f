"""What a case said in each revision, and in what they differ."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.applications.api import examples
from services.applications.api.common import Anyone
from services.applications.queries.revisions import revisions_of
from shared.http.context import CurrentContext
from shared.http.pages import Page

router = APIRouter(tags=["applications"])


class DifferenceAnswer(BaseModel):
    """One field that is not as it was."""

    model_config = ConfigDict(from_attributes=True)

    field: str = Field(
        examples=["/collateral/0/valuation/amount"],
        description="A JSON Pointer into this revision; of what was dropped, into the one before.",
    )
    old: str | int | bool | None = Field(
        examples=["6000000.00"], description="null: it was not there."
    )
    new: str | int | bool | None = Field(examples=["5500000.00"], description="null: it is gone.")


class RevisionAnswer(BaseModel):
    """What a bank said for a while."""

    model_config = ConfigDict(from_attributes=True)

    revision: int
    submitted_at: datetime
    submitted_name: str
    said: dict[str, Any] = Field(
        examples=[examples.SUBMISSION], description="As `POST /applications` takes it."
    )
    differences: list[DifferenceAnswer] = Field(description="To the revision before it.")
    is_first_kept: bool = Field(description="There is none before it to compare it with.")


@router.get("/applications/{case_id}/revisions")
async def read_revisions(
    case_id: UUID, caller: Anyone, context: CurrentContext
) -> Page[RevisionAnswer]:
    """Every revision of a case, the newest first: what its bank said, who handed it in when, and
    every field that is not as it was in the one before, with its old and new value. Rights and
    papers are compared as the same ones wherever they stand."""
    async with context.database.looking(caller.institution) as conn:
        found = await revisions_of(conn, case_id)
    return Page(items=[RevisionAnswer.model_validate(one) for one in found], next_cursor=None)
