"""Another person takes a pool over: its money, what is owed, and its loans, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import LIFE_CYCLE as COVERAGE_LIFE_CYCLE
from services.risk_pool.domain.coverage import Action as CoverageAction
from services.risk_pool.domain.open_items import OpenItem
from services.risk_pool.domain.opening import Action, LoansNotAnswered
from services.risk_pool.domain.opening_booking import (
    cover_transfer,
    item_reference,
    money_transfers,
)
from services.risk_pool.domain.opening_draft import Draft
from services.risk_pool.domain.opening_loan import TakenLoan
from services.risk_pool.domain.opening_reconciliation import reconciled
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.opening_claims import take_over_claims
from services.risk_pool.handlers.opening_known import draft_of
from services.risk_pool.handlers.openings import require_complete, require_no_booking
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.warning_sources import look_at
from services.risk_pool.tables import open_items, openings, positions, settlements
from services.risk_pool.tables.coverages import COVERAGES
from services.risk_pool.tables.ledger import (
    LockedPool,
    book,
    lock_pools,
    store_explanation,
)
from services.risk_pool.tables.positions import StoredPosition
from shared.contracts.applications import LoanTakeOverAnsweredV1
from shared.life_cycle import SYSTEM, Row
from shared.messaging.inbox import Received
from shared.money import format_fen
from shared.months import Month
from shared.postgres.hung import thinks_long
from shared.transitions import Step, apply_transition, apply_transitions


async def answered(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The service that keeps the loans has looked at those that are proposed."""
    events: list[LoanTakeOverAnsweredV1] = [one.event for one in received]
    await lock_pools(conn, (event.pool_code for event in events))
    answers = [
        (event.loan_id, event.number, [one.model_dump() for one in event.reasons])
        for event in events
    ]
    await openings.answer(conn, answers)


async def take_over(conn: asyncpg.Connection, opening_id: UUID, context: StepContext) -> None:
    """All of it is booked on the eve of the pool's first day, and what lies before that day is
    closed. Raises SecondPersonRequired, LoansNotAnswered, PoolHasBookings, OpeningIncomplete."""
    await thinks_long(conn)
    pool, opening = await hold(conn, openings.CASES, opening_id, Action.TAKE_OVER, context)
    await require_no_booking(conn, pool)
    known = await openings.announced(conn, opening_id)
    _require_answers(known)
    draft = await draft_of(conn, pool, await openings.rows_of(conn, opening_id))
    require_complete(draft)
    answers = {(row["file_no"], row["line"]): row for row in known}
    eve = pool.opened_on - timedelta(days=1)

    why = await _explained(conn, pool, opening, draft, context)
    transfers = [
        *money_transfers(draft, day=eve, explanation_id=why[""]),
        *(
            cover_transfer(
                loan,
                answers[loan.place]["loan_id"],
                day=eve,
                explanation_id=why[loan.bank_code],
            )
            for loan in draft.loans
        ),
    ]
    await book(conn, pool, transfers, now=context.now)
    await settlements.close_pool(conn, pool.code, eve)
    await open_items.insert(conn, pool.code, _items(draft))
    await _cover(conn, pool, opening_id, draft, answers, why, context)
    await take_over_claims(conn, pool, draft.claims, why, context)
    step = Step(
        case=opening,
        action=Action.TAKE_OVER,
        by=context.by,
        detail={"transfers": len(transfers), "loans": len(draft.loans)},
        changes={
            "taken_over_by": context.by.subject,
            "taken_over_name": context.by.name,
            "taken_over_on": context.today,
            "balance_fen": draft.totals["balance", ""],
            "explanation_id": why[""],
        },
    )
    await apply_transition(conn, openings.CASES, step, now=context.now)
    banks = {loan.bank_code for loan in draft.loans}
    await breakers.watch_banks(conn, pool, banks, now=context.now)
    await breakers.watch_pool(conn, pool, day=pool.opened_on, now=context.now)


def _require_answers(known: Sequence[Row]) -> None:
    waiting = [row for row in known if not row["answered"]]
    refused = [
        {"line": row["line"], "loan_no": row["content"]["loan_no"], "reasons": row["reasons"]}
        for row in known
        if row["answered"] and not row["number"]
    ]
    if waiting or refused:
        raise LoansNotAnswered(
            f"尚不能接管：{len(refused)} 笔贷款有冲突，{len(waiting)} 笔尚在核对。",
            f"It cannot be taken over yet: {len(refused)} loans are refused, {len(waiting)} are not "
            "answered for.",
            refused=refused[:100],
            waiting=len(waiting),
        )


