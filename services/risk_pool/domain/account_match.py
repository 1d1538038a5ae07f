"""A match: parts of lines of the account on one side, parts of booked movements on the other, whose
sums are the same to the fen. So what is open on both sides always explains their difference.

Lines alone, summing to nought, are a payment and its return: the account shows both, the books
neither. Movements alone are a booking and its reversal, of which the account shows nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from shared.money import format_fen, group_fen
from shared.refusals import Refused

How = Literal["automatic", "by_hand", "return", "reversal"]


class SumsDiffer(Refused):
    """Both sides do not have the same sum, and the difference was not named."""

    code: ClassVar[str] = "sums-differ"


class NothingOpen(Refused):
    """What was named is matched already, or not that much of it is open."""

    code: ClassVar[str] = "not-open"


class NoReturn(Refused):
    """The two lines are no payment and its return."""

    code: ClassVar[str] = "not-a-return"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSide:
    """A line or a movement that was named, with what is open of it; `wanted_fen` where only a part
    of it is meant."""

    line_id: UUID | None = None
    seq: int | None = None
    open_fen: int
    wanted_fen: int | None = None

    @property
    def takes_fen(self) -> int:
        return self.open_fen if self.wanted_fen is None else self.wanted_fen

    def require_open(self) -> None:
        """Raises NothingOpen where the part is none, or more than is open, or the other way."""
        takes, held = self.takes_fen, self.open_fen
        if takes == 0 or takes * held <= 0 or abs(takes) > abs(held):
            raise NothingOpen(
                f"未勾对 {group_fen(held)} 元，不能勾对 {group_fen(takes)} 元。",
                f"{group_fen(held)} are open; {group_fen(takes)} cannot be matched.",
                open=format_fen(held),
                line=str(self.line_id) if self.line_id else None,
                seq=self.seq,
            )


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a line or of a movement a match takes."""

    line_id: UUID | None
    seq: int | None
    amount_fen: int


def parts_of(
    lines: Sequence[OpenSide], movements: Sequence[OpenSide], *, difference_fen: int = 0
) -> tuple[Part, ...]:
    """What a match takes of each. `difference_fen` is lines less movements, as who matches has
    named it; that much stays open on the larger side, on what was named last there.

    Raises NothingOpen, SumsDiffer.
    """
    for one in (*lines, *movements):
        one.require_open()
    on_account_fen = sum(one.takes_fen for one in lines)
    in_books_fen = sum(one.takes_fen for one in movements)
    if not (lines or movements) or on_account_fen - in_books_fen != difference_fen:
        raise _differ(on_account_fen, in_books_fen, difference_fen)
    if difference_fen == 0:
        return (*_whole(lines), *_whole(movements))
    signs = {one.takes_fen > 0 for one in (*lines, *movements)}
    if not lines or not movements or len(signs) > 1:
        raise _differ(on_account_fen, in_books_fen, difference_fen)
    least_fen = min(abs(on_account_fen), abs(in_books_fen))
    return (*_filled(lines, least_fen), *_filled(movements, least_fen))


def _whole(sides: Sequence[OpenSide]) -> list[Part]:
    return [Part(one.line_id, one.seq, one.takes_fen) for one in sides]


def _filled(sides: Sequence[OpenSide], most_fen: int) -> list[Part]:
    parts, left_fen = [], most_fen
    for one in sides:
        taken_fen = min(abs(one.takes_fen), left_fen)
        left_fen -= taken_fen
        if taken_fen:
            signed_fen = taken_fen if one.takes_fen > 0 else -taken_fen
            parts.append(Part(one.line_id, one.seq, signed_fen))
    return parts


def _differ(on_account_fen: int, in_books_fen: int, named_fen: int) -> SumsDiffer:
    difference_fen = on_account_fen - in_books_fen
    return SumsDiffer(
        f"账户 {group_fen(on_account_fen)} 元，账簿 {group_fen(in_books_fen)} 元，相差 "
        f"{group_fen(difference_fen)} 元；如确认，请填写该差额，差额留待处理。",
        f"{group_fen(on_account_fen)} on the account, {group_fen(in_books_fen)} in the books: "
        f"{group_fen(difference_fen)} are between them. Name the difference to leave it open.",
        on_account=format_fen(on_account_fen),
        in_books=format_fen(in_books_fen),
        difference=format_fen(difference_fen),
        named=format_fen(named_fen),
    )


def how_matched(lines: Sequence[OpenSide], movements: Sequence[OpenSide]) -> How:
    """What a match by a person is called."""
    if not movements:
        return "return"
    return "by_hand" if lines else "reversal"


def require_return(credit_fen: int, debit_fen: int) -> None:
    """Raises NoReturn."""
    if credit_fen <= 0 or credit_fen != -debit_fen:
        raise NoReturn(
            f"退汇须为同额来款：付款 {group_fen(debit_fen)}，来款 {group_fen(credit_fen)}。",
            f"A return is a credit of the payment's amount: {group_fen(debit_fen)} and "
            f"{group_fen(credit_fen)}.",
        )
