"""Disposals of pledged rights: opened, appraised, offered in rounds, sold, closed by two persons."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.claim_details import CostStated
from services.risk_pool.domain.disposal import LIFE_CYCLE, Action
from services.risk_pool.domain.disposal_checks import (
    AppraisalMissing,
    LoanStands,
    Right,
    require_bad,
    require_day,
    require_next_price,
    require_recovered,
    require_rights,
    require_sale,
)
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import disposals as known
from services.risk_pool.queries import loan_pledges as pledges
from services.risk_pool.tables import disposals, stored_papers
from services.risk_pool.tables.ledger import lock_pool
from services.risk_pool.tables.numbers import next_number
from shared import canonical
from shared.life_cycle import Row
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.risk_classes import NON_PERFORMING
from shared.transitions import Step, apply_transition

Papers = list[dict[str, Any]]


async def open_disposal(
    conn: asyncpg.Connection,
    loan_id: UUID,
    *,
    rights: Sequence[Right],
    reason: str,
    context: StepContext,
) -> UUID:
    """Open a disposal of a loan's pledged rights. Raises NotFound, LoanNotBad, FieldsWrong."""
    pool_code = await known_claims.pool_of_loan(conn, loan_id)
    if pool_code is None:
        raise NotFound("没有该贷款", "There is no such loan.")
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.OPEN, context.by)
    loan = await known_claims.loan(conn, loan_id)
    claim = await known.approved_claim(conn, loan_id)
    require_bad(_stands(loan, claim, today=context.today))
    pledged = await pledges.by_right(conn, loan_id)
    require_rights(rights, pledged=pledged, taken=await known.rights_taken(conn, loan_id))
    # A right is called what its register calls it.
    rights = [replace(one, name=pledged[one.kind, one.canonical].name) for one in rights]

    disposal = {
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="D", year=context.today.year),
        "pool_code": pool.code,
        "bank_code": loan["bank_code"],
        "loan_id": loan_id,
        "loan_number": loan["number"],
        "borrower_name": loan["borrower_name"],
        "reason": reason,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "opened_by": context.by.subject,
        "opened_name": context.by.name,
        "opened_on": context.today,
    }
    await disposals.insert(conn, disposal, rights)
    step = Step(
        case={**disposal, "state": None, "version": 0},
        action=Action.OPEN,
        by=context.by,
        reason=reason,
        facts={"rights": tuple(one.number for one in rights), "opened_on": context.today},
    )
    await apply_transition(conn, disposals.CASES, step, now=context.now)
    return UUID(str(disposal["id"]))


def _stands(loan: Row, claim: Row | None, *, today: date) -> LoanStands:
    matured = loan["matures_on"] is not None and loan["matures_on"] < today
    owes = loan["outstanding_fen"] > 0
    return LoanStands(
        is_in_default=owes
        and (loan["overdue_days"] > 0 or loan["risk_class"] in NON_PERFORMING or matured),
        has_approved_claim=claim is not None,
    )


async def appraise(
    conn: asyncpg.Connection,
    disposal_id: UUID,
    context: StepContext,
    *,
    value_fen: int,
    appraiser: str,
    valued_on: date,
    papers: Papers,
) -> None:
    """What the rights are worth, by whom, as of which day."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.APPRAISE, context)
    if valued_on > context.today:
        raise FieldsWrong([_future("valued_on")])
    await _keep(conn, row, papers, context)
    await _move(
        conn,
        row,
        Action.APPRAISE,
        context,
        changes={
            "appraisal_fen": value_fen,
            "appraiser": appraiser,
            "appraised_on": valued_on,
        },
    )


async def offer(
    conn: asyncpg.Connection,
    disposal_id: UUID,
    context: StepContext,
    *,
    way: str,
    price_fen: int,
    venue: str,
    until: date,
    papers: Papers,
) -> None:
    """A round begins. Raises AppraisalMissing, FieldsWrong where the price does not fall after a
    failed round, or the last day has passed."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.OFFER, context)
    if row["appraisal_fen"] is None:
        raise AppraisalMissing(
            "请先登记评估值及评估报告。", "Its value is to be entered first, with the report."
        )
    rounds = await known.rounds(conn, disposal_id)
    require_next_price(price_fen, failed=[one["price_fen"] for one in rounds])
    if until < context.today:
        raise FieldsWrong(
            [FieldFault(("until",), "in-the-past", "期限不能早于今天", "is in the past")]
        )
    await disposals.add_round(
        conn,
        row,
        way=way,
        price_fen=price_fen,
        venue=venue,
        offered_on=context.today,
        until=until,
    )
    await _keep(conn, row, papers, context)
    await _move(conn, row, Action.OFFER, context, changes={"way": way, "price_fen": price_fen})


