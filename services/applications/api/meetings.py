"""Joint meetings (联合评审会): called, voted, concluded by two persons, and read."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.desk import Bureau, at_desk
from services.applications.api.meeting_requests import (
    MeetingAnswer,
    MeetingBody,
    MeetingChangeBody,
    MeetingMoved,
    MinutesBody,
    VoteBody,
    meeting_answer,
)
from services.applications.api.requests import ReasonBody
from services.applications.domain.life_cycle import MANAGER
from services.applications.domain.meeting import LIFE_CYCLE, SITS, Action, State
from services.applications.handlers import meeting_changes
from services.applications.handlers import meetings as handler
from services.applications.handlers.many_cases import Desk
from services.applications.queries import meetings as known
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.life_cycle import Row
from shared.transitions import Transition

router = APIRouter(tags=["meetings"])

Reader = Annotated[Identity, Depends(requires(*sorted(SITS), "auditor"))]
Keeper = Annotated[Identity, Depends(requires(MANAGER))]
Convener = Annotated[Identity, part_in(LIFE_CYCLE, Action.CONVENE)]
Changer = Annotated[Identity, part_in(LIFE_CYCLE, Action.CHANGE)]
Proposer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Concluder = Annotated[Identity, part_in(LIFE_CYCLE, Action.CONCLUDE)]
SendsBack = Annotated[Identity, part_in(LIFE_CYCLE, Action.SEND_BACK)]
CallsOff = Annotated[Identity, part_in(LIFE_CYCLE, Action.CALL_OFF)]


@router.post("/meetings", status_code=201, response_model=MeetingMoved)
async def convene(
    body: MeetingBody, request: Request, caller: Convener, context: CurrentContext
) -> Response:
    """Call a meeting on cases of a pool that are being reviewed or wait to be decided."""
    step = partial(handler.convene, meeting=body.as_meeting())
    return await _moved(request, caller, context, step, status=201)


@router.get("/meetings/{meeting_id}")
async def read_meeting(meeting_id: UUID, caller: Reader, context: CurrentContext) -> MeetingAnswer:
    """A meeting with its agenda, its members, their votes, its minutes, and what it has resolved."""
    async with context.database.looking(caller.institution) as conn:
        found = await known.whole_meeting(conn, meeting_id)
    return meeting_answer(found, caller, LIFE_CYCLE.open_to(found.meeting, caller))


@router.post("/meetings/{meeting_id}/change", response_model=MeetingMoved)
async def change(
    meeting_id: UUID, body: MeetingChangeBody, request: Request, caller: Changer,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Change day, place, quorum, members or agenda of a meeting that you have called, before anybody
    has voted and the minutes are stored. Those who were or are called are told what is new."""
    step = partial(
        meeting_changes.change, meeting_id=meeting_id, said=body.of_pool, reason=body.reason
    )
    return await _moved(request, caller, context, step)


@router.post("/meetings/{meeting_id}/minutes", response_model=MeetingMoved)
async def keep_minutes(
    meeting_id: UUID, body: MinutesBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Store the minutes, on the day of the meeting or after it; the last ones count."""
    step = partial(
        handler.keep_minutes, meeting_id=meeting_id, text=body.text, paper=body.minutes()
    )
    return await _unmoved(request, caller, context, step)


@router.post("/meetings/{meeting_id}/votes", response_model=MeetingMoved)
async def vote(
    meeting_id: UUID, body: VoteBody, request: Request, caller: Bureau, context: CurrentContext
) -> Response:
    """Vote on a case, as a member, by yourself and once. Whoever has declared a conflict of interest
    in the case or its firm keeps out."""
    step = partial(
        handler.vote, meeting_id=meeting_id, case_id=body.case, voice=body.vote, reason=body.reason
    )
    return await _unmoved(request, caller, context, step)


@router.post("/meetings/{meeting_id}/propose", response_model=MeetingMoved)
async def propose(
    meeting_id: UUID, request: Request, caller: Proposer, context: CurrentContext
) -> Response:
    """Propose what the votes have resolved; nobody votes after that."""
    return await _moved(request, caller, context, partial(handler.propose, meeting_id=meeting_id))


@router.post("/meetings/{meeting_id}/conclude", response_model=MeetingMoved)
async def conclude(
    meeting_id: UUID, request: Request, caller: Concluder, context: CurrentContext
) -> Response:
    """Confirm what the votes have resolved, as another person than who proposed it: a case that is
    carried may be approved."""
    return await _moved(request, caller, context, partial(handler.conclude, meeting_id=meeting_id))


@router.post("/meetings/{meeting_id}/send-back", response_model=MeetingMoved)
async def send_back(
    meeting_id: UUID, body: ReasonBody, request: Request, caller: SendsBack,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The proposed conclusion does not stand: votes and minutes are open again."""
    step = partial(handler.send_back, meeting_id=meeting_id, reason=body.reason)
    return await _moved(request, caller, context, step)


@router.post("/meetings/{meeting_id}/call-off", response_model=MeetingMoved)
async def call_off(
    meeting_id: UUID, body: ReasonBody, request: Request, caller: CallsOff, context: CurrentContext
) -> Response:
    """The meeting does not take place; its cases may be put on another agenda."""
    step = partial(handler.call_off, meeting_id=meeting_id, reason=body.reason)
    return await _moved(request, caller, context, step)


async def _moved(
    request: Request,
    caller: Identity,
    context: Context,
    step: Callable[[Desk], Awaitable[Transition]],
    *,
    status: int = 200,
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        done = await step(await at_desk(conn, caller, context))
        body = MeetingMoved(
            id=done.case_id, state=State(done.state), version=done.version, due_on=done.due_on
        )
        return Answer(status, body, {"ETag": etag(done.version)})

    return await idempotently(request, caller, context.database, work)


async def _unmoved(
    request: Request, caller: Identity, context: Context, step: Callable[[Desk], Awaitable[Row]]
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        row = await step(await at_desk(conn, caller, context))
        body = MeetingMoved(
            id=row["id"], state=State(row["state"]), version=row["version"], due_on=row["due_on"]
        )
        return Answer(200, body, {"ETag": etag(row["version"])})

    return await idempotently(request, caller, context.database, work)
