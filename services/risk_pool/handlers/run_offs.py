"""Run-off of a pool: proposed and confirmed, begun on its day, and at its end distributed and closed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.coverage import LIFE_CYCLE as COVERAGE
from services.risk_pool.domain.coverage import Action as CoverageAction
from services.risk_pool.domain.coverage_changes import release
from services.risk_pool.domain.run_off import (
    DISTRIBUTED_KIND,
    LIFE_CYCLE,
    Action,
    DistributionOutdated,
    NotPaidOut,
    RunOffOpen,
    distribution_transfers,
    require_day,
    require_nothing_left,
    shares_of,
)
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.recording import Recorded, record
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.queries import run_offs as known
from services.risk_pool.tables import coverages, run_offs
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import LockedPool, book, lock_pool, store_explanation
from shared.clock import business_date
from shared.life_cycle import SYSTEM, Row
from shared.money import format_fen
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step, apply_transition


async def propose(
    conn: asyncpg.Connection,
    pool_code: str,
    context: StepContext,
    *,
    from_day: date,
    reason: str,
    keeps_reserved: bool,
) -> UUID:
    """One person proposes the run-off. Raises NotFound, RunOffOpen, FieldsWrong."""
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.PROPOSE, context.by)
    if await run_offs.is_live(conn, pool.code):
        raise RunOffOpen("该资金池已有清算决定。", "The pool has a run-off already.")
    require_day(from_day, today=context.today)
    run_off: dict[str, Any] = {
        "id": uuid7(),
        "pool_code": pool.code,
        "from_day": from_day,
        "reason": reason,
        "keeps_reserved": keeps_reserved,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "proposed_by": context.by.subject,
        "proposed_name": context.by.name,
        "proposed_at": context.now,
    }
    await run_offs.insert(conn, run_off)
    step = Step(
        case={**run_off, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=context.by,
        reason=reason,
    )
    await apply_transition(conn, run_offs.CASES, step, now=context.now)
    return UUID(str(run_off["id"]))


async def confirm(conn: asyncpg.Connection, run_off_id: UUID, context: StepContext) -> None:
    """Another person confirms: from its day on the pool takes nothing new.

    Raises SecondPersonRequired, FieldsWrong where the day has passed meanwhile.
    """
    pool, run_off = await hold(conn, run_offs.CASES, run_off_id, Action.CONFIRM, context)
    require_day(run_off["from_day"], today=context.today)
    facts = {"keeps_reserved": run_off["keeps_reserved"]}
    await _take(conn, run_off, Action.CONFIRM, context, changes=_decided(context), facts=facts)
    await run_offs.set_run_off(conn, pool.code, from_day=run_off["from_day"])
    if run_off["from_day"] == context.today:
        await _begin(conn, run_off, now=context.now)


async def refuse(
    conn: asyncpg.Connection, run_off_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The pool goes on. Raises SecondPersonRequired."""
    _, run_off = await hold(conn, run_offs.CASES, run_off_id, Action.REFUSE, context)
    changes = _decided(context)
    await _take(conn, run_off, Action.REFUSE, context, changes=changes, reason=reason)


async def begin_run_offs(database: Database, *, now: datetime) -> None:
    """A due job: the day of a run-off has come."""
    async with database.begin(EVERYWHERE) as conn:
        due = await run_offs.to_begin(conn, business_date(now))
    for one in due:
        async with database.begin(EVERYWHERE) as conn:
            await lock_pool(conn, one["pool_code"])
            run_off = await lock_case(conn, run_offs.CASES, one["id"])
            if run_off["begun_on"] is None:
                await _begin(conn, run_off, now=now)


async def _begin(conn: asyncpg.Connection, run_off: Row, *, now: datetime) -> None:
    """Who waits is declined; what is held is kept until it is paid out or runs out, or let go at
    once, as the order says. The pool is locked."""
    today = business_date(now)
    await run_offs.mark_begun(conn, run_off["id"], on=today)
    pool = await lock_pool(conn, run_off["pool_code"])
    if not run_off["keeps_reserved"]:
        held = await coverages.load(conn, await known.reserved_loans(conn, pool.code))
        changes = [
            release(one, COVERAGE.require(one, CoverageAction.EXPIRE, SYSTEM), day=today)
            for one in held.values()
        ]
        await record(conn, {pool.code: pool}, Recorded(changes=changes), now=now)
    await serve_line(conn, pool.code, now=now)


