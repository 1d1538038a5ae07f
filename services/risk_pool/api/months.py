"""What else belongs to a month over HTTP: who is reminded of what it lacks."""

from datetime import date, datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.roles import require_pool
from services.risk_pool.api.statements import MonthText, PoolCode
from services.risk_pool.handlers.month_reminders import remind
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.requests import RequestBody, ShortText
from shared.months import Month

router = APIRouter(tags=["settlements"])

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
