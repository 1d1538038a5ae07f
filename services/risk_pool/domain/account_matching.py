"""What on the account is what in the books: the rules by which the machine matches, and no more.

A line of the account and a movement of cash in the ledger are the same money where

1. the amounts are equal to the fen, and a number that the movement is known by (the bank's
   reference, the number of the entry, of the claim, of the voucher) stands in the line; or
2. the amounts are equal, the other side is the same party (by its account, or by its name without
   the words for a company's form), and their days are at most five working days apart.

One candidate on either side, and the machine matches; several or none are left to people. What the
bank says was sent back is left to people, too. (No measure says how; assumed.)
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from shared.calendar import WorkingDays

TOLERANCE_WORKING_DAYS: Final = 5
RETURN_WORKING_DAYS: Final = 10
"""A payment that cannot be credited is back within a few days."""
A_LITTLE_FEN: Final = 10_000
"""How far an amount may be off for a line to be shown beside a movement as short or over."""

Rule = Literal["reference", "party", "opening"]

_FORM_WORDS = re.compile(r"股份有限公司|有限责任公司|有限公司|\(集团\)|集团|[\s()·,.\-]")
_SENT_BACK = re.compile(r"退汇|退回|退票|退款|冲正|冲账|被退|return", re.IGNORECASE)
_OF_THE_BANK = re.compile(r"息|手续费|管理费|账户费|工本费|fee|charge|interest", re.IGNORECASE)
_SHORTEST_REFERENCE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the account with what is open of it, money in positive."""

    id: UUID
    booked_on: date
    amount_fen: int
    open_fen: int
    reference: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    purpose: str = ""
    is_opening: bool = False

    @property
    def is_sent_back(self) -> bool:
        """Whether the bank's own words say that it takes something back."""
        return bool(_SENT_BACK.search(self.purpose))


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A movement of cash in the ledger with what is open of it, money in positive."""

    seq: int
    day: date
    amount_fen: int
    open_fen: int
    kind: str
    reference: str = ""
    """Of its transfer, unique in the pool."""
    known_by: tuple[str, ...] = ()
    """The numbers by which a bank's statement may name it."""
    party_code: str = ""
    """"" where the other side is the bank that keeps the account: interest, fees."""
    party_name: str = ""
    party_accounts: tuple[str, ...] = ()
    """Numbers under which the party's money came before."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A movement that may be what a line shows, and by which rule."""

    movement: Movement
    rule: Rule


def candidates(
    line: Line, movements: Iterable[Movement], *, working_days: WorkingDays
) -> list[Candidate]:
    """The movements that one of the rules names; where the first does, the second is not asked."""
    same = [one for one in movements if one.open_fen == line.open_fen]
    named = [Candidate(one, "reference") for one in same if names(line, one)]
    if named:
        return named
    return [
        Candidate(one, "party")
        for one in same
        if same_party(line, one) and is_near(line.booked_on, one.day, working_days=working_days)
    ]


def automatic(
    lines: Sequence[Line], movements: Sequence[Movement], *, working_days: WorkingDays
) -> list[tuple[Line, Candidate]]:
    """What the machine matches: one candidate for the line, and no other line for it. References
    first; what they leave, by party and day."""
    found: list[tuple[Line, Candidate]] = []
    lines = [one for one in lines if not one.is_sent_back and not one.is_opening]
    for rule in ("reference", "party"):
        taken_lines = {line.id for line, _ in found}
        taken = {candidate.movement.seq for _, candidate in found}
        left = [one for one in lines if one.id not in taken_lines]
        open_movements = [one for one in movements if one.seq not in taken]
        same_amount = by_open_amount(open_movements)
        asked = {
            line.id: candidates(line, same_amount.get(line.open_fen, ()), working_days=working_days)
            for line in left
        }
        claimed: dict[int, int] = {}
        for proposals in asked.values():
            for one in proposals:
                # A line that names a movement goes before lines that only look like it; these
                # never take one that several lines name.
                if rule == "reference" and one.rule != rule:
                    continue
                claimed[one.movement.seq] = claimed.get(one.movement.seq, 0) + 1
        for line in left:
            if len(asked[line.id]) == 1 and asked[line.id][0].rule == rule:
                (candidate,) = asked[line.id]
                if claimed[candidate.movement.seq] == 1:
                    found.append((line, candidate))
    return found


def by_open_amount(movements: Iterable[Movement]) -> dict[int, list[Movement]]:
    """Movements by what is open of them: only those of its amount are asked of a line."""
    found: dict[int, list[Movement]] = {}
    for one in movements:
        found.setdefault(one.open_fen, []).append(one)
    return found


def of_opening(line: Line, movements: Iterable[Movement]) -> list[Movement]:
    """What an opening balance is made of: everything booked until then, if it is so to the fen."""
    before = [one for one in movements if one.day <= line.booked_on]
    return before if sum(one.open_fen for one in before) == line.open_fen else []


def names(line: Line, movement: Movement) -> bool:
    """Whether a number of the movement stands in the line, as a whole and not as a part."""
    words = _upper(f"{line.reference} {line.purpose}")
    return any(
        len(number) >= _SHORTEST_REFERENCE
        and re.search(rf"(?<![0-9A-Z]){re.escape(_upper(number))}(?![0-9A-Z])", words)
        for number in movement.known_by
    )


def same_party(line: Line, movement: Movement) -> bool:
    """Whether the other side is the same: by account, else by name; of interest and fees, the bank
    that keeps the account, which often does not name itself."""
    if not movement.party_code:
        words = f"{line.purpose} {line.counterparty_name}"
        return not line.counterparty_name or bool(_OF_THE_BANK.search(words))
    if line.counterparty_account and line.counterparty_account in movement.party_accounts:
        return True
    return bool(line.counterparty_name) and bare_name(line.counterparty_name) in (
        bare_name(movement.party_name),
        bare_name(movement.party_code),
    )


def bare_name(name: str) -> str:
    """A name without blanks, brackets and the words for a company's form: 中国工商银行股份有限公司
    天津分行 and 中国工商银行天津分行 are the same."""
    return _FORM_WORDS.sub("", _upper(name))


def is_near(
    one: date, other: date, *, working_days: WorkingDays, within: int = TOLERANCE_WORKING_DAYS
) -> bool:
    """Whether two days are at most so many working days apart."""
    # Far days are not counted one by one.
    return abs((one - other).days) <= 40 and abs(working_days.between(one, other)) <= within


def _upper(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()
