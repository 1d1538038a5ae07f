"""Which pools the bureau's people look after, over HTTP: proposed by one person, agreed by another."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer, WaitingFor
from services.risk_pool.api.cases import presented, step_context
from services.risk_pool.domain.pool_duty import LIFE_CYCLE, MOST_POOLS, Action, Duty
from services.risk_pool.handlers import pool_duties as handlers
from services.risk_pool.queries import pool_duties as known
from shared.auth.identity import Identity, requires
from shared.auth.pool_duties import PoolDuties
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.transitions import history_of

router = APIRouter(tags=["people"], prefix="/pool-duties")

Proposer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Decider = Annotated[Identity, part_in(LIFE_CYCLE)]
Reader = Annotated[Identity, Depends(requires("pool_manager", "approver", "auditor", "admin"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
PoolOrAll = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9_-]{0,63})$")]


class NewPoolDuty(RequestBody):
    """Which pools somebody looks after from a day on, for a second person to approve."""

    person: ShortText = Field(
        description="As the token names him (`person`, else `sub`); `GET /people` lists who was seen.",
        examples=["reviewer-lin"],
    )
    person_name: ShortText = Field(examples=["林晓"])
    pools: list[PoolOrAll] = Field(
        min_length=1,
        max_length=MOST_POOLS,
        description='Codes of pools; "*" alone: all that the token says.',
        examples=[["dongli"]],
    )
    from_day: IsoDate
    reason: LongText = Field(examples=["东丽区业务由其经办"])


class PoolDutyInList(BaseModel):
    """A duty, and who stands by it."""

    number: int
    person: str
    person_name: str
    pools: list[str]
    from_day: date
    reason: str
    proposed_at: datetime
    proposed_by: str
    proposed_by_name: str
    approved_at: datetime | None
    approved_by: str | None
    approved_by_name: str | None
    state: str
    state_zh: str
    state_en: str
    state_since: datetime
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class PoolDutyAnswer(PoolDutyInList):
    """A duty with its history."""

    progress: list[StepAnswer]
    history: list[MoveAnswer]


@router.get("")
async def list_duties(
    caller: Reader,
    context: CurrentContext,
    person: Annotated[str, Query(max_length=200, description="Only of this person.")] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
) -> Page[PoolDutyInList]:
    """What was proposed, agreed, refused and withdrawn, the newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await known.duties(conn, person=person, before=before, limit=limit + 1)
    items = [PoolDutyInList(**_presented(row, caller)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.number))


@router.get("/{number}")
async def show_duty(
    number: Number, response: Response, caller: Reader, context: CurrentContext
) -> PoolDutyAnswer:
    """One duty with its history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, number, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.post("", status_code=201, response_model=PoolDutyAnswer)
async def propose_duty(
    body: NewPoolDuty, request: Request, caller: Proposer, context: CurrentContext
) -> Response:
    """Propose which pools somebody of the bureau looks after (pool_manager or admin, of all pools);
    another person approves it. What is seen is what token and duty both allow: a duty adds nothing."""
    proposing = step_context(request, caller, context)
    duty = Duty(person=body.person, pools=tuple(body.pools), from_day=body.from_day)

    async def work(conn: asyncpg.Connection) -> Answer:
        number = await handlers.propose(
            conn, duty, person_name=body.person_name, reason=body.reason, proposing=proposing
        )
        answer = await _detail(conn, number, caller)
        where = f"/api/v1/pool-duties/{number}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/{number}/approve", response_model=PoolDutyAnswer)
async def approve_duty(
    number: Number, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Approve as another person than the proposer and than the one whose duty it is (pool_manager,
    approver or admin, of all pools). From its day on every service narrows by it within seconds."""
    approving = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.approve(conn, number, approving)

    answer = await _take(step, number, request, caller, context)
    duties: PoolDuties = request.app.state.pool_duties
    duties.forget_what_was_read()
    return answer


@router.post("/{number}/refuse", response_model=PoolDutyAnswer)
async def refuse_duty(
    number: Number, body: Refusal, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Do not approve it, with a reason (pool_manager, approver or admin)."""
    refusing = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.refuse(conn, number, refusing, reason=body.reason)

    return await _take(step, number, request, caller, context)


@router.post("/{number}/withdraw", response_model=PoolDutyAnswer)
async def withdraw_duty(
    number: Number, body: Refusal, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Take a proposal back, with a reason (pool_manager or admin)."""
    withdrawing = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.withdraw(conn, number, withdrawing, reason=body.reason)

    return await _take(step, number, request, caller, context)


async def _take(
    step: Callable[[asyncpg.Connection], Awaitable[None]],
    number: int,
    request: Request,
    caller: Identity,
    context: Context,
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        await step(conn)
        answer = await _detail(conn, number, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _detail(conn: asyncpg.Connection, number: int, caller: Identity) -> PoolDutyAnswer:
    row = await known.duty(conn, number)
    return PoolDutyAnswer(
        **_presented(row, caller),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        history=[MoveAnswer(**move) for move in await history_of(conn, row["id"])],
    )


def _presented(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    """A duty as every answer has it; nobody is offered to approve his own."""
    pending = LIFE_CYCLE.open_to(row, caller)
    return presented(LIFE_CYCLE, row, caller) | {"pending_actions": pending}
