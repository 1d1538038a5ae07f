"""What comes back after a claim: reported by the bank, confirmed by finance, shared out and booked."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.claim_details import costs_of
from services.risk_pool.domain.escrow import awaits_settlement, borne_alone
from services.risk_pool.domain.recovery import (
    LIFE_CYCLE,
    Action,
    Reported,
    check,
    field_faults,
    recovery_transfers,
    require_no_double,
)
from services.risk_pool.domain.recovery_trial import RecoveryTrial
from services.risk_pool.domain.shares import PartyShare, shares_of
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.domain.trial import trial_moved
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.claims import terms_of
from services.risk_pool.handlers.compensation import share_of_event
from services.risk_pool.handlers.disposal_money import require_within_disposal
from services.risk_pool.handlers.held_cases import hold, hold_pool_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import counted_costs
from services.risk_pool.queries import recoveries as known
from services.risk_pool.tables import claims, recoveries, shown_trials
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import LockedPool, book, store_explanation
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import Row
from shared.postgres.database import seeing_everything
from shared.refusals import FieldsWrong, Refused
from shared.schemes.decide.claims import Cost
from shared.schemes.decide.recovery import RecoveryDecision, RecoveryFacts, split_recovery
from shared.schemes.decide.recovery_explained import explained
from shared.transitions import Step, apply_transition


class ClaimNotApproved(Refused):
    """Money that comes in before a claim is approved lowers the principal; it is no recovery."""

    code = "claim-not-approved"


class ClaimReversed(Refused):
    """A claim that an adjustment has booked back shares nothing out any more."""

    code = "claim-reversed"


class RecoveryNotAdmissible(Refused):
    """The machine's check found something; everything it found is in `findings`."""

    code = "recovery-not-admissible"
    status = 422


async def report(
    conn: asyncpg.Connection, claim_id: UUID, reported: Reported, context: StepContext
) -> UUID:
    """A bank reports what has come in.

    Raises NotFound, ClaimNotApproved, ClaimReversed, RecoveryNotAdmissible, FieldsWrong,
    NothingSold, ProceedsExceeded, ReferenceUsed, LikelyDouble.
    """
    await hold_pool_of(conn, claims.CASES, claim_id)
    claim = await lock_case(conn, claims.CASES, claim_id)
    move = LIFE_CYCLE.require(None, Action.REPORT, context.by)
    await _require_admissible(conn, claim, reported, context, but=None)
    term = term_of(await terms_of(conn, claim), reported.received_on, context.working_days)
    number = await next_number(conn, claim["pool_code"], series="R", year=context.today.year)
    recovery_id = uuid7()
    recovery = {
        **_of_claim(claim),
        **reported.columns(),
        "id": recovery_id,
        "number": number,
        "state": move.target,
        "state_since": context.now,
        "due_on": LIFE_CYCLE.term(move.target, term),
        "reported_at": context.now,
        "reported_by": context.by.subject,
    }
    await recoveries.insert(conn, recovery)
    step = Step(
        case={**recovery, "state": None, "version": 0},
        action=Action.REPORT,
        by=context.by,
        term=term,
    )
    await apply_transition(conn, recoveries.CASES, step, now=context.now)
    return recovery_id


async def resubmit(
    conn: asyncpg.Connection, recovery_id: UUID, context: StepContext, *, reported: Reported
) -> None:
    """The bank reports anew what finance has returned. Raises what `report` raises."""
    _, claim, recovery = await _locked(conn, recovery_id, Action.RESUBMIT, context)
    await _require_admissible(conn, claim, reported, context, but=recovery_id)
    step = Step(
        case=recovery,
        action=Action.RESUBMIT,
        by=context.by,
        changes={
            **reported.columns(),
            "reported_at": context.now,
            "reported_by": context.by.subject,
        },
        term=term_of(await terms_of(conn, claim), reported.received_on, context.working_days),
    )
    await apply_transition(conn, recoveries.CASES, step, now=context.now)


