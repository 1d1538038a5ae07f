"""What else belongs to a month over HTTP: reminders, the month before, another version."""

from datetime import date, datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.roles import require_pool
from services.risk_pool.api.statements import MonthText, PoolCode, found_or_refused
from services.risk_pool.domain.month_comparison import KINDS, compared
from services.risk_pool.domain.what_if import as_data, totals
from services.risk_pool.handlers.month_reminders import remind
from services.risk_pool.handlers.what_if import under
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.month_comparison import figures
from services.risk_pool.queries.parties import party_names
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.requests import RequestBody, ShortText
from shared.money import Fen
from shared.months import Month
from shared.postgres.database import EVERYWHERE

router = APIRouter(tags=["settlements"])

Bureau = Annotated[
    Identity,
    Depends(requires("finance_maker", "finance_checker", "pool_manager", "approver", "auditor")),
]
Maker = Annotated[Identity, Depends(requires("finance_maker"))]


class ReminderRequest(RequestBody):
    """Whom to remind: one bank, or every one that lacks something."""

    party: ShortText | None = Field(None, examples=["ICBC-TJ"])


class RemindedOf(BaseModel):
    """One thing that a bank was reminded of."""

    party_code: str
    party_name: str
    code: str = Field(examples=["position-missing"])
    zh: str
    en: str
    count: int


class RemindersAnswer(BaseModel):
    """Who was reminded of what just now."""

    month: str
    reminded_on: date
    at: datetime
    by_name: str
    reminded: list[RemindedOf]


class ComparedAnswer(Money):
    """One kind of figure of one party in both months. Of a loan book: at the months' ends."""

    party_code: str
    party_name: str
    kind: str = Field(examples=["net", "covered"])
    zh: str
    en: str
    now_fen: Fen
    before_fen: Fen
    difference_fen: Fen


class ComparisonAnswer(BaseModel):
    """A month beside the one before; nothing of the month before where it was never previewed."""

    month: str
    before: str
    has_before: bool
    figures: list[ComparedAnswer]


class PartyUnderBoth(BaseModel):
    """What a party bears now and would bear then, and the difference."""

    party: str = Field(examples=["pool"])
    zh: str
    en: str
    now: str = Field(examples=["450000.00"])
    then: str
    difference: str


class Because(BaseModel):
    """What of the rule makes the difference."""

    zh: str
    en: str


class ClaimUnderBoth(BaseModel):
    """A claim as it was decided and as the other version would decide it."""

    claim_number: str
    bank_code: str
    borrower_name: str
    principal: str
    now_version: str
    refused: bool = Field(description="The other version cannot split it; `why` says so.")
    parties: list[PartyUnderBoth]
    why: list[Because]


class WhatIfAnswer(BaseModel):
    """The claims of a month under another version of the measure. Nothing of it is kept."""

    month: str
    version: int
    claims: list[ClaimUnderBoth]
    totals: list[PartyUnderBoth]


@router.get("/{month}/comparison")
async def compare_with_month_before(
    code: PoolCode, month: MonthText, caller: Anyone, context: CurrentContext
) -> ComparisonAnswer:
    """The previewed figures beside those of the month before, per party and kind, owed and owing from
    the side of whoever asks. A bank sees its own."""
    asked = Month.parse(month)
    async with context.database.looking(caller.institution) as conn:
        settlement = await found_or_refused(conn, code, asked)
        before = await known.find(conn, code, asked.before)
        is_pools = caller.institution == EVERYWHERE
        found = compared(
            await figures(conn, settlement, is_pools=is_pools),
            await figures(conn, before, is_pools=is_pools),
        )
        rows = await known.statements(conn, settlement["id"])
        names = await party_names(conn, code) | {
            row["party_code"]: row["party_name"] for row in rows
        }
    return ComparisonAnswer(
        month=month,
        before=str(asked.before),
        has_before=before is not None,
        figures=[
            ComparedAnswer(
                party_code=one.party_code,
                party_name=names.get(one.party_code, one.party_code),
                kind=one.kind.removesuffix("_fen"),
                zh=KINDS[one.kind].zh,
                en=KINDS[one.kind].en,
                now_fen=one.now_fen,
                before_fen=one.before_fen,
                difference_fen=one.difference_fen,
            )
            for one in found
        ],
    )


@router.get("/{month}/what-if")
async def what_if_another_version(
    code: PoolCode,
    month: MonthText,
    caller: Bureau,
    context: CurrentContext,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The newest where none is named.")
    ] = None,
) -> WhatIfAnswer:
    """Every claim approved in the month, split again under a published or proposed version of the pool's
    programme, as if its loan had been approved on that version's first day. Nothing is kept."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        number, claims = await under(conn, code, Month.parse(month), version)
    return WhatIfAnswer(
        month=month,
        version=number,
        claims=[ClaimUnderBoth(**as_data(one)) for one in claims],
        totals=[PartyUnderBoth(**one) for one in totals(claims)],
    )


@router.post("/{month}/reminders", status_code=201, response_model=RemindersAnswer)
async def remind_parties(
    code: PoolCode,
    month: MonthText,
    body: ReminderRequest,
    request: Request,
    caller: Maker,
    context: CurrentContext,
) -> Response:
    """Remind every bank that lacks something for the month, or one (finance_maker): reports until it is
    posted, money after it. Nobody is reminded twice a day of the same."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await require_pool(conn, code)
        found = await remind(
            conn, code, Month.parse(month), party=body.party, caller=caller, now=now
        )
        answer = RemindersAnswer(
            month=month,
            reminded_on=business_date(now),
            at=now,
            by_name=caller.name,
            reminded=[
                RemindedOf(
                    party_code=one.party_code,
                    party_name=one.party_name,
                    code=one.code,
                    zh=one.zh,
                    en=one.en,
                    count=one.count,
                )
                for one in found
            ],
        )
        return Answer(201, answer)

    return await idempotently(request, caller, context.database, work)
