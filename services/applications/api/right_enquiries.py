"""Is a right pledged already? Asked without a case; answered without a name."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit, PlainCode
from services.applications.api.requests import Code
from services.applications.api.right_requests import RightNamed
from services.applications.domain.right_enquiry import MOST_AT_ONCE, AskedRight, RightAnswer
from services.applications.handlers import right_enquiry
from services.applications.queries import rights
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import RequestBody
from shared.rights import Kind

router = APIRouter(tags=["rights"])

Asker = Annotated[
    Identity, Depends(requires("bank_operator", "bank_checker", "reviewer", "approver"))
]
Watcher = Annotated[
    Identity,
    Depends(requires("bank_operator", "bank_checker", "auditor", "reviewer", "approver")),
]

_QUESTION: Final[dict[str, Any]] = {
    "rights": [
        {"kind": "invention", "number": "ZL 2015 1 0958772.0"},
        {"kind": "trademark_right", "number": "12345678", "nice_class": 9},
    ]
}


class RightsAsked(RequestBody):
    """Rights that somebody thinks of taking as a pledge."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUESTION]})

    rights: Annotated[list[RightNamed], Field(min_length=1, max_length=MOST_AT_ONCE)]
    pool_code: Code | None = Field(
        None,
        description="Whether its programme would let in a pledge behind the one that there is.",
    )


class RightPledged(BaseModel):
    """Whether one right is pledged in a live case."""

    kind: Kind
    number: str = Field(
        examples=["201510958772.0"], description="In its register's form, by which it is compared."
    )
    number_as_given: str = Field(examples=["ZL 2015 1 0958772.0"])
    nice_class: int | None = None
    pledged: bool
    case_number: str | None = Field(
        None, description="Of the case that holds it, where that is your own."
    )
    later_rank_possible: bool | None = Field(
        None,
        description="Where it is pledged and a pool was named: whether a case may stand behind, with "
        "the consent of the earlier pledgee.",
    )


class RightsPledged(BaseModel):
    """Yes or no to every right, in the order of the question."""

    asked_at: datetime
    rights: list[RightPledged]


class EnquiryAnswer(BaseModel):
    """Who asked what about rights, when, and what was answered."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    bank_code: str = Field(description='Of the bank whose person asked; "*" for the bureau.')
    subject: str
    name: str
    asked_at: datetime
    rights: int
    pledged: int = Field(description="How many of them were pledged.")
    answers: list[dict[str, Any]]


@router.post("/rights/pledged", response_model=RightsPledged)
async def ask_whether_pledged(
    body: RightsAsked, request: Request, caller: Asker, context: CurrentContext
) -> Response:
    """Whether rights are pledged in a live case of any bank: yes or no, at most 50 at once and 500
    an hour. Nobody is named, no case is made; who asked what is recorded. A number is understood in
    any spelling."""
    asked = [one.as_asked() for one in body.rights]
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        found = await right_enquiry.ask(
            conn, asked, caller=caller, now=now, pool_code=body.pool_code
        )
        return Answer(200, RightsPledged(asked_at=now, rights=[_shown(one) for one in found]))

    return await idempotently(request, caller, context.database, work)


def _shown(answer: RightAnswer) -> RightPledged:
    right: AskedRight = answer.right
    return RightPledged(
        kind=right.key.kind,  # type: ignore[arg-type]
        number=right.key.number,
        number_as_given=right.number_as_given,
        nice_class=right.key.nice_class or None,
        pledged=answer.is_pledged,
        case_number=answer.case_number,
        later_rank_possible=answer.later_rank,
    )


@router.get("/rights/enquiries")
async def list_enquiries(
    caller: Watcher,
    context: CurrentContext,
    bank: PlainCode = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EnquiryAnswer]:
    """What was asked about rights, the youngest first: your own bank's questions; of an auditor and
    the bureau, everybody's."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await rights.enquiries(session, bank=bank, after=after, limit=limit + 1)
    items = [EnquiryAnswer.model_validate(row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))
