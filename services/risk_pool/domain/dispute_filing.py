"""What a party files against a line of its statement, and when that is no dispute."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from services.risk_pool.domain.ledger import account_kind, payable_to, receivable_from
from services.risk_pool.domain.month_figures import DISPUTE_UPHELD
from services.risk_pool.domain.stated_lines import stated_fen
from shared.life_cycle import Words
from shared.money import group_fen
from shared.refusals import FieldFault, FieldsWrong, Refused

_OTHER_SIDE = frozenset({"claims", "recoveries", "subsidies", "payable", "receivable"})
"""Accounts on the other side of a line that a decision can book back. Cash is taken back by its own
reversal, escrow by the settlement of its claim."""


UPHOLD, IN_PART, REJECT = "uphold", "uphold_in_part", "reject"
VERDICT_WORDS: Mapping[str, Words] = {
    UPHOLD: Words("成立", "uphold"),
    IN_PART: Words("部分成立", "uphold in part"),
    REJECT: Words("不成立", "reject"),
}
"""What finance may propose."""


class MonthNotPosted(Refused):
    """Until it is posted a month can still be previewed anew: nothing has to be disputed."""

    code: ClassVar[str] = "month-not-posted"


class DisputedTooLate(Refused):
    """The window of the month is over."""

    code: ClassVar[str] = "dispute-window-over"


class DisputedAlready(Refused):
    """The line is in dispute, or was decided."""

    code: ClassVar[str] = "line-disputed-already"


class LineAdjusted(Refused):
    """An adjustment has booked the line back since; the next statement shows it."""

    code: ClassVar[str] = "line-adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What a party says of a line: which, what it should be, and why."""

    line: int
    """The number of the transfer, as the statement lists it."""
    right_fen: int
    """The amount that the party holds to be right; 0: all of it is wrong."""
    reason: str
    letter: str = ""
    """The letter that finance has received, where it files for a party."""


def require_window(today: date, *, until: date) -> None:
    """Raises DisputedTooLate."""
    if today > until:
        raise DisputedTooLate(
            f"该月对账单的异议期已于 {until} 届满。",
            f"The lines of this month could be disputed until {until}.",
            until=until.isoformat(),
        )


def faults(
    filed: Filed, line: Mapping[str, Any] | None, *, party: str, by_bank: bool
) -> list[FieldFault]:
    """Every field that is wrong. `line`: the transfer as the party's statement lists it; None where
    its statement of the month has none of this number."""
    found = []
    if line is None:
        found.append(FieldFault(("line",), "not-on-the-statement", "该对账单没有此行",
                                "the statement has no such line"))  # fmt: skip
    elif not is_disputable(line, party):
        found.append(
            FieldFault(("line",), "line-not-disputable",
                       "此行不是该月结算的应收应付：收付以冲正更正，待付补偿以复核申请更正",
                       "the month asks nothing by this line: cash is reversed, a claim appealed")
        )  # fmt: skip
    else:
        amount_fen = line["amount_fen"]
        if filed.right_fen == amount_fen:
            found.append(FieldFault(("right",), "no-difference", "与对账单金额相同，没有差异",
                                    "the line says the same; there is no difference"))  # fmt: skip
        if filed.right_fen > amount_fen:
            found.append(
                FieldFault(("right",), "above-line", f"不能超过此行的 {group_fen(amount_fen)} 元",
                           f"no more than the {group_fen(amount_fen)} of the line")
            )  # fmt: skip
    if not by_bank and not filed.letter:
        found.append(FieldFault(("letter",), "missing", "代为提出的，须写明收到的函件",
                                "name the letter by which the party asked for it"))  # fmt: skip
    return found


def require_right(
    filed: Filed, line: Mapping[str, Any] | None, *, party: str, by_bank: bool
) -> Mapping[str, Any]:
    """The line, where everything about it can be disputed. Raises FieldsWrong."""
    if wrong := faults(filed, line, party=party, by_bank=by_bank):
        raise FieldsWrong(wrong)
    assert line is not None
    return line


def is_disputable(line: Mapping[str, Any], party: str) -> bool:
    """Whether the month asks for the line, and a decision could book it back."""
    if line["kind"] == DISPUTE_UPHELD or stated_fen(line, party) == 0:
        return False
    own = {payable_to(party), receivable_from(party)}
    others = {line["debit"], line["credit"]} - own
    return len(others) == 1 and account_kind(others.pop()) in _OTHER_SIDE


def require_as_it_was(number: str | None) -> None:
    """`number`: of the adjustment that has booked the line back. Raises LineAdjusted."""
    if number is not None:
        raise LineAdjusted(
            f"更正 {number} 已冲回此行，见其后的对账单。",
            f"{number} has booked the line back; a later statement shows it.",
            number=number,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How somebody of finance proposes to decide."""

    verdict: str
    """uphold, uphold_in_part or reject."""
    amount_fen: int | None = None
    """How much of the difference, where only a part of it is right."""

    def upheld_of(self, difference_fen: int) -> int:
        """What is upheld of the difference. Raises FieldsWrong."""
        if self.verdict != IN_PART:
            if self.amount_fen is not None:
                raise FieldsWrong(
                    [FieldFault(("amount",), "not-of-this-kind", "仅部分成立时填写金额",
                                "only a part has an amount")]
                )  # fmt: skip
            return difference_fen if self.verdict == UPHOLD else 0
        if self.amount_fen is None or not 0 < self.amount_fen < difference_fen:
            raise FieldsWrong(
                [FieldFault(("amount",), "not-a-part",
                            f"部分成立的金额须大于零、小于争议的 {group_fen(difference_fen)} 元",
                            f"a part is above nought and below the {group_fen(difference_fen)}")]
            )  # fmt: skip
        return self.amount_fen