async def _require_admissible(
    conn: asyncpg.Connection,
    claim: Row,
    reported: Reported,
    context: StepContext,
    *,
    but: UUID | None,
) -> None:
    """Everything that a report is refused for, the worst first."""
    if claim["approved_on"] is None:
        raise ClaimNotApproved(
            "该补偿申请尚未批准，批准前收回的款项应扣减本金。",
            "The claim is not approved; what comes in before lowers the principal claimed.",
            state=claim["state"],
        )
    _require_live(claim)
    await require_within_disposal(conn, claim, reported, but=but)
    used = await counted_costs.of_other_money(conn, claim["loan_id"], but=but)
    faults = field_faults(reported, used_costs=used, today=context.today)
    if faults:
        raise FieldsWrong(faults)
    found = check(reported, approved_on=claim["approved_on"], today=context.today)
    if found:
        raise RecoveryNotAdmissible(
            "；".join(one.zh.rstrip("。") for one in found) + "。",
            " ".join(one.en for one in found),
            findings=[one.as_data() for one in found],
        )
    await recoveries.hold_reference(conn, claim["bank_code"], reported.reference_canonical)
    same_reference, same_money = await known.same_as(conn, claim, reported, but=but)
    require_no_double(reported, same_reference=same_reference, same_money=same_money)


def _require_live(claim: Row) -> None:
    """Raises ClaimReversed."""
    if claim["reversed_on"] is not None:
        raise ClaimReversed(
            f"该补偿已于 {claim['reversed_on']} 更正冲回，回款归贷款人，不再分配。",
            f"The claim was reversed on {claim['reversed_on']}; what comes in is the lender's own.",
        )


def _of_claim(claim: Row) -> dict[str, Any]:
    return {
        "claim_id": claim["id"],
        "claim_number": claim["number"],
        "pool_code": claim["pool_code"],
        "bank_code": claim["bank_code"],
        "loan_id": claim["loan_id"],
    }


async def _locked(
    conn: asyncpg.Connection, recovery_id: UUID, action: Action, context: StepContext
) -> tuple[LockedPool, asyncpg.Record, asyncpg.Record]:
    """The pool, the recovery and its claim, locked, where the table lets the caller do this."""
    pool, recovery = await hold(conn, recoveries.CASES, recovery_id, action, context)
    claim = await lock_case(conn, claims.CASES, recovery["claim_id"])
    return pool, claim, recovery


async def trial_of(conn: asyncpg.Connection, claim: Row, recovery: Row) -> RecoveryTrial:
    """What a reported recovery would give to whom if it were confirmed now, whoever asks.

    Before escrow is settled the bank has been paid nothing: what comes in is its own and lowers the
    net loss that will be shared.
    """
    async with seeing_everything(conn):
        facts = await _facts(conn, claim, recovery)
        borne = await known_claims.borne(conn, claim)
        if awaits_settlement(claim):
            borne = borne_alone(borne, claim["base_fen"])
        decision = split_recovery(facts, borne)
        codes = await known_claims.party_codes(conn, claim)
    return RecoveryTrial(
        number=recovery["number"],
        decision=decision,
        codes=codes,
        lowers_net_loss=awaits_settlement(claim),
    )


