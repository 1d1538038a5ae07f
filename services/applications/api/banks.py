"""Banks that may submit, and the pools they may submit to."""

from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import WhoeverSetsUp
from services.applications.api.requests import BankBody, BankChange
from services.applications.api.responses import BankAnswer, PoolAnswer
from services.applications.handlers import banks
from services.applications.queries import banks as bank_reads
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.refusals import FieldFault, FieldsWrong

router = APIRouter(tags=["banks"])

Admin = Annotated[Identity, Depends(requires("admin"))]

NOTHING_TO_CHANGE: Final = FieldFault(
    (), "nothing-to-change", "没有要修改的内容", "There is nothing to change."
)


@router.post("/banks", status_code=201, response_model=BankAnswer)
async def add_bank(
    body: BankBody, request: Request, caller: Admin, context: CurrentContext
) -> Response:
    """Register a bank; its people's tokens carry its code as institution."""

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await banks.add_bank(
            conn, code=body.code, name=body.name, uscc=body.uscc, now=context.clock.now()
        )
        headers = {"ETag": etag(1), "Location": f"/api/v1/banks/{body.code}"}
        return Answer(201, BankAnswer(**dict(row)), headers)

    return await idempotently(request, caller, context.database, work)


@router.get("/banks")
async def list_banks(caller: WhoeverSetsUp, context: CurrentContext) -> Page[BankAnswer]:
    """All banks, by code."""
    async with context.database.reading(caller.institution) as session:
        rows = await bank_reads.banks(session)
    return Page(items=[BankAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.get("/banks/{code}")
async def read_bank(
    code: str, caller: WhoeverSetsUp, context: CurrentContext, response: Response
) -> BankAnswer:
    """One bank."""
    async with context.database.reading(caller.institution) as session:
        row = await bank_reads.bank(session, code)
    response.headers["ETag"] = etag(row.version)
    return BankAnswer.model_validate(row)


@router.patch("/banks/{code}", openapi_extra=IF_MATCH)
async def change_bank(
    code: str,
    body: BankChange,
    request: Request,
    caller: Admin,
    context: CurrentContext,
    response: Response,
) -> BankAnswer:
    """Change a bank's name or credit code. If-Match is required."""
    if not body.model_fields_set:
        raise FieldsWrong([NOTHING_TO_CHANGE])
    async with context.database.begin(caller.institution) as conn:
        known = await banks.locked_bank(conn, code)
        require_match(request, known["version"])
        row = await banks.change_bank(conn, code, name=body.name, uscc=body.uscc)
    response.headers["ETag"] = etag(row["version"])
    return BankAnswer(**dict(row))


@router.get("/pools")
async def list_pools(caller: WhoeverSetsUp, context: CurrentContext) -> Page[PoolAnswer]:
    """The pools that take applications, and how your bank stands in each."""
    async with context.database.reading(caller.institution) as session:
        found = await bank_reads.pools(session)
    own = caller.institution != "*"
    return Page(
        items=[
            PoolAnswer(
                code=pool.code,
                name=pool.name,
                programme=pool.programme,
                opened_on=pool.opened_on,
                stopped_on=pool.stopped_on,
                suspended_on=suspended_on if own else None,
            )
            for pool, suspended_on in found
        ],
        next_cursor=None,
    )
