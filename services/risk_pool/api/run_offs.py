"""Run-off of a pool over HTTP: what is left, the order of two persons, the distribution, the end."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.run_off import LEFT_WORDS, LIFE_CYCLE, Action, Left, shares_of
from services.risk_pool.handlers import run_offs as handlers
from services.risk_pool.queries import run_offs as known
from services.risk_pool.queries.parties import party_names
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, LongText, RequestBody
from shared.money import Fen, format_fen
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["pools"])

Proposes = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Readers = Annotated[Identity, Depends(requires(*BUREAU))]


class NewRunOff(RequestBody):
    """From when the pool takes nothing new, and why."""

    from_day: IsoDate = Field(description="Today or later: no application is covered from it on.")
    reason: LongText = Field(examples=["合作期满，按协议清算"])
    keeps_reserved: bool = Field(
        True,
        description="Whether capacity that is held for approved loans stays until they are paid out "
        "or their approval runs out; else it is let go on the first day.",
    )


class LeftAnswer(Money):
    """One thing that is left."""

    name: str = Field(examples=["covered"])
    zh: str
    en: str
    amount: str = Field(description="In yuan, or a number of cases.")
    is_money: bool
    is_done: bool


class ShareOut(Money):
    """What one contributor gets."""

    party_code: str
    party_name: str
    share_fen: Fen


class TrialShare(ShareOut):
    """What one contributor would get now, beside what it has paid in."""

    contributed_fen: Fen


class RunOffAnswer(Money):
    """An order to run a pool off."""

    id: UUID
    pool_code: str
    from_day: date
    reason: str
    keeps_reserved: bool
    begun_on: date | None
    state: str
    state_zh: str
    state_en: str
    version: int
    proposed_by: str
    proposed_name: str
    proposed_at: datetime
    decided_by: str | None
    decided_name: str | None
    decided_on: date | None
    distribution_by: str | None
    distribution_name: str | None
    distributed_by: str | None
    distributed_name: str | None
    distributed_on: date | None
    closed_on: date | None
    shares: list[ShareOut] = Field(description="As proposed, or as distributed.")
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class RunOffDetail(RunOffAnswer):
    """The same, with every move that it has made."""

    history: list[MoveAnswer]


class RunOffSituation(Money):
    """What is left in the pool, what each contributor would get now, and the orders so far."""

    left: list[LeftAnswer]
    cash_fen: Fen
    available_fen: Fen
    is_nothing_left: bool
    trial: list[TrialShare]
    orders: list[RunOffAnswer]


@router.get("/pools/{code}/run-off")
async def show_run_off_of_pool(
    code: str, caller: Readers, context: CurrentContext
) -> RunOffSituation:
    """What is left in the pool, and what each contributor would get if nothing were."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        left = await known.left(conn, code)
        contributed = await known.contributed(conn, code)
        names = await party_names(conn, code)
        orders = [_shown(row, names, caller) for row in await known.of_pool(conn, code)]
    trial = shares_of(left.available_fen, contributed)
    return RunOffSituation(
        left=_left(left),
        cash_fen=left.cash_fen,
        available_fen=left.available_fen,
        is_nothing_left=not left.unfinished,
        trial=_shares(trial, names, contributed),
        orders=[RunOffAnswer(**one) for one in orders],
    )


def _left(left: Left) -> list[LeftAnswer]:
    found = []
    for name, words in LEFT_WORDS.items():
        value, is_money = getattr(left, name), name.endswith("_fen")
        found.append(
            LeftAnswer(
                name=name.removesuffix("_fen"),
                zh=words.zh,
                en=words.en,
                amount=format_fen(value) if is_money else str(value),
                is_money=is_money,
                is_done=not value,
            )
        )
    return found


def _shares(
    shares: dict[str, int], names: dict[str, str], contributed: dict[str, int]
) -> list[TrialShare]:
    return [
        TrialShare(
            party_code=party,
            party_name=names.get(party, party),
            contributed_fen=contributed.get(party, 0),
            share_fen=fen,
        )
        for party, fen in shares.items()
    ]


@router.post("/pools/{code}/run-offs", status_code=201, response_model=RunOffDetail)
async def propose_run_off(
    code: str, body: NewRunOff, request: Request, caller: Proposes, context: CurrentContext
) -> Response:
    """Propose to run the pool off (pool_manager); another person (approver or finance_checker)
    confirms."""
    proposing = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        run_off_id = await handlers.propose(conn, code, proposing, **dict(body))
        answer = await _detail(conn, run_off_id, caller)
        where = f"/api/v1/run-offs/{run_off_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/run-offs/{run_off_id}")
async def show_run_off(
    run_off_id: UUID, response: Response, caller: Readers, context: CurrentContext
) -> RunOffDetail:
    """A run-off with every move that it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, run_off_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _shown(row: asyncpg.Record, names: dict[str, str], caller: Identity) -> dict[str, Any]:
    shown = presented(LIFE_CYCLE, row, caller)
    return {
        **shown,
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "shares": [
            ShareOut(
                party_code=party,
                party_name=names.get(party, party),
                share_fen=fen,
            )
            for party, fen in (row["shares"] or {}).items()
        ],
    }


async def _detail(conn: asyncpg.Connection, run_off_id: UUID, caller: Identity) -> RunOffDetail:
    """A run-off as it stands. Raises NotFound."""
    row = await known.find(conn, run_off_id)
    if row is None:
        raise NotFound("没有该清算决定", "There is no such run-off.")
    names = await party_names(conn, row["pool_code"])
    history = [MoveAnswer(**move) for move in await history_of(conn, run_off_id)]
    return RunOffDetail(**_shown(row, names, caller), history=history)


_STEPS = (
    (Action.CONFIRM, handlers.confirm, None, "Another person confirms: from its day on the pool "
     "takes nothing new."),
    (Action.REFUSE, handlers.refuse, Refusal, "Another person does not; the pool goes on."),
    (Action.PROPOSE_DISTRIBUTION, handlers.propose_distribution, None, "Nothing is left: finance "
     "proposes what each contributor gets."),
    (Action.DISTRIBUTE, handlers.distribute, None, "Another person of finance decides: it is owed to "
     "the contributors, and the month's statement asks for it."),
    (Action.SEND_BACK, handlers.send_back, Refusal, "Another person of finance sends the "
     "distribution back."),
    (Action.CLOSE, handlers.close, None, "Everybody is paid: the pool is closed."),
)  # fmt: skip
add_steps(
    router,
    "/run-offs/{run_off_id}",
    [
        CaseStep(
            action=action,
            handler=handler,
            body=body,
            name=f"{action}_run_off",
            description=description,
        )
        for action, handler, body, description in _STEPS
    ],
    show=_detail,
    answer=RunOffDetail,
)
