"""How a statement of account goes on from the last one: what of it is new, and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from services.risk_pool.domain.account_statement import AccountEntry, Statement, StatementRead
from shared import canonical
from shared.money import format_fen, group_fen
from shared.refusals import Refused

CURRENCY: Final = "CNY"


class StatementGap(Refused):
    """The statement does not begin where the last one ended."""

    code: ClassVar[str] = "statement-gap"


class OtherAccount(Refused):
    """The statement is of an account, or in a currency, that is not the pool's."""

    code: ClassVar[str] = "other-account"
    status: ClassVar[int] = 422


class CoversNothing(Refused):
    """The last day that a statement is said to tell of lies before its last entry, or ahead."""

    code: ClassVar[str] = "statement-days-impossible"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """What of a statement is new, and what was there before."""

    new: tuple[AccountEntry, ...]
    known: tuple[AccountEntry, ...]


def entry_key(entry: AccountEntry, *, occurrence: int = 1) -> str:
    """What tells an entry from every other of its account: reference, day, amount, balance after
    it. `occurrence` counts those that are alike in all four."""
    return "|".join(
        (
            entry.reference,
            entry.booked_on.isoformat(),
            str(entry.amount_fen),
            str(entry.balance_fen),
            str(occurrence),
        )
    )


def keyed(entries: Sequence[AccountEntry]) -> Iterator[tuple[str, AccountEntry]]:
    """Entries with their keys, counted within one statement."""
    seen: dict[str, int] = {}
    for one in entries:
        bare = entry_key(one)
        seen[bare] = seen.get(bare, 0) + 1
        yield entry_key(one, occurrence=seen[bare]), one


def continued(
    statement: Statement, *, known_keys: frozenset[str], last_closing_fen: int | None
) -> Continued:
    """The part of a statement that is new. `last_closing_fen`: what the account held after the
    last entry imported; None where this is the first statement.

    Raises StatementGap where something is missing between the two.
    """
    new = tuple(one for key, one in keyed(statement.entries) if key not in known_keys)
    known = tuple(one for key, one in keyed(statement.entries) if key in known_keys)
    if new or not known:
        begins_at_fen = statement.opening_fen + sum(one.amount_fen for one in known)
        if last_closing_fen is not None and last_closing_fen != begins_at_fen:
            raise _gap(last_closing_fen, begins_at_fen)
    return Continued(new=new, known=known)


def _gap(expected_fen: int, found_fen: int) -> StatementGap:
    missing_fen = found_fen - expected_fen
    return StatementGap(
        f"与上一份对账单不衔接：上次期末余额 {group_fen(expected_fen)}，本次期初余额 "
        f"{group_fen(found_fen)}，缺 {group_fen(missing_fen)} 元的流水。请先导入中间的对账单。",
        f"The last statement ended at {group_fen(expected_fen)}, this one begins at "
        f"{group_fen(found_fen)}: movements of {group_fen(missing_fen)} are missing. Import the "
        "statement between them first.",
        expected=format_fen(expected_fen),
        found=format_fen(found_fen),
        missing=format_fen(missing_fen),
    )


def require_account(read: StatementRead, number: str) -> None:
    """Raises OtherAccount where the file says another account or currency."""
    if read.account_number and not _same_number(read.account_number, number):
        raise OtherAccount(
            f"对账单属于账户 {read.account_number}，不是专户 {number}。",
            f"The statement is of the account {read.account_number}, not of {number}.",
            found=read.account_number,
            expected=number,
        )
    if read.currency and read.currency != CURRENCY:
        raise OtherAccount(
            f"对账单币种为 {read.currency}，专户为人民币账户。",
            f"The statement is in {read.currency}; the account is in {CURRENCY}.",
            found=read.currency,
            expected=CURRENCY,
        )


def _same_number(said: str, number: str) -> bool:
    """Whether a file means this account; some print stars for the middle of its number."""
    said, number = canonical.account(said), canonical.account(number)
    if "*" not in said:
        return said == number
    head, tail = said.split("*")[0], said.split("*")[-1]
    return len(head) + len(tail) >= 6 and number.startswith(head) and number.endswith(tail)


def require_days(
    read: StatementRead, statement: Statement, *, stated_until: date | None, today: date
) -> date:
    """The last day of which a statement tells. Raises CoversNothing."""
    last = max((one.booked_on for one in statement.entries), default=None)
    until = stated_until or read.covers_until or last
    if until is None or until > today or (last is not None and until < last):
        raise CoversNothing(
            f"对账单截止日须在最后一笔（{last or '无'}）与今天（{today}）之间。",
            f"The statement's last day lies between its last entry ({last or 'none'}) and today "
            f"({today}).",
        )
    return until
