"""A pool is taken over from a county's own books, and its loans with it.

A loan that is proposed is looked at and, where nothing is in its way, kept as a case that waits: its
number and its rights are held, so that nobody else takes them before the pool is taken over. It is
answered for either way. When the pool is taken over it is a loan like any other.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain import pledge
from services.applications.domain.life_cycle import LIFE_CYCLE, Action, State, find_move
from services.applications.domain.stated import witnessed
from services.applications.handlers import pledges
from services.applications.handlers.listed_firms import tell_listed
from services.applications.queries.listed import entries_of
from services.applications.tables import cases, take_overs
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.numbers import next_numbers
from shared import canonical
from shared.clock import business_date
from shared.contracts.applications import LoanTakeOverAnsweredV1, Reason
from shared.contracts.openings import OpeningLoanProposedV1
from shared.life_cycle import SYSTEM
from shared.messaging import outbox
from shared.messaging.inbox import Received
from shared.months import Month
from shared.schemes.stated import as_facts
from shared.transitions import Step, apply_transitions

BY_THE_BOOK: Final = "期初账册"
"""The register that a pledge's entry is kept under: the county's book names its number only."""


async def announce(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Loans are proposed: hold what they need, or say what speaks against them."""
    loans: list[OpeningLoanProposedV1] = [one.event for one in received]
    known = await take_overs.known_cases(conn, [loan.loan_id for loan in loans])
    loans = [loan for loan in loans if loan.loan_id not in known]
    if not loans:
        return
    against = await _against(conn, loans)
    taken = [loan for loan in loans if not against[loan.loan_id]]
    numbers = await _numbers(conn, taken, now=now)
    await _keep(conn, taken, numbers, now=now)
    answers = [
        LoanTakeOverAnsweredV1(
            loan_id=loan.loan_id,
            opening_id=loan.opening_id,
            number=numbers.get(loan.loan_id, ""),
            bank_code=loan.bank_code,
            pool_code=loan.pool_code,
            loan_no=loan.loan_no,
            accepted=not against[loan.loan_id],
            reasons=tuple(against[loan.loan_id]),
        )
        for loan in loans
    ]
    await outbox.append(conn, answers, now=now)


async def _against(
    conn: asyncpg.Connection, loans: Sequence[OpeningLoanProposedV1]
) -> dict[UUID, list[Reason]]:
    found: dict[UUID, list[Reason]] = {loan.loan_id: [] for loan in loans}
    for row in await take_overs.in_the_way(conn, loans):
        reasons = found[row["id"]]
        if row["bank_unknown"]:
            reasons.append(
                Reason(code="bank-unknown", zh="银行尚未登记", en="The bank is not registered.")
            )
        if row["pool_unknown"]:
            reasons.append(
                Reason(code="pool-unknown", zh="没有这个资金池", en="There is no such pool.")
            )
        if row["loan_used_in"]:
            reasons.append(
                Reason(
                    code="loan-no-used",
                    zh=f"借据号已用于 {row['loan_used_in']}",
                    en=f"The number is that of the loan of {row['loan_used_in']}.",
                )
            )
    for row in await take_overs.rights_held(conn, loans):
        found[row["id"]].append(
            Reason(
                code="right-in-use",
                zh=f"权利 {row['number_as_given']} 已在 {row['held_by']} 质押",
                en=f"The right {row['number_as_given']} is pledged in {row['held_by']}.",
            )
        )
    return found


async def _numbers(
    conn: asyncpg.Connection, loans: Sequence[OpeningLoanProposedV1], *, now: datetime
) -> dict[UUID, str]:
    by_pool: dict[str, list[UUID]] = {}
    for loan in loans:
        by_pool.setdefault(loan.pool_code, []).append(loan.loan_id)
    found: dict[UUID, str] = {}
    for pool_code, ids in sorted(by_pool.items()):
        year = business_date(now).year
        numbers = await next_numbers(conn, pool_code, year, count=len(ids))
        assert numbers is not None, "a loan of an unknown pool is refused before"
        found |= dict(zip(ids, numbers, strict=True))
    return found


async def _keep(
    conn: asyncpg.Connection,
    loans: Sequence[OpeningLoanProposedV1],
    numbers: Mapping[UUID, str],
    *,
    now: datetime,
) -> None:
    if not loans:
        return
    move = LIFE_CYCLE.require(None, Action.ANNOUNCE, SYSTEM)
    rows = [_case(loan, numbers[loan.loan_id], state=move.target, now=now) for loan in loans]
    rights = [right for loan in loans for right in _rights(loan, now=now)]
    await take_overs.keep(
        conn,
        cases=rows,
        rights=rights,
        loans=[_loan(loan) for loan in loans],
        now=now,
    )
    steps = [
        Step(
            case={**row, "id": loan.loan_id, "state": None, "version": 0},
            action=Action.ANNOUNCE,
            by=SYSTEM,
            detail={"opening_id": str(loan.opening_id), "loan_no": loan.loan_no},
        )
        for row, loan in zip(rows, loans, strict=True)
    ]
    await apply_transitions(conn, APPLICATIONS, steps, now=now)
    await pledges.begin(conn, rights, by=SYSTEM, now=now)


