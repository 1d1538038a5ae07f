"""What a month's claims would be under another version of the measure, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.life_cycle import Words
from shared.money import format_fen, group_fen
from shared.refusals import Refused
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.vocabulary import party_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnew:
    """One claim as it was decided, and as the other version would decide it."""

    claim_number: str
    bank_code: str
    borrower_name: str
    principal_fen: int
    now: Mapping[str, int]
    """Party → what it bears, as decided."""
    now_version: str
    decided: ClaimDecision | Refused
    """The decision made again, for what it counted; refused where its counters were not kept."""
    then: ClaimDecision | Refused
    """What the other version makes of it."""

    def shares_then(self) -> Mapping[str, int]:
        """Party → what it would bear; nobody but the bearer where the version refuses it."""
        if isinstance(self.then, Refused):
            decided = self.decided
            bearer = "bank" if isinstance(decided, Refused) else decided.terms.bearer
            return {bearer: sum(self.now.values())}
        return self.then.shares

    @property
    def why(self) -> list[Words]:
        """What of the rule makes the difference."""
        if isinstance(self.then, Refused):
            return [Words(self.then.zh, self.then.en)]
        if isinstance(self.decided, Refused):
            return [Words(self.decided.zh, self.decided.en)]
        return [
            *_bases(self.decided, self.then),
            *_ratios(self.decided, self.then),
            *_limits(self.decided, self.then),
        ]


def _bases(now: ClaimDecision, then: ClaimDecision) -> list[Words]:
    if now.base_fen == then.base_fen:
        return []
    amounts = f"{group_fen(now.base_fen)} → {group_fen(then.base_fen)}"
    return [Words(f"损失基数 {amounts} 元", f"loss base {amounts}")]


def _ratios(now: ClaimDecision, then: ClaimDecision) -> list[Words]:
    before, after = _parts(now), _parts(then)
    return [
        Words(
            f"{party_name(party, 'zh')}承担比例 {_percent(before.get(party))} → "
            f"{_percent(after.get(party))}",
            f"share of {party_name(party, 'en')} {_percent(before.get(party))} → "
            f"{_percent(after.get(party))}",
        )
        for party in dict.fromkeys((*before, *after))
        if before.get(party) != after.get(party)
    ]


def _limits(now: ClaimDecision, then: ClaimDecision) -> list[Words]:
    before = {one.code for one in now.binding}
    after = {one.code for one in then.binding}
    return [
        *(
            Words(f"触及{one.zh}", f"{one.en} binds")
            for one in then.binding
            if one.code not in before
        ),
        *(
            Words(f"不再触及{one.zh}", f"{one.en} binds no more")
            for one in now.binding
            if one.code not in after
        ),
    ]


def _parts(decision: ClaimDecision) -> Mapping[str, Fraction]:
    weights = decision.weights
    if weights is None:
        return {}
    return {
        party: Fraction(part, weights.whole)
        for party, part in zip(weights.parties, weights.parts, strict=True)
    }


def _percent(share: Fraction | None) -> str:
    basis_points = round((share or Fraction()) * 10_000)
    return f"{basis_points // 100}.{basis_points % 100:02d}%"


def as_data(one: ClaimAnew) -> dict[str, Any]:
    """A claim under both versions as plain data, money as decimal strings."""
    then = one.shares_then()
    return {
        "claim_number": one.claim_number,
        "bank_code": one.bank_code,
        "borrower_name": one.borrower_name,
        "principal": format_fen(one.principal_fen),
        "now_version": one.now_version,
        "refused": isinstance(one.then, Refused),
        "parties": [
            _both(party, one.now.get(party, 0), then.get(party, 0))
            for party in dict.fromkeys((*one.now, *then))
        ],
        "why": [{"zh": words.zh, "en": words.en} for words in one.why],
    }


def totals(claims: list[ClaimAnew]) -> list[dict[str, str]]:
    """Party → what it bears of all claims of the month under both, money as decimal strings."""
    now: dict[str, int] = {}
    then: dict[str, int] = {}
    for one in claims:
        for party, fen in one.now.items():
            now[party] = now.get(party, 0) + fen
        for party, fen in one.shares_then().items():
            then[party] = then.get(party, 0) + fen
    return [_both(party, now.get(party, 0), then.get(party, 0)) for party in {**now, **then}]


def _both(party: str, now_fen: int, then_fen: int) -> dict[str, str]:
    return {
        "party": party,
        "zh": party_name(party, "zh"),
        "en": party_name(party, "en"),
        "now": format_fen(now_fen),
        "then": format_fen(then_fen),
        "difference": format_fen(then_fen - now_fen),
    }
