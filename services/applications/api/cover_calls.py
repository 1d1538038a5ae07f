"""Calls for cover (补足担保) over HTTP: made, answered with measures, judged, concluded by two."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import on_case
from services.applications.api.cover_call_models import (
    AskBody,
    CallAnswer,
    CallMove,
    JudgeBody,
    MeasureAnswer,
    MeasureBody,
    ProposeBody,
    ReasonBody,
    ReleaseBody,
)
from services.applications.api.requests import OpinionBody
from services.applications.api.rights import Reader
from services.applications.api.valuations import cover_answer
from services.applications.domain.cover_call import (
    LIFE_CYCLE,
    SHORT,
    TO_BE_JUDGED,
    Action,
)
from services.applications.handlers import cover_calls as handler
from services.applications.handlers import cover_watch
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.cover_calls import CallInHand
from services.applications.handlers.right_values import covers
from services.applications.queries import cover_calls as reads
from services.applications.tables.cover_calls import COVER_CALLS, short_of_firms
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["calls for cover"])

Asker = Annotated[Identity, part_in(LIFE_CYCLE, Action.ASK)]
Answerer = Annotated[Identity, part_in(LIFE_CYCLE, Action.ANSWER)]
Judge = Annotated[Identity, part_in(LIFE_CYCLE, Action.JUDGE)]
Releaser = Annotated[Identity, part_in(LIFE_CYCLE, Action.RELEASE)]
Proposer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Returner = Annotated[Identity, part_in(LIFE_CYCLE, Action.SEND_BACK)]
Concluder = Annotated[Identity, part_in(LIFE_CYCLE, Action.CONCLUDE)]


@router.post("/applications/{case_id}/cover-calls", status_code=201, response_model=CallAnswer)
async def ask_for_cover(
    case_id: UUID, body: AskBody, request: Request, caller: Asker, context: CurrentContext
) -> Response:
    """Ask for what a loan is short of cover by a day: the bank for its own loans, or the bureau. The
    figures are those of `/cover-shortfalls`, kept with the call."""

    async def work(case: CaseInHand) -> Answer:
        call_id = await handler.ask(case, cover_by=body.cover_by, reason=body.reason)
        answer = await _answer(case.conn, call_id, caller, case.today)
        return Answer(201, answer, {"ETag": etag(answer.version)})

    return await on_case(request, caller, context, case_id, work)


@router.get("/cover-calls/{call_id}")
async def read_cover_call(
    call_id: UUID, response: Response, caller: Reader, context: CurrentContext
) -> CallAnswer:
    """One call: the figures when it was made and as they are now, measures, history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _answer(conn, call_id, caller, business_date(context.clock.now()))
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.post("/cover-calls/{call_id}/measures", response_model=CallAnswer)
async def answer_cover_call(
    call_id: UUID, body: MeasureBody, request: Request, caller: Answerer, context: CurrentContext
) -> Response:
    """Say what you have done, with its papers. A right that is pledged additionally is held from
    now on; it and other collateral count once the bureau has accepted them. What was repaid counts
    by your reports, a new valuation by its entry with the right."""
    return await _on_call(
        request, caller, context, call_id,
        lambda call: handler.answer(call, body.as_taken(), body.named_papers()),
    )  # fmt: skip


