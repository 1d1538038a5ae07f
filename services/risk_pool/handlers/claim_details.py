"""Takes what a bank states of a claim beside principal and interest, or says what is wrong with it."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim_details import (
    MISSING,
    ClaimDetails,
    costs_total_fen,
    detail_faults,
    receipts_used,
)
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import counted_costs
from shared.refusals import FieldsWrong
from shared.schemes.decide.claims import Cost, costs_fen
from shared.schemes.terms import Terms


def detail_columns(
    details: ClaimDetails,
    terms: Terms,
    context: StepContext,
    *,
    stated_costs_fen: int,
    lent_on: date | None,
) -> dict[str, Any]:
    """What the claim's row keeps, its costs together among it.

    Raises FieldsWrong with every wrong field, and every one that the terms need and that is missing.
    """
    faults = detail_faults(
        details, terms, stated_costs_fen=stated_costs_fen, lent_on=lent_on, today=context.today
    )
    if faults:
        raise FieldsWrong(faults)
    total_fen = costs_total_fen(details, stated_fen=stated_costs_fen)
    return details.columns(terms) | {"costs_fen": total_fen}


def require_readable(
    details: ClaimDetails,
    terms: Terms,
    context: StepContext,
    *,
    stated_costs_fen: int,
    lent_on: date | None,
) -> None:
    """What is stated can be read; what is missing the checks say. Raises FieldsWrong."""
    faults = detail_faults(
        details, terms, stated_costs_fen=stated_costs_fen, lent_on=lent_on, today=context.today
    )
    wrong = [fault for fault in faults if fault.code not in MISSING]
    if wrong:
        raise FieldsWrong(wrong)


async def require_costs_not_counted(
    conn: asyncpg.Connection, loan_id: UUID, details: ClaimDetails, *, but: UUID | None = None
) -> None:
    """`but`: the claim itself, where it was filed before. Raises CostAlreadyCounted (H.10)."""
    listed = [Cost(cost.reference, cost.amount_fen) for cost in details.costs]
    used = await counted_costs.references(conn, loan_id, but=but)
    costs_fen(listed, receipts_used(details.costs, used))
