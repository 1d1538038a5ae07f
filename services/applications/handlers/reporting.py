"""A bank reports where its loans stood at a month's end: a thousand rows, in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State
from services.applications.domain.positions import (
    LOAN_UNKNOWN,
    NAMED_TWICE,
    Loan,
    Position,
    Remark,
    ReportedRow,
    RowOutcome,
    errors,
    is_newest,
    is_worse,
    move_for,
    warnings,
)
from services.applications.tables import positions as position_rows
from services.applications.tables.cases import about, move_on
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.applications import LoanOverdueV1, LoanPositionReportedV1
from shared.contracts.envelope import Event
from shared.life_cycle import SYSTEM_ROLE, Actor, Move
from shared.transitions import Step


@dataclass(frozen=True, slots=True)
class Reported:
    """One row that is taken, with the loan it is about."""

    row: asyncpg.Record
    loan: Loan
    position: Position
    newest: bool

    @property
    def move(self) -> Move | None:
        """What it does to the case; only the newest month moves it."""
        return move_for(self.position, self.loan) if self.newest else None


async def report(
    month: str,
    items: Sequence[ReportedRow | tuple[Remark, ...]],
    *,
    caller: Identity,
    conn: asyncpg.Connection,
    now: datetime,
) -> list[RowOutcome]:
    """Take the rows that can be true, and say of every row what became of it.

    A row that could not be read comes as what is wrong with it.
    """
    today = business_date(now)
    readable = [item for item in items if isinstance(item, ReportedRow)]
    rows = await position_rows.locked_loans(
        conn,
        bank_code=caller.institution,
        month=month,
        loan_nos=[item.loan_no for item in readable if item.loan_no],
        loan_ids=[item.loan_id for item in readable if item.loan_id],
    )

    outcomes, taken = _judge(items, rows, month=month, today=today)
    # The table moves the case by what the bank has reported: the bank's person is named.
    person = Actor(caller.subject, caller.name, frozenset({SYSTEM_ROLE}))
    steps = [
        _step(one, move, person, month=month, today=today)
        for one in taken
        if (move := one.move) is not None
    ]
    events = [event for one in taken for event in _told(one, month=month, today=today)]

    await position_rows.keep(
        conn,
        [(one.row, one.position, one.newest) for one in taken],
        month=month,
        reported_by=caller.subject,
        now=now,
    )
    await move_on(conn, steps, now=now, also=events)
    return outcomes


def _judge(
    items: Sequence[ReportedRow | tuple[Remark, ...]],
    rows: Sequence[asyncpg.Record],
    *,
    month: str,
    today: date,
) -> tuple[list[RowOutcome], list[Reported]]:
    by_no = {row["loan_no"]: row for row in rows}
    by_id = {row["id"]: row for row in rows}
    outcomes: list[RowOutcome] = []
    taken: list[Reported] = []
    seen: set[UUID] = set()
    for index, item in enumerate(items):
        if not isinstance(item, ReportedRow):
            outcomes.append(RowOutcome(index=index, accepted=False, errors=item))
            continue
        row = by_no.get(item.loan_no) if item.loan_no else by_id.get(item.loan_id)
        if row is None or row["id"] in seen:
            wrong = LOAN_UNKNOWN if row is None else NAMED_TWICE
            outcomes.append(
                RowOutcome(index=index, loan_no=item.loan_no, loan_id=item.loan_id,
                           accepted=False, errors=(wrong,))
            )  # fmt: skip
            continue
        seen.add(row["id"])
        outcome, one = _judge_row(index, item.position, row, month=month, today=today)
        outcomes.append(outcome)
        if one is not None:
            taken.append(one)
    return outcomes, taken


def _judge_row(
    index: int, position: Position, row: asyncpg.Record, *, month: str, today: date
) -> tuple[RowOutcome, Reported | None]:
    loan = _loan(row)
    against = errors(position, loan, month=month, today=today)
    one = Reported(row, loan, position, is_newest(loan, month))
    unchanged = not against and row["reported"] == _figures(position)
    takes = not against and not unchanged
    move = one.move if takes else None
    outcome = RowOutcome(
        index=index,
        loan_no=row["loan_no"],
        loan_id=row["id"],
        accepted=not against,
        unchanged=unchanged,
        version=None if against else row["reports"] + (not unchanged),
        state=loan.state if move is None else State(move.target),
        errors=against,
        warnings=warnings(position),
    )
    return outcome, one if takes else None


def _loan(row: asyncpg.Record) -> Loan:
    return Loan(
        state=State(row["state"]),
        amount_fen=row["amount_fen"],
        disbursed_on=row["disbursed_on"],
        last_month=row["last_month"],
        risk_class=row["risk_class"],
        before_fen=row["before_fen"],
    )


def _figures(position: Position) -> list[Any]:
    """The figures as the database would give them back in one array."""
    return [
        str(position.outstanding_fen),
        str(position.overdue_days),
        str(position.interest_arrears_fen),
        str(position.penalty_interest_fen),
        position.risk_class,
    ]


def _step(one: Reported, move: Move, by: Actor, *, month: str, today: date) -> Step:
    overdue = _overdue(one.position, today)
    facts = {Action.FALL_OVERDUE: overdue, Action.REPAY: {"repaid_on": today}}
    return Step(
        case=one.row,
        action=move.action,
        by=by,
        detail={"month": month, "overdue_days": one.position.overdue_days},
        facts=facts.get(Action(move.action), {}),
    )


def _overdue(position: Position, today: date) -> dict[str, Any]:
    return {
        "overdue_days": position.overdue_days,
        "risk_class": position.risk_class,
        "outstanding_principal_fen": position.outstanding_fen,
        "as_of": today,
    }


def _told(one: Reported, *, month: str, today: date) -> list[Event]:
    """What a report tells of itself, beside what it does to the case."""
    position, case, move = one.position, about(one.row), one.move
    events: list[Event] = [
        LoanPositionReportedV1(
            **case,
            month=month,
            outstanding_principal_fen=position.outstanding_fen,
            overdue_days=position.overdue_days,
            interest_arrears_fen=position.interest_arrears_fen,
            penalty_interest_fen=position.penalty_interest_fen,
            risk_class=position.risk_class,
            reported_on=today,
        )
    ]
    falls_overdue = move is not None and move.action == Action.FALL_OVERDUE
    if one.newest and not falls_overdue and is_worse(position, one.loan):
        events.append(LoanOverdueV1(**case, **_overdue(position, today)))
    return events
