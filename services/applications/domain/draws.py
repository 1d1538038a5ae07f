"""A loan that is paid out in parts: its disbursement is the first draw, others follow (分次提款).

How the approved amount is drawn is the loan contract's to say (流动资金贷款管理办法: the bank pays
out by the need for funds that the borrower shows). What the contract leaves to be drawn stays lent
until a day that the bank states when it pays out first; what is not drawn by then is not lent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from services.applications.domain.life_cycle import LIFE_CYCLE, TAKES_DRAWS, State
from services.applications.domain.lists_checked import ListChecked
from services.applications.domain.loan_terms import filed_late, looked_at_within, within
from shared import canonical
from shared.money import group_fen
from shared.refusals import FieldFault, Refused

FIRST_DRAW: Final = 1
"""The disbursement itself; its reference is the loan's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A further part of a loan, as its bank has paid it out."""

    amount_fen: int
    drawn_on: date
    reference: str
    """The bank's voucher."""
    lists_checked: tuple[ListChecked, ...] = ()
    not_a_double: bool = False
    """The bank says that it is another payment than one like it."""

    @property
    def reference_canonical(self) -> str:
        """By which vouchers are told apart."""
        return canonical.number(self.reference)


class LoanNotDrawable(Refused):
    """Nothing is drawn of a loan that is not out, or does not stand as agreed; `state` says why."""

    code: ClassVar[str] = "loan-not-drawable"


class DrawReferenceUsed(Refused):
    """A voucher of a bank stands for one draw."""

    code: ClassVar[str] = "draw-reference-used"


class LikelyDouble(Refused):
    """The same amount on the same day of the same loan: to be confirmed as another draw."""

    code: ClassVar[str] = "likely-double"


def require_drawable(state: State) -> None:
    """Raise LoanNotDrawable before the disbursement, and for a loan that is overdue or over."""
    if state in TAKES_DRAWS:
        return
    words = LIFE_CYCLE.states[state]
    raise LoanNotDrawable(
        f"贷款目前为“{words.zh}”，只有已放款且未逾期的贷款可以提款",
        f"A loan that is {words.en} cannot be drawn upon; it must be out and not overdue.",
        state=state,
    )


def draw_faults(
    draw: Draw,
    *,
    drawable_fen: int,
    disbursed_on: date,
    draws_until: date,
    filed_by: date | None,
    today: date,
) -> tuple[FieldFault, ...]:
    """Everything that speaks against a draw: at most what is left, between the disbursement and the
    last day for draws, not in the future, and filed in the programme's term (`filed_by`)."""
    faults: list[FieldFault] = []
    if draw.amount_fen > drawable_fen:
        faults.append(
            FieldFault(("amount",), "above-undrawn",
                  f"提款金额超过尚可提款的 {group_fen(drawable_fen)} 元",
                  f"More than the {group_fen(drawable_fen)} that may still be drawn.")
        )  # fmt: skip
    faults += within(draw.drawn_on, ("drawn_on",), disbursed_on, today)
    if draw.drawn_on > draws_until:
        faults.append(
            FieldFault(("drawn_on",), "draws-over",
                  f"提款期已于 {draws_until} 届满", f"The loan could be drawn until {draws_until}.")
        )  # fmt: skip
    faults += filed_late(
        filed_by, ("drawn_on",), today, zh="本次提款", en=f"A draw of {draw.drawn_on}"
    )
    faults += looked_at_within(draw.lists_checked, disbursed_on, draw.drawn_on)
    return tuple(faults)


def require_no_double(draw: Draw, *, same_reference: str, same_money: int | None) -> None:
    """`same_reference`: the case whose draw has this voucher, or ""; `same_money`: the number of the
    loan's draw of the same day and amount. Raises DrawReferenceUsed, LikelyDouble."""
    if same_reference:
        raise DrawReferenceUsed(
            f"凭证 {draw.reference} 已用于 {same_reference} 的提款。",
            f"The voucher {draw.reference} stands for a draw of {same_reference} already.",
            number=same_reference,
        )
    if same_money is not None and not draw.not_a_double:
        raise LikelyDouble(
            f"第 {same_money} 次提款为同日、同额；如确为另一笔，请确认。",
            f"Draw {same_money} is of the same day and amount; confirm if this is another one.",
            draw_no=same_money,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A draw after the disbursement, as far as reports of the loan are judged by it."""

    on: date
    amount_fen: int


def drawn_after(draws: Sequence[Drawn], day: date) -> int:
    """What was drawn later than a day."""
    return sum(one.amount_fen for one in draws if one.on > day)
