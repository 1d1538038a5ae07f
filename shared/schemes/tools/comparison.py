"""Two measures side by side: which rules differ, and who pays more or less on a given book."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.refusals import Refused
from shared.schemes.cases.answers import AMPLE_FEN
from shared.schemes.decide.claims import Counters
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.terms import RULES, Terms
from shared.schemes.tools.book import BookClaim
from shared.schemes.vocabulary import FIGURES


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that differs, as (rule, old value, new value); None where there is no such rule."""

    rule: str
    old: Any
    new: Any


@dataclass(slots=True)
class Totals:
    """What a book costs under one measure."""

    shares: dict[str, int] = field(default_factory=dict)
    base_fen: int = 0
    uncovered_fen: int = 0
    claims: int = 0
    cut: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    """Number of a claim that is refused → the code of the reason."""
    refused_fen: int = 0
    """Their principal, which stays with the bearer: it is among its share."""


def differing_rules(old: Terms, new: Terms) -> list[Difference]:
    """Every rule whose value is not the same, in the order of the new measure, then the old."""
    values_old, values_new = _values(old), _values(new)
    names = [*values_new, *(name for name in values_old if name not in values_new)]
    return [
        Difference(name, values_old.get(name), values_new.get(name))
        for name in names
        if values_old.get(name) != values_new.get(name)
    ]


def _values(terms: Terms) -> dict[str, Any]:
    return {name: getattr(terms, RULES[name].field) for name in terms.stated}


def cost_of(
    book: Iterable[BookClaim], terms: Terms, figures: Mapping[str, int] | None = None
) -> Totals:
    """Decide a book in the order of filing, caps counted as they fill up.

    Figures that are not given are ample; the pool's available balance falls as it pays.
    """
    totals = Totals()
    used: dict[tuple[str, str], int] = {}
    running = dict.fromkeys(FIGURES, AMPLE_FEN) | dict(figures or {})
    for claim in book:
        keys = _keys(claim)
        periods: list[tuple[str, str]] = [(part.code, part.per) for part in terms.covered]
        periods += [(cap.code, cap.per) for cap in terms.caps]
        counted = {code: used.get((code, keys[per]), 0) for code, per in periods}
        try:
            decision = split_loss(claim.facts, terms, Counters(used=counted, figures=running))
        except Refused as refusal:
            totals.refused[claim.number] = refusal.code
            principal = claim.facts.outstanding_principal_fen
            totals.refused_fen += principal
            totals.shares[terms.bearer] = totals.shares.get(terms.bearer, 0) + principal
            continue
        _add(totals, decision)
        for part in terms.covered:
            key = (part.code, keys[part.per])
            used[key] = used.get(key, 0) + decision.covered_fen
        for cap in terms.caps:
            key = (cap.code, keys[cap.per])
            used[key] = used.get(key, 0) + sum(decision.shares[party] for party in cap.parties)
        running["pool_available"] -= decision.shares.get("pool", 0)
    return totals


def _keys(claim: BookClaim) -> dict[str, str]:
    """Per period, the name under which a claim counts; a claim counts alone."""
    year = str(claim.filed_on.year)
    return {
        "claim": claim.number,
        "pool_balance": claim.number,
        "loan": claim.number,
        "borrower": claim.borrower,
        "borrower_year": f"{claim.borrower}/{year}",
        "bank_year": f"{claim.bank}/{year}",
        "programme_year": year,
        "term": "",
    }


def _add(totals: Totals, decision: ClaimDecision) -> None:
    totals.claims += 1
    totals.cut += bool(decision.binding)
    totals.base_fen += decision.base_fen
    totals.uncovered_fen += decision.uncovered_fen
    for party, fen in decision.shares.items():
        totals.shares[party] = totals.shares.get(party, 0) + fen
    bearer = decision.terms.bearer
    totals.shares[bearer] += decision.uncovered_fen
