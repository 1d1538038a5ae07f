"""Rows as the API shows them."""

from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.api.responses import (
    BorrowerAnswer,
    CaseAnswer,
    CaseSummary,
    CollateralAnswer,
    DocumentAnswer,
    FindingAnswer,
    HistoryAnswer,
    LoanAnswer,
    PositionAnswer,
    RegistrationAnswer,
    ValuationAnswer,
    WaitingAnswer,
)
from services.applications.domain.life_cycle import (
    Action,
    State,
    in_chinese,
    possible_actions,
)
from services.applications.domain.waiting import WAITS, lamp, shown_due
from services.applications.queries import cases
from services.applications.tables.rows import (
    ApplicationRow,
    CollateralRow,
    HistoryRow,
    LoanRow,
    PositionRow,
    ValuationRow,
)
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.risk_pool import LimitReached


def summary(row: ApplicationRow, *, now: datetime, working_days: WorkingDays) -> CaseSummary:
    """A case in a list, with its lamp."""
    due = shown_due(
        State(row.state), reserved_until=row.reserved_until, last_report_month=None,
        stored=row.due_on,
    )  # fmt: skip
    left = None if due is None else working_days.between(business_date(now), due)
    return CaseSummary(
        **_of_the_row(row), due_on=due, lamp=lamp(due, working_days_left=left),
        working_days_left=left,
    )  # fmt: skip


def _of_the_row(row: ApplicationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "state_zh": in_chinese(State(row.state)),
        "bank_code": row.bank_code,
        "pool_code": row.pool_code,
        "borrower_uscc": row.borrower_uscc,
        "borrower_name": row.borrower_name,
        "amount_fen": row.amount_fen,
        "tenor_months": row.tenor_months,
        "version": row.version,
        "since": row.since,
        "submitted_at": row.submitted_at,
        "assigned_to": row.assigned_to,
        "assigned_name": row.assigned_name,
    }


async def full(
    session: AsyncSession,
    row: ApplicationRow,
    *,
    caller: Identity,
    now: datetime,
    working_days: WorkingDays,
) -> CaseAnswer:
    """A case with everything that belongs to it, as this caller may act on it."""
    loan = await cases.loan_of(session, row.id)
    due = shown_due(
        State(row.state),
        reserved_until=row.reserved_until,
        last_report_month=_reported_to(loan),
        stored=row.due_on,
    )
    left = None if due is None else working_days.between(business_date(now), due)
    return CaseAnswer(
        **_of_the_row(row),
        due_on=due,
        lamp=lamp(due, working_days_left=left),
        working_days_left=left,
        programme=row.programme,
        mode=row.mode,
        parties=row.parties,
        borrower=BorrowerAnswer(
            uscc=row.borrower_uscc,
            name=row.borrower_name,
            registered_on=row.borrower_registered_on,
            is_sme=row.borrower_is_sme,
            region_code=row.borrower_region_code,
        ),
        annual_rate_bp=row.annual_rate_bp,
        purpose=row.purpose,
        purpose_note=row.purpose_note,
        repayment=row.repayment,
        has_other_collateral=row.has_other_collateral,
        ip_share_bp=row.ip_share_bp,
        is_first_loan=row.is_first_loan,
        is_multi_ip_type=row.is_multi_ip_type,
        attributes=row.attributes,
        revision=row.revision,
        findings=[FindingAnswer.model_validate(one) for one in row.findings],
        collateral=[_right(*pair) for pair in await cases.collateral(session, row)],
        documents=[
            DocumentAnswer(kind=paper.kind, sha256=paper.sha256.hex(), filename=paper.filename)
            for paper in await cases.documents(session, row)
        ],
        registrations=[
            RegistrationAnswer(
                collateral_no=entry.collateral_no,
                registry=entry.register_name,
                registration_no=entry.registration_no,
                registered_on=entry.registered_on,
            )
            for entry in await cases.registrations(session, row.id)
        ],
        history=[move(one) for one in await cases.history(session, row.id)],
        loan=None if loan is None else loan_answer(loan, row),
        recommended_by=row.recommended_by,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        reserved_until=row.reserved_until,
        scheme_version=row.scheme_version,
        declined_limits=[LimitReached.model_validate(one) for one in row.declined_limits],
        pending_actions=list(pending_actions(row, caller)),
        waiting_for=_waiting(row, due),
    )


def pending_actions(row: ApplicationRow, caller: Identity) -> tuple[Action, ...]:
    """What the caller may do with the case now: the table, less what is another person's."""
    actions = possible_actions(State(row.state), caller.roles)
    if row.state == State.UNDER_REVIEW and row.assigned_to != caller.subject:
        actions = tuple(action for action in actions if action is Action.WITHDRAW)
    if row.state == State.RECOMMENDED and row.recommended_by == caller.subject:
        actions = tuple(action for action in actions if action is Action.WITHDRAW)
    return actions


def _waiting(row: ApplicationRow, due: date | None) -> WaitingAnswer | None:
    wait = WAITS.get(State(row.state))
    if wait is None:
        return None
    return WaitingAnswer(role=str(wait.role), zh=wait.zh, en=wait.en, since=row.since, due_on=due)


def _reported_to(loan: LoanRow | None) -> str | None:
    """The youngest month that is reported; the one before disbursement where none is yet."""
    if loan is None:
        return None
    if loan.last_month is not None:
        return loan.last_month
    months = loan.disbursed_on.year * 12 + loan.disbursed_on.month - 2
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _right(right: CollateralRow, worth: ValuationRow) -> CollateralAnswer:
    return CollateralAnswer(
        collateral_no=right.collateral_no,
        kind=right.kind,
        number=right.number,
        number_as_given=right.number_as_given,
        nice_class=right.nice_class or None,
        name=right.name,
        owner_uscc=right.owner_uscc,
        owner_name=right.owner_name,
        filed_on=right.filed_on,
        expires_on=right.expires_on,
        valuation=ValuationAnswer(
            amount_fen=worth.amount_fen,
            method=worth.method,
            appraiser=worth.appraiser,
            valued_on=worth.valued_on,
        ),
    )


def move(row: HistoryRow) -> HistoryAnswer:
    """One move."""
    return HistoryAnswer.model_validate(row)


def loan_answer(loan: LoanRow, row: ApplicationRow) -> LoanAnswer:
    """A loan with the names of its case."""
    return LoanAnswer(
        id=row.id,
        number=row.number,
        loan_no=loan.loan_no,
        bank_code=loan.bank_code,
        pool_code=loan.pool_code,
        borrower_uscc=row.borrower_uscc,
        borrower_name=row.borrower_name,
        state=State(row.state),
        amount_fen=loan.amount_fen,
        annual_rate_bp=loan.annual_rate_bp,
        disbursed_on=loan.disbursed_on,
        matures_on=loan.matures_on,
        outstanding_principal_fen=loan.outstanding_fen,
        overdue_days=loan.overdue_days,
        interest_arrears_fen=loan.interest_arrears_fen,
        penalty_interest_fen=loan.penalty_interest_fen,
        risk_class=loan.risk_class,
        last_month=loan.last_month,
    )


def position(row: PositionRow) -> PositionAnswer:
    """One report."""
    return PositionAnswer(
        month=row.month,
        version=row.version,
        outstanding_principal_fen=row.outstanding_fen,
        overdue_days=row.overdue_days,
        interest_arrears_fen=row.interest_arrears_fen,
        penalty_interest_fen=row.penalty_interest_fen,
        risk_class=row.risk_class,
        reported_at=row.reported_at,
        reported_by=row.reported_by,
    )
