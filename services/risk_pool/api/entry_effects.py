"""What a case would do to its pool if it were approved now, beside the decision."""

from datetime import date
from fractions import Fraction
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.risk_pool.api.responses import Money
from services.risk_pool.api.roles import BUREAU
from services.risk_pool.domain.capacity import CapacityRequest, decide
from services.risk_pool.domain.entry_effect import EntryEffect, entry_effect
from services.risk_pool.queries.pools import as_it_stands
from services.risk_pool.queries.room import load_room
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.field_messages import NO_NUL
from shared.identifiers import Uscc
from shared.money import Fen, RequestFen
from shared.postgres.published_schemes import terms_on
from shared.ratios import WHOLE_BP
from shared.refusals import NotFound

router = APIRouter(tags=["pools"])

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
BankCode = Annotated[str, Query(min_length=1, max_length=32, pattern=NO_NUL, examples=["ICBC-TJ"])]
Mode = Annotated[
    str,
    Query(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$", examples=["direct"]),
]


class EffectAnswer(Money):
    """A limit as it stands, with the loan, and what it allows in all."""

    code: str = Field(examples=["bank_line"])
    before_fen: Fen
    after_fen: Fen
    ceiling_fen: Fen
    exceeded: bool
    source: str
    zh: str
    en: str


class StopAnswer(Money):
    """What keeps every entry out now."""

    code: str = Field(examples=["bank_suspended"])
    source: str
    zh: str
    en: str


class EntryEffectAnswer(Money):
    """What the loan would take up, each limit before and after it, and what stops every entry."""

    on: date
    covered_fen: Fen = Field(description="The covered principal that would be held.")
    effects: list[EffectAnswer] = Field(description="The least room left first.")
    stops: list[StopAnswer]


@router.get("/pools/{code}/entry-effect")
async def show_entry_effect(
    code: str,
    caller: Bureau,
    context: CurrentContext,
    bank: BankCode,
    borrower: Annotated[Uscc, Query(description="The firm's credit code.")],
    amount: Annotated[RequestFen, Query(description="What would be approved, in yuan.")],
    mode: Mode,
    ip_share_bp: Annotated[
        int, Query(ge=1, le=WHOLE_BP, description="The IP part of the loan.")
    ] = WHOLE_BP,
    outstanding: Annotated[
        RequestFen | None,
        Query(description="What is owed of a loan that was paid out before it is filed, in yuan."),
    ] = None,
    renews: Annotated[
        UUID | None, Query(description="The loan that it renews: one debt with what is left of it.")
    ] = None,
) -> EntryEffectAnswer:
    """What an approval of today would do to the pool's room, its bank's line and its borrower's
    exposure: each limit before and after, and its ceiling. Nothing is held; who waits in line is not
    counted. By the programme's terms of today."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        request = CapacityRequest(
            bank_code=bank, borrower_uscc=borrower, amount_fen=amount,
            ip_share=Fraction(ip_share_bp, WHOLE_BP), on=today, outstanding_fen=outstanding,
            renews=renews,
        )  # fmt: skip
        found = await _effect(conn, code, request, mode=mode)
    return EntryEffectAnswer(
        on=today,
        covered_fen=found.requested_fen,
        effects=[EffectAnswer.model_validate(one, from_attributes=True) for one in found.effects],
        stops=[StopAnswer.model_validate(one, from_attributes=True) for one in found.stops],
    )


async def _effect(
    conn: asyncpg.Connection, code: str, request: CapacityRequest, *, mode: str
) -> EntryEffect:
    pool = await as_it_stands(conn, code)
    if pool is None:
        raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
    terms = await terms_on(conn, pool.programme, request.on, mode)
    room = await load_room(
        conn,
        pool,
        borrowers=[request.borrower_uscc],
        days={request.on},
        renewed=() if request.renews is None else (request.renews,),
        today=request.on,
    )
    if request.bank_code not in room.banks:
        raise NotFound("该资金池没有这家银行", "The pool has no such bank.")
    return entry_effect(decide(request, room, terms))
