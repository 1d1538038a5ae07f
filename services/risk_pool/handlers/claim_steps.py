"""The next step that the scheme names is recorded: what it came to, with its people and papers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.claim_steps import (
    Objection,
    Outcome,
    StepRecord,
    due_on,
    require_complete,
    steps_named,
)
from services.risk_pool.handlers.claims import locked, terms_of, until
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import claim_steps, claims
from shared.clock import business_date
from shared.life_cycle import Row
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition


async def record(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    step: str,
    outcome: Outcome,
    opinion: str,
    participants: Sequence[str] = (),
    papers: Sequence[Mapping[str, str]] = (),
    notice_from: date | None = None,
    notice_to: date | None = None,
    objections: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Record the next step of the scheme. Raises FieldsWrong, and what `locked` raises."""
    _, claim = await locked(conn, claim_id, Action.RECORD_STEP, context)
    terms = await terms_of(conn, claim)
    said = StepRecord(
        step=step,
        outcome=outcome,
        text=opinion,
        participants=participants,
        papers=papers,
        notice_from=notice_from,
        notice_to=notice_to,
        objections=[Objection(**one) for one in objections],
    )
    require_complete(
        said,
        expected=claim["next_step"],
        since=await _since(conn, claim),
        today=context.today,
        terms=terms,
        working_days=context.working_days,
    )
    await claim_steps.write_record(
        conn, claim, said, by=context.by, now=context.now, on=context.today
    )

    await _move_on(conn, claim, said, terms, context)


async def _move_on(
    conn: asyncpg.Connection, claim: Row, said: StepRecord, terms: Terms, context: StepContext
) -> None:
    """The claim waits for the step after this one, if there is any."""
    steps = steps_named(terms)
    following = steps[steps.index(said.step) + 1 :]
    after = following[0] if following else None
    due = due_on(after, context.today, terms, context.working_days) if after else None
    if after is not None and due is not None:
        await claim_steps.set_due(
            conn, claim["id"], review=claim["reviews"], step=after, due_on=due
        )
    move = Step(
        case=claim,
        action=Action.RECORD_STEP,
        by=context.by,
        reason=said.text,
        detail={"step": said.step, "outcome": said.outcome},
        changes={"next_step": after},
        facts={
            "step": said.step,
            "outcome": said.outcome,
            "recorded_on": context.today,
            "next_step": after or "",
        },
        term=until(due),
    )
    await apply_transition(conn, claims.CASES, move, now=context.now)


async def _since(conn: asyncpg.Connection, claim: Row) -> date:
    """The day of the step before the open one, or of the review."""
    before = [
        one["recorded_on"]
        for one in await claim_steps.of_review(conn, claim)
        if one["recorded_on"] is not None
    ]
    return max(before) if before else business_date(claim["state_since"])