async def fail_round(
    conn: asyncpg.Connection,
    disposal_id: UUID,
    context: StepContext,
    *,
    failed_on: date,
    reason: str,
    papers: Papers,
) -> None:
    """Nobody took it at this price (流拍); the round is kept."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.FAIL_ROUND, context)
    last = (await known.rounds(conn, disposal_id))[-1]
    faults = require_day("failed_on", failed_on, since=last["offered_on"], today=context.today)
    if faults:
        raise FieldsWrong(faults)
    await disposals.end_round(conn, disposal_id, failed_on=failed_on, outcome=reason)
    await _keep(conn, row, papers, context)
    await _move(conn, row, Action.FAIL_ROUND, context, reason=reason, changes={"price_fen": None})


async def sell(
    conn: asyncpg.Connection,
    disposal_id: UUID,
    context: StepContext,
    *,
    buyer: str,
    price_fen: int,
    sold_on: date,
    papers: Papers,
) -> None:
    """Somebody takes it. Nothing is booked: the money is reported as recoveries."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.SELL, context)
    last = (await known.rounds(conn, disposal_id))[-1]
    require_sale(
        last["way"],
        price_fen,
        offered_fen=last["price_fen"],
        sold_on=sold_on,
        since=last["offered_on"],
        today=context.today,
    )
    await disposals.end_round(conn, disposal_id, failed_on=None, outcome=buyer)
    await _keep(conn, row, papers, context)
    await _move(
        conn,
        row,
        Action.SELL,
        context,
        reason=buyer,
        changes={"buyer": buyer, "proceeds_fen": price_fen, "sold_on": sold_on},
        facts={"buyer": buyer, "proceeds_fen": price_fen, "sold_on": sold_on},
    )


async def add_cost(
    conn: asyncpg.Connection,
    disposal_id: UUID,
    context: StepContext,
    *,
    papers: Papers,
    **cost: Any,
) -> None:
    """A cost by its receipt, once over all disposals of the loan."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.ADD_COST, context)
    stated = CostStated(**cost)
    faults = []
    if canonical.number(stated.reference) in await known.receipts(conn, row["loan_id"]):
        faults.append(
            FieldFault(
                ("reference",),
                "cost-counted-before",
                f"凭证 {stated.reference} 的费用已计入",
                f"The cost with the receipt {stated.reference} has counted before.",
            )
        )
    if stated.paid_on > context.today:
        faults.append(_future("paid_on"))
    if faults:
        raise FieldsWrong(faults)
    await disposals.add_cost(conn, row, stated, by=context.by, now=context.now)
    await _keep(conn, row, papers, context)
    await _move(
        conn,
        row,
        Action.ADD_COST,
        context,
        changes={"costs_fen": row["costs_fen"] + stated.amount_fen},
    )


async def propose_closing(
    conn: asyncpg.Connection, disposal_id: UUID, context: StepContext, *, reason: str
) -> None:
    """One person holds it to be done. Raises ProceedsNotRecovered where a compensated loan's
    proceeds are not all confirmed as recoveries."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.PROPOSE_CLOSING, context)
    await _require_recovered(conn, row)
    await _move(
        conn,
        row,
        Action.PROPOSE_CLOSING,
        context,
        reason=reason,
        changes={"proposed_by": context.by.subject, "proposed_name": context.by.name},
        facts={"reason": reason},
    )


async def send_back(
    conn: asyncpg.Connection, disposal_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It is not done yet."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.SEND_BACK, context)
    await _move(conn, row, Action.SEND_BACK, context, reason=reason)


async def close(
    conn: asyncpg.Connection, disposal_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Another person closes it. Raises SecondPersonRequired, ProceedsNotRecovered."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.CLOSE, context)
    await _require_recovered(conn, row)
    await _end(conn, row, Action.CLOSE, context, reason)


async def end(
    conn: asyncpg.Connection, disposal_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Nobody will buy: another person than the opener ends it. Raises SecondPersonRequired."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.END, context)
    await _end(conn, row, Action.END, context, reason)


async def withdraw(
    conn: asyncpg.Connection, disposal_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The disposal is given up, the debt was paid or the rights are needed."""
    _, row = await hold(conn, disposals.CASES, disposal_id, Action.WITHDRAW, context)
    await _end(conn, row, Action.WITHDRAW, context, reason)


async def _require_recovered(conn: asyncpg.Connection, row: Row) -> None:
    """Before an approved claim the proceeds lower the principal and are no recovery (H.11)."""
    if await known.approved_claim(conn, row["loan_id"]) is not None:
        require_recovered(row["proceeds_fen"], await known.confirmed_fen(conn, row["id"]))


async def _end(
    conn: asyncpg.Connection, row: Row, action: Action, context: StepContext, reason: str
) -> None:
    outcome = LIFE_CYCLE.require(row, action, context.by).target
    await _move(
        conn,
        row,
        action,
        context,
        reason=reason,
        changes={
            "ended_by": context.by.subject,
            "ended_name": context.by.name,
            "ended_on": context.today,
            "end_reason": reason,
        },
        facts={
            "outcome": outcome,
            "proceeds_fen": row["proceeds_fen"],
            "costs_fen": row["costs_fen"],
            "reason": reason,
            "ended_on": context.today,
        },
    )


async def _keep(conn: asyncpg.Connection, row: Row, papers: Papers, context: StepContext) -> None:
    await stored_papers.add_to_case(
        conn, row["id"], papers, bank_code=row["bank_code"], by=context.by, now=context.now
    )


def _future(field: str) -> FieldFault:
    return FieldFault((field,), "in-the-future", "不能晚于今天", "is in the future")


async def _move(
    conn: asyncpg.Connection, row: Row, action: Action, context: StepContext, **more: Any
) -> None:
    step = Step(case=row, action=action, by=context.by, **more)
    await apply_transition(conn, disposals.CASES, step, now=context.now)
