"""Which facts a mode of a programme needs beyond those that every loan has, and when.

The rules themselves say which facts they ask for: a tier, points on top, a ceiling by tier. Request
models, forms and checks are made of this list; a decision that lacks a fact of it is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from shared.schemes.rules.facts import FactRule
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FACTS, FIGURES, FactKind

FactDay = Literal["approval", "disbursement", "claim"]

KNOWN_OF_EVERY_LOAN = frozenset(
    {"borrower_balance", "loan_amount", "outstanding_principal", "is_first_loan",
     "is_multi_ip_type", "is_ip_loan", "risk_class"}
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
    decides_shares: bool = False
    """Whether the split of a loss asks for it; else only the entry to the pool or a subsidy."""


class _Same:
    """Terms compared by being the same: they never change, and a scheme hands out one object for all
    days on which they hold."""

    __slots__ = ("terms",)

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def __hash__(self) -> int:
        return id(self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.terms is other.terms


def facts_needed(terms: Terms) -> tuple[FactNeeded, ...]:
    """The facts of a mode, each once, in the order in which its rules ask for them."""
    return _facts_needed(_Same(terms))


@lru_cache(maxsize=512)
def _facts_needed(of: _Same) -> tuple[FactNeeded, ...]:
    """Found once for all cases of a mode: each is judged by them several times."""
    terms = of.terms
    found: dict[str, FactNeeded] = {}
    shares = {name for name, _, rule in _asked(terms) if rule == "sharing"}
    for name, at, rule in _asked(terms):
        if name in KNOWN_OF_EVERY_LOAN or name in found:
            continue
        fact = FACTS[name]
        usual: Literal["bank", "bureau"] = "bureau" if name in STATED_BY_THE_BUREAU else "bank"
        said = terms.facts.get(name, FactRule())
        found[name] = FactNeeded(
            name=name, kind=fact.kind, zh=fact.zh, en=fact.en,
            by=said.by or usual,
            at=said.at or at, source=said.source or terms.source(rule),
            required=name not in KNOWN_IN_ANOTHER_WAY, decides_shares=name in shares,
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
        yield from ((name, "claim", "facts") for name in terms.facts)
        return
    at: FactDay = terms.sharing.facts_at
    for row in terms.sharing.rows:
        for condition in row.when:
            yield condition.fact, at, "sharing"
    for plus in terms.sharing.plus:
        for flag in plus.if_any:
            yield flag, at, "sharing"
    yield from ((name, at, "facts") for name in terms.facts)


ENTERED_FIGURES = frozenset({"year_budget", "bank_year_ceiling", "term_fees", "portfolio_fees"})
"""Of the figures that caps go by, those that no ledger knows: agreements, budgets and fees, which
two persons enter. The pool's balance and what was lent and disbursed the house counts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureNeeded:
    """A figure that a cap goes by and that must be entered."""

    name: str
    """Of `vocabulary.FIGURES`; money in fen."""
    zh: str
    en: str
    per: str
    """Of `vocabulary.PERIODS`: over what its cap counts."""
    caps: tuple[str, ...]
    """The codes of the caps that go by it."""
    source: str


def figures_needed(terms: Terms) -> tuple[FigureNeeded, ...]:
    """The figures of a mode's caps that must be entered, each once."""
    found: dict[str, FigureNeeded] = {}
    for cap in terms.caps:
        if cap.of not in ENTERED_FIGURES:
            continue
        before = found.get(cap.of)
        words = FIGURES[cap.of]
        found[cap.of] = FigureNeeded(
            name=cap.of, zh=words.zh, en=words.en, per=cap.per,
            caps=(*(before.caps if before else ()), cap.code),
            source=cap.source or terms.source("caps"),
        )  # fmt: skip
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAllowed:
    """A cap that a recorded decision may raise, up to a ceiling. Amounts in fen."""

    cap: str
    amount_fen: int
    up_to_fen: int
    source: str


def raises_allowed(terms: Terms) -> tuple[RaiseAllowed, ...]:
    """The caps of a mode that a decision may raise; without one the cap stays as it is."""
    return tuple(
        RaiseAllowed(
            cap=cap.code, amount_fen=cap.amount_fen, up_to_fen=cap.may_be_raised_to_fen,
            source=cap.source or terms.source("caps"),
        )
        for cap in terms.caps
        if cap.amount_fen is not None and cap.may_be_raised_to_fen is not None
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementNeeded:
    """A share that an agreement states, of 1."""

    party: str
    at_least: Fraction
    at_most: Fraction
    """What is paid where the agreement may be silent and is (programmes H.18)."""
    required: bool
    """Whether no claim is decided without it."""
    source: str


def agreements_needed(terms: Terms) -> tuple[AgreementNeeded, ...]:
    """The shares of a mode that are left to an agreement."""
    sharing = terms.sharing
    if sharing is None or sharing.agreed is None:
        return ()
    agreed = sharing.agreed
    most = max(dict(row.shares)[agreed.party] for row in sharing.rows)
    return (
        AgreementNeeded(
            party=agreed.party, at_least=agreed.at_least, at_most=most,
            required=agreed.required, source=terms.source("sharing"),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationNeeded:
    """A prior decision without which a party pays nothing: whether it was taken must be recorded."""

    decision: str
    party: str
    source: str


def confirmations_needed(terms: Terms) -> tuple[ConfirmationNeeded, ...]:
    """The prior decisions on which shares of a mode depend."""
    if terms.sharing is None:
        return ()
    return tuple(
        ConfirmationNeeded(decision=decision, party=party, source=terms.source("sharing"))
        for party, decision in terms.sharing.only_if_confirmed
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountNeeded:
    """An amount of a claim beside its principal: a field of `ClaimFacts` without `_fen`."""

    name: str
    required: bool
    """Whether the split is refused without it; else it is nothing where nobody states it."""
    zh: str
    en: str
    source: str


_AMOUNTS: Mapping[str, tuple[str, str]] = {
    "compensated_amount": ("代偿金额", "amount compensated by the guarantor"),
    "recovered": ("申请前已回收的净额", "recovered before the claim, net"),
    "other_policy_money": ("其他政策资金已付金额", "paid by other policy money"),
    "interest": ("欠息", "interest in arrears"),
    "penalty_interest": ("罚息", "penalty interest"),
    "compound_interest": ("复利", "compound interest"),
    "costs": ("追偿费用（逐笔，含凭证号）", "costs of recovery, each with its reference"),
}


def amounts_needed(terms: Terms) -> tuple[AmountNeeded, ...]:
    """The amounts that a claim of a mode states: those the split is refused without, then those
    that may be nothing. Interest is the bank's own outside the base, and comes back to it (H.23)."""
    if terms.sharing is None:
        return ()
    required = {
        "compensated_amount": terms.base.of == "compensated_amount",
        "recovered": terms.base.net_of_recoveries,
        "other_policy_money": any(cap.of == "loss_before_policy_money" for cap in terms.caps),
    }
    asked = [name for name, is_asked in required.items() if is_asked]
    asked += ["interest", "penalty_interest", "compound_interest"]
    asked += ["costs"] if "costs" in terms.base.plus else []
    return tuple(
        AmountNeeded(
            name=name, required=name in required, zh=_AMOUNTS[name][0], en=_AMOUNTS[name][1],
            source=terms.source("caps" if name == "other_policy_money" else "base"),
        )
        for name in asked
    )  # fmt: skip
