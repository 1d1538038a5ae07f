"""A bank appeals against a refusal, once and in time; another person than who refused rules on it."""

from typing import ClassVar
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import Action
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers.claim_situation import AlreadyClaimed
from services.risk_pool.handlers.claims import locked, terms_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from shared.refusals import Refused
from shared.transitions import Step, apply_transition


class AppealTooLate(Refused):
    """The scheme's time for an appeal is over."""

    code: ClassVar[str] = "appeal-too-late"


async def appeal(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The bank asks for another ruling on its refused claim.

    Raises AppealTooLate, AlreadyClaimed where the loan has been claimed for anew.
    """
    _, claim = await locked(conn, claim_id, Action.APPEAL, context)
    last_day = claim["due_on"]
    if last_day is not None and context.today > last_day:
        raise AppealTooLate(
            f"申诉期限至 {last_day}，已逾期。", f"An appeal was possible until {last_day}."
        )
    other = await known.live_claim_number(conn, claim["loan_id"], but=claim_id)
    if other:
        raise AlreadyClaimed(
            f"该贷款已有补偿申请 {other}，不能再对本申请申诉。",
            f"The loan has the claim {other} by now; this one cannot be appealed.",
        )
    step = Step(
        case=claim,
        action=Action.APPEAL,
        by=context.by,
        reason=reason,
        changes={"appealed_on": context.today},
        facts={"reason": reason, "appealed_on": context.today},
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def reopen(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The appeal is granted: the claim is reviewed anew, in its old place of the order."""
    _, claim = await locked(conn, claim_id, Action.REOPEN, context)
    step = Step(
        case=claim,
        action=Action.REOPEN,
        by=context.by,
        reason=reason,
        changes={"reviewed_by": None, "next_step": None},
        facts={"reason": reason},
        term=term_of(await terms_of(conn, claim), context.today, context.working_days),
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def uphold(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The appeal is turned down: the loan is not compensated, and not claimed for again."""
    _, claim = await locked(conn, claim_id, Action.UPHOLD, context)
    step = Step(
        case=claim, action=Action.UPHOLD, by=context.by, reason=reason, facts={"reason": reason}
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
