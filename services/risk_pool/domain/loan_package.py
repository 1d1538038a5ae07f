"""A loan package for securitisation (Y5, M4): loans of a pool, chosen by a filter and frozen.

One person makes it, another approves it. A package belongs to one bank, where the filter names one,
and to the bureau otherwise; it is shown to its bank and to nobody else's. A loan is in one live
package at most. What happens to its loans afterwards changes nothing in it: it is shown beside.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Final
from uuid import UUID

from services.risk_pool.domain.coverage import LETS_GO
from services.risk_pool.domain.coverage import Action as CoverageAction
from services.risk_pool.domain.coverage import State as CoverageState
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.money import round_half_up
from shared.ratios import WHOLE_BP
from shared.refusals import Refused


class State(StrEnum):
    """Where a package is."""

    FROZEN = "frozen"
    APPROVED = "approved"
    ENDED = "ended"
    DISSOLVED = "dissolved"


class Action(StrEnum):
    """What is done to a package."""

    FREEZE = "freeze"
    APPROVE = "approve"
    END = "end"
    DISSOLVE = "dissolve"


_MAKES: Final = frozenset({"pool_manager"})
_DECIDES: Final = frozenset({"approver", "finance_checker"})
_ANOTHER: Final = "another person than the maker"
_TELLS: Final = ("loan-package.changed.v1",)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.APPROVED,
    noun=Words("贷款资产包", "loan package"),
    moves=(
        Move(None, Action.FREEZE, State.FROZEN, _MAKES, tells=_TELLS),
        Move(State.FROZEN, Action.APPROVE, State.APPROVED, _DECIDES, (_ANOTHER,), _TELLS),
        Move(State.FROZEN, Action.DISSOLVE, State.DISSOLVED, _MAKES | _DECIDES, tells=_TELLS),
        Move(State.APPROVED, Action.END, State.ENDED, _DECIDES, tells=_TELLS),
        Move(State.APPROVED, Action.DISSOLVE, State.DISSOLVED, _DECIDES, tells=_TELLS),
    ),
    guards={_ANOTHER: another_person_than("made_by", zh="批准", en="the approval")},
    states={
        State.FROZEN: Words("待批准", "to be approved"),
        State.APPROVED: Words("已批准", "approved"),
        State.ENDED: Words("已结束", "ended"),
        State.DISSOLVED: Words("已解散", "dissolved"),
    },
    actions={
        Action.FREEZE: Words("选定", "chosen"),
        Action.APPROVE: Words("批准", "approved"),
        Action.END: Words("结束", "ended"),
        Action.DISSOLVE: Words("解散", "dissolved"),
    },
    waits={
        State.FROZEN: Wait(
            roles=("approver", "finance_checker"),
            words=Words("等待另一人批准", "waits for a second person's approval"),
        ),
        State.APPROVED: Wait(
            roles=("approver", "finance_checker"),
            words=Words("存续中，结束或解散后释放贷款", "lives until it is ended or dissolved"),
            stands=True,
        ),
    },
)

LARGEST: Final = 10
MOST_LOANS: Final = 20_000


class NothingChosen(Refused):
    """No loan of the pool fits the filter and is free."""

    code: ClassVar[str] = "nothing-chosen"


class TooManyChosen(Refused):
    """More loans fit the filter than one package takes."""

    code: ClassVar[str] = "too-many-chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which loans are chosen; None leaves a figure alone. Amounts in fen, days included."""

    bank_code: str = ""
    mode: str = ""
    ip_kind: str = ""
    balance_from_fen: int | None = None
    balance_to_fen: int | None = None
    matures_from: date | None = None
    matures_to: date | None = None
    not_overdue: bool = True

    def as_data(self) -> dict[str, Any]:
        """As the package keeps it."""
        return {name: str(v) if isinstance(v, date) else v for name, v in asdict(self).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLoan:
    """A loan as the package freezes it."""

    loan_id: UUID
    number: str
    loan_no: str
    bank_code: str
    mode: str
    borrower_uscc: str
    borrower_name: str
    ip_kind: str
    contract_fen: int
    balance_fen: int
    covered_fen: int
    annual_rate_bp: int
    disbursed_on: date
    matures_on: date
    rest_days: int
    """From the day of the package to maturity; 0 once that is past."""
    overdue_days: int
    risk_class: str
    position_month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a package comes to on the day on which it is frozen."""

    loans: int
    firms: int
    balance_fen: int
    rest_days: Fraction
    """Rest terms weighted by balance, exactly; rounded where it is shown."""
    largest_ten_fen: int
    """What the ten firms with the largest balances owe together."""


def totals(loans: Sequence[ChosenLoan]) -> Totals:
    """The totals of a selection that is not empty."""
    balance_fen = sum(one.balance_fen for one in loans)
    by_firm: Counter[str] = Counter()
    for one in loans:
        by_firm[one.borrower_uscc] += one.balance_fen
    return Totals(
        loans=len(loans),
        firms=len(by_firm),
        balance_fen=balance_fen,
        rest_days=Fraction(sum(one.balance_fen * one.rest_days for one in loans), balance_fen),
        largest_ten_fen=sum(fen for _, fen in by_firm.most_common(LARGEST)),
    )


def rounded_days(exact: Fraction) -> str:
    """Days with two decimals, rounded once: a half goes up."""
    whole, rest = divmod(round_half_up(exact * 100), 100)
    return f"{whole}.{rest:02d}"


def share_bp(part_fen: int, whole_fen: int) -> int:
    """A part in basis points, rounded once."""
    return round_half_up(Fraction(part_fen * WHOLE_BP, whole_fen))


class Change(StrEnum):
    """What became of a loan since its package was frozen."""

    NONE = "none"
    REPAID = "repaid"
    CLAIMED = "claimed"
    UNDONE = "undone"
    OVERDUE = "overdue"
    LOWER = "lower"
    HIGHER = "higher"


_REPAID: Final = LETS_GO[CoverageAction.REPAY]


def change_since(row: Mapping[str, Any]) -> Change:
    """The gravest change of a loan against what was frozen; `row` has both."""
    if row["state"] == CoverageState.CLAIMED:
        return Change.CLAIMED
    if row["state"] == CoverageState.RELEASED and row["release_reason"] == _REPAID:
        return Change.REPAID
    if row["state"] != CoverageState.ACTIVE:
        return Change.UNDONE
    if row["outstanding_fen"] == 0:
        return Change.REPAID
    if row["overdue_days"] > row["frozen_overdue_days"]:
        return Change.OVERDUE
    if row["outstanding_fen"] != row["balance_fen"]:
        return Change.LOWER if row["outstanding_fen"] < row["balance_fen"] else Change.HIGHER
    return Change.NONE
