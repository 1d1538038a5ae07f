"""Which rights are pledged for a loan, over HTTP: what its disposals may be about."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.risk_pool.api.cases import Anyone
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import loan_pledges as known
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.refusals import NotFound

router = APIRouter(tags=["disposals"])


class PledgeOfLoan(BaseModel):
    """A pledge as it stands in its register."""

    pledge_id: UUID
    kind: str = Field(examples=["invention"])
    number: str
    nice_class: int = Field(description="1 to 45 for a trademark, 0 for everything else.")
    name: str
    owner_name: str
    registry: str
    registration_no: str
    registered_on: date
    term_until: date | None
    ended_on: date | None = Field(description="None: the right secures the debt.")
    how_ended: Literal["", "cancelled", "invalid"]
    disposal_id: UUID | None = Field(description="The live disposal that the right is in.")
    disposal_number: str | None
    may_be_disposed_of: bool = Field(description="It stands, and no live disposal is about it.")


@router.get("/coverages/{loan_id}/pledges")
async def list_pledges_of_loan(
    loan_id: UUID, caller: Anyone, context: CurrentContext
) -> Page[PledgeOfLoan]:
    """The rights that are pledged for a loan, as the registers told, those that stand first: who
    opens a disposal names of these. None: nothing was heard of them so far, or the loan has none
    yet. A bank sees its own loans."""
    async with context.database.looking(caller.institution) as conn:
        bank = await known_claims.bank_of_loan(conn, loan_id)
        if bank is None or caller.bank not in (None, bank):
            raise NotFound("没有该贷款", "There is no such loan.")
        rows = await known.of_loan(conn, loan_id)
    return Page(
        items=[
            PledgeOfLoan(
                **row,
                may_be_disposed_of=row["ended_on"] is None and row["disposal_id"] is None,
            )
            for row in rows
        ]
    )
