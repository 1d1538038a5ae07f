"""The dedicated account of a pool over HTTP: entered by one person, put in use by another."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict

from services.risk_pool.api.account_answers import READERS, PoolAccountAnswer, PoolAccountDetail
from services.risk_pool.api.account_numbers import AccountNumber
from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.pool_account import LIFE_CYCLE, Action
from services.risk_pool.handlers import pool_accounts as handlers
from services.risk_pool.queries import account_lines as known
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.requests import RequestBody, ShortText
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["account"])

Enters = Annotated[Identity, part_in(LIFE_CYCLE, Action.ENTER)]
Readers = Annotated[Identity, Depends(requires(*READERS))]


class NewPoolAccount(RequestBody):
    """Which bank keeps the pool's money, under which number. In CNY."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_number": "0302011409000123456",
                    "bank_name": "中国工商银行天津东丽支行",
                    "holder": "天津市东丽区财政局",
                }
            ]
        }
    )

    account_number: AccountNumber
    bank_name: ShortText
    holder: ShortText


@router.post("/pools/{code}/accounts", status_code=201, response_model=PoolAccountDetail)
async def enter_pool_account(
    code: str, body: NewPoolAccount, request: Request, caller: Enters, context: CurrentContext
) -> Response:
    """Enter the pool's account (finance_maker or pool_manager); nothing is imported for it before
    another person (finance_checker) has confirmed it."""
    entering = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        account_id = await handlers.enter(conn, code, entering, **dict(body))
        answer = await detail(conn, account_id, caller)
        where = f"/api/v1/pool-accounts/{account_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/accounts")
async def list_pool_accounts(
    code: str, caller: Readers, context: CurrentContext
) -> Page[PoolAccountAnswer]:
    """The accounts of a pool, and how far the statements of each reach."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.accounts(conn, code)
    items = [
        PoolAccountAnswer(
            **presented(LIFE_CYCLE, row, caller)
            | {"pending_actions": LIFE_CYCLE.open_to(row, caller)}
        )
        for row in rows
    ]
    return Page(items=items)


@router.get("/pool-accounts/{account_id}")
async def show_pool_account(
    account_id: UUID, response: Response, caller: Readers, context: CurrentContext
) -> PoolAccountDetail:
    """An account with every move that it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, account_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, account_id: UUID, caller: Identity) -> PoolAccountDetail:
    """An account as the caller may see it. Raises NotFound."""
    row = await known.find_account(conn, account_id)
    if row is None:
        raise NotFound("没有该专户", "There is no such account.")
    history = [MoveAnswer(**move) for move in await history_of(conn, account_id)]
    shown = presented(LIFE_CYCLE, row, caller)
    return PoolAccountDetail(
        **shown | {"pending_actions": LIFE_CYCLE.open_to(row, caller)}, history=history
    )


add_steps(
    router,
    "/pool-accounts/{account_id}",
    (
        CaseStep(
            action=Action.CONFIRM,
            handler=handlers.confirm,
            body=None,
            name="confirm_pool_account",
            description="The second person (finance_checker) puts the account in use.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_pool_account",
            description="The second person does not.",
        ),
    ),
    show=detail,
    answer=PoolAccountDetail,
)