async def _explained(
    conn: asyncpg.Connection, pool: LockedPool, opening: Row, draft: Draft, context: StepContext
) -> dict[str, UUID]:
    """Why it is booked: "" for the money, and for each bank what is covered of its loans."""
    people = {
        "proposed_by": _person(opening["proposed_by"], opening["proposed_name"], "finance_maker"),
        "decided_by": _person(context.by.subject, context.by.name, "finance_checker"),
    }
    same = {
        "decision": "opening",
        "number": opening["number"],
        "day": pool.opened_on.isoformat(),
        "files": [{"name": one["name"], "sha256": one["sha256"]} for one in opening["files"]],
    }
    lines = [
        {name: text for name, text in line.as_data().items() if name != "is_even"}
        for line in reconciled(draft)
    ]
    found = {
        "": await store_explanation(
            conn, pool.code, "opening", {**same, "lines": lines}, people, context.now
        )
    }
    banks = {loan.bank_code for loan in draft.loans} | {one.bank_code for one in draft.claims}
    for bank in sorted(banks):
        loans = [loan for loan in draft.loans if loan.bank_code == bank]
        covered_fen = sum(loan.covered_fen for loan in loans)
        paid = [one for one in draft.claims if one.bank_code == bank]
        said = {
            **same,
            "loans": len(loans),
            "covered": format_fen(covered_fen),
            "claims": len(paid),
            "paid": format_fen(sum(one.pool_fen for one in paid)),
        }
        found[bank] = await store_explanation(
            conn, pool.code, "opening", said, people, context.now, bank_code=bank
        )
    return found


def _person(subject: str, name: str, role: str) -> dict[str, str]:
    return {"subject": subject, "name": name, "role": role}


def _items(draft: Draft) -> list[OpenItem]:
    return [
        OpenItem(
            reference=item_reference(one),
            direction="payable" if one.direction == "payable" else "receivable",
            party_code=one.party_code,
            amount_fen=one.amount_fen,
            since=one.since,
            due_on=one.due_on,
        )
        for one in draft.owed
    ]


async def _cover(
    conn: asyncpg.Connection,
    pool: LockedPool,
    opening_id: UUID,
    draft: Draft,
    answers: Mapping[tuple[int, int], Row],
    why: Mapping[str, UUID],
    context: StepContext,
) -> None:
    """Its loans are in cover from here on, and stand as the book has them."""
    month = Month.of(pool.opened_on).before
    move = COVERAGE_LIFE_CYCLE.require(None, CoverageAction.TAKE_OVER, SYSTEM)
    covers = [
        openings.cover_of(
            loan,
            loan_id=answers[loan.place]["loan_id"],
            number=answers[loan.place]["number"],
            pool_code=pool.code,
            programme=pool.programme,
            state=move.target,
            explanation_id=why[loan.bank_code],
            position_month=str(month),
        )
        for loan in draft.loans
    ]
    await openings.insert_cover(conn, covers, now=context.now)
    both = list(zip(draft.loans, covers, strict=True))
    stand = [
        _position(loan, cover, month) for loan, cover in both if loan.disbursed_on <= month.last
    ]
    await positions.store_positions(conn, stand, now=context.now)
    steps = [_step(loan, cover, opening_id, opened_on=pool.opened_on) for loan, cover in both]
    if steps:
        await apply_transitions(conn, COVERAGES, steps, now=context.now)
    await look_at(conn, [cover["loan_id"] for cover in covers], now=context.now)


def _step(loan: TakenLoan, cover: Mapping[str, Any], opening_id: UUID, *, opened_on: date) -> Step:
    return Step(
        case={**cover, "state": None, "version": 0},
        action=CoverageAction.TAKE_OVER,
        by=SYSTEM,
        detail={"amount_fen": loan.covered_fen, "row": loan.at},
        facts={
            "opening_id": opening_id,
            "loan_no": loan.loan_no,
            "amount_fen": loan.covered_fen,
            "taken_over_on": opened_on,
        },
    )


def _position(loan: TakenLoan, cover: Mapping[str, Any], month: Month) -> StoredPosition:
    """Where it stands by the book. Version 0: whatever its bank reports of the month is newer."""
    return StoredPosition(
        loan_id=cover["loan_id"],
        month=str(month),
        pool_code=cover["pool_code"],
        bank_code=loan.bank_code,
        version=0,
        outstanding_principal_fen=loan.outstanding_fen,
        covered_principal_fen=loan.covered_fen,
        overdue_days=loan.overdue_days,
        interest_arrears_fen=0,
        penalty_interest_fen=0,
        risk_class=loan.risk_class,
        reported_on=month.last,
    )
