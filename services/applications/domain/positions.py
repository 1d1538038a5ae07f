"""A loan's monthly position: whether a report can be true, and what it means for the case."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.applications.domain.life_cycle import IS_LOAN, Action, State, find_move
from shared.life_cycle import Move
from shared.money import group_fen
from shared.months import Month
from shared.risk_classes import RiskClass, is_at_least

_AT_LEAST: Final = ((360, "loss"), (270, "doubtful"), (90, "substandard"))
_CLASSES_RULE: Final = "商业银行金融资产风险分类办法（2023）"


class Remark(NamedTuple):
    """Something about one field of a reported position."""

    code: str
    zh: str
    en: str
    field: str = ""


LOAN_UNKNOWN: Final = Remark("loan-unknown", "没有这笔贷款", "There is no such loan.", "/loan_no")
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
        return not (self.outstanding_fen or self.interest_arrears_fen or self.penalty_interest_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRow:
    """One row of a report: a loan, by its number or its id, and where it stood."""

    loan_no: str | None
    loan_id: UUID | None
    position: Position


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
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What is known of a loan when a position of `month` comes in."""

    state: State
    amount_fen: int
    disbursed_on: date
    last_month: str | None
    """The youngest month reported so far."""
    risk_class: str
    """As of the youngest report."""
    before_fen: int | None
    """The principal of the youngest report before `month`; None where there is none."""


def errors(position: Position, loan: Loan, *, month: str, today: date) -> tuple[Remark, ...]:
    """Everything that keeps a report from being true; empty where it may be."""
    found: list[Remark] = []
    if loan.state not in IS_LOAN:
        found.append(Remark("loan-over", "贷款已结清或办结", "The loan is over."))
    if Month.parse(month) > Month.of(today):
        found.append(Remark("month-ahead", "月份尚未到来", "The month lies ahead.", "/month"))
    if Month.parse(month).last < loan.disbursed_on:
        found.append(
            Remark("before-disbursement", f"贷款于 {loan.disbursed_on} 才发放",
                   f"The loan was paid out on {loan.disbursed_on}.", "/month")
        )  # fmt: skip
    if position.outstanding_fen > loan.amount_fen:
        found.append(
            Remark("above-loan-amount", f"余额超过贷款金额 {group_fen(loan.amount_fen)} 元",
                   f"More than the loan's {group_fen(loan.amount_fen)}.", "/outstanding_principal")
        )  # fmt: skip
    elif loan.before_fen is not None and position.outstanding_fen > loan.before_fen:
        found.append(
            Remark("principal-grew", f"余额超过上月的 {group_fen(loan.before_fen)} 元",
                   f"More than the {group_fen(loan.before_fen)} of the month before.",
                   "/outstanding_principal")
        )  # fmt: skip
    if position.is_repaid and position.overdue_days > 0:
        found.append(
            Remark("repaid-but-overdue", "已全部还清却仍有逾期天数",
                   "Nothing is owed, yet it is overdue.", "/overdue_days")
        )  # fmt: skip
    return tuple(found)


def warnings(position: Position) -> tuple[Remark, ...]:
    """What a reader should look at; the report is taken all the same."""
    for days, least in _AT_LEAST:
        if position.overdue_days > days:
            if not is_at_least(position.risk_class, least):
                return (
                    Remark("class-too-good",
                           f"逾期超过 {days} 天的贷款至少应归为更低一类（{_CLASSES_RULE}）",
                           f"Overdue by more than {days} days, a loan is at least {least}.",
                           "/risk_class"),
                )  # fmt: skip
            break
    return ()


def is_newest(loan: Loan, month: str) -> bool:
    """Whether a report says where the loan stands now, or only mends an earlier month."""
    return loan.last_month is None or month >= loan.last_month


def move_for(position: Position, loan: Loan) -> Move | None:
    """What the newest report does to the case; None where it stays, as a compensated one does."""
    if position.is_repaid:
        return find_move(loan.state, Action.REPAY)
    return find_move(loan.state, Action.FALL_OVERDUE if position.overdue_days > 0 else Action.CURE)


def is_worse(position: Position, loan: Loan) -> bool:
    """Whether the newest report is news of trouble: newly overdue, or further down in its class."""
    newly_overdue = position.overdue_days > 0 and loan.state is State.DISBURSED
    further_down = not is_at_least(loan.risk_class, position.risk_class)
    return newly_overdue or further_down