async def confirm(
    conn: asyncpg.Connection, recovery_id: UUID, context: StepContext, *, trial: str
) -> None:
    """Finance confirms the trial it saw: costs first, then back to each by what it bore; booked at
    once (H.25).

    Its business day is that of the receipt, or the first open day where that month is settled.
    Raises SecondPersonRequired, ClaimReversed, TrialMoved with both figures.
    """
    pool, claim, recovery = await _locked(conn, recovery_id, Action.CONFIRM, context)
    _require_live(claim)
    now = await trial_of(conn, claim, recovery)
    if now.id != trial:
        raise trial_moved(await shown_trials.seen(conn, recovery_id, trial), now.as_data())
    decision, codes = now.decision, now.codes
    day = pool.open_day(recovery["received_on"])
    shares = shares_of(decision.returned, codes)

    explanation_id = await _explain(conn, pool, recovery, decision, context)
    transfers = recovery_transfers(
        decision,
        codes,
        recovery_number=recovery["number"],
        loan_id=recovery["loan_id"],
        day=day,
        explanation_id=explanation_id,
    )
    await book(conn, pool, transfers, now=context.now)
    step = Step(
        case=recovery,
        action=Action.CONFIRM,
        by=context.by,
        changes={
            "confirmed_by": context.by.subject,
            "booked_on": day,
            "carried_before_fen": claim["carried_costs_fen"],
            "carried_after_fen": decision.carried_costs_fen,
            "net_fen": decision.net_fen,
            "to_interest_fen": decision.to_interest_fen,
            "to_pledgor_fen": decision.to_pledgor_fen,
            "explanation_id": explanation_id,
        },
        facts=_booked(claim, recovery, decision, shares),
    )
    await apply_transition(conn, recoveries.CASES, step, now=context.now)
    await recoveries.write_shares(conn, recovery, shares)
    await claims.carry_costs(conn, claim["id"], decision.carried_costs_fen)
    await breakers.watch_pool(conn, pool, day=context.today, now=context.now)
    await serve_line(conn, pool.code, now=context.now)


async def _facts(conn: asyncpg.Connection, claim: Row, recovery: Row) -> RecoveryFacts:
    gross_fen, costs_fen = recovery["gross_fen"], recovery["costs_fen"]
    listed = tuple(Cost(one.reference, one.amount_fen) for one in costs_of(recovery))
    pledged = recovery["from_pledged_ip"]
    return RecoveryFacts(
        pledged_ip_fen=gross_fen if pledged else 0,
        other_fen=0 if pledged else gross_fen,
        costs=listed or ((Cost(recovery["number"], costs_fen),) if costs_fen else ()),
        carried_costs_fen=claim["carried_costs_fen"],
        returned=await known.returned_before(conn, claim["id"]),
        interest_returned_fen=await known.interest_returned_before(conn, claim["id"]),
    )


async def _explain(
    conn: asyncpg.Connection,
    pool: LockedPool,
    recovery: Row,
    decision: RecoveryDecision,
    context: StepContext,
) -> UUID:
    people = {
        "reported_by": recovery["reported_by"],
        "confirmed_by": context.by.subject,
        "confirmed_by_name": context.by.name,
    }
    return await store_explanation(
        conn,
        pool.code,
        "recovery",
        explained(decision),
        people,
        context.now,
        bank_code=recovery["bank_code"],
    )


def _booked(
    claim: Row, recovery: Row, decision: RecoveryDecision, shares: Sequence[PartyShare]
) -> Mapping[str, Any]:
    """What is told of a recovery once it is booked."""
    return {
        **claims.about(claim),
        "recovery_id": recovery["id"],
        "gross_fen": recovery["gross_fen"],
        "costs_fen": recovery["costs_fen"],
        "net_fen": decision.net_fen,
        "shares": tuple(share_of_event(share) for share in shares),
        "received_on": recovery["received_on"],
    }


async def refuse(
    conn: asyncpg.Connection, recovery_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Finance does not confirm the report, for good."""
    await _end(conn, recovery_id, Action.REFUSE, context, reason)


async def send_back(
    conn: asyncpg.Connection, recovery_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Finance sends a report back; the bank mends it and reports it again."""
    await _end(conn, recovery_id, Action.RETURN, context, reason)


async def withdraw(
    conn: asyncpg.Connection, recovery_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The bank takes its report back before it is confirmed."""
    await _end(conn, recovery_id, Action.WITHDRAW, context, reason)


async def _end(
    conn: asyncpg.Connection, recovery_id: UUID, action: Action, context: StepContext, reason: str
) -> None:
    _, _, recovery = await _locked(conn, recovery_id, action, context)
    step = Step(case=recovery, action=action, by=context.by, reason=reason)
    await apply_transition(conn, recoveries.CASES, step, now=context.now)
