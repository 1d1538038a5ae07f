"""Rows as the API shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.applications.api.filing_answers import RegistrationAnswer
from services.applications.api.responses import (
    BorrowerAnswer,
    CaseAnswer,
    CaseSummary,
    CollateralAnswer,
    DocumentAnswer,
    DrawAnswer,
    HistoryAnswer,
    LoanAnswer,
    PositionAnswer,
    ToLookAtAnswer,
    ValuationAnswer,
    WaitingAnswer,
)
from services.applications.domain.draws import FIRST_DRAW
from services.applications.domain.life_cycle import (
    DECIDES_BY_ITS_LEVEL,
    LIFE_CYCLE,
    Action,
    State,
)
from services.applications.domain.submission import RightKey
from services.applications.domain.to_look_at import NamedRight, ToLookAt, to_look_at
from services.applications.domain.waiting import lamp, shown_due
from services.applications.queries.whole_case import WholeCase
from services.applications.tables.rows import (
    ApplicationRow,
    CollateralRow,
    DocumentRow,
    DrawRow,
    LoanRow,
    PledgeRegistrationRow,
    PositionRow,
    ValuationRow,
)
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.http.progress import progress_answer
from shared.life_cycle import SYSTEM_ROLE
from shared.months import Month


def summary(row: ApplicationRow, *, now: datetime, working_days: WorkingDays) -> CaseSummary:
    """A case in a list, with its lamp."""
    columns = _with_lamp(row, None, now=now, working_days=working_days)
    return CaseSummary(**columns)


def _with_lamp(
    row: ApplicationRow, loan: LoanRow | None, *, now: datetime, working_days: WorkingDays
) -> dict[str, Any]:
    """The columns of a case under their names, and how near the end of its wait is."""
    due = shown_due(
        State(row.state),
        reported_to=_reported_to(loan),
        reserved_until=row.reserved_until,
        stored=row.due_on,
    )
    left = None if due is None else working_days.between(business_date(now), due)
    return {
        **row.model_dump(),
        "state_zh": LIFE_CYCLE.states[row.state].zh,
        "since": row.state_since,
        "due_on": due,
        "lamp": lamp(due, working_days_left=left),
        "working_days_left": left,
    }


def full(
    case: WholeCase,
    *,
    caller: Identity,
    now: datetime,
    working_days: WorkingDays,
) -> CaseAnswer:
    """A case with everything that belongs to it, as this caller may act on it."""
    row, loan = case.application, case.loan
    columns = _with_lamp(row, loan, now=now, working_days=working_days)
    belonging = {
        "borrower": _borrower(columns),
        "to_look_at": [ToLookAtAnswer.model_validate(one) for one in _to_look_at(case)],
        "collateral": [_right(*pair, case.ranks) for pair in case.collateral],
        "documents": [_document(one) for one in case.documents],
        "paid_out": _paid_out(row),
        "registrations": [_entry(one) for one in case.registrations],
        "history": [HistoryAnswer.model_validate(one) for one in case.history],
        "loan": None if loan is None else loan_answer(loan, row),
        "times_returned": sum(
            one.action == Action.RETURN and one.role != SYSTEM_ROLE for one in case.history
        ),
        "progress": progress_answer(LIFE_CYCLE, row.state, by_shortcut=row.paid_out is not None),
        "pending_actions": [
            action
            for action in LIFE_CYCLE.open_to(row.model_dump() | dict(case.standing), caller)
            if action not in DECIDES_BY_ITS_LEVEL
        ],
        "waiting_for": _waiting(row, columns["due_on"]),
    }
    return CaseAnswer(**columns | belonging)


def _to_look_at(case: WholeCase) -> Iterable[ToLookAt]:
    row = case.application
    named = [
        NamedRight(kind=right.kind, number=right.number_as_given, owner_uscc=right.owner_uscc)
        for right, _ in case.collateral
    ]
    return to_look_at(row.borrower_uscc, row.borrower_region_code, named)


def _borrower(columns: Mapping[str, Any]) -> BorrowerAnswer:
    return BorrowerAnswer(
        **{name: columns[f"borrower_{name}"] for name in BorrowerAnswer.model_fields}
    )


def _document(row: DocumentRow) -> DocumentAnswer:
    return DocumentAnswer(
        kind=row.kind,
        document=row.document_id,
        sha256=row.sha256.hex(),
        filename=row.filename,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
    )


def _paid_out(row: ApplicationRow) -> dict[str, Any] | None:
    if row.paid_out is None:
        return None
    return {**row.paid_out, "outstanding_principal_fen": row.paid_out["outstanding_fen"]}


def _entry(row: PledgeRegistrationRow) -> RegistrationAnswer:
    return RegistrationAnswer(**row.model_dump(), registry=row.register_name)


def _waiting(row: ApplicationRow, due: date | None) -> WaitingAnswer | None:
    wait = LIFE_CYCLE.waits.get(row.state)
    if wait is None:
        return None
    return WaitingAnswer(
        role=row.signature_role or wait.roles[0]
        if row.state in LIFE_CYCLE.sources_of(Action.COUNTERSIGN)
        else wait.roles[0],
        zh=wait.words.zh,
        en=wait.words.en,
        since=row.state_since,
        due_on=due,
        in_working_days=wait.in_working_days and due is not None and due == row.due_on,
    )


def _reported_to(loan: LoanRow | None) -> Month | None:
    """The youngest month that is reported; the one before disbursement where none is yet."""
    if loan is None:
        return None
    if loan.last_month is not None:
        return Month.parse(loan.last_month)
    return Month.of(loan.disbursed_on).before


def _right(
    right: CollateralRow, worth: ValuationRow | None, ranks: Mapping[RightKey, int]
) -> CollateralAnswer:
    return CollateralAnswer(
        rank=ranks.get(RightKey(right.kind, right.number, right.nice_class)),
        **right.model_dump() | {"nice_class": right.nice_class or None},
        valuation=ValuationAnswer.model_validate(worth) if worth else None,
    )


def loan_answer(loan: LoanRow, row: ApplicationRow) -> LoanAnswer:
    """A loan with the names of its case."""
    return LoanAnswer(
        **loan.model_dump(),
        id=row.id,
        number=row.number,
        borrower_uscc=row.borrower_uscc,
        borrower_name=row.borrower_name,
        state=State(row.state),
        approved_fen=row.amount_fen,
        drawable_fen=row.drawable_fen,
        draws_until=row.draws_until,
        outstanding_principal_fen=loan.outstanding_fen,
    )


def draws(loan: LoanRow, case: ApplicationRow, rows: Sequence[DrawRow]) -> list[DrawAnswer]:
    """Every draw of a loan with what was drawn by then, the disbursement first."""
    drawn_fen = loan.amount_fen - sum(row.amount_fen for row in rows if row.undone_on is None)
    first = DrawAnswer(
        draw_no=FIRST_DRAW,
        amount_fen=drawn_fen,
        drawn_on=loan.disbursed_on,
        reference=loan.loan_no,
        drawn_fen=drawn_fen,
        undrawn_fen=case.amount_fen - drawn_fen,
    )
    found = [first]
    for row in rows:
        drawn_fen += 0 if row.undone_on else row.amount_fen
        undrawn_fen = case.amount_fen - drawn_fen
        found.append(DrawAnswer(**row.model_dump(), drawn_fen=drawn_fen, undrawn_fen=undrawn_fen))
    return found


def position(row: PositionRow) -> PositionAnswer:
    """One report."""
    return PositionAnswer(**row.model_dump(), outstanding_principal_fen=row.outstanding_fen)
