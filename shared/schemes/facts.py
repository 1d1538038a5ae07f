"""Which facts a mode of a programme needs beyond those that every loan has, and when.

The rules themselves say which facts they ask for: a tier, points on top, a ceiling by tier. Request
models, forms and checks are made of this list; a decision that lacks a fact of it is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FACTS, FactKind

FactDay = Literal["approval", "disbursement", "claim"]

KNOWN_OF_EVERY_LOAN = frozenset(
    {"borrower_balance", "loan_amount", "outstanding_principal", "is_first_loan",
     "is_multi_ip_type", "risk_class"}
)  # fmt: skip
"""What applications and claims state anyway, or the house counts itself."""

STATED_BY_THE_BUREAU = frozenset({"claim_rate", "guarantee_multiple", "bank_score"})
"""What nobody states of his own bank: the bureau enters it with its evidence."""

KNOWN_IN_ANOTHER_WAY = frozenset({"in_territory"})
"""What may be stated, and where it is not, is found by what the case says anyway: the region in
which the firm is registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactNeeded:
    """One fact that a mode asks for: its name and kind, who states it, as of which day."""

    name: str
    kind: FactKind
    """money (fen), ratio (of 1), count, flag or word."""
    zh: str
    en: str
    by: Literal["bank", "bureau"]
    at: FactDay
    source: str
    """The rule that asks for it."""
    required: bool = True
    """Whether a decision without it is refused; else it is known in another way where nobody
    states it."""


def facts_needed(terms: Terms) -> tuple[FactNeeded, ...]:
    """The facts of a mode, each once, in the order in which its rules ask for them."""
    found: dict[str, FactNeeded] = {}
    for name, at, rule in _asked(terms):
        if name in KNOWN_OF_EVERY_LOAN or name in found:
            continue
        fact = FACTS[name]
        found[name] = FactNeeded(
            name=name, kind=fact.kind, zh=fact.zh, en=fact.en,
            by="bureau" if name in STATED_BY_THE_BUREAU else "bank",
            at=at, source=terms.source(rule), required=name not in KNOWN_IN_ANOTHER_WAY,
        )  # fmt: skip
    return tuple(found.values())


def _asked(terms: Terms) -> Iterator[tuple[str, FactDay, str]]:
    if terms.loan_cap_by is not None:
        yield terms.loan_cap_by.by, "approval", "loan_cap_by"
    if terms.revenue_cap_fen is not None:
        yield "revenue", "approval", "revenue_cap"
    if terms.borrower_debt_cap_fen is not None:
        yield "total_debt", "approval", "borrower_debt_cap"
    if terms.in_territory:
        yield "in_territory", "approval", "in_territory"
    for subsidy in terms.subsidies:
        for share_if in subsidy.share_if:
            for flag in share_if.all:
                yield flag, "approval", "subsidies"
    if terms.sharing is None:
        return
    at: FactDay = terms.sharing.facts_at
    for row in terms.sharing.rows:
        for condition in row.when:
            yield condition.fact, at, "sharing"
    for plus in terms.sharing.plus:
        for flag in plus.if_any:
            yield flag, at, "sharing"
