"""Claims that were paid before a pool is taken over come in with it, so that what is recovered of them
goes back to who bore them, and so that the caps of their year count them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.coverage import LIFE_CYCLE as COVERAGE_LIFE_CYCLE
from services.risk_pool.domain.coverage import Action as CoverageAction
from services.risk_pool.domain.opening_claim import TakenClaim
from services.risk_pool.domain.shares import shares_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import claims, opening_claims, openings
from services.risk_pool.tables.coverages import COVERAGES
from services.risk_pool.tables.ledger import LockedPool
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import SYSTEM
from shared.transitions import Step, apply_transitions


async def take_over_claims(
    conn: asyncpg.Connection,
    pool: LockedPool,
    taken: Sequence[TakenClaim],
    why: Mapping[str, UUID],
    context: StepContext,
) -> None:
    """Keep each with its loan, which is in cover no more. The pool is held."""
    if not taken:
        return
    covered = COVERAGE_LIFE_CYCLE.require(None, CoverageAction.TAKE_OVER_CLAIMED, SYSTEM)
    paid = LIFE_CYCLE.require(None, Action.TAKE_OVER, SYSTEM)
    covers, rows = [], []
    for one in taken:
        loan_id, number = uuid7(), await _number(conn, pool, one)
        explanation_id = why[one.bank_code]
        same = {
            "pool_code": pool.code,
            "bank_code": one.bank_code,
            "borrower_uscc": one.borrower_uscc,
            "borrower_name": one.borrower_name,
            "programme": pool.programme,
            "mode": one.mode,
            "scheme_version": one.borne.version,
            "explanation_id": explanation_id,
            "ip_share_bp": one.ip_share_bp,
            "ip_amount_fen": one.ip_amount_fen,
            "loan_id": loan_id,
        }
        covers.append({**same, **_cover(one), "state": covered.target})
        rows.append({**same, **_claim(one, number, context.now), "state": paid.target})
    await openings.insert_cover(conn, covers, now=context.now)
    codes = [_codes(pool, one) for one in taken]
    kept = [
        (row, shares_of(one.shares, code), one.borne)
        for row, one, code in zip(rows, taken, codes, strict=True)
    ]
    await opening_claims.insert_paid(conn, kept, now=context.now)
    await apply_transitions(
        conn,
        COVERAGES,
        [_step(row, CoverageAction.TAKE_OVER_CLAIMED, one)
         for row, one in zip(covers, taken, strict=True)],
        now=context.now,
    )  # fmt: skip
    await apply_transitions(
        conn,
        claims.CASES,
        [_step(row, Action.TAKE_OVER, one) for row, one in zip(rows, taken, strict=True)],
        now=context.now,
    )


async def _number(conn: asyncpg.Connection, pool: LockedPool, one: TakenClaim) -> str:
    return await next_number(conn, pool.code, series="C", year=one.claimed_on.year)


def _codes(pool: LockedPool, one: TakenClaim) -> dict[str, str]:
    return {"pool": pool.code, "bank": one.bank_code, **one.parties}


def _step(row: Mapping[str, Any], action: str, one: TakenClaim) -> Step:
    return Step(
        case={**row, "state": None, "version": 0},
        action=action,
        by=SYSTEM,
        detail={"row": one.at, "book_number": one.book_number},
    )


def _cover(one: TakenClaim) -> dict[str, Any]:
    """Its loan, as it was let go when the claim used its cover up."""
    return {
        "number": one.loan_no,
        "loan_no": one.loan_no,
        "amount_fen": one.amount_fen,
        "tenor_months": one.tenor_months,
        "annual_rate_bp": one.annual_rate_bp,
        "parties": dict(one.parties),
        "attributes": {},
        "attributes_at_disbursement": {},
        "is_first_loan": False,
        "is_multi_ip_type": False,
        "approved_on": one.approved_on,
        "activated_fen": 0,
        "covered_fen": 0,
        "outstanding_fen": one.principal_fen,
        "disbursed_fen": one.amount_fen,
        "disbursed_on": one.disbursed_on,
        "matures_on": one.matures_on,
        "released_on": one.decided_on,
        "release_reason": "claimed",
        "risk_class": None,
        "overdue_days": 0,
        "position_month": None,
    }


def _claim(one: TakenClaim, number: str, now: datetime) -> dict[str, Any]:
    borne = one.borne
    base_fen = sum(one.shares.values())
    return {
        "id": uuid7(),
        "number": number,
        "loan_number": one.loan_no,
        "terms_on": one.approved_on,
        "state_since": now,
        "claimed_on": one.claimed_on,
        # In the line of claims it stands at the noon of its day; the book knows no hour.
        "filed_at": datetime.combine(one.claimed_on, time(4), UTC),
        "stated_on": one.claimed_on,
        "outstanding_principal_fen": one.principal_fen,
        "interest_arrears_fen": 0,
        "penalty_interest_fen": 0,
        "costs_fen": 0,
        "loan_amount_fen": one.amount_fen,
        "facts": {},
        "documents": [],
        "approved_on": one.decided_on,
        "approved_principal_fen": one.principal_fen,
        "base_fen": base_fen,
        "covered_fen": base_fen,
        "decided_version": borne.version,
        "residual": borne.residual,
        "rounding": borne.rounding,
        "bearer": borne.bearer,
        "recovery_order": borne.order,
        "recovered_by": borne.recovered_by,
        "interest_outside_fen": 0,
        "pool_pays_fen": one.pool_fen,
        "paid_fen": one.pool_fen,
        "paid_on": one.paid_on,
        "voucher": one.book_number,
    }
