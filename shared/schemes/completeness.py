"""What a measure must say before it may bind a loan, and what somebody must stand by in name.

A measure that is silent on when one may claim, with which papers, by when and up to what balance
is no measure for a live pool: a healthy loan would be accepted as a claim, and a pool pay more
than it has. It may say *none*; it may not say nothing. And a value that nobody has read in a
source (`mark: assumed`) holds only where a person has accepted it by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.schemes.scheme import Entry, Scheme
from shared.schemes.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that a mode does not say."""

    mode: str
    rule: str
    since: date
    """The first day on which it is missing."""
    zh: str
    en: str

    def as_data(self) -> dict[str, str]:
        """Plain data for a refusal."""
        return {
            "mode": self.mode,
            "rule": self.rule,
            "since": self.since.isoformat(),
            "zh": self.zh,
            "en": self.en,
        }


_ASKED: Mapping[str, tuple[str, str]] = {
    "trigger": ("没有写明什么情形可以申请补偿", "does not say what entitles to claim"),
    "claim_documents": ("没有写明补偿申请材料", "does not say which papers a claim needs"),
    "deadlines.claim": ("没有写明补偿申请的期限", "does not say by when to claim"),
    "caps.pool_balance": (
        "没有写明补偿以资金池余额为限",
        "does not say that the pool pays at most its balance",
    ),
}


def gaps(scheme: Scheme, *, since: date) -> tuple[Gap, ...]:
    """What the live modes that share losses leave unsaid on any day from `since` on, each once."""
    found: dict[tuple[str, str], Gap] = {}
    for mode, day, terms in _terms_to_come(scheme, since):
        for rule in _unsaid(scheme, terms, day):
            zh, en = _ASKED[rule]
            found.setdefault(
                (mode, rule),
                Gap(
                    mode=mode,
                    rule=rule,
                    since=day,
                    zh=f"模式 {mode}{zh}；确实没有的，请写 none 并注明依据",
                    en=f"the mode {mode} {en}; where there is none, write none with a source",
                ),
            )
    return tuple(found.values())


def assumed(scheme: Scheme, *, since: date) -> tuple[str, ...]:
    """The names of rules with assumed values in force in a live mode on any day from `since` on.

    A single deadline that is assumed in a list with a source is named `deadlines.claim`.
    """
    found: dict[str, None] = {}
    for _, _, terms in _terms_to_come(scheme, since):
        found |= dict.fromkeys(terms.assumed)
        if "deadlines" not in terms.assumed:
            found |= {
                f"deadlines.{step}": None
                for step, deadline in terms.deadlines.items()
                if deadline.mark == "assumed"
            }
    return tuple(sorted(found))


def live_modes(scheme: Scheme) -> tuple[str, ...]:
    """The modes that may bind a loan."""
    return tuple(code for code, mode in scheme.modes.items() if mode.status == "complete")


def _terms_to_come(scheme: Scheme, since: date) -> Iterator[tuple[str, date, Terms]]:
    """(mode, day, terms) for every stretch of days from `since` on, each from its first day."""
    for mode in live_modes(scheme):
        for day in (since, *(day for day in scheme.changes(mode) if day > since)):
            if scheme.valid_to is None or day <= scheme.valid_to:
                yield mode, day, scheme.terms(on=day, mode=mode)


def _unsaid(scheme: Scheme, terms: Terms, day: date) -> Iterator[str]:
    """That a rule is stated is what counts, be it as none. Without sharing there is no claim."""
    if terms.sharing is None:
        return
    for rule in ("trigger", "claim_documents"):
        if rule not in terms.stated:
            yield rule
    if not _says_by_when_to_claim(scheme.rules_of(terms.mode).get("deadlines", ()), day):
        yield "deadlines.claim"
    if "pool" in terms.parties and not _speaks_of_the_balance(terms):
        yield "caps.pool_balance"


def _says_by_when_to_claim(deadlines: Sequence[Entry], day: date) -> bool:
    """A time limit for claims, none for claims, or none at all, as the file has it."""
    said: Any = next((entry.value for entry in reversed(deadlines) if entry.holds(day)), "unknown")
    return "claim" in said if isinstance(said, Mapping) else said != "unknown"


def _speaks_of_the_balance(terms: Terms) -> bool:
    if "limited_to_balance" in terms.stated or ("caps" in terms.stated and not terms.caps):
        return True
    return any(
        "pool" in cap.parties and cap.of == "pool_available" and (cap.rate or 0) <= 1
        for cap in terms.caps
    )