@router.post("/cover-calls/{call_id}/measures/{measure_id}/judge", response_model=CallAnswer)
async def judge_cover_measure(
    call_id: UUID, measure_id: UUID, body: JudgeBody, request: Request, caller: Judge,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Accept an additional right or other collateral, so that it counts, or refuse it."""
    return await _on_call(
        request, caller, context, call_id,
        lambda call: handler.judge(
            call, measure_id, is_accepted=body.accepted, counted_fen=body.counted_fen,
            opinion=body.opinion,
        ),
    )  # fmt: skip


@router.post("/cover-calls/{call_id}/measures/{measure_id}/release", response_model=CallAnswer)
async def release_cover_measure(
    call_id: UUID, measure_id: UUID, body: ReleaseBody, request: Request, caller: Releaser,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """An accepted measure counts no more; where the loan falls short by it, the call opens again."""
    return await _on_call(
        request, caller, context, call_id,
        lambda call: handler.release(call, measure_id, on=body.on, reason=body.reason),
    )  # fmt: skip


@router.post("/cover-calls/{call_id}/propose", response_model=CallAnswer)
async def propose_outcome_of_cover_call(
    call_id: UUID, body: ProposeBody, request: Request, caller: Proposer, context: CurrentContext
) -> Response:
    """Say what is to become of a call that nothing cures; another person decides."""
    return await _on_call(
        request, caller, context, call_id,
        lambda call: handler.propose(call, outcome=body.outcome, reason=body.reason),
    )  # fmt: skip


@router.post("/cover-calls/{call_id}/send-back", response_model=CallAnswer)
async def send_cover_call_back(
    call_id: UUID, body: ReasonBody, request: Request, caller: Returner, context: CurrentContext
) -> Response:
    """The bank is to do more."""
    return await _on_call(
        request, caller, context, call_id,
        lambda call: handler.send_back(call, reason=body.reason),
    )  # fmt: skip


@router.post("/cover-calls/{call_id}/conclude", response_model=CallAnswer)
async def conclude_cover_call(
    call_id: UUID, body: OpinionBody, request: Request, caller: Concluder, context: CurrentContext
) -> Response:
    """Decide as another person has proposed."""
    return await _on_call(
        request, caller, context, call_id,
        lambda call: handler.conclude(call, opinion=body.opinion),
    )  # fmt: skip


async def _on_call(
    request: Request,
    caller: Identity,
    context: Context,
    call_id: UUID,
    step: Callable[[CallInHand], Awaitable[None]],
) -> Response:
    """Take a step and answer where the call stands then. If-Match is honoured if sent."""

    async def work(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        call = await handler.in_hand(conn, call_id, by=caller, now=now)
        if "if-match" in request.headers:
            require_match(request, call.row["version"])
        await step(call)
        answer = await _answer(conn, call_id, caller, business_date(now))
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work)


async def _answer(
    conn: asyncpg.Connection, call_id: UUID, caller: Identity, today: date
) -> CallAnswer:
    row = await reads.one(conn, call_id, institution=caller.institution)
    if row is None:
        raise NotFound(COVER_CALLS.absent.zh, COVER_CALLS.absent.en)
    found = await covers(
        conn, bank=None, after=None, loans=1, day=today, among=[row["application_id"]]
    )
    firm = cover_watch.firm_of(await short_of_firms(conn, [row]), row)
    return CallAnswer(
        **summary(row, caller, today),
        firm_calls=firm[0],
        firm_shortfall_fen=firm[1],
        now=cover_answer(*found[0]) if found else None,
        measures=[_measure(one) for one in await reads.measures(conn, call_id)],
        history=[_move(one) for one in await history_of(conn, call_id)],
    )


def summary(row: Mapping[str, Any], caller: Identity, today: date) -> dict[str, Any]:
    """A call as it is answered: its state in words, and whether its day has passed."""
    words = LIFE_CYCLE.states[row["state"]]
    return {
        **dict(row),
        "case_id": row["application_id"],
        "outcome": row["outcome"] or None,
        "is_overdue": row["state"] in SHORT and row["cover_by"] < today,
        "state_zh": words.zh,
        "state_en": words.en,
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
    }


def _measure(row: Mapping[str, Any]) -> MeasureAnswer:
    is_to_judge = row["measure"] in TO_BE_JUDGED and row["is_accepted"] is None
    return MeasureAnswer(**dict(row), is_to_judge=is_to_judge)


def _move(row: Mapping[str, Any]) -> CallMove:
    said = dict(row)
    detail = {
        name: value
        for name, value in said.pop("detail").items()
        if not name.endswith("_fen") and name != "rights"
    }
    return CallMove(**said, detail=detail, shortfall_fen=row["detail"].get("shortfall_fen"))