async def propose_distribution(
    conn: asyncpg.Connection, run_off_id: UUID, context: StepContext
) -> None:
    """Nothing is left to stand for: one person proposes what each contributor gets.

    Raises SomethingLeft, naming what is.
    """
    pool, run_off = await hold(
        conn, run_offs.CASES, run_off_id, Action.PROPOSE_DISTRIBUTION, context
    )
    shares = await _shares(conn, pool)
    changes = {
        "shares": shares,
        "distribution_by": context.by.subject,
        "distribution_name": context.by.name,
    }
    await _take(conn, run_off, Action.PROPOSE_DISTRIBUTION, context, changes=changes)


async def send_back(
    conn: asyncpg.Connection, run_off_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The distribution is not made as proposed. Raises SecondPersonRequired."""
    _, run_off = await hold(conn, run_offs.CASES, run_off_id, Action.SEND_BACK, context)
    changes = {"shares": None, "distribution_by": None, "distribution_name": None}
    await _take(conn, run_off, Action.SEND_BACK, context, changes=changes, reason=reason)


async def distribute(conn: asyncpg.Connection, run_off_id: UUID, context: StepContext) -> None:
    """Another person decides: what each contributor gets is owed to it.

    Raises SecondPersonRequired, SomethingLeft, DistributionOutdated.
    """
    pool, run_off = await hold(conn, run_offs.CASES, run_off_id, Action.DISTRIBUTE, context)
    shares = await _shares(conn, pool)
    if shares != run_off["shares"]:
        raise DistributionOutdated(
            "提出以来资金已有变动，请退回后重新提出。",
            "Money has moved since it was proposed; send it back and propose it anew.",
        )
    explanation_id = await store_explanation(
        conn,
        pool.code,
        DISTRIBUTED_KIND,
        {
            "decision": DISTRIBUTED_KIND,
            "shares": {party: format_fen(fen) for party, fen in shares.items()},
            "reason": run_off["reason"],
        },
        {
            "entered_by": {
                "subject": run_off["distribution_by"],
                "name": run_off["distribution_name"],
            },
            "released_by": {"subject": context.by.subject, "name": context.by.name},
        },
        context.now,
    )
    day = pool.open_day(context.today)
    transfers = distribution_transfers(pool.code, shares, day=day, explanation_id=explanation_id)
    await book(conn, pool, transfers, now=context.now)
    changes = {
        "distributed_by": context.by.subject,
        "distributed_name": context.by.name,
        "distributed_on": context.today,
    }
    await _take(conn, run_off, Action.DISTRIBUTE, context, changes=changes)


async def close(conn: asyncpg.Connection, run_off_id: UUID, context: StepContext) -> None:
    """Everybody is paid and the account is empty. Raises NotPaidOut."""
    pool, run_off = await hold(conn, run_offs.CASES, run_off_id, Action.CLOSE, context)
    left = await known.left(conn, pool.code)
    if left.unfinished or left.cash_fen or left.available_fen:
        raise NotPaidOut(
            "尚有未付款项或专户余额，不能关闭。",
            "Somebody is still owed, or the account is not empty.",
            cash=format_fen(left.cash_fen),
            left=[name.removesuffix("_fen") for name in left.unfinished],
        )
    await run_offs.set_closed(conn, pool.code, on=context.today)
    distributed = [
        {"party_code": party, "amount_fen": fen} for party, fen in run_off["shares"].items()
    ]
    facts = {"closed_on": context.today, "distributed": distributed}
    changes = {"closed_on": context.today}
    await _take(conn, run_off, Action.CLOSE, context, changes=changes, facts=facts)


async def _shares(conn: asyncpg.Connection, pool: LockedPool) -> dict[str, int]:
    left = await known.left(conn, pool.code)
    require_nothing_left(left)
    return shares_of(left.available_fen, await known.contributed(conn, pool.code))


def _decided(context: StepContext) -> Mapping[str, Any]:
    return {
        "decided_by": context.by.subject,
        "decided_name": context.by.name,
        "decided_on": context.today,
    }


async def _take(
    conn: asyncpg.Connection,
    run_off: Row,
    action: Action,
    context: StepContext,
    *,
    changes: Mapping[str, Any],
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    step = Step(
        case=run_off,
        action=action,
        by=context.by,
        reason=reason,
        changes=changes,
        facts=facts or {},
    )
    await apply_transition(conn, run_offs.CASES, step, now=context.now)
