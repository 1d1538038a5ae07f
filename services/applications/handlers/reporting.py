"""A bank reports where its loans stood at a month's end: a thousand rows, in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.draws import Drawn, drawn_after
from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.domain.plausibility import Report, errors, questions
from services.applications.domain.positions import (
    LOAN_UNKNOWN,
    NAMED_TWICE,
    RIGHTS_TAKEN,
    Earlier,
    Loan,
    Position,
    Remark,
    ReportedRow,
    RowOutcome,
    is_newest,
    is_worse,
    move_for,
)
from services.applications.tables import positions as position_rows
from services.applications.tables.cases import about, hold_again, move_on
from shared import canonical
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.applications import LoanOverdueV1, LoanPositionReportedV1
from shared.contracts.envelope import Event
from shared.life_cycle import SYSTEM_ROLE, Actor, Move
from shared.months import Month
from shared.transitions import Step

_MENDED: Final = "误报结清，同月更正"


@dataclass(frozen=True, slots=True)
class Reported:
    """One row that is taken, with the loan it is about."""

    index: int
    row: asyncpg.Record
    loan: Loan
    position: Position
    newest: bool
    move: Move | None
    """What it does to the case; only the newest month moves it."""
    confirmed: tuple[str, ...]
    """The questions that the bank has answered."""
    reason: str

    drawn_since_fen: int = 0
    """What was drawn after the month's end."""

    @property
    def reopens(self) -> bool:
        """Whether the loan had been reported as repaid."""
        return self.move is not None and self.move.action == Action.REOPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """Of which month a report is, and on what day, by which calendar, it comes in."""

    month: str
    today: date
    working_days: WorkingDays


async def report(
    month: str,
    items: Sequence[ReportedRow | tuple[Remark, ...]],
    *,
    caller: Identity,
    conn: asyncpg.Connection,
    working_days: WorkingDays,
    now: datetime,
) -> list[RowOutcome]:
    """Take the rows that can be true, and say of every row what became of it.

    A row that could not be read comes as what is wrong with it.
    """
    at = _Moment(month=month, today=business_date(now), working_days=working_days)
    readable = [item for item in items if isinstance(item, ReportedRow)]
    rows = await position_rows.locked_loans(
        conn,
        bank_code=caller.institution,
        month=month,
        loan_nos=[canonical.number(item.loan_no) for item in readable if item.loan_no],
        loan_ids=[item.loan_id for item in readable if item.loan_id],
    )

    outcomes, taken = _judge(items, rows, at)
    taken = await _with_their_rights(conn, outcomes, taken, now=now)
    # The table moves the case by what the bank has reported: the bank's person is named.
    person = Actor(caller.subject, caller.name, frozenset({SYSTEM_ROLE}))

    await position_rows.keep(conn, taken, month=month, reported_by=caller.subject, now=now)
    # Opened first, so that its position is told of a loan that is out.
    await move_on(conn, [_step(one, person, at) for one in taken if one.reopens], now=now)
    await move_on(
        conn,
        [step for one in taken if (step := _second_step(one, person, at)) is not None],
        now=now,
        also=[event for one in taken for event in _told(one, at)],
    )
    return outcomes


async def _with_their_rights(
    conn: asyncpg.Connection, outcomes: list[RowOutcome], taken: list[Reported], *, now: datetime
) -> list[Reported]:
    """What is left of the rows: a loan that is opened again needs the rights that it had let go,
    and is not opened where another case has them by now."""
    opened = [one for one in taken if one.reopens]
    if not opened:
        return taken
    held = await hold_again(conn, [one.row["id"] for one in opened], now=now)
    lost = {one.index for one in opened if one.row["id"] not in held}
    for index in lost:
        outcomes[index] = replace(
            outcomes[index], accepted=False, version=None, state=None, errors=(RIGHTS_TAKEN,)
        )
    return [one for one in taken if one.index not in lost]


def _judge(
    items: Sequence[ReportedRow | tuple[Remark, ...]],
    rows: Sequence[asyncpg.Record],
    at: _Moment,
) -> tuple[list[RowOutcome], list[Reported]]:
    by_no = {row["loan_no_canonical"]: row for row in rows}
    by_id = {row["id"]: row for row in rows}
    outcomes: list[RowOutcome] = []
    taken: list[Reported] = []
    seen: set[UUID] = set()
    for index, item in enumerate(items):
        if not isinstance(item, ReportedRow):
            outcomes.append(RowOutcome(index=index, accepted=False, errors=item))
            continue
        row = by_no.get(canonical.number(item.loan_no)) if item.loan_no else by_id.get(item.loan_id)
        if row is None or row["id"] in seen:
            wrong = LOAN_UNKNOWN if row is None else NAMED_TWICE
            outcomes.append(
                RowOutcome(index=index, loan_no=item.loan_no, loan_id=item.loan_id,
                           accepted=False, errors=(wrong,))
            )  # fmt: skip
            continue
        seen.add(row["id"])
        outcome, one = _judge_row(index, item, row, at)
        outcomes.append(outcome)
        if one is not None:
            taken.append(one)
    return outcomes, taken


