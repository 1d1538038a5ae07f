"""The dedicated account never pays what it does not hold."""

from typing import ClassVar

from shared.money import format_fen, group_fen
from shared.refusals import Refused


class CashShort(Refused):
    """The dedicated account does not hold what is to be paid out of it."""

    code: ClassVar[str] = "cash-short"


def require_cash(*, held_fen: int, due_fen: int) -> None:
    """Raises CashShort, saying what is missing."""
    if held_fen >= due_fen:
        return
    missing_fen = due_fen - held_fen
    raise CashShort(
        f"专户余额 {group_fen(held_fen)} 元，应付 {group_fen(due_fen)} 元，"
        f"尚缺 {group_fen(missing_fen)} 元。",
        f"The account holds {group_fen(held_fen)}, {group_fen(due_fen)} are due: "
        f"{group_fen(missing_fen)} are missing.",
        cash=format_fen(held_fen),
        due=format_fen(due_fen),
        missing=format_fen(missing_fen),
    )
