"""A loan that was filed after it was paid out is in cover: its case becomes a loan like any other."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.applications.domain import pledge
from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.domain.loan_terms import Disbursement, Registration
from services.applications.domain.paid_out import PaidOut
from services.applications.domain.stated import witnessed
from services.applications.handlers import pledges
from services.applications.queries.submitted import submitted
from services.applications.tables import cases, loans
from services.applications.tables.pledges import PLEDGES
from shared.contracts.risk_pool import CoverageActivatedV1
from shared.life_cycle import SYSTEM, Row
from shared.messaging.inbox import Received
from shared.months import Month
from shared.schemes.stated import as_facts
from shared.transitions import Step


class LoanNoTaken(RuntimeError):
    """Between approval and entry another loan has taken the number; somebody is to look."""


async def coverage_activated(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool covers loans from their approval on. Those that were approved first are loans
    already; for them, and for what comes twice, the life cycle has no such move."""
    events: dict[UUID, CoverageActivatedV1] = {one.event.loan_id: one.event for one in received}
    rows = await cases.locked_all(conn, list(events))
    entering = [row for row in rows if find_move(State(row["state"]), Action.ENTER) is not None]
    steps = [_step(row, events[row["id"]], now=now) for row in entering]
    for row in entering:
        await _lend(conn, row)
        await _register(conn, row, now=now)
    await cases.move_on(conn, steps, now=now)
    await pledges.tell_standing(conn, [row["id"] for row in entering], now=now)


def _step(row: Row, event: CoverageActivatedV1, *, now: datetime) -> Step:
    paid = _paid(row)
    stated = witnessed(
        as_facts(paid.attributes), None, at="disbursement", on=paid.disbursed_on, by=SYSTEM, now=now
    )
    return Step(
        case=row,
        action=Action.ENTER,
        by=SYSTEM,
        detail={
            "loan_no": paid.loan_no,
            "disbursed_on": str(paid.disbursed_on),
            "covered_from": str(event.activated_on),
        },
        changes={
            "scheme_version": event.scheme_version,
            "stated_facts": [*row["stated_facts"], *stated],
        },
    )


def _paid(row: Row) -> PaidOut:
    paid = PaidOut.of_data(row["paid_out"])
    assert paid is not None, "only what was filed is covered at its approval"
    return paid


async def _lend(conn: asyncpg.Connection, row: Row) -> None:
    paid = _paid(row)
    lent = Disbursement(
        loan_no=paid.loan_no,
        amount_fen=row["amount_fen"],
        disbursed_on=paid.disbursed_on,
        matures_on=paid.matures_on,
    )
    # What was before the approval is not the pool's to hear of.
    before = Month.of(row["approved_on"]).before
    reported_to = str(before) if Month.of(paid.disbursed_on) <= before else None
    if not await loans.lend(
        conn, row, lent, outstanding_fen=paid.outstanding_fen, reported_to=reported_to
    ):
        raise LoanNoTaken(row["number"])


async def _register(conn: asyncpg.Connection, row: Row, *, now: datetime) -> None:
    case = await submitted(conn, row)
    entries = [
        Registration(
            collateral_no=number,
            registry=right.registration.registry,
            registration_no=right.registration.registration_no,
            registered_on=right.registration.registered_on,
        )
        for number, right in enumerate(case.collateral, start=1)
        if right.registration is not None
    ]
    first = PLEDGES.life_cycle.require(None, pledge.Action.REGISTER, SYSTEM)
    kept = await loans.register(
        conn, row["id"], row["bank_code"], entries, state=first.target, now=now
    )
    await pledges.begin(conn, kept, by=SYSTEM, now=now)
