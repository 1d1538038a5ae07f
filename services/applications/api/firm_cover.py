"""Cover of a firm over HTTP: all its loans with the sum, and a call for all that are short."""

from datetime import date
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.cover_call_models import AskBody
from services.applications.api.cover_calls import Asker
from services.applications.api.firms import Uscc, written_so
from services.applications.api.rights import Reader
from services.applications.api.valuations import CoverAnswer, cover_answer
from services.applications.domain.cover_call import LIFE_CYCLE, Action, State
from services.applications.handlers import firm_cover
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries import firm_cover as known
from services.applications.queries import firms
from services.applications.tables import desk
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.money import MONEY_NAMES, Fen
from shared.postgres.database import EVERYWHERE
from shared.refusals import Refused

router = APIRouter(tags=["calls for cover"])


class LoanCoverAnswer(CoverAnswer):
    """A loan beside what covers it, and the call for it that has not come to its end."""

    call_id: UUID | None
    call_state: State | None
    cover_by: date | None


class FirmCoverAnswer(BaseModel):
    """All loans of a firm that are out and that you may see, and what they are short of together."""

    model_config = ConfigDict(**MONEY_NAMES)

    uscc: str
    name: str
    loans: list[LoanCoverAnswer] = Field(description="200 at most.")
    loans_short: int
    shortfall_fen: Fen = Field(
        description="Of all loans together; what one has over is no other's."
    )
    asked_loans: int = Field(description="Those of them that are short and have a call.")
    asked_fen: Fen = Field(description="What these are short of.")
    pending_actions: list[Action] = Field(
        description="`ask`, where you may ask for cover and a loan that is short has no call."
    )


@router.get("/firms/{uscc}/cover")
async def read_firm_cover(uscc: Uscc, caller: Reader, context: CurrentContext) -> FirmCoverAnswer:
    """A firm's loans with what covers each, their calls for cover, and the sums."""
    if not written_so(uscc):
        raise firms.absent()
    async with context.database.looking(caller.institution) as conn:
        return await _answer(conn, uscc, caller, business_date(context.clock.now()))


@router.post("/firms/{uscc}/cover-calls", status_code=201, response_model=FirmCoverAnswer)
async def ask_firm_for_cover(
    uscc: Uscc, body: AskBody, request: Request, caller: Asker, context: CurrentContext
) -> Response:
    """Ask for cover of all loans of a firm that are short and have no call, in one step: the bank for
    its own loans, the bureau for those of all banks. Each loan gets its call, by the same day and for
    the same reason; each is told with what the firm is short of in all at its bank."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        if not written_so(uscc) or not await known.name_of(
            conn, uscc, institution=caller.institution
        ):
            raise firms.absent()
        if caller.institution == EVERYWHERE:
            await desk.seen(conn, caller, now=now)
        begun = CaseInHand(
            row={}, conn=conn, caller=caller, working_days=context.working_days, now=now
        )
        await firm_cover.ask(begun, uscc, cover_by=body.cover_by, reason=body.reason)
        return Answer(201, await _answer(conn, uscc, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


async def _answer(
    conn: asyncpg.Connection, uscc: str, caller: Identity, today: date
) -> FirmCoverAnswer:
    name = await known.name_of(conn, uscc, institution=caller.institution)
    if name is None:
        raise firms.absent()
    found = await firm_cover.of_firm(conn, uscc, institution=caller.institution, day=today)
    short = [one for one in found if one.cover.shortfall_fen]
    asked = [one for one in short if one.call is not None]
    return FirmCoverAnswer(
        uscc=uscc,
        name=name,
        loans=[_loan(one) for one in found],
        loans_short=len(short),
        shortfall_fen=sum(one.cover.shortfall_fen for one in short),
        asked_loans=len(asked),
        asked_fen=sum(one.cover.shortfall_fen for one in asked),
        pending_actions=[Action.ASK] if len(short) > len(asked) and _may_ask(caller) else [],
    )


def _loan(one: firm_cover.LoanCover) -> LoanCoverAnswer:
    call = one.call
    return LoanCoverAnswer(
        **dict(cover_answer(one.row, one.cover)),
        call_id=call["id"] if call else None,
        call_state=call["state"] if call else None,
        cover_by=call["cover_by"] if call else None,
    )


def _may_ask(caller: Identity) -> bool:
    try:
        LIFE_CYCLE.require(None, Action.ASK, caller)
    except Refused:
        return False
    return True
