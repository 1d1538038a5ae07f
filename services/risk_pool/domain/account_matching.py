"""What on the account is what in the books: the rules by which the machine matches, and no more.

A line of the account and a movement of cash in the ledger are the same money where

1. the amounts are equal to the fen, and a number that the movement is known by (the bank's
   reference, the number of the entry, of the claim, of the voucher) stands in the line; or
2. the amounts are equal, the other side is the same party (by its account, or by its name without
   the words for a company's form), and their days are at most five working days apart.

One candidate on either side, and the machine matches; several or none are left to people. What the
bank says was sent back is left to people, too. (No measure says how; assumed.)

A cash entry that one person has entered and nobody has released yet is looked at by the same rules.
The account confirms it, as a second person would: unless who entered it brought the statement, too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, Literal, TypeVar
from uuid import UUID

from shared import canonical
from shared.calendar import WorkingDays
from shared.people import same_person

TOLERANCE_WORKING_DAYS: Final = 5
RETURN_WORKING_DAYS: Final = 10
"""A payment that cannot be credited is back within a few days."""
A_LITTLE_FEN: Final = 10_000
"""How far an amount may be off for a line to be shown beside a movement as short or over."""

MOST_SHOWN: Final = 3
"""How many open items are shown beside a line."""

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
    brought_by: str = ""
    """Who imported its statement."""

    @property
    def is_sent_back(self) -> bool:
        """Whether the bank's own words say that it takes something back."""
        return bool(_SENT_BACK.search(self.purpose))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Money that the books know of, with what of it the account has not shown, money in positive."""

    day: date
    amount_fen: int
    open_fen: int
    kind: str
    reference: str = ""
    known_by: tuple[str, ...] = ()
    """The numbers by which a bank's statement may name it."""
    party_code: str = ""
    """"" where the other side is the bank that keeps the account: interest, fees."""
    party_name: str = ""
    party_accounts: tuple[str, ...] = ()
    """Numbers under which the party's money came before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement(Known):
    """A movement of cash in the ledger; `reference` of its transfer, unique in the pool."""

    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Known):
    """A cash entry that one person has entered and nobody has released; `reference` is its number."""

    entry_id: UUID
    entered_by: str
    entered_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed(Known):
    """What a party owes the pool or is owed by it, and nobody has entered as paid; `reference` of the
    open item, `day` when it came to be owed."""

    due_on: date | None
    claim_id: UUID | None = None


K = TypeVar("K", bound=Known)


@dataclass(frozen=True, slots=True)
class Candidate(Generic[K]):
    """What the books know of that may be what a line shows, and by which rule."""

    known: K
    rule: Rule


def candidates(line: Line, known: Iterable[K], *, working_days: WorkingDays) -> list[Candidate[K]]:
    """What one of the rules names; where the first does, the second is not asked."""
    same = [one for one in known if one.open_fen == line.open_fen]
    named = [Candidate(one, "reference") for one in same if names(line, one)]
    if named:
        return named
    return [
        Candidate(one, "party")
        for one in same
        if same_party(line, one) and is_near(line.booked_on, one.day, working_days=working_days)
    ]


def owed_candidates(line: Line, owed: Iterable[Owed]) -> list[Owed]:
    """What a line may be the payment of: of the same party, or named by the line; the nearest amount
    first. A claim is paid at once, so by its own amount alone."""
    found = [
        one
        for one in owed
        if (one.open_fen > 0) == (line.open_fen > 0)
        and (one.claim_id is None or one.open_fen == line.open_fen)
        and (names(line, one) or same_party(line, one))
    ]
    found.sort(key=lambda one: abs(one.open_fen - line.open_fen))
    return found[:MOST_SHOWN]


def confirms(line: Line, entry: Waiting) -> bool:
    """Whether the account may be the second to say so: not where one person has both entered the
    money and brought the statement that shows it."""
    return not same_person(line.brought_by, entry.entered_by)


def automatic(
    lines: Sequence[Line], known: Sequence[K], *, working_days: WorkingDays
) -> list[tuple[Line, Candidate[K]]]:
    """What the machine matches: one candidate for the line, and no other line for it. References
    first; what they leave, by party and day."""
    found: list[tuple[Line, Candidate[K]]] = []
    lines = [one for one in lines if not one.is_sent_back and not one.is_opening]
    for rule in ("reference", "party"):
        taken_lines = {line.id for line, _ in found}
        taken = {candidate.known for _, candidate in found}
        left = [one for one in lines if one.id not in taken_lines]
        same_amount = by_open_amount(one for one in known if one not in taken)
        asked = {
            line.id: candidates(line, same_amount.get(line.open_fen, ()), working_days=working_days)
            for line in left
        }
        claimed: dict[K, int] = {}
        for proposals in asked.values():
            for one in proposals:
                # A line that names a movement goes before lines that only look like it; these
                # never take one that several lines name.
                if rule == "reference" and one.rule != rule:
                    continue
                claimed[one.known] = claimed.get(one.known, 0) + 1
        for line in left:
            if len(asked[line.id]) == 1 and asked[line.id][0].rule == rule:
                (candidate,) = asked[line.id]
                if claimed[candidate.known] == 1:
                    found.append((line, candidate))
    return found


def by_open_amount(known: Iterable[K]) -> dict[int, list[K]]:
    """By what is open of each: only what has its amount is asked of a line."""
    found: dict[int, list[K]] = {}
    for one in known:
        found.setdefault(one.open_fen, []).append(one)
    return found


def of_opening(line: Line, movements: Iterable[Movement]) -> list[Movement]:
    """What an opening balance is made of: everything booked until then, if it is so to the fen."""
    before = [one for one in movements if one.day <= line.booked_on]
    return before if sum(one.open_fen for one in before) == line.open_fen else []


def names(line: Line, movement: Known) -> bool:
    """Whether a number of the movement stands in the line, as a whole and not as a part."""
    words = canonical.words(f"{line.reference} {line.purpose}")
    return any(
        len(number) >= _SHORTEST_REFERENCE
        and re.search(rf"(?<![0-9A-Z]){re.escape(canonical.words(number))}(?![0-9A-Z])", words)
        for number in movement.known_by
    )


def same_party(line: Line, movement: Known) -> bool:
    """Whether the other side is the same: by account, else by name; of interest and fees, the bank
    that keeps the account, which often does not name itself."""
    if not movement.party_code:
        words = f"{line.purpose} {line.counterparty_name}"
        return not line.counterparty_name or bool(_OF_THE_BANK.search(words))
    account = canonical.account(line.counterparty_account)
    if account and account in map(canonical.account, movement.party_accounts):
        return True
    return bool(line.counterparty_name) and bare_name(line.counterparty_name) in (
        bare_name(movement.party_name),
        bare_name(movement.party_code),
    )


def bare_name(name: str) -> str:
    """A name without blanks, brackets and the words for a company's form: 中国工商银行股份有限公司
    天津分行 and 中国工商银行天津分行 are the same."""
    return _FORM_WORDS.sub("", canonical.name(name))


def is_near(
    one: date, other: date, *, working_days: WorkingDays, within: int = TOLERANCE_WORKING_DAYS
) -> bool:
    """Whether two days are at most so many working days apart."""
    # Far days are not counted one by one.
    return abs((one - other).days) <= 40 and abs(working_days.between(one, other)) <= within
