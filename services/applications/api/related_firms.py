"""Groups of firms (关联企业): what the bureau has found out, for what a whole group owes."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.right_requests import Day
from services.applications.api.rights import Code, Words
from services.applications.domain.related_firms import Basis
from services.applications.handlers import related_firms as handler
from services.applications.queries import related_firms as reads
from services.applications.tables.related_firms import Membership
from shared import canonical
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import Uscc
from shared.postgres.literals import containing

router = APIRouter(tags=["firms"])

Keeper = Annotated[Identity, Depends(requires("reviewer", "approver", "pool_manager"))]
Reader = Annotated[
    Identity, Depends(requires("reviewer", "approver", "leader", "pool_manager", "auditor"))
]
_EXAMPLE: dict[str, Any] = {
    "group_name": "格力系",
    "uscc": "91440400192548256N",
    "name": "珠海格力电器股份有限公司",
    "basis": "same_controller",
    "reason": "企业信用信息公示系统，2026-03-01 查询",
    "from_day": "2026-03-01",
}


class RelatedFirmBody(RequestBody):
    """A firm that belongs to a group, why, and since when it is known to."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    group_name: ShortText
    uscc: Uscc
    name: ShortText
    basis: Basis
    reason: LongText
    from_day: Day


class EndBody(RequestBody):
    """The last day on which it belonged to the group, and why no longer."""

    ended_on: Day
    reason: LongText


class RelatedFirmAnswer(BaseModel):
    """A firm in a group."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    group_name: str
    uscc: str
    name: str
    basis: Basis
    reason: str
    from_day: date
    said_name: str
    said_at: datetime
    ended_on: date | None
    ended_reason: str | None
    ended_name: str | None


@router.post("/related-firms", status_code=201, response_model=RelatedFirmAnswer)
async def say_related(
    body: RelatedFirmBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Say that a firm belongs to a group. A firm is in one group at a time."""

    async def work(conn: asyncpg.Connection) -> Answer:
        said = Membership(**vars(body))
        id_ = await handler.say(conn, said, by=caller, now=context.clock.now())
        return Answer(201, await _answer(conn, id_))

    return await idempotently(request, caller, context.database, work)


@router.post("/related-firms/{membership_id}/end", response_model=RelatedFirmAnswer)
async def end_related(
    membership_id: UUID, body: EndBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Say that it belongs to the group no longer. What was said stays readable."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.end(
            conn, membership_id, on=body.ended_on, reason=body.reason, by=caller,
            now=context.clock.now(),
        )  # fmt: skip
        return Answer(200, await _answer(conn, membership_id))

    return await idempotently(request, caller, context.database, work)


@router.get("/related-firms")
async def list_related(
    caller: Reader,
    context: CurrentContext,
    uscc: Annotated[
        Code, Query(description="All firms of the groups that it is or was in.")
    ] = None,
    q: Annotated[Words, Query(description="A part of the group's or the firm's name.")] = None,
    standing: Annotated[bool, Query(description="Only those that have not ended.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RelatedFirmAnswer]:
    """Firms in groups, the last said first."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    words = canonical.name(q) if q else ""
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.page(
            conn, uscc=uscc, like=containing(words) if words else None, standing=standing,
            before=before, limit=limit + 1,
        )  # fmt: skip
    items = [RelatedFirmAnswer.model_validate(dict(row)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/related-firms/{membership_id}")
async def read_related(
    membership_id: UUID, caller: Reader, context: CurrentContext
) -> RelatedFirmAnswer:
    """One firm in one group."""
    async with context.database.looking(caller.institution) as conn:
        return await _answer(conn, membership_id)


async def _answer(conn: asyncpg.Connection, id_: UUID) -> RelatedFirmAnswer:
    row = await reads.one(conn, id_)
    if row is None:
        raise handler.absent()
    return RelatedFirmAnswer.model_validate(dict(row))
