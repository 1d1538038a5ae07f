"""The work list of an account: what each open line seems to be, for a person to decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final, Literal

from services.risk_pool.domain.account_matching import (
    A_LITTLE_FEN,
    RETURN_WORKING_DAYS,
    TOLERANCE_WORKING_DAYS,
    Candidate,
    Line,
    Movement,
    Owed,
    Waiting,
    bare_name,
    by_open_amount,
    candidates,
    is_near,
    names,
    owed_candidates,
    same_party,
)
from shared.calendar import WorkingDays
from shared.life_cycle import Words

Finding = Literal[
    "opening", "returned", "doubled", "candidates", "entered", "owed", "over", "short", "rest",
    "unmatched_credit", "unmatched_debit",
]  # fmt: skip

WORDS: Final[dict[Finding, Words]] = {
    "opening": Words("期初余额未与账簿勾对", "the opening balance is not matched"),
    "returned": Words("疑似退汇", "seems to be a payment that came back"),
    "doubled": Words("疑似重复", "seems to be there twice"),
    "candidates": Words("有可勾对的账簿记录，请确认", "could be one of these in the books"),
    "entered": Words("已登记，等待另一人放行", "entered, and waits for another person"),
    "owed": Words("往来款项，尚未登记", "owed, and not entered yet"),
    "over": Words("多于账簿记录", "more than the books expect"),
    "short": Words("少于账簿记录", "less than the books expect"),
    "rest": Words("部分勾对后的余额", "the rest of a line matched in part"),
    "unmatched_credit": Words("来款未明", "money of unknown reason came in"),
    "unmatched_debit": Words("出款未明", "money of unknown reason left"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """An open line with what it seems to be."""

    line: Line
    finding: Finding
    candidates: tuple[Candidate[Movement], ...] = ()
    entries: tuple[Candidate[Waiting], ...] = ()
    """Entered by one person and not released: another releases it."""
    owed: tuple[Owed, ...] = ()
    """What it may pay: entered from the line by one person, released by another."""
    other_lines: tuple[Line, ...] = ()
    """The payment that came back, or the line that it doubles."""
    difference_fen: int = 0
    """Of over and short: what is open of the line less what is open of the movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the books know of that the account has not shown: booked, entered, owed."""

    movements: Sequence[Movement]
    waiting: Sequence[Waiting] = ()
    owed: Sequence[Owed] = ()


def work_list(
    open_lines: Sequence[Line],
    all_lines: Sequence[Line],
    books: Books,
    *,
    working_days: WorkingDays,
) -> list[ToDo]:
    """What is open, each with the first thing that it seems to be. `all_lines` in the order of the
    account, matched ones, too: a double is seen beside what was matched before."""
    booked, entered = by_open_amount(books.movements), by_open_amount(books.waiting)
    found = []
    for line in open_lines:
        others = [one for one in all_lines if abs(one.amount_fen) == abs(line.amount_fen)]
        may_be = Books(movements=booked.get(line.open_fen, ()),
                       waiting=entered.get(line.open_fen, ()), owed=books.owed)  # fmt: skip
        todo = _fitting(line, may_be, working_days=working_days)
        found.append(_seen(todo, others, books.movements, working_days=working_days))
    return found


def _fitting(line: Line, books: Books, *, working_days: WorkingDays) -> ToDo:
    """A line beside everything that it may be."""
    if line.is_opening:
        return ToDo(line=line, finding="opening")
    return ToDo(
        line=line,
        finding="unmatched_credit" if line.open_fen > 0 else "unmatched_debit",
        candidates=tuple(candidates(line, books.movements, working_days=working_days)),
        entries=tuple(candidates(line, books.waiting, working_days=working_days)),
        owed=tuple(owed_candidates(line, books.owed)),
    )


def _seen(
    todo: ToDo, others: Sequence[Line], movements: Sequence[Movement], *, working_days: WorkingDays
) -> ToDo:
    line = todo.line
    if line.is_opening:
        return todo
    if sources := tuple(came_back_from(line, others, working_days=working_days)):
        return replace(todo, finding="returned", other_lines=sources)
    if line.open_fen != line.amount_fen and not todo.candidates and not todo.entries:
        return replace(todo, finding="rest", difference_fen=line.open_fen)
    if doubles := tuple(_doubles(line, others, working_days=working_days)):
        return replace(todo, finding="doubled", other_lines=doubles)
    if todo.candidates or todo.entries:
        return replace(todo, finding="candidates" if todo.candidates else "entered")
    if any(one.open_fen == line.open_fen for one in todo.owed):
        return replace(todo, finding="owed")
    near = min(
        _nearly(line, movements, working_days=working_days),
        key=lambda one: abs(one.open_fen - line.open_fen),
        default=None,
    )
    if near is not None:
        return replace(
            todo,
            finding="over" if abs(line.open_fen) > abs(near.open_fen) else "short",
            candidates=(Candidate(near, "reference" if names(line, near) else "party"),),
            difference_fen=line.open_fen - near.open_fen,
        )
    return replace(todo, finding="owed") if todo.owed else todo


def came_back_from(line: Line, others: Iterable[Line], *, working_days: WorkingDays) -> list[Line]:
    """Payments that a credit of the same amount may be the return of: the bank says that something
    came back, or the other side is the same. The latest first."""
    if line.amount_fen <= 0:
        return []
    found = [
        one
        for one in others
        if one.amount_fen == -line.amount_fen
        and one.booked_on <= line.booked_on
        and is_near(
            one.booked_on, line.booked_on, working_days=working_days, within=RETURN_WORKING_DAYS
        )
        and (line.is_sent_back or _same_side(line, one))
    ]
    return sorted(found, key=lambda one: one.booked_on, reverse=True)


def _doubles(line: Line, others: Iterable[Line], *, working_days: WorkingDays) -> list[Line]:
    """Lines before it that are the same. The first of them is what was meant, as far as one sees."""
    return [
        one
        for one in takewhile(lambda one: one.id != line.id, others)
        if not one.is_opening
        and one.amount_fen == line.amount_fen
        and _same_side(line, one)
        and is_near(
            one.booked_on, line.booked_on, working_days=working_days, within=TOLERANCE_WORKING_DAYS
        )
    ]


def _same_side(one: Line, other: Line) -> bool:
    if one.counterparty_account and other.counterparty_account:
        return one.counterparty_account == other.counterparty_account
    name = bare_name(one.counterparty_name)
    return bool(name) and name == bare_name(other.counterparty_name)


def _nearly(
    line: Line, movements: Iterable[Movement], *, working_days: WorkingDays
) -> list[Movement]:
    """Movements of the same party and nearly the same day and amount, or named by the line."""
    return [
        one
        for one in movements
        if (one.open_fen > 0) == (line.open_fen > 0)
        and (
            names(line, one)
            or (
                one.party_code
                and abs(one.open_fen - line.open_fen) <= A_LITTLE_FEN
                and same_party(line, one)
                and is_near(line.booked_on, one.day, working_days=working_days)
            )
        )
    ]
