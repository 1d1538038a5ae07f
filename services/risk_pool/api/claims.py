"""Claims over HTTP: shown, and taken through their steps. How a bank files is `claim_filing.py`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Response

from services.risk_pool.api.case_requests import (
    ClaimApproval,
    LossReported,
    Opinion,
    PaymentMade,
    Reason,
    Refusal,
    Return,
    StepTaken,
    WriteOff,
)
from services.risk_pool.api.case_responses import (
    ClaimAnswer,
    ClaimStepAnswer,
    MoveAnswer,
    PaymentEntry,
    ShareAnswer,
)
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    presented,
)
from services.risk_pool.api.kept_trials import Tried, kept_at_a_step, looked_at
from services.risk_pool.api.trials import trials_kept, tried
from services.risk_pool.domain.claim import IN_PART, LIFE_CYCLE, UNDECIDED, Action
from services.risk_pool.domain.claim_facts import share_of
from services.risk_pool.domain.claim_steps import ROLES
from services.risk_pool.domain.compensation import PartyPayment
from services.risk_pool.domain.figure import cap_seen_by_bank, told_to_bank
from services.risk_pool.domain.shares import PartyShare
from services.risk_pool.handlers import cash, claim_holds, claim_payments, compensation, escrow
from services.risk_pool.handlers import claim_appeals as appeals
from services.risk_pool.handlers import claim_steps as steps
from services.risk_pool.handlers import claims as handlers
from services.risk_pool.handlers.explain import periods_for
from services.risk_pool.queries import cash_entries, recoveries
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claim_steps, claims
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.progress import progress_answer
from shared.money import format_fen
from shared.ratios import percent
from shared.refusals import NotFound
from shared.schemes.vocabulary import STEPS
from shared.transitions import history_of

router = APIRouter(tags=["claims"])


@router.get("/claims/{claim_id}")
async def show_claim(
    claim_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> ClaimAnswer:
    """A claim with its split, the caps that bound, the explanation, people and history."""
    answer = await looked_at(context, caller, claim_id, _read, claims.keep_trial)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, claim_id: UUID, caller: Identity) -> ClaimAnswer:
    """A claim as the caller may see it after a step. Raises NotFound."""
    return await kept_at_a_step(conn, claim_id, caller, _read, claims.keep_trial)


async def _read(conn: asyncpg.Connection, claim_id: UUID, caller: Identity) -> Tried[ClaimAnswer]:
    """A claim as the caller may see it, and its trial where it is to be kept. Raises NotFound."""
    row = await known.find(conn, claim_id)
    if row is None:
        raise NotFound("没有该补偿申请", "There is no such claim.")
    why = await known.explanation(conn, row["explanation_id"])
    shares = await known.shares(conn, claim_id)
    returned = await recoveries.returned_before(conn, claim_id)
    history = await history_of(conn, claim_id)
    codes = {share.party: share.party_code for share in shares}
    stored = why["explanation"] if why else None
    caps = [limit.as_data() for limit in await known.limits_bound(conn, claim_id)]
    if (periods := await periods_for(conn, caller, row["decided_version"] or "")) is not None:
        stored = told_to_bank(stored, periods) if stored else None
        caps = [cap_seen_by_bank(cap, periods) for cap in caps]
    undecided = row["state"] in UNDECIDED
    trial, figures = await tried(conn, row, caller) if undecided else (None, None)
    answer = ClaimAnswer(
        **{
            **presented_claim(row, caller),
            "trial": trial,
            "trials": trials_kept(row, history),
        },
        ip_share=percent(share_of(row)),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        steps=[_step(one) for one in await claim_steps.of_review(conn, row)],
        shares=shares_answered(shares),
        money_path=[_payment(one) for one in await known.payments(conn, claim_id)],
        caps_bound=caps,
        explanation=stored,
        people=why["people"] if why else None,
        returned=[
            ShareAnswer(party=party, party_code=codes.get(party, party), amount_fen=fen)
            for party, fen in sorted(returned.items())
        ],
        recoveries=await recoveries.of_claim(conn, claim_id),
        payments=[PaymentEntry(**one) for one in await cash_entries.of_claim(conn, claim_id)],
        history=[MoveAnswer(**move) for move in history],
    )
    return answer, figures


def presented_claim(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    """A claim as every answer has it; while a step of the scheme is open, its people are waited
    for, nobody is offered what a guard refuses, and what was approved in part says so."""
    answer = presented(LIFE_CYCLE, row, caller)
    answer["pending_actions"] = LIFE_CYCLE.open_to(row, caller)
    if row["next_step"] is not None:
        words = STEPS[row["next_step"]]
        answer["waiting_for"] |= {
            "roles": sorted(ROLES[row["next_step"]]),
            "zh": f"等待{words.zh}",
            "en": f"waits for the {words.en}",
            "in_working_days": True,
        }
    if row["part_reason"] and row["state"] in IN_PART:
        part = IN_PART[row["state"]]
        answer |= {"state_zh": part.zh, "state_en": part.en}
    return answer


def _step(row: Mapping[str, Any]) -> ClaimStepAnswer:
    words = STEPS[row["step"]]
    return ClaimStepAnswer(**row, zh=words.zh, en=words.en, roles=sorted(ROLES[row["step"]]))


def shares_answered(shares: Sequence[PartyShare]) -> list[ShareAnswer]:
    """What each party bears or gets."""
    return [
        ShareAnswer(party=one.party, party_code=one.party_code, amount_fen=one.amount_fen)
        for one in shares
    ]


def _payment(payment: PartyPayment) -> dict[str, Any]:
    return {
        "payer": payment.payer,
        "payer_code": payment.payer_code,
        "payee": payment.payee,
        "payee_code": payment.payee_code,
        "kind": payment.kind,
        "amount": format_fen(payment.amount_fen),
    }


add_steps(
    router,
    "/claims/{claim_id}",
    (
        CaseStep(
            action=Action.REVIEW,
            handler=handlers.review,
            body=Opinion,
            name="review_claim",
            description="The first person recommends the claim (finance_maker or reviewer).",
        ),
        CaseStep(
            action=Action.RETURN,
            handler=handlers.send_back,
            body=Return,
            name="return_claim",
            description="The claim goes back to its bank with everything that it lacks; the clock "
            "stands still until it is submitted again.",
        ),
        CaseStep(
            action=Action.RECORD_STEP,
            handler=steps.record,
            body=StepTaken,
            name="record_claim_step",
            path="steps",
            description="What the next step that the scheme names came to: expert review "
            "(finance_maker, reviewer), bureau's opinion (reviewer, approver), joint meeting "
            "(pool_manager, approver). The public notice is recorded by its own end.",
        ),
        CaseStep(
            action=Action.APPROVE,
            handler=compensation.approve,
            body=ClaimApproval,
            name="approve_claim",
            description="The second person decides (finance_checker) on the trial split that they "
            "saw: it is booked as it stands, or refused with both where anything has moved.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_claim",
            description="The claim is not compensated; the bank may mend it and file it anew, or "
            "appeal.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Reason,
            name="withdraw_claim",
            description="The bank takes its claim back before it is decided, or gives up a draft.",
        ),
        CaseStep(
            action=Action.APPEAL,
            handler=appeals.appeal,
            body=Reason,
            name="appeal_claim",
            description="The bank appeals against a refusal: once, and within the scheme's time.",
        ),
        CaseStep(
            action=Action.REOPEN,
            handler=appeals.reopen,
            body=Reason,
            name="reopen_claim",
            description="Another person than who refused grants the appeal: the claim is reviewed "
            "anew, in its old place of the order.",
        ),
        CaseStep(
            action=Action.UPHOLD,
            handler=appeals.uphold,
            body=Reason,
            name="uphold_claim",
            description="Another person than who refused turns the appeal down, for good.",
        ),
        CaseStep(
            action=Action.ENTER_PAYMENT,
            handler=cash.enter_claim_payment,
            body=PaymentMade,
            name="enter_claim_payment",
            description="One person (finance_maker) enters that the pool's part has left the "
            "dedicated account. Once another person has released the cash entry, the claim is paid, "
            "or in a programme with escrow set aside until the write-off.",
        ),
        CaseStep(
            action=Action.REPORT_LOSS,
            handler=escrow.report_loss,
            body=LossReported,
            name="report_loss_of_claim",
            description="The bank reports its write-off and the net loss, with papers; it may mend "
            "the report until two persons have settled (an adjustment `escrow_settlement`).",
        ),
        CaseStep(
            action=Action.RETURN_LOSS,
            handler=escrow.return_loss,
            body=Reason,
            name="return_loss_of_claim",
            description="The report of a write-off goes back to the bank, for a reason "
            "(finance_maker, finance_checker); the money stays in escrow.",
        ),
        CaseStep(
            action=Action.RELEASE,
            handler=claim_holds.release,
            body=Opinion,
            name="release_claim",
            description="A claim that was held, for its loan was repaid or is smaller, may be "
            "paid after all (finance_checker).",
        ),
        CaseStep(
            action=Action.WRITE_OFF,
            handler=claim_payments.write_off,
            body=WriteOff,
            name="write_off_claim",
            description="Nothing more is expected (finance_checker). Pursuit goes on: what is "
            "recovered afterwards is still shared out.",
        ),
    ),
    show=detail,
    answer=ClaimAnswer,
)
