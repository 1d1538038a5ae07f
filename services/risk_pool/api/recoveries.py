"""Recoveries over HTTP: a bank reports what came in, finance confirms it."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from services.risk_pool.api.case_requests import NewRecovery, RecoveryConfirmed, Refusal
from services.risk_pool.api.case_responses import (
    MoveAnswer,
    RecoveryDetail,
    RecoveryTried,
)
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    presented,
    step_context,
)
from services.risk_pool.api.claims import shares_answered
from services.risk_pool.api.kept_trials import Tried, kept_at_a_step, kept_for, looked_at
from services.risk_pool.api.papers import PaperShown, papers_of
from services.risk_pool.domain.claim_details import CostStated
from services.risk_pool.domain.recovery import (
    CHECKER,
    LIFE_CYCLE,
    UNCONFIRMED,
    Action,
    Reported,
)
from services.risk_pool.handlers import recoveries as handlers
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import recoveries as known
from services.risk_pool.tables import shown_trials, stored_papers
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.part_in import part_in
from shared.http.progress import progress_answer
from shared.life_cycle import Row
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["recoveries"])

Bank = Annotated[Identity, part_in(LIFE_CYCLE, Action.REPORT)]


@router.post("/claims/{claim_id}/recoveries", status_code=201, response_model=RecoveryDetail)
async def report_recovery(
    claim_id: UUID, body: NewRecovery, request: Request, caller: Bank, context: CurrentContext
) -> Response:
    """Report what has come in on an approved claim; finance confirms it."""
    reported = _reported(**dict(body))
    reporting, papers = step_context(request, caller, context), papers_of(body, caller)
    await papers.wait(context)

    async def work(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="recoveries", now=reporting.now)
        recovery_id = await handlers.report(conn, claim_id, reported, reporting)
        await papers.add_to(conn, recovery_id, bank_code=caller.institution, now=reporting.now)
        answer = await detail(conn, recovery_id, caller)
        where = f"/api/v1/recoveries/{recovery_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/recoveries/{recovery_id}")
async def show_recovery(
    recovery_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> RecoveryDetail:
    """A recovery with its trial while it is reported, its shares, the explanation, people and
    history."""
    answer = await looked_at(context, caller, recovery_id, _read, shown_trials.keep)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _reported(*, cost_items: Any, papers: Any, **said: Any) -> Reported:
    """What is reported; its papers are kept beside it."""
    return Reported(costs=[CostStated(**dict(one)) for one in cost_items], **said)


async def _resubmit(
    conn: asyncpg.Connection, recovery_id: UUID, context: StepContext, **said: Any
) -> None:
    await handlers.resubmit(conn, recovery_id, context, reported=_reported(**said))
    row = await known.find(conn, recovery_id)
    assert row is not None, "it has just been reported anew"
    await stored_papers.add_to_case(
        conn, recovery_id, said["papers"], bank_code=row["bank_code"], by=context.by,
        now=context.now,
    )  # fmt: skip


async def detail(conn: asyncpg.Connection, recovery_id: UUID, caller: Identity) -> RecoveryDetail:
    """A recovery as the caller may see it after a step. Raises NotFound."""
    return await kept_at_a_step(conn, recovery_id, caller, _read, shown_trials.keep)


async def _read(
    conn: asyncpg.Connection, recovery_id: UUID, caller: Identity
) -> Tried[RecoveryDetail]:
    """A recovery as the caller may see it, and its trial where it is kept. Raises NotFound."""
    row = await known.find(conn, recovery_id)
    if row is None:
        raise NotFound("没有该追偿回款", "There is no such recovery.")
    why = await known_claims.explanation(conn, row["explanation_id"])
    shares = await known.shares(conn, [recovery_id])
    trial = await _trial(conn, row) if row["state"] in UNCONFIRMED else None
    answer = RecoveryDetail(
        **presented(LIFE_CYCLE, row, caller),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        trial=RecoveryTried(**trial) if trial else None,
        papers=[PaperShown(**one) for one in await stored_papers.of_case(conn, recovery_id)],
        shares=shares_answered(shares[recovery_id]),
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        history=[MoveAnswer(**move) for move in await history_of(conn, recovery_id)],
    )
    return answer, kept_for(caller, CHECKER, trial) if trial else None


async def _trial(conn: asyncpg.Connection, row: Row) -> dict[str, Any] | None:
    """What it would give to whom now; None where its claim was reversed."""
    claim = await known_claims.find(conn, row["claim_id"])
    assert claim is not None
    if claim["reversed_on"] is not None:
        return None
    return (await handlers.trial_of(conn, claim, row)).as_data()


add_steps(
    router,
    "/recoveries/{recovery_id}",
    (
        CaseStep(
            action=Action.CONFIRM,
            handler=handlers.confirm,
            body=RecoveryConfirmed,
            name="confirm_recovery",
            description="Finance confirms the trial that it saw (finance_checker): costs first, "
            "then back by what each party bore.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_recovery",
            description="Finance does not confirm the report, for good (finance_checker).",
        ),
        CaseStep(
            action=Action.RETURN,
            handler=handlers.send_back,
            body=Refusal,
            name="return_recovery",
            description="Finance sends a report back to be mended (finance_checker).",
        ),
        CaseStep(
            action=Action.RESUBMIT,
            handler=_resubmit,
            body=NewRecovery,
            name="resubmit_recovery",
            description="The bank reports anew what finance has returned.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Refusal,
            name="withdraw_recovery",
            description="The bank takes its report back before it is confirmed.",
        ),
    ),
    show=detail,
    answer=RecoveryDetail,
)
