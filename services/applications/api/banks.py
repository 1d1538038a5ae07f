"""Banks that may submit, and the pools they may submit to."""

from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Anyone
from services.applications.api.requests import BankBody, BankChange
from services.applications.api.responses import BankAnswer, PoolAnswer
from services.applications.queries import cases
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.refusals import NotFound, Refused

router = APIRouter(tags=["banks"])

Admin = Annotated[Identity, Depends(requires("admin"))]


class BankExists(Refused):
    """A bank has that code or that credit code."""

    code = "bank-exists"


@router.post("/banks", status_code=201, response_model=BankAnswer)
async def add_bank(
    body: BankBody, request: Request, caller: Admin, context: CurrentContext
) -> Response:
    """Register a bank; its people's tokens carry its code as institution."""

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await conn.fetchrow(
            """
            insert into banks (code, name, uscc, created_at) values ($1, $2, $3, $4)
            on conflict do nothing
            returning *
            """,
            body.code,
            body.name,
            body.uscc,
            context.clock.now(),
        )
        if row is None:
            raise BankExists("该银行已登记", "The bank is registered already.", bank=body.code)
        headers = {"ETag": etag(1), "Location": f"/api/v1/banks/{body.code}"}
        return Answer(201, BankAnswer(**dict(row)), headers)

    return await idempotently(request, caller, context.database, work)


@router.get("/banks")
async def list_banks(caller: Anyone, context: CurrentContext) -> Page[BankAnswer]:
    """All banks, by code."""
    async with context.database.reading(caller.institution) as session:
        rows = await cases.banks(session)
    return Page(items=[BankAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.get("/banks/{code}")
async def read_bank(
    code: str, caller: Anyone, context: CurrentContext, response: Response
) -> BankAnswer:
    """One bank."""
    async with context.database.reading(caller.institution) as session:
        row = await cases.bank(session, code)
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
        raise RequestValidationError(
            [
                {
                    "type": "nothing_to_change",
                    "loc": ("body",),
                    "msg": "nothing to change",
                    "input": {},
                    "ctx": {"zh": "没有要修改的字段", "en": "There is nothing to change."},
                }
            ],
            body={},
        )
    async with context.database.begin(caller.institution) as conn:
        known = await conn.fetchrow("select * from banks where code = $1 for update", code)
        if known is None:
            raise NotFound("没有这家银行", "There is no such bank.")
        require_match(request, known["version"])
        try:
            row = await conn.fetchrow(
                """
                update banks set name = coalesce($2, name), uscc = coalesce($3, uscc),
                       version = version + 1
                where code = $1
                returning *
                """,
                code,
                body.name,
                body.uscc,
            )
        except asyncpg.UniqueViolationError as error:
            raise BankExists(
                "另一家银行已使用该统一社会信用代码", "Another bank has that credit code."
            ) from error
    response.headers["ETag"] = etag(row["version"])
    return BankAnswer(**dict(row))


@router.get("/pools")
async def list_pools(caller: Anyone, context: CurrentContext) -> Page[PoolAnswer]:
    """The pools that take applications, and how your bank stands in each."""
    async with context.database.reading(caller.institution) as session:
        found = await cases.pools(session)
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