def _case(loan: OpeningLoanProposedV1, number: str, *, state: str, now: datetime) -> dict[str, Any]:
    """The case as if it had come by the usual way, as far as the county's book tells."""
    same = (
        "bank_code", "pool_code", "programme", "scheme_version", "mode", "parties",
        "borrower_uscc", "borrower_name", "borrower_is_sme", "amount_fen", "tenor_months",
        "annual_rate_bp", "purpose", "repayment", "has_other_collateral", "ip_share_bp",
        "ip_amount_fen", "is_first_loan", "is_multi_ip_type",
    )  # fmt: skip
    facts = {
        "approval": (loan.attributes, loan.approved_on),
        "disbursement": (loan.attributes_at_disbursement, loan.disbursed_on),
    }
    stated = [
        fact
        for at, (said, day) in facts.items()
        for fact in witnessed(as_facts(said), None, at=at, on=day, by=SYSTEM, now=now)  # type: ignore[arg-type]
    ]
    return {
        **{name: getattr(loan, name) for name in same},
        "id": str(loan.loan_id),
        "number": number,
        "borrower_name_canonical": canonical.name(loan.borrower_name),
        "borrower_registered_on": loan.borrower_registered_on.isoformat(),
        "attributes": loan.attributes,
        "stated_facts": stated,
        "state": state,
        "version": 1,
        "revision": 1,
        "state_since": now.isoformat(),
        "findings": [],
        "submitted_at": now.isoformat(),
        "submitted_by": SYSTEM.subject,
        "approved_on": loan.approved_on.isoformat(),
        "declined_limits": [],
        "drawable_fen": 0,
    }


def _rights(loan: OpeningLoanProposedV1, *, now: datetime) -> list[dict[str, Any]]:
    """Its rights, each with its pledge, as the tables of both name their columns."""
    return [
        {
            **right.model_dump(mode="json"),
            "application_id": str(loan.loan_id),
            "bank_code": loan.bank_code,
            "revision": 1,
            "collateral_no": no,
            "register_name": BY_THE_BOOK,
            "registration_no_canonical": canonical.number(right.registration_no),
            "id": str(uuid7()),
            "state": pledge.State.REGISTERED,
            "version": 1,
            "state_since": now.isoformat(),
        }
        for no, right in enumerate(loan.rights, start=1)
    ]


def _loan(loan: OpeningLoanProposedV1) -> dict[str, Any]:
    return {
        "application_id": str(loan.loan_id),
        "bank_code": loan.bank_code,
        "pool_code": loan.pool_code,
        "loan_no": loan.loan_no,
        "loan_no_canonical": canonical.number(loan.loan_no),
        "amount_fen": loan.amount_fen,
        "annual_rate_bp": loan.annual_rate_bp,
        "disbursed_on": loan.disbursed_on.isoformat(),
        "matures_on": loan.matures_on.isoformat(),
        "outstanding_fen": loan.outstanding_principal_fen,
        "overdue_days": loan.overdue_days,
        "interest_arrears_fen": 0,
        "penalty_interest_fen": 0,
        "risk_class": loan.risk_class,
    }


async def take_over(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool is taken over: its loans are served from here on. What stands of them on the eve
    counts as their report of the month before."""
    on: dict[UUID, date] = {one.event.loan_id: one.event.taken_over_on for one in received}
    moved = await _move(conn, list(on), Action.TAKE_OVER, "", now=now)
    await take_overs.count_as_reported(
        conn, {case_id: str(Month.of(on[case_id]).before) for case_id in moved}
    )
    await tell_listed(conn, await entries_of(conn, moved), now=now)
    await pledges.tell_standing(conn, moved, now=now)


async def drop(received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime) -> None:
    """Loans are not taken over after all: their numbers and rights are free."""
    reasons = {one.event.loan_id: one.event.reason for one in received}
    moved = await _move(conn, list(reasons), Action.DROP, next(iter(reasons.values())), now=now)
    await take_overs.forget_loans(conn, moved)


async def _move(
    conn: asyncpg.Connection,
    case_ids: Sequence[UUID],
    action: Action,
    reason: str,
    *,
    now: datetime,
) -> list[UUID]:
    rows = await cases.locked_all(conn, case_ids)
    steps = [
        Step(case=row, action=action, by=SYSTEM, reason=reason)
        for row in rows
        if find_move(State(row["state"]), action) is not None
    ]
    await cases.move_on(conn, steps, now=now)
    return [step.case["id"] for step in steps]
