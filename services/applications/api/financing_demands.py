"""Financing demands over HTTP: the bureau posts, offers, matches; banks answer what they were offered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Anyone, PlainCode
from services.applications.api.demand_models import (
    AnswerBody,
    DemandBody,
    DemandDetail,
    DemandMove,
    EndBody,
    FunnelAnswer,
    FunnelLine,
    MatchBody,
    OfferBody,
    PutBackBody,
)
from services.applications.api.right_requests import Day
from services.applications.domain.financing_demand import BUREAU, LIFE_CYCLE, Action, State
from services.applications.handlers import demands as handler
from services.applications.queries import demands as reads
from services.applications.queries.demands import By
from services.applications.tables import demands as tables
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.http.requests import RequestBody
from shared.postgres.database import EVERYWHERE
from shared.refusals import FieldFault, FieldsWrong
from shared.transitions import history_of

router = APIRouter(tags=["financing-demands"])

Bureau = Annotated[Identity, Depends(requires(*sorted(BUREAU)))]
Watcher = Annotated[
    Identity,
    Depends(
        requires(
            "reviewer", "pool_manager", "approver", "leader", "finance_maker", "finance_checker",
            "auditor",
        )
    ),
]  # fmt: skip
Bank = Annotated[Identity, Depends(requires("bank_operator"))]
Poster = Annotated[Identity, part_in(LIFE_CYCLE, Action.POST)]
Offerer = Annotated[Identity, part_in(LIFE_CYCLE, Action.OFFER)]
Matcher = Annotated[Identity, part_in(LIFE_CYCLE, Action.MATCH)]
Returner = Annotated[Identity, part_in(LIFE_CYCLE, Action.PUT_BACK)]
Linker = Annotated[Identity, part_in(LIFE_CYCLE, Action.LINK)]
Ender = Annotated[Identity, part_in(LIFE_CYCLE, Action.END)]


class LinkBody(RequestBody):
    """The case that a demand has become."""

    case_id: UUID


@router.post("/financing-demands", status_code=201, response_model=DemandDetail)
async def post_demand(
    body: DemandBody, request: Request, caller: Poster, context: CurrentContext
) -> Response:
    """Post a firm's demand, and offer it to all banks or to those named."""
    posted = body.as_demand()

    async def work(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        demand_id = await handler.post(conn, posted, by=caller, now=now)
        where = f"/api/v1/financing-demands/{demand_id}"
        return Answer(201, await _detail(conn, demand_id, caller), {"Location": where})

    return await idempotently(request, caller, context.database, work)


@router.get("/financing-demand-funnel")
async def read_funnel(
    caller: Watcher,
    context: CurrentContext,
    first: Annotated[Day | None, Query(description="Left out: January 1st.")] = None,
    last: Annotated[Day | None, Query(description="Left out: today.")] = None,
    by: By = "month",
    park: PlainCode = None,
    bank: PlainCode = None,
) -> FunnelAnswer:
    """From demands to loans: how many of those posted on these days were offered, answered, taken up,
    matched, became cases and loans, and how much was lent; by month, park or bank."""
    today = business_date(context.clock.now())
    last = last or today
    first = first or date(last.year, 1, 1)
    if last < first:
        raise FieldsWrong(
            [
                FieldFault(("last",), "ends-before-it-begins", "止日早于起日",
                           "It ends before it begins.", "query")
            ]
        )  # fmt: skip
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.funnel(conn, by=by, first=first, last=last, park=park, bank=bank)
    lines = [FunnelLine(**dict(row)) for row in rows]
    total = None if by == "bank" else _total(lines)
    return FunnelAnswer(first=first, last=last, by=by, lines=lines, total=total)


@router.get("/financing-demands/{demand_id}")
async def read_demand(demand_id: UUID, caller: Anyone, context: CurrentContext) -> DemandDetail:
    """One demand: what the firm needs and whom to call, offers and answers, what came of it."""
    async with context.database.looking(caller.institution) as conn:
        return await _detail(conn, demand_id, caller)


@router.post("/financing-demands/{demand_id}/offers", response_model=DemandDetail)
async def offer_demand(
    demand_id: UUID, body: OfferBody, request: Request, caller: Offerer, context: CurrentContext
) -> Response:
    """Offer a demand to more banks, or give those that were silent another day."""

    async def step(conn: asyncpg.Connection) -> None:
        await handler.offer(
            conn, demand_id, body.banks, to_all=body.to_all_banks, answer_by=body.answer_by,
            by=caller, now=context.clock.now(),
        )  # fmt: skip

    return await _move(request, caller, context, demand_id, step)


@router.post("/financing-demands/{demand_id}/answer", response_model=DemandDetail)
async def answer_demand(
    demand_id: UUID, body: AnswerBody, request: Request, caller: Bank, context: CurrentContext
) -> Response:
    """Take a demand up with a quote, or decline it with a reason. While the demand waits for answers
    you may answer again; your last word holds, and after the day it is marked as late."""

    async def step(conn: asyncpg.Connection) -> None:
        await handler.answer(conn, demand_id, body.as_answer(), by=caller, now=context.clock.now())

    return await _move(request, caller, context, demand_id, step)


@router.post("/financing-demands/{demand_id}/match", response_model=DemandDetail)
async def match_demand(
    demand_id: UUID, body: MatchBody, request: Request, caller: Matcher, context: CurrentContext
) -> Response:
    """Give a demand to a bank that has taken it up."""

    async def step(conn: asyncpg.Connection) -> None:
        await handler.match(conn, demand_id, body.bank_code, by=caller, now=context.clock.now())

    return await _move(request, caller, context, demand_id, step)


@router.post("/financing-demands/{demand_id}/put-back", response_model=DemandDetail)
async def put_demand_back(
    demand_id: UUID, body: PutBackBody, request: Request, caller: Returner, context: CurrentContext
) -> Response:
    """Take a demand back from its bank; it may be matched anew."""

    async def step(conn: asyncpg.Connection) -> None:
        await handler.put_back(
            conn, demand_id, reason=body.reason, answer_by=body.answer_by, by=caller,
            now=context.clock.now(),
        )  # fmt: skip

    return await _move(request, caller, context, demand_id, step)


@router.post("/financing-demands/{demand_id}/link", response_model=DemandDetail)
async def link_demand(
    demand_id: UUID, body: LinkBody, request: Request, caller: Linker, context: CurrentContext
) -> Response:
    """Say which case a demand has become: one of the same firm, of the bank that it was given to. A
    bank need not, where it submits with `?demand=`."""

    async def step(conn: asyncpg.Connection) -> None:
        await handler.link(conn, demand_id, body.case_id, by=caller, now=context.clock.now())

    return await _move(request, caller, context, demand_id, step)


@router.post("/financing-demands/{demand_id}/end", response_model=DemandDetail)
async def end_demand(
    demand_id: UUID, body: EndBody, request: Request, caller: Ender, context: CurrentContext
) -> Response:
    """End a demand without result, with the reason; its banks hear of it."""

    async def step(conn: asyncpg.Connection) -> None:
        await handler.end(conn, demand_id, reason=body.reason, by=caller, now=context.clock.now())

    return await _move(request, caller, context, demand_id, step)


async def _move(
    request: Request,
    caller: Identity,
    context: Context,
    demand_id: UUID,
    step: Callable[[asyncpg.Connection], Awaitable[None]],
) -> Response:
    """Take a step and answer where the demand stands then. If-Match is honoured if sent."""

    async def work(conn: asyncpg.Connection) -> Answer:
        if "if-match" in request.headers:
            row = await tables.locked(conn, demand_id)
            if row is not None:
                require_match(request, row["version"])
        await step(conn)
        return Answer(200, await _detail(conn, demand_id, caller))

    return await idempotently(request, caller, context.database, work)


async def _detail(conn: asyncpg.Connection, demand_id: UUID, caller: Identity) -> DemandDetail:
    row = await reads.one(conn, caller.institution, demand_id)
    offers = await reads.offers(conn, caller.institution, [demand_id])
    # The history names banks; row-level security keeps it in the bureau.
    moves = await history_of(conn, demand_id) if caller.institution == EVERYWHERE else []
    history = [DemandMove(**dict(one)) for one in moves]
    return DemandDetail(**shown(row, offers.get(demand_id, []), caller), history=history)


def shown(
    row: asyncpg.Record, offers: Sequence[Mapping[str, Any]], caller: Identity
) -> dict[str, Any]:
    """A demand as the caller may know it. Of another bank's match a bank learns no more than that."""
    is_own = caller.institution in (EVERYWHERE, row["matched_bank"])
    words = LIFE_CYCLE.states[row["state"]]
    actions = LIFE_CYCLE.open_to(row, caller) if is_own or row["matched_bank"] is None else []
    return {
        **dict(row),
        "state_zh": words.zh,
        "state_en": words.en,
        "matched_bank": row["matched_bank"] if is_own else None,
        "case_id": row["application_id"] if is_own else None,
        "case_number": row["case_number"] if is_own else None,
        "case_state": row["case_state"] if is_own else None,
        "lent_fen": row["lent_fen"] if is_own else 0,
        "offers": offers,
        "may_answer": caller.institution != EVERYWHERE
        and "bank_operator" in caller.roles
        and row["state"] == State.POSTED,
        "pending_actions": actions,
    }


def _total(lines: Sequence[FunnelLine]) -> FunnelLine:
    names = [name for name in FunnelLine.model_fields if name != "value"]
    return FunnelLine(value="", **{n: sum(getattr(one, n) for one in lines) for n in names})
