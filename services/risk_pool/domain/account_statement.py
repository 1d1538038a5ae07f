"""A statement of the dedicated account (专户对账单): its entries, and what must hold of them.

An amount is in fen from the account holder's side: money in is positive, money out negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar, Final, Literal

from shared.money import format_fen, group_fen
from shared.refusals import Refused

Format = Literal["camt.053", "csv", "xlsx"]

MOST_ROWS: Final = 50_000
"""Of one file; a busy account has some hundred a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry:
    """One movement of the account as the bank has booked it."""

    line: int
    """Where it stands in the file, counted from 1; in camt.053 the number of the entry."""
    booked_on: date
    amount_fen: int
    balance_fen: int | None = None
    """After this entry, where the file says it."""
    reference: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of a row of the file."""

    line: int
    outcome: Literal["read", "passed_over", "refused"]
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRead:
    """What a file says, row by row. Nothing has been checked against the books yet."""

    format: Format
    entries: tuple[AccountEntry, ...]
    rows: tuple[RowResult, ...]
    account_number: str = ""
    """"" where the file does not say whose account it is."""
    currency: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    covers_until: date | None = None
    """The last day of which the file says that it tells; else the day of its last entry."""


class StatementUnreadable(Refused):
    """The file as a whole is no statement that we can read."""

    code: ClassVar[str] = "statement-unreadable"
    status: ClassVar[int] = 422


class StatementRowsWrong(Refused):
    """Rows that cannot be read; nothing is taken from a file that is read in parts only."""

    code: ClassVar[str] = "statement-rows-wrong"
    status: ClassVar[int] = 422


class BalanceBroken(Refused):
    """Opening balance and movements do not make the closing balance."""

    code: ClassVar[str] = "balance-broken"
    status: ClassVar[int] = 422


class BalanceMissing(Refused):
    """Neither the file nor who sends it says what the account held."""

    code: ClassVar[str] = "balance-missing"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Entries in the order in which they were booked, each with the balance after it."""

    opening_fen: int
    closing_fen: int
    entries: tuple[AccountEntry, ...]


def checked(
    read: StatementRead, *, opening_fen: int | None = None, closing_fen: int | None = None
) -> Statement:
    """The entries in their order, their balances followed row by row.

    `opening_fen` and `closing_fen` are what a person has read off the paper, for files that say
    neither. Raises StatementRowsWrong with every row's result, BalanceMissing, BalanceBroken with
    every row at which it breaks.
    """
    refused = [row for row in read.rows if row.outcome == "refused"]
    if refused:
        raise StatementRowsWrong(
            f"有 {len(refused)} 行无法读取，整份对账单未导入。",
            f"{len(refused)} rows cannot be read; nothing was imported.",
            rows=[_told(row) for row in refused],
        )
    entries = in_order(read.entries)
    opening_fen = _first(read.opening_fen, _before_first(entries), opening_fen)
    closing_fen = _first(read.closing_fen, _after_last(entries), closing_fen)
    total_fen = sum(one.amount_fen for one in entries)
    if opening_fen is None and closing_fen is not None:
        opening_fen = closing_fen - total_fen
    if opening_fen is None or closing_fen is None:
        raise BalanceMissing(
            "文件未载明余额，请填写期初余额和期末余额。",
            "The file says no balance; say what the account held before and after.",
        )
    followed, breaks = _followed(opening_fen, entries)
    if breaks:
        raise BalanceBroken(
            f"逐笔余额不连续，共 {len(breaks)} 处。",
            f"The running balance breaks at {len(breaks)} rows.",
            rows=[_told(row) for row in breaks],
        )
    if opening_fen + total_fen != closing_fen:
        difference_fen = closing_fen - opening_fen - total_fen
        raise BalanceBroken(
            f"期初余额 {group_fen(opening_fen)} 加发生额 {group_fen(total_fen)} 与期末余额 "
            f"{group_fen(closing_fen)} 相差 {group_fen(difference_fen)} 元。",
            f"Opening {group_fen(opening_fen)} and movements of {group_fen(total_fen)} are not the "
            f"closing {group_fen(closing_fen)}: {group_fen(difference_fen)} are between them.",
            rows=[],
            opening=format_fen(opening_fen),
            movements=format_fen(total_fen),
            closing=format_fen(closing_fen),
            difference=format_fen(difference_fen),
        )
    return Statement(opening_fen=opening_fen, closing_fen=closing_fen, entries=followed)


def in_order(entries: Sequence[AccountEntry]) -> tuple[AccountEntry, ...]:
    """As booked, the first one first: many banks print the newest on top."""
    backwards = tuple(reversed(entries))
    if len(entries) < 2:
        return tuple(entries)
    if all(one.balance_fen is not None for one in entries):
        forward_breaks, backward_breaks = _breaks(entries), _breaks(backwards)
        if forward_breaks != backward_breaks:
            return backwards if backward_breaks < forward_breaks else tuple(entries)
    return backwards if entries[0].booked_on > entries[-1].booked_on else tuple(entries)


def _breaks(entries: Sequence[AccountEntry]) -> int:
    return sum(
        before.balance_fen is not None
        and one.balance_fen is not None
        and before.balance_fen + one.amount_fen != one.balance_fen
        for before, one in pairwise(entries)
    )


def _followed(
    opening_fen: int, entries: Sequence[AccountEntry]
) -> tuple[tuple[AccountEntry, ...], list[RowResult]]:
    """Each entry with the balance after it, and the rows where the file says another one."""
    followed, breaks, held_fen = [], [], opening_fen
    for one in entries:
        held_fen += one.amount_fen
        if one.balance_fen is not None and one.balance_fen != held_fen:
            breaks.append(
                RowResult(
                    line=one.line,
                    outcome="refused",
                    zh=f"余额应为 {group_fen(held_fen)}，文件为 {group_fen(one.balance_fen)}",
                    en=f"the balance must be {group_fen(held_fen)}; it says "
                    f"{group_fen(one.balance_fen)}",
                )
            )
            held_fen = one.balance_fen
        followed.append(replace(one, balance_fen=held_fen))
    return tuple(followed), breaks


def _before_first(entries: Sequence[AccountEntry]) -> int | None:
    if not entries or entries[0].balance_fen is None:
        return None
    return entries[0].balance_fen - entries[0].amount_fen


def _after_last(entries: Sequence[AccountEntry]) -> int | None:
    return entries[-1].balance_fen if entries else None


def _first(*values: int | None) -> int | None:
    return next((one for one in values if one is not None), None)


def _told(row: RowResult) -> dict[str, Any]:
    return {"line": row.line, "zh": row.zh, "en": row.en}
