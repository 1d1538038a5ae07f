"""What is done with a filed claim before it is decided: reviewed, returned, refused, withdrawn.

Each function loads, decides by the rules, and records; the transaction is the caller's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.claim_steps import due_on, steps_named
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers import claim_situation
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.trial import trial_of
from services.risk_pool.tables import claim_steps, claims
from services.risk_pool.tables.ledger import LockedPool
from shared.life_cycle import Row, Term, Wait
from shared.postgres.published_schemes import terms_on
from shared.refusals import FieldFault, FieldsWrong
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition


async def terms_of(conn: asyncpg.Connection, claim: Row) -> Terms:
    """The terms that bind the loan: those of its approval day."""
    return await terms_on(conn, claim["programme"], claim["terms_on"], claim["mode"])


async def locked(
    conn: asyncpg.Connection, claim_id: UUID, action: Action, context: StepContext
) -> tuple[LockedPool, asyncpg.Record]:
    """Hold the pool and the claim, and see whether the table lets the caller do this.

    Raises NotFound, what `LifeCycle.require` raises, and what the check of the version raises.
    """
    return await hold(conn, claims.CASES, claim_id, action, context)


def until(day: date | None) -> Term:
    """The wait that begins ends on this day."""

    def term(wait: Wait) -> date | None:
        return day

    return term


async def review(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """The first person recommends, and the steps that the scheme names begin.

    The machine's checks are made once more. Raises ClaimNotAdmissible where one of them fails by
    now: such a claim is returned or refused.
    """
    _, claim = await locked(conn, claim_id, Action.REVIEW, context)
    rows = await claim_situation.rechecked(conn, claim, context)
    terms = await terms_of(conn, claim)
    steps = steps_named(terms)
    first_due = due_on(steps[0], context.today, terms, context.working_days) if steps else None
    reviews = claim["reviews"] + 1

    step = Step(
        case=claim,
        action=Action.REVIEW,
        by=context.by,
        reason=opinion,
        changes={
            "reviewed_by": context.by.subject,
            "reviews": reviews,
            "next_step": steps[0] if steps else None,
            "checks": [row.as_data() for row in rows],
        },
        detail={"trial": (await trial_of(conn, claim)).as_data()},
        term=until(first_due),
    )
    await claim_steps.open_steps(conn, claim, steps, review=reviews, due_on=first_due)
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def send_back(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    gaps: Sequence[Mapping[str, Any]],
) -> None:
    """The claim goes back to its bank with everything that it lacks, each with its check.

    The clock stops: the days until it is submitted again count neither for the bank's time to
    file, which ended with the first filing, nor for the reviewer, whose working days left are kept.
    """
    _, claim = await locked(conn, claim_id, Action.RETURN, context)
    _require_known_checks(claim, gaps)
    due = claim["due_on"] if claim["next_step"] is None else None
    step = Step(
        case=claim,
        action=Action.RETURN,
        by=context.by,
        reason="；".join(gap["text"] for gap in gaps),
        detail={"gaps": list(gaps)},
        changes={
            "gaps": list(gaps),
            "times_returned": claim["times_returned"] + 1,
            "review_days_left": None
            if due is None
            else context.working_days.between(context.today, due),
            "next_step": None,
        },
        facts={"gaps": tuple(gaps), "returned_on": context.today},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


def _require_known_checks(claim: Row, gaps: Sequence[Mapping[str, Any]]) -> None:
    """A gap names a check of this claim, or none. Raises FieldsWrong."""
    codes = {row["code"] for row in claim["checks"]}
    faults = [
        FieldFault(
            ("gaps", place, "code"), "unknown-check", f"该申请没有检查项 {gap['code']}",
            f"The claim has no check {gap['code']}.",
        )
        for place, gap in enumerate(gaps)
        if gap["code"] and gap["code"] not in codes
    ]  # fmt: skip
    if faults:
        raise FieldsWrong(faults)


async def refuse(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """A claim that is not compensated; the bank may mend it and file anew, or appeal."""
    _, claim = await locked(conn, claim_id, Action.REFUSE, context)
    step = Step(
        case=claim,
        action=Action.REFUSE,
        by=context.by,
        reason=reason,
        changes={"refused_by": context.by.subject, "next_step": None},
        facts={"reason": reason},
        term=term_of(await terms_of(conn, claim), context.today, context.working_days),
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def withdraw(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The bank takes its claim back, or gives up a draft; the loan may be claimed for again."""
    _, claim = await locked(conn, claim_id, Action.WITHDRAW, context)
    step = Step(
        case=claim,
        action=Action.WITHDRAW,
        by=context.by,
        reason=reason,
        changes={"next_step": None},
        facts={"reason": reason, "withdrawn_on": context.today},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
