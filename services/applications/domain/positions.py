"""A loan's monthly position, and what it means for the case; plausibility.py judges it."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.applications.domain.draws import Drawn, drawn_after
from services.applications.domain.life_cycle import Action, State, find_move
from shared.life_cycle import Move
from shared.months import Month
from shared.risk_classes import RiskClass, is_at_least


class Remark(NamedTuple):
    """Something about one field of a reported position."""

    code: str
    zh: str
    en: str
    field: str = ""
    source: str = ""
    """The rule's source; "" where a row is no position at all."""


LOAN_UNKNOWN: Final = Remark("loan-unknown", "没有这笔贷款", "There is no such loan.", "/loan_no")
RIGHTS_TAKEN: Final = Remark(
    "rights-taken",
    "质押权利已在另一笔申请或贷款中出质，无法恢复为未结清",
    "A right of the loan is pledged in another case by now; it cannot be opened again.",
    "/outstanding_principal",
)
NAMED_TWICE: Final = Remark(
    "loan-named-twice",
    "同一笔贷款在本次报送中出现两次",
    "The loan is named twice in this report.",
    "/loan_no",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a loan stood at a month's end."""

    outstanding_fen: int
    overdue_days: int
    interest_arrears_fen: int
    penalty_interest_fen: int
    risk_class: RiskClass

    @property
    def is_repaid(self) -> bool:
        """Nothing is owed any more, neither principal nor interest."""
        return not self.owed_fen

    @property
    def owed_fen(self) -> int:
        """Principal and interest together."""
        return self.outstanding_fen + self.interest_arrears_fen + self.penalty_interest_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRow:
    """One row of a report: a loan, by its number or its id, and where it stood."""

    loan_no: str | None
    loan_id: UUID | None
    position: Position
    confirmed: frozenset[str] = frozenset()
    """The codes of questions that the bank answers with: it is so."""
    reason: str = ""
    """Why an earlier report is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOutcome:
    """What became of one row of a report."""

    index: int
    loan_no: str | None = None
    loan_id: UUID | None = None
    accepted: bool
    unchanged: bool = False
    """Reported before with the same figures."""
    version: int | None = None
    """Which report of this loan and month it is."""
    state: State | None = None
    errors: tuple[Remark, ...] = ()
    to_confirm: tuple[Remark, ...] = ()
    """Why a row was not taken that would be, with these codes in its `confirmed`."""
    warnings: tuple[Remark, ...] = ()
    """What was unlikely about a row and is confirmed."""


class Earlier(NamedTuple):
    """The youngest report before a month."""

    month: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What is known of a loan when a position of `month` comes in."""

    state: State
    amount_fen: int
    """All that is drawn of it so far."""
    annual_rate_bp: int
    disbursed_on: date
    falls_due_on: date
    """The day of maturity, or the next working day where that is a holiday (Civil Code art. 203)."""
    changed_on: date | None = None
    """When it was last extended or restructured."""
    last_month: str | None
    """The youngest month reported so far."""
    risk_class: str
    """As of the youngest report."""
    before: Earlier | None
    """The youngest report before `month`; None where there is none."""
    draws: tuple[Drawn, ...] = ()
    """What was drawn of it after its disbursement."""
    renewed_on: date | None = None
    """When the loan that renews it was paid out."""

    def drawn_by(self, day: date) -> int:
        """What was drawn of it by the end of a day, its disbursement included."""
        return self.amount_fen - drawn_after(self.draws, day)

    def is_changed_within(self, month: Month) -> bool:
        """Whether it was extended or restructured since the report before, by the month's end."""
        if self.changed_on is None or self.changed_on > month.last:
            return False
        return self.before is None or self.changed_on > Month.parse(self.before.month).last

    def is_due(self, today: date) -> bool:
        """Whether all of it is due, so that what is unpaid is overdue whatever is reported."""
        return today > self.falls_due_on


def is_newest(loan: Loan, month: str) -> bool:
    """Whether a report says where the loan stands now, or only mends an earlier month."""
    return loan.last_month is None or month >= loan.last_month


def move_for(position: Position, loan: Loan, *, month: Month, today: date) -> Move | None:
    """What the newest report does to the case; None where it stays, as a compensated one does.

    A report of a month before maturity cures nothing once the whole loan is due; one that owes
    nothing repays no loan of which more was drawn since.
    """
    if loan.state is State.REPAID:
        return find_move(loan.state, Action.REOPEN)
    if position.is_repaid and not drawn_after(loan.draws, month.last):
        return find_move(loan.state, Action.REPAY)
    if position.overdue_days > 0:
        return find_move(loan.state, Action.FALL_OVERDUE)
    is_overdue = position.outstanding_fen > 0 and loan.is_due(today)
    return None if is_overdue else find_move(loan.state, Action.CURE)


def is_worse(position: Position, loan: Loan) -> bool:
    """Whether the newest report is news of trouble: newly overdue, or further down in its class."""
    newly_overdue = position.overdue_days > 0 and loan.state is State.DISBURSED
    further_down = not is_at_least(loan.risk_class, position.risk_class)
    return newly_overdue or further_down
