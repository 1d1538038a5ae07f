"""The ceilings of the terms as columns: which loans fill the same one, and how full it is today.

What counts towards a ceiling is what the same parties bear of all claims that have its period in
common (programmes H.15), across the versions and modes of a programme. So a loan whose own terms
know no such ceiling still fills that of the others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.risk_pool.domain.cap_order import COVERED, SAME, Taken
from shared.life_cycle import Row
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.rules.limits import Cap, Covered

UNLIMITED: Final = 2**62

Ints = NDArray[np.int64]
Rule = Cap | Covered


class Figures(NamedTuple):
    """What the ceilings count, as of the day of the book."""

    taken: Sequence[Taken]
    """What approved claims have used."""
    running: Mapping[tuple[str, str, str], int]
    """(figure, programme, bank or "") → fen. A rate of a figure that is not here is no ceiling."""
    year: int


class Split(NamedTuple):
    """A loan and its split; None where the terms do not split it."""

    loan: Row
    decision: ClaimDecision | None


class Place(NamedTuple):
    """A column: ceilings over the same period, on the same parties, in one programme."""

    programme: str
    per: str
    parties: tuple[str, ...]
    again: int
    """The how manieth of the kind; only the first of them is filled."""


@dataclass(slots=True)
class Counters:
    """What has been used, each once; the first is never filled. Kept by year where it is yearly."""

    yearly: list[bool] = field(default_factory=lambda: [False])
    used: list[int] = field(default_factory=lambda: [0])
    numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)
    sums: dict[tuple[str, ...], dict[tuple[Any, ...], int]] = field(default_factory=dict)
    """By what a ceiling counts by → party and these → what approved claims have used: added up once,
    for there are as many counters as firms."""

    def number(self, place: Place, loan: Row, figures: Figures) -> int:
        """The counter that a loan fills; 0: none, the ceiling is for one claim alone."""
        same = SAME.get(place.per)
        if same is None:
            return 0
        own = {name: loan[name] for name in same if name != "year"}
        key = (place.programme, place.per, place.parties, *own.values())
        if key not in self.numbers:
            self.numbers[key] = len(self.used)
            self.yearly.append("year" in same)
            if "year" in same:
                own["year"] = figures.year
            self.used.append(self._used(place.parties, own, figures.taken))
        return self.numbers[key]

    def _used(self, parties: Iterable[str], own: Mapping[str, Any], taken: Iterable[Taken]) -> int:
        names = tuple(own)
        if names not in self.sums:
            sums = self.sums[names] = defaultdict(int)
            for one in taken:
                sums[(one.party, *(getattr(one, name) for name in names))] += one.amount_fen
        values = tuple(own.values())
        return sum(self.sums[names].get((party, *values), 0) for party in set(parties))


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Columns by place: which counter a loan fills there, and what its own ceiling is."""

    places: tuple[Place, ...]
    counter: Ints
    limit: Ints
    of_balance: NDArray[np.float64]
    """The part of the pool's balance that the ceiling is; 0: it is the fixed `limit`."""
    yearly: NDArray[np.bool_]
    used: Ints
    not_applied: tuple[tuple[str, str], ...]
    """(cap, figure) of ceilings whose figure nobody has entered."""

    @property
    def fills(self) -> tuple[bool, ...]:
        """Whether what is paid is counted at a place."""
        return tuple(place.again == 0 for place in self.places)


def on_payments(splits: Sequence[Split], figures: Figures) -> Ceilings:
    """Ceilings on what parties pay.

    That the pool pays at most what it has is left aside: how often and how far that would bind is
    what a look ahead is for.
    """
    return _columns(splits, figures, lambda decision: decision.terms.caps)


def on_principal(splits: Sequence[Split], figures: Figures) -> Ceilings:
    """Ceilings on the principal that counts, before anything is shared."""
    return _columns(splits, figures, lambda decision: decision.terms.covered)


def _columns(splits: Sequence[Split], figures: Figures, rules_of: Any) -> Ceilings:
    rules: dict[int, list[tuple[Place, Rule]]] = {}
    places: dict[Place, int] = {}
    for _, decision in splits:
        if decision is not None and id(decision.terms) not in rules:
            own = _placed(rules_of(decision), decision.terms.programme)
            rules[id(decision.terms)] = own
            for place, _ in own:
                places.setdefault(place, len(places))
    counters = Counters()
    not_applied: dict[tuple[str, str], None] = {}
    counter = np.zeros((len(splits), len(places)), dtype=np.int64)
    limit = np.full((len(splits), len(places)), UNLIMITED, dtype=np.int64)
    of_balance = np.zeros((len(splits), len(places)))
    for row, (loan, decision) in enumerate(splits):
        if decision is None:
            continue
        for place, column in places.items():
            if place.programme == decision.terms.programme:
                counter[row, column] = counters.number(place, loan, figures)
        for place, rule in rules[id(decision.terms)]:
            column = places[place]
            found, part = _limit(rule, loan, decision, figures)
            if found is None:
                not_applied[rule.code, getattr(rule, "of", "")] = None
            else:
                limit[row, column], of_balance[row, column] = found, part
    return Ceilings(
        places=tuple(places),
        counter=counter,
        limit=limit,
        of_balance=of_balance,
        yearly=np.array(counters.yearly, dtype=np.bool_),
        used=np.array(counters.used, dtype=np.int64),
        not_applied=tuple(not_applied),
    )


def _placed(rules: Iterable[Rule], programme: str) -> list[tuple[Place, Rule]]:
    found: list[tuple[Place, Rule]] = []
    for rule in rules:
        if isinstance(rule, Cap) and rule.of == "pool_available" and (rule.rate or 0) >= 1:
            continue
        parties = tuple(sorted(rule.parties)) if isinstance(rule, Cap) else (COVERED,)
        again = sum(place.per == rule.per and place.parties == parties for place, _ in found)
        found.append((Place(programme, rule.per, parties, again), rule))
    return found


def _limit(
    rule: Rule, loan: Row, decision: ClaimDecision, figures: Figures
) -> tuple[int | None, float]:
    """The ceiling in fen, or the part of the pool's balance that it is; (None, 0): not known."""
    if rule.amount_fen is not None:
        return rule.amount_fen, 0.0
    assert isinstance(rule, Cap) and rule.rate is not None
    if rule.of == "pool_available":
        return UNLIMITED, float(rule.rate)
    if rule.of == "loss_before_policy_money":
        figure: int | None = decision.base_fen
    else:
        bank = loan["bank_code"] if rule.of.startswith("bank_") else ""
        figure = figures.running.get((rule.of, decision.terms.programme, bank))
    if figure is None:
        return None, 0.0
    return figure * rule.rate.numerator // rule.rate.denominator, 0.0
