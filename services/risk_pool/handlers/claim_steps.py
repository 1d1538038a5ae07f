"""The next step that the scheme names is recorded: what it came to, with its people and papers."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.claim_steps import (
    BY_NOTICE,
    Outcome,
    StepRecord,
    due_on,
    require_complete,
    steps_named,
)
from services.risk_pool.domain.public_notice import needed
from services.risk_pool.handlers.claims import locked, terms_of, until
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries.public_notices import standing_of
from services.risk_pool.tables import claim_steps, claims
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
) -> None:
    """Record the next step of the scheme. Raises FieldsWrong, PublicNoticeNeeded (that step is recorded
    by the end of a notice), and what `locked` raises."""
    _, claim = await locked(conn, claim_id, Action.RECORD_STEP, context)
    terms = await terms_of(conn, claim)
    said = StepRecord(
        step=step, outcome=outcome, text=opinion, participants=participants, papers=papers
    )
    require_complete(said, expected=claim["next_step"])
    if step == BY_NOTICE:
        raise needed(await standing_of(conn, claim_id, review=claim["reviews"]))
    await _keep(conn, claim, said, terms, context)


async def record_by_notice(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    outcome: str,
    opinion: str,
    notice_from: date,
    notice_to: date,
) -> None:
    """What a public notice came to, for a claim that waits for it: facts, typed by nobody."""
    _, claim = await locked(conn, claim_id, Action.RECORD_STEP, context)
    assert claim["next_step"] == BY_NOTICE
    said = StepRecord(
        step=BY_NOTICE,
        outcome="favourable" if outcome == "favourable" else "unfavourable",
        text=opinion,
        notice_from=notice_from,
        notice_to=notice_to,
    )
    await _keep(conn, claim, said, await terms_of(conn, claim), context)


async def _keep(
    conn: asyncpg.Connection, claim: Row, said: StepRecord, terms: Terms, context: StepContext
) -> None:
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
