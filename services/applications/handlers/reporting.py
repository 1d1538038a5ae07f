"""A bank reports where its loans stood at a month's end: a thousand rows, in a few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter, ValidationError

from services.applications.api.requests import PositionItem, PositionsBody
from services.applications.api.responses import PositionsAnswer, RowProblem, RowVerdict
from services.applications.domain.life_cycle import Action, Role, State, Transition, find_move
from services.applications.domain.positions import (
    Loan,
    Position,
    Remark,
    errors,
    is_newest,
    is_worse,
    move_for,
    warnings,
)
from services.applications.tables import positions as position_rows
from services.applications.tables.moves import Actor, Move, record
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.applications import LoanOverdueV1, LoanPositionReportedV1, LoanRepaidV1
from shared.contracts.envelope import Event
from shared.http.field_errors import field_errors, json_pointer
from shared.http.idempotency import Answer
from shared.messaging import outbox

_ITEMS: Final = TypeAdapter(list[PositionItem])
_ITEM: Final = TypeAdapter(PositionItem)

UNKNOWN: Final = RowProblem(
    code="loan-unknown", zh="没有这笔贷款", en="There is no such loan.", field="/loan_no"
)
TWICE: Final = RowProblem(
    code="loan-named-twice",
    zh="同一笔贷款在本次报送中出现两次",
    en="The loan is named twice in this report.",
    field="/loan_no",
)


@dataclass(frozen=True, slots=True)
class Reported:
    """One row that is taken, with the loan it is about."""

    row: asyncpg.Record
    loan: Loan
    position: Position
    newest: bool

    @property
    def move(self) -> Transition | None:
        """What it does to the case; only the newest month moves it."""
        action = move_for(self.position, self.loan) if self.newest else None
        return find_move(self.loan.state, action) if action is not None else None


async def report(
    body: PositionsBody, *, caller: Identity, conn: asyncpg.Connection, now: datetime
) -> Answer:
    """Take the rows that can be true, and say of every row what became of it."""
    today = business_date(now)
    items = read_items(body.items)
    rows = await position_rows.locked_loans(
        conn,
        bank_code=caller.institution,
        month=body.month,
        loan_nos=[i.loan_no for i in items if isinstance(i, PositionItem) and i.loan_no],
        loan_ids=[i.loan_id for i in items if isinstance(i, PositionItem) and i.loan_id],
    )

    verdicts, taken = _judge(items, rows, month=body.month, today=today)
    moved = [one for one in taken if one.move is not None]
    events = [event for one in taken for event in _said(one, month=body.month, today=today)]

    await position_rows.keep(
        conn,
        [(one.row, one.position, one.newest) for one in taken],
        month=body.month,
        reported_by=caller.subject,
        now=now,
    )
    await record(conn, [_move(one, caller, body.month) for one in moved], now=now)
    await outbox.append(conn, events, now=now)
    answer = PositionsAnswer(
        month=body.month,
        accepted=sum(verdict.accepted for verdict in verdicts),
        refused=sum(not verdict.accepted for verdict in verdicts),
        verdicts=verdicts,
    )
    return Answer(200, answer)


def read_items(given: Sequence[Any]) -> list[PositionItem | list[RowProblem]]:
    """Every row as a position, or as what is wrong with it."""
    try:
        return list(_ITEMS.validate_python(given))
    except ValidationError:
        return [_read_item(one) for one in given]


def _read_item(given: Any) -> PositionItem | list[RowProblem]:
    try:
        return _ITEM.validate_python(given)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        return [
            RowProblem(
                code=wrong.code,
                zh=wrong.zh,
                en=wrong.en,
                field=json_pointer(wrong.place).removeprefix("#"),
            )
            for wrong in field_errors(found, given)
        ]


def _judge(
    items: Sequence[PositionItem | list[RowProblem]],
    rows: Sequence[asyncpg.Record],
    *,
    month: str,
    today: date,
) -> tuple[list[RowVerdict], list[Reported]]:
    by_no = {row["loan_no"]: row for row in rows}
    by_id = {row["id"]: row for row in rows}
    verdicts: list[RowVerdict] = []
    taken: list[Reported] = []
    seen: set[UUID] = set()
    for index, item in enumerate(items):
        if not isinstance(item, PositionItem):
            verdicts.append(RowVerdict(index=index, accepted=False, errors=item))
            continue
        row = by_no.get(item.loan_no) if item.loan_no else by_id.get(item.loan_id)
        if row is None or row["id"] in seen:
            wrong = UNKNOWN if row is None else TWICE
            verdicts.append(
                RowVerdict(index=index, loan_no=item.loan_no, loan_id=item.loan_id,
                           accepted=False, errors=[wrong])
            )  # fmt: skip
            continue
        seen.add(row["id"])
        verdict, one = _judge_row(index, item, row, month=month, today=today)
        verdicts.append(verdict)
        if one is not None:
            taken.append(one)
    return verdicts, taken


def _judge_row(
    index: int, item: PositionItem, row: asyncpg.Record, *, month: str, today: date
) -> tuple[RowVerdict, Reported | None]:
    loan, position = _loan(row), _position(item)
    against = errors(position, loan, month=month, today=today)
    one = Reported(row, loan, position, is_newest(loan, month))
    unchanged = not against and row["reported"] == _figures(position)
    state = loan.state
    if not against and not unchanged and one.move is not None:
        state = one.move.target
    verdict = RowVerdict(
        index=index,
        loan_no=row["loan_no"],
        loan_id=row["id"],
        accepted=not against,
        unchanged=unchanged,
        version=None if against else row["reports"] + (not unchanged),
        state=state,
        errors=_shown(against),
        warnings=_shown(warnings(position)),
    )
    return verdict, None if against or unchanged else one


def _shown(remarks: Sequence[Remark]) -> list[RowProblem]:
    return [RowProblem(**remark._asdict()) for remark in remarks]


def _loan(row: asyncpg.Record) -> Loan:
    return Loan(
        state=State(row["state"]),
        amount_fen=row["amount_fen"],
        disbursed_on=row["disbursed_on"],
        last_month=row["last_month"],
        risk_class=row["risk_class"],
        before_fen=row["before_fen"],
    )


def _position(item: PositionItem) -> Position:
    return Position(
        outstanding_fen=item.outstanding_principal_fen,
        overdue_days=item.overdue_days,
        interest_arrears_fen=item.interest_arrears_fen,
        penalty_interest_fen=item.penalty_interest_fen,
        risk_class=item.risk_class,
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


def _move(one: Reported, caller: Identity, month: str) -> Move:
    by = one.move
    assert by is not None
    return Move(
        case_id=one.row["id"],
        bank_code=one.row["bank_code"],
        version=one.row["version"],
        by=by,
        # The table moves the case by what the bank has reported: the bank's person is named.
        actor=Actor(subject=caller.subject, name=caller.name, role=Role.SYSTEM),
        detail={"month": month, "overdue_days": one.position.overdue_days},
    )


def _said(one: Reported, *, month: str, today: date) -> list[Event]:
    position, case = one.position, _about(one.row)
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
    if one.newest and is_worse(position, one.loan):
        events.append(
            LoanOverdueV1(
                **case,
                overdue_days=position.overdue_days,
                risk_class=position.risk_class,
                outstanding_principal_fen=position.outstanding_fen,
                as_of=today,
            )
        )
    if one.move is not None and one.move.action is Action.REPAY:
        events.append(LoanRepaidV1(**case, repaid_on=today))
    return events


def _about(row: asyncpg.Record) -> Mapping[str, Any]:
    return {
        "loan_id": row["id"],
        "number": row["number"],
        "bank_code": row["bank_code"],
        "pool_code": row["pool_code"],
        "borrower_uscc": row["borrower_uscc"],
        "borrower_name": row["borrower_name"],
    }
