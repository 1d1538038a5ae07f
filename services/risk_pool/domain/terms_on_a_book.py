"""Who gains and who loses by new terms: every loan in cover, lost whole, under the old and the new.

Each loan is judged by itself, as if nothing else had been paid: what a yearly cap would leave of a
whole book depends on which loans go bad first, and nobody knows that. Loans approved before keep
their terms; the book only says what the new ones would mean for loans like these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from shared.refusals import Refused
from shared.schemes.cases.answers import AMPLE_FEN
from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.loss import split_loss
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FIGURES


def nothing_used(terms: Terms) -> Counters:
    """No cap has been drawn on, and no figure is short: balance, lending and fees are ample."""
    codes = (*(part.code for part in terms.covered), *(cap.code for cap in terms.caps))
    return _nothing_of(codes)


@cache
def _nothing_of(codes: tuple[str, ...]) -> Counters:
    """The same for a book of many loans: there are few sets of codes, and nobody changes what is here."""
    return Counters(
        used=MappingProxyType(dict.fromkeys(codes, 0)),
        figures=MappingProxyType(dict.fromkeys(FIGURES, AMPLE_FEN)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanInCover:
    """A loan of the book, as the claim for all of it."""

    bank_code: str
    mode: str
    facts: ClaimFacts


@dataclass(slots=True, kw_only=True)
class Burden:
    """What a set of lost loans costs the pool and the bank under one version, in fen."""

    pool_fen: int = 0
    bank_fen: int = 0
    refused: int = 0
    """Loans that the version compensates nothing of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One bank's loans in one mode, under the old terms and the new."""

    bank_code: str
    mode: str
    loans: list[LoanInCover] = field(default_factory=list)
    old: Burden = field(default_factory=Burden)
    new: Burden = field(default_factory=Burden)

    @property
    def principal_fen(self) -> int:
        """What is outstanding of these loans."""
        return sum(loan.facts.outstanding_principal_fen for loan in self.loans)


def compare_on_book(
    loans: Iterable[LoanInCover], *, old: Mapping[str, Terms], new: Mapping[str, Terms]
) -> list[BookLine]:
    """A line for each bank and mode, in the order of the loans. A mode without terms refuses all."""
    lines: dict[tuple[str, str], BookLine] = {}
    for loan in loans:
        line = lines.setdefault(
            (loan.bank_code, loan.mode), BookLine(bank_code=loan.bank_code, mode=loan.mode)
        )
        line.loans.append(loan)
        _add(line.old, loan, old.get(loan.mode))
        _add(line.new, loan, new.get(loan.mode))
    return list(lines.values())


def _add(burden: Burden, loan: LoanInCover, terms: Terms | None) -> None:
    whole_fen = loan.facts.outstanding_principal_fen
    if terms is None:
        burden.refused += 1
        burden.bank_fen += whole_fen
        return
    try:
        decision = split_loss(loan.facts, terms, nothing_used(terms))
    except Refused:
        burden.refused += 1
        burden.bank_fen += whole_fen
        return
    burden.pool_fen += decision.shares.get("pool", 0)
    burden.bank_fen += decision.shares.get("bank", 0)
    if terms.bearer == "bank":
        burden.bank_fen += decision.uncovered_fen
