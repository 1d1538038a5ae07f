"""An approved claim whose loan is repaid or smaller before payment is held for a person."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.adjustment import AdjustmentOpen
from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.decision_checks import adjustment_proposed, reason_to_hold
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers.claims import locked, terms_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import adjustments
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from shared.life_cycle import SYSTEM, Row
from shared.transitions import Step, apply_transition, apply_transitions

NOTHING_REPAID: Mapping[UUID, date] = {}


async def look_again(
    conn: asyncpg.Connection,
    loan_ids: Collection[UUID],
    *,
    repaid: Mapping[UUID, date] = NOTHING_REPAID,
    now: datetime,
) -> None:
    """Hold every approved claim of these loans that is not to be paid as if nothing had happened.

    `repaid`: loan → the day on which it was repaid. What was reported is stored already, and the
    pools are held, so that a payment comes wholly before this or not at all.
    """
    if not loan_ids:
        return
    steps = []
    for claim in await claims.lock_unpaid_of(conn, sorted(loan_ids)):
        loan_id = claim["loan_id"]
        positions = await known.positions_of(conn, loan_id)
        position = positions[-1] if positions else None
        why = reason_to_hold(claim, repaid_on=repaid.get(loan_id), position=position)
        if why is None:
            continue
        left_fen = (
            0 if loan_id in repaid or position is None else position.outstanding_principal_fen
        )
        steps.append(
            Step(
                case=claim,
                action=Action.HOLD,
                by=SYSTEM,
                reason=why.zh,
                detail=why.as_data(),
                changes={"hold": {**why.as_data(), "outstanding_fen": left_fen}},
                facts={
                    "code": why.code,
                    "approved_principal_fen": claim["approved_principal_fen"],
                    "outstanding_principal_fen": left_fen,
                },
            )
        )
    await apply_transitions(conn, claims.CASES, steps, now=now)


async def hold_for_adjustment(conn: asyncpg.Connection, claim: Row, *, now: datetime) -> None:
    """Hold an approved claim for which an adjustment is proposed; one that is held, paid or written
    off stays as it is."""
    if LIFE_CYCLE.find(claim["state"], Action.HOLD) is None:
        return
    principal_fen, released_fen = claim["approved_principal_fen"], claim["released_principal_fen"]
    known_fen = principal_fen if released_fen is None else released_fen
    why = adjustment_proposed(principal_fen)
    step = Step(
        case=claim,
        action=Action.HOLD,
        by=SYSTEM,
        reason=why.zh,
        detail=why.as_data(),
        changes={"hold": {**why.as_data(), "outstanding_fen": known_fen}},
        facts={
            "code": why.code,
            "approved_principal_fen": principal_fen,
            "outstanding_principal_fen": known_fen,
        },
    )
    await apply_transition(conn, claims.CASES, step, now=now)


async def release(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """A person has looked at a held claim: it may be paid as it was approved.

    What is known of the loan at this moment holds it no second time; what comes later does.
    Raises AdjustmentOpen while an adjustment of it waits to be decided.
    """
    _, claim = await locked(conn, claim_id, Action.RELEASE, context)
    waiting = await adjustments.open_of(conn, claim_id)
    if waiting is not None:
        raise AdjustmentOpen(
            f"更正 {waiting} 尚未决定，决定前不得解除暂缓。",
            f"{waiting} is not decided yet; the claim is released after its decision.",
            number=waiting,
        )
    positions = await known.positions_of(conn, claim["loan_id"])
    reported = [one.outstanding_principal_fen for one in positions[-1:]]
    step = Step(
        case=claim,
        action=Action.RELEASE,
        by=context.by,
        reason=opinion,
        term=term_of(await terms_of(conn, claim), context.today, context.working_days),
        changes={
            "hold": None,
            "released_principal_fen": min([claim["hold"]["outstanding_fen"], *reported]),
        },
        facts={"opinion": opinion},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