def _judge_row(
    index: int, item: ReportedRow, row: asyncpg.Record, at: _Moment
) -> tuple[RowOutcome, Reported | None]:
    loan, position = _loan(row, at), item.position
    month = Month.parse(at.month)
    report = Report(position=position, loan=loan, month=month, today=at.today)
    against = errors(report)
    asked = () if against else questions(report)
    open_ = tuple(one for one in asked if one.code not in item.confirmed)
    accepted = not against and not open_
    unchanged = accepted and row["reported"] == _figures(position)
    newest = is_newest(loan, at.month)
    takes = accepted and not unchanged
    move = move_for(position, loan, month=month, today=at.today) if takes and newest else None
    outcome = RowOutcome(
        index=index,
        loan_no=row["loan_no"],
        loan_id=row["id"],
        accepted=accepted,
        unchanged=unchanged,
        version=row["reports"] + (not unchanged) if accepted else None,
        state=_state_after(loan, move, position),
        errors=against,
        to_confirm=open_,
        warnings=asked if accepted else (),
    )
    confirmed = tuple(one.code for one in asked)
    since_fen = drawn_after(loan.draws, month.last)
    one = Reported(index, row, loan, position, newest, move, confirmed, item.reason, since_fen)
    return outcome, one if takes else None


def _state_after(loan: Loan, move: Move | None, position: Position) -> State:
    if move is not None and move.action == Action.REOPEN and position.overdue_days:
        return State.OVERDUE
    return loan.state if move is None else State(move.target)


def _loan(row: asyncpg.Record, at: _Moment) -> Loan:
    return Loan(
        state=State(row["state"]),
        amount_fen=row["amount_fen"],
        annual_rate_bp=row["annual_rate_bp"],
        disbursed_on=row["disbursed_on"],
        falls_due_on=at.working_days.add(row["matures_on"], 0),
        changed_on=row["changed_on"],
        last_month=row["last_month"],
        risk_class=row["risk_class"],
        before=None if row["before_month"] is None else _earlier(row),
        draws=tuple(
            Drawn(on=day, amount_fen=fen)
            for day, fen in zip(row["drawn_on"], row["drawn_fen"], strict=True)
        ),
        renewed_on=row["renewed_on"],
    )


def _earlier(row: asyncpg.Record) -> Earlier:
    figures = {name: row[f"before_{name}"] for name in Position.__dataclass_fields__}
    return Earlier(row["before_month"], Position(**figures))


def _figures(position: Position) -> list[Any]:
    """The figures as the database would give them back in one array."""
    return [
        str(position.outstanding_fen),
        str(position.overdue_days),
        str(position.interest_arrears_fen),
        str(position.penalty_interest_fen),
        position.risk_class,
    ]


def _step(one: Reported, by: Actor, at: _Moment) -> Step:
    assert one.move is not None
    is_over = one.move.action == Action.REPAY
    facts = {
        Action.FALL_OVERDUE: _overdue(one.position, at.today),
        Action.REPAY: {"repaid_on": at.today},
        Action.REOPEN: {
            "month": at.month,
            "outstanding_principal_fen": one.position.outstanding_fen,
            "reported_on": at.today,
            "reason": one.reason or _MENDED,
        },
    }
    return Step(
        case=one.row,
        action=one.move.action,
        by=by,
        reason=one.reason,
        detail={"month": at.month, "overdue_days": one.position.overdue_days},
        # What is repaid is drawn upon no more.
        changes={
            "drawable_fen": 0 if is_over else one.row["drawable_fen"],
            "draws_until": None if is_over else one.row["draws_until"],
        },
        facts=facts.get(Action(one.move.action), {}),
    )


def _second_step(one: Reported, by: Actor, at: _Moment) -> Step | None:
    """The move of a report; for a loan that was opened again, how it stands since: overdue."""
    if not one.reopens:
        return None if one.move is None else _step(one, by, at)
    move = find_move(State.DISBURSED, Action.FALL_OVERDUE)
    if move is None or not one.position.overdue_days:
        return None
    opened = {**one.row, "state": State.DISBURSED, "version": one.row["version"] + 1}
    return replace(_step(replace(one, move=move), by, at), case=opened)


def _overdue(position: Position, today: date) -> dict[str, Any]:
    return {
        "overdue_days": position.overdue_days,
        "risk_class": position.risk_class,
        "outstanding_principal_fen": position.outstanding_fen,
        "as_of": today,
    }


def _told(one: Reported, at: _Moment) -> list[Event]:
    """What a report tells of itself, beside what it does to the case."""
    position, case = one.position, about(one.row)
    events: list[Event] = [
        LoanPositionReportedV1(
            **case,
            month=at.month,
            outstanding_principal_fen=position.outstanding_fen,
            overdue_days=position.overdue_days,
            interest_arrears_fen=position.interest_arrears_fen,
            penalty_interest_fen=position.penalty_interest_fen,
            risk_class=position.risk_class,
            reported_on=at.today,
            corrects_closed_month=one.row["is_closed"],
            drawn_since_fen=one.drawn_since_fen,
        )
    ]
    falls_overdue = one.reopens or (one.move is not None and one.move.action == Action.FALL_OVERDUE)
    if one.newest and not falls_overdue and is_worse(position, one.loan):
        events.append(LoanOverdueV1(**case, **_overdue(position, at.today)))
    return events
