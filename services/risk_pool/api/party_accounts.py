"""Where parties are paid over HTTP: entered by one person, confirmed by another."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.risk_pool.api.account_answers import READERS
from services.risk_pool.api.account_numbers import AccountNumber
from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.party_account import LIFE_CYCLE, Action, Purpose, State
from services.risk_pool.handlers import party_accounts as handlers
from services.risk_pool.queries import payments as known
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["payments"])

Enters = Annotated[Identity, part_in(LIFE_CYCLE, Action.ENTER)]
Readers = Annotated[Identity, Depends(requires(*READERS))]


class NewPartyAccount(RequestBody):
    """Where a party is paid from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_code": "ICBC",
                    "purpose": "payment",
                    "holder": "中国工商银行股份有限公司天津分行",
                    "account_number": "0302011409000999999",
                    "bank_name": "中国工商银行天津分行",
                    "cnaps": "102110000007",
                    "valid_from": "2026-01-01",
                }
            ]
        }
    )

    party_code: ShortText
    purpose: Purpose = Field(
        Purpose.PAYMENT,
        description="`payment`: what the pool owes the party. `escrow`: the account in which the "
        "party keeps what is set aside.",
    )
    holder: ShortText
    account_number: AccountNumber
    bank_name: ShortText
    cnaps: str = Field(pattern=r"^[0-9]{12}$", description="The bank's number in CNAPS (联行号).")
    valid_from: IsoDate = Field(
        description="The account with the latest such day until the day of payment is paid to."
    )


class PartyAccountAnswer(BaseModel):
    """Where a party is paid."""

    id: UUID
    pool_code: str
    party_code: str
    purpose: Purpose
    holder: str
    account_number: str
    bank_name: str
    cnaps: str
    valid_from: date
    state: State
    state_zh: str
    state_en: str
    version: int
    entered_by: str
    entered_name: str
    entered_at: datetime
    confirmed_by: str | None
    confirmed_name: str | None
    confirmed_at: datetime | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class PartyAccountDetail(PartyAccountAnswer):
    """The same, with every move that it has made."""

    history: list[MoveAnswer]


@router.post("/pools/{code}/party-accounts", status_code=201, response_model=PartyAccountDetail)
async def enter_party_account(
    code: str, body: NewPartyAccount, request: Request, caller: Enters, context: CurrentContext
) -> Response:
    """Enter where a party is paid (finance_maker or pool_manager); no order goes there before
    another person (finance_checker) has confirmed it."""
    entering = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        account_id = await handlers.enter(conn, code, entering, **dict(body))
        answer = await detail(conn, account_id, caller)
        where = f"/api/v1/party-accounts/{account_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/party-accounts")
async def list_party_accounts(
    code: str, caller: Readers, context: CurrentContext
) -> Page[PartyAccountAnswer]:
    """The accounts of every party, by party, the newest first."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.party_accounts(conn, code)
    return Page(items=[PartyAccountAnswer(**_shown(row, caller)) for row in rows])


@router.get("/party-accounts/{account_id}")
async def show_party_account(
    account_id: UUID, response: Response, caller: Readers, context: CurrentContext
) -> PartyAccountDetail:
    """An account with every move that it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, account_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _shown(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    return presented(LIFE_CYCLE, row, caller) | {"pending_actions": LIFE_CYCLE.open_to(row, caller)}


async def detail(
    conn: asyncpg.Connection, account_id: UUID, caller: Identity
) -> PartyAccountDetail:
    """An account as the caller may see it. Raises NotFound."""
    row = await known.find_party_account(conn, account_id)
    if row is None:
        raise NotFound("没有该收款账户", "There is no such account.")
    history = [MoveAnswer(**move) for move in await history_of(conn, account_id)]
    return PartyAccountDetail(**_shown(row, caller), history=history)


add_steps(
    router,
    "/party-accounts/{account_id}",
    (
        CaseStep(
            action=Action.CONFIRM,
            handler=handlers.confirm,
            body=None,
            name="confirm_party_account",
            description="The second person (finance_checker) confirms the account.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_party_account",
            description="The second person does not.",
        ),
    ),
    show=detail,
    answer=PartyAccountDetail,
)
