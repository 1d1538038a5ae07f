"""An approved claim whose loan is repaid or smaller before payment is held for a person."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.decision_checks import reason_to_hold
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers.claims import locked, terms_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from shared.life_cycle import SYSTEM
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


async def release(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """A person has looked at a held claim: it may be paid as it was approved.

    What is known of the loan at this moment holds it no second time; what comes later does.
    """
    _, claim = await locked(conn, claim_id, Action.RELEASE, context)
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
