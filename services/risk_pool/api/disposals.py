"""Disposals of pledged rights over HTTP: opened, offered in rounds, sold, closed by two persons."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import Anyone, CaseStep, add_steps, presented, step_context
from services.risk_pool.api.disposal_models import (
    CostKept,
    CostToAdd,
    DisposalAnswer,
    NewAppraisal,
    NewDisposal,
    NewRound,
    RecoveryOfDisposal,
    RecoveryPrefilled,
    RightShown,
    RoundFailed,
    RoundShown,
    Sale,
)
from services.risk_pool.api.papers import PaperShown
from services.risk_pool.domain.disposal import (
    HAS_PROCEEDS,
    LIFE_CYCLE,
    ROUTE_OF,
    WAYS,
    Action,
)
from services.risk_pool.domain.disposal_checks import Right
from services.risk_pool.domain.recovery import COUNTS
from services.risk_pool.domain.recovery import State as RecoveryState
from services.risk_pool.handlers import disposals as handlers
from services.risk_pool.queries import counted_costs
from services.risk_pool.queries import disposals as known
from services.risk_pool.tables import stored_papers
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.http.progress import progress_answer
from shared.life_cycle import Row
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["disposals"])

Opener = Annotated[Identity, part_in(LIFE_CYCLE, Action.OPEN)]


@router.post("/coverages/{loan_id}/disposals", status_code=201, response_model=DisposalAnswer)
async def open_disposal(
    loan_id: UUID, body: NewDisposal, request: Request, caller: Opener, context: CurrentContext
) -> Response:
    """Open a disposal of a loan's pledged rights, where it is in default or compensated (a bank's
    clerk for its own, finance_maker)."""
    opening = step_context(request, caller, context)
    rights = [Right(kind=one.kind, number=one.number, name=one.name or "") for one in body.rights]

    async def work(conn: asyncpg.Connection) -> Answer:
        disposal_id = await handlers.open_disposal(
            conn, loan_id, rights=rights, reason=body.reason, context=opening
        )
        answer = await detail(conn, disposal_id, caller)
        where = f"/api/v1/disposals/{disposal_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/disposals/{disposal_id}")
async def show_disposal(
    disposal_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> DisposalAnswer:
    """A disposal with its rights, rounds, costs, the recoveries of its proceeds, and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, disposal_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


def shown(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    """A disposal's row as the list and its page tell it."""
    words = WAYS.get(row["way"])
    return {
        **presented(LIFE_CYCLE, row, caller),
        "way_zh": words.zh if words else "",
        "way_en": words.en if words else "",
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
    }


async def detail(conn: asyncpg.Connection, disposal_id: UUID, caller: Identity) -> DisposalAnswer:
    """A disposal as the caller may see it. Raises NotFound."""
    row = await known.find(conn, disposal_id)
    if row is None or caller.bank not in (None, row["bank_code"]):
        raise NotFound("没有该质物处置", "There is no such disposal.")
    parts = await known.parts(conn, disposal_id)
    live = [one for one in parts.recoveries if one["state"] in COUNTS]
    reported = sum(one["gross_fen"] for one in live)
    confirmed = sum(one["gross_fen"] for one in live if one["state"] == RecoveryState.CONFIRMED)
    claim = await known.approved_claim(conn, row["loan_id"])
    return DisposalAnswer(
        **shown(row, caller),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        rights=[RightShown(**one) for one in parts.rights],
        rounds=[RoundShown(**{**one, **_way(one)}) for one in parts.rounds],
        cost_items=[CostKept(**one) for one in parts.costs],
        claim_id=claim["id"] if claim else None,
        claim_number=claim["number"] if claim else "",
        recoveries=[RecoveryOfDisposal(**one) for one in parts.recoveries],
        reported_fen=reported,
        confirmed_fen=confirmed,
        left_fen=row["proceeds_fen"] - reported,
        recovery=await _prefilled(conn, row, parts, claim, left=row["proceeds_fen"] - reported),
        papers=[PaperShown(**one) for one in await stored_papers.of_case(conn, disposal_id)],
        history=[MoveAnswer(**move) for move in await history_of(conn, disposal_id)],
    )


def _way(row: Row) -> dict[str, str]:
    words = WAYS[row["way"]]
    return {"way_zh": words.zh, "way_en": words.en}


async def _prefilled(
    conn: asyncpg.Connection, row: Row, parts: known.Parts, claim: Row | None, *, left: int
) -> RecoveryPrefilled | None:
    """What is left of the proceeds as a recovery would report it, with the costs that have not
    counted; None where nothing is left, or no claim is there to recover on."""
    if claim is None or left <= 0 or row["state"] not in HAS_PROCEEDS:
        return None
    used = await counted_costs.of_other_money(conn, row["loan_id"])
    costs = [one for one in parts.costs if one["reference"] not in used]
    return RecoveryPrefilled(
        disposal_id=row["id"],
        received_on=row["sold_on"],
        route=ROUTE_OF[row["way"]],
        from_pledged_ip=True,
        gross_fen=left,
        costs_fen=sum(one["amount_fen"] for one in costs),
        cost_items=[CostKept(**one) for one in costs],
    )


add_steps(
    router,
    "/disposals/{disposal_id}",
    (
        CaseStep(
            action=Action.APPRAISE,
            handler=handlers.appraise,
            body=NewAppraisal,
            name="appraise_disposal",
            description="What the rights are worth, with the report.",
        ),
        CaseStep(
            action=Action.OFFER,
            handler=handlers.offer,
            body=NewRound,
            name="offer_disposal",
            description="A round begins; after a failed one the price is lower.",
        ),
        CaseStep(
            action=Action.FAIL_ROUND,
            handler=handlers.fail_round,
            body=RoundFailed,
            name="fail_round_of_disposal",
            description="Nobody took it at this price; the round is kept.",
        ),
        CaseStep(
            action=Action.SELL,
            handler=handlers.sell,
            body=Sale,
            name="sell_disposal",
            description="Who got it, for how much. Nothing is booked: report the money as a recovery.",
        ),
        CaseStep(
            action=Action.ADD_COST,
            handler=handlers.add_cost,
            body=CostToAdd,
            name="add_cost_to_disposal",
            description="A cost by its receipt.",
        ),
        CaseStep(
            action=Action.PROPOSE_CLOSING,
            handler=handlers.propose_closing,
            body=Refusal,
            name="propose_closing_of_disposal",
            description="It is done; another person closes it. Of a compensated loan all proceeds "
            "are confirmed as recoveries first.",
        ),
        CaseStep(
            action=Action.SEND_BACK,
            handler=handlers.send_back,
            body=Refusal,
            name="send_back_disposal",
            description="It is not done yet (finance_checker).",
        ),
        CaseStep(
            action=Action.CLOSE,
            handler=handlers.close,
            body=Refusal,
            name="close_disposal",
            description="Another person closes it (finance_checker).",
        ),
        CaseStep(
            action=Action.END,
            handler=handlers.end,
            body=Refusal,
            name="end_disposal",
            description="It ends without result (finance_checker, pool_manager).",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Refusal,
            name="withdraw_disposal",
            description="It is given up before anybody has bought.",
        ),
    ),
    show=detail,
    answer=DisposalAnswer,
)
