"""Who bears how much of a loss: base, split, caps and the way of the money (programmes H.1-H.3).

Integers only on the way to the shares. The explanation is built from the decision when it is
asked for, from figures that the decision keeps, so that it can never tell another story.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from shared.money import format_fen
from shared.schemes.decide.apportion import by_residual, cut, divide
from shared.schemes.decide.claims import (
    AgreementMissing,
    AgreementOutOfBounds,
    Borne,
    CapOutcome,
    ClaimFacts,
    CostAlreadyCounted,
    Counters,
    IpShareNotStated,
    NoSharingRule,
    Payment,
)
from shared.schemes.decide.explanation import Explanation
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.rules.limits import Cap
from shared.schemes.rules.sharing import Row, Sharing, Weights, weights_of
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FACTS, FIGURES, party_name

NO_COUNTERS = Counters()

_INTERESTS = ("interest", "penalty_interest", "compound_interest")


class ClaimDecision(NamedTuple):
    """The split of one loss. All maps go by party, in the order of the scheme.

    `shares` is what each party bears in the end and sums to `base_fen`; `due` is the same
    before the caps. `uncovered_fen` is principal of the IP part beyond what the scheme covers;
    it stays with the bearer, as does `interest_outside_fen`.
    """

    facts: ClaimFacts
    terms: Terms
    ip_part_fen: int
    covered_fen: int
    base_fen: int
    weights: Weights | None
    """None: no row of the scheme fits, and nothing is paid."""
    row: int
    due: Mapping[str, int]
    shares: Mapping[str, int]
    limits: tuple[CapOutcome, ...]
    """Every cap and covered part that was looked at, in the order of the scheme."""

    @property
    def binding(self) -> tuple[CapOutcome, ...]:
        """The limits that took something away, the tightest first."""
        bound = [limit for limit in self.limits if limit.binds]
        return tuple(sorted(bound, key=lambda limit: Fraction(limit.allowed_fen, limit.due_fen)))

    @property
    def uncovered_fen(self) -> int:
        return self.ip_part_fen - self.covered_fen

    @property
    def compensation_fen(self) -> int:
        """What the bearer gets from all the others together."""
        return self.base_fen - self.shares[self.terms.bearer]

    @property
    def cut_fen(self) -> int:
        """What the caps took from the payers and left with the bearer."""
        bearer = self.terms.bearer
        return self.shares[bearer] - self.due[bearer]

    @property
    def interest_outside_fen(self) -> int:
        """Interest of the whole loan that stays with the bearer outside the base (H.9)."""
        return sum(
            getattr(self.facts, f"{kind}_fen")
            for kind in _INTERESTS
            if kind not in self.terms.base.plus
        )

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Who pays whom: to the bearer (or into escrow) first, then refunds along the chain."""
        return payments(self.shares, self.terms)

    @property
    def behind(self) -> Mapping[str, Mapping[str, int]]:
        """The share of a party, divided among those who finance it."""
        return behind(self.shares, self.terms)

    @property
    def borne(self) -> Borne:
        """What each party bore, for the recoveries to come (H.22)."""
        borne = dict(self.shares)
        if self.terms.recovery.counts_uncovered:
            borne[self.terms.bearer] += self.uncovered_fen
        weights = self.weights
        as_agreed = weights is not None and borne == self.due
        return Borne(
            version=self.terms.version,
            residual=self.terms.residual,
            bearer=self.terms.bearer,
            borne=borne,
            parts=dict(zip(weights.parties, weights.parts, strict=True))
            if weights is not None and as_agreed
            else borne,
            interest_outside_fen=self.interest_outside_fen,
            ip_share=ip_share_of(self.facts),
            order=self.terms.recovery.order,
            recovered_by=self.terms.recovery.by,
            rounding=self.terms.rounding,
        )

    @property
    def explanation(self) -> Explanation:
        """Every step to these figures: rule, source, inputs, result."""
        from shared.schemes.decide.loss_explained import explain

        return explain(self)

    def as_data(self) -> dict[str, Any]:
        """The decision as plain data for JSON, money as decimal strings."""
        return {
            "programme": self.terms.programme,
            "mode": self.terms.mode,
            "version": self.terms.version,
            "base": format_fen(self.base_fen),
            "ip_part": format_fen(self.ip_part_fen),
            "uncovered": format_fen(self.uncovered_fen),
            "interest_outside": format_fen(self.interest_outside_fen),
            "due": {party: format_fen(fen) for party, fen in self.due.items()},
            "shares": {party: format_fen(fen) for party, fen in self.shares.items()},
            "limits": [limit.as_data() for limit in self.limits],
            "binding": [limit.code for limit in self.binding],
            "payments": [payment.as_data() for payment in self.payments],
            "behind": {
                party: {payer: format_fen(fen) for payer, fen in parts.items()}
                for party, parts in self.behind.items()
            },
            "borne": self.borne.as_data(),
            "explanation": self.explanation.as_data(),
        }


def split_loss(facts: ClaimFacts, terms: Terms, counters: Counters = NO_COUNTERS) -> ClaimDecision:
    """Split a loss under the terms of the loan's approval day.

    Shares sum to the base to the fen, none is negative, no cap is exceeded. Every cap is
    reckoned against the uncapped shares and each party pays the least that any cap leaves it,
    so the order in which a scheme lists its caps does not matter; what is cut off stays with
    the bearer.

    Raises NoSharingRule, IpShareNotStated, CostAlreadyCounted, AgreementMissing,
    AgreementOutOfBounds, FactMissing (a tier needs a fact), FigureMissing (a cap needs a
    counter).
    """
    sharing = terms.sharing
    if sharing is None:
        raise NoSharingRule(
            f"方案 {terms.programme} 的模式 {terms.mode} 没有可用的分担比例",
            f"Mode {terms.mode} of scheme {terms.programme} has no ratio to split a loss by.",
        )
    ip_part = _ip_part(facts, terms)
    covered = ip_part
    limits: list[CapOutcome] = []
    for part in terms.covered:
        used = _counter(counters.used, part.code)
        limit = CapOutcome(
            part.code, (), part.amount_fen, used, ip_part, part.source, part.zh, part.en
        )
        covered = min(covered, limit.allowed_fen)
        limits.append(limit)
    base = covered + _extras(facts, terms, counters) if terms.base.plus else covered

    row, weights = (0, terms.flat) if terms.flat is not None else _weights(facts, terms, sharing)
    parties = terms.parties
    if weights is None:
        nothing = dict.fromkeys(parties, 0)
        nothing[terms.bearer] = base
        return ClaimDecision(
            facts, terms, ip_part, covered, base, None, row, nothing, nothing, tuple(limits)
        )
    divided = divide(terms.rounding, base, weights.parts, weights.whole, weights.residual)
    due = shares = dict(zip(parties, divided, strict=True))
    if terms.caps and _cap(divided, facts, terms, counters, limits):
        shares = dict(zip(parties, divided, strict=True))
        shares[terms.bearer] += base - sum(divided)
    return ClaimDecision(
        facts, terms, ip_part, covered, base, weights, row, due, shares, tuple(limits)
    )


def ip_share_of(facts: ClaimFacts) -> Fraction:
    """The IP share of the loan; 100 % for a pure IP loan (H.7)."""
    if facts.ip_share is not None:
        return facts.ip_share
    if facts.combined_collateral:
        raise IpShareNotStated(
            "组合贷款合同未约定知识产权部分占比，不予补偿",
            "A combined loan whose contract states no IP share is not compensated.",
        )
    return Fraction(1)


def _ip_part(facts: ClaimFacts, terms: Terms) -> int:
    """Principal of the IP part, rounded half-up (H.8); net of recoveries where the base is."""
    if terms.base.of == "compensated_amount":
        if facts.compensated_amount_fen is None:
            raise _fact_missing("compensated_amount", "代偿金额", "the amount compensated")
        principal = facts.compensated_amount_fen
    else:
        principal = facts.outstanding_principal_fen
    assert principal >= 0
    if facts.ip_share is not None or facts.combined_collateral:
        share = ip_share_of(facts)
        assert 0 <= share <= 1
        whole = share.denominator
        principal = (2 * principal * share.numerator + whole) // (2 * whole)
    if terms.base.net_of_recoveries:
        principal = max(principal - facts.recovered_fen, 0)
    return principal


def _extras(facts: ClaimFacts, terms: Terms, counters: Counters) -> int:
    """Interest and costs, where the base includes them; no cost twice."""
    extra: int = sum(
        getattr(facts, f"{kind}_fen") for kind in _INTERESTS if kind in terms.base.plus
    )
    if "costs" in terms.base.plus:
        references = [cost.reference for cost in facts.costs]
        again = sorted(
            {ref for ref in references if ref in counters.used_costs or references.count(ref) > 1}
        )
        if again:
            raise CostAlreadyCounted(
                f"费用已计入过，不能重复：{'、'.join(again)}",
                f"Costs that have already counted: {', '.join(again)}.",
                references=again,
            )
        extra += sum(cost.amount_fen for cost in facts.costs)
    return extra


def _weights(facts: ClaimFacts, terms: Terms, sharing: Sharing) -> tuple[int, Weights | None]:
    """The row that counts and its shares; None where no row fits."""
    fitting = [index for index, row in enumerate(sharing.rows) if _fits(facts, row)]
    if not fitting:
        return -1, None
    chosen = fitting[0]
    if sharing.choose == "highest":
        chosen = max(
            fitting, key=lambda index: (dict(sharing.rows[index].shares)[sharing.for_party], -index)
        )
    shares = dict(sharing.rows[chosen].shares)
    for plus in sharing.plus:
        if any(facts.attributes.get(flag) is True for flag in plus.if_any):
            shares[plus.to] += plus.points
            shares[plus.taken_from] -= plus.points
    if sharing.agreed is not None:
        _agree(facts, terms, sharing, shares)
    for party, decision in sharing.only_if_confirmed:
        if decision not in facts.confirmed:
            shares[terms.bearer] += shares[party]
            shares[party] = Fraction(0)
    if shares == dict(sharing.rows[chosen].shares):
        return chosen, terms.row_weights[chosen]
    return chosen, terms.weights(shares)


def _fits(facts: ClaimFacts, row: Row) -> bool:
    return all(condition.holds(fact_of(facts, condition.fact)) for condition in row.when)


def fact_of(facts: ClaimFacts, name: str) -> Any:
    """A fact by name. A flag that was not stated is not so; anything else must be stated."""
    if name == "borrower_balance":
        value: Any = facts.borrower_balance_fen
    elif name == "loan_amount":
        value = facts.loan_amount_fen
    elif name == "outstanding_principal":
        value = facts.outstanding_principal_fen
    else:
        value = facts.attributes.get(name)
    if value is None:
        fact = FACTS[name]
        if fact.kind == "flag":
            return False
        raise _fact_missing(name, fact.zh, fact.en)
    return value


def _fact_missing(name: str, zh: str, en: str) -> FactMissing:
    return FactMissing(
        f"缺少分档所需的事实：{zh}({name})",
        f"A tier needs a fact that is missing: {en}.",
        fact=name,
    )


def _agree(facts: ClaimFacts, terms: Terms, sharing: Sharing, shares: dict[str, Fraction]) -> None:
    """Put the agreed share in place; what it is less than the ceiling goes to the bearer (H.18)."""
    agreed = sharing.agreed
    assert agreed is not None
    stated = facts.agreed.get(agreed.party)
    if stated is None:
        if agreed.required:
            raise AgreementMissing(
                f"方案要求协议写明{party_name(agreed.party, 'zh')}的比例，未见约定",
                f"The scheme wants the agreement to state the share of {agreed.party}.",
            )
        return
    if not agreed.at_least <= stated <= shares[agreed.party]:
        raise AgreementOutOfBounds(
            f"协议约定的比例 {stated} 不在 {agreed.at_least} 至 {shares[agreed.party]} 之间",
            f"The agreed share {stated} is not between {agreed.at_least} "
            f"and {shares[agreed.party]}.",
        )
    shares[terms.bearer] += shares[agreed.party] - stated
    shares[agreed.party] = stated


def _cap(
    shares: list[int],
    facts: ClaimFacts,
    terms: Terms,
    counters: Counters,
    limits: list[CapOutcome],
) -> bool:
    """Leave each payer, in place, the least that any cap leaves it (H.3); whether any cap bound.

    Every cap is held against what was due before all caps. What is cut off is left for the
    caller to give to the bearer.
    """
    due = tuple(shares)
    base = sum(due)
    bound = False
    for cap, payers in terms.cap_payers:
        owed = due[payers[0]] if len(payers) == 1 else sum(due[at] for at in payers)
        limit_fen = _limit(cap, base, counters)
        used_fen = _used(cap, facts, counters)
        limits.append(
            CapOutcome(cap.code, cap.parties, limit_fen, used_fen, owed, cap.source, cap.zh, cap.en)
        )
        allowed = max(limit_fen - used_fen, 0)
        if allowed < owed:
            bound = True
            for at, left in zip(payers, cut([due[at] for at in payers], allowed), strict=True):
                shares[at] = min(shares[at], left)
    return bound


def _limit(cap: Cap, base: int, counters: Counters) -> int:
    """The ceiling of a cap in fen; a rate of a figure is rounded down: a cap is never exceeded."""
    if cap.amount_fen is not None:
        raised = counters.raised.get(cap.code)
        if raised is not None and cap.may_be_raised_to_fen is not None:
            return max(cap.amount_fen, min(raised, cap.may_be_raised_to_fen))
        return cap.amount_fen
    assert cap.rate is not None
    figure = base if cap.of == "loss_before_policy_money" else _figure(counters.figures, cap.of)
    return figure * cap.rate.numerator // cap.rate.denominator


def _used(cap: Cap, facts: ClaimFacts, counters: Counters) -> int:
    if cap.of == "loss_before_policy_money":
        return facts.other_policy_money_fen
    if cap.per in ("claim", "pool_balance"):
        return 0
    return _counter(counters.used, cap.code)


def _counter(used: Mapping[str, int], code: str) -> int:
    if code not in used:
        raise FigureMissing(
            f"缺少上限 {code} 的累计数",
            f"The running total for the cap {code} is missing.",
            cap=code,
        )
    return used[code]


def _figure(figures: Mapping[str, int], name: str) -> int:
    if name not in figures:
        words = FIGURES[name]
        raise FigureMissing(
            f"缺少数字：{words.zh}({name})", f"A figure is missing: {words.en}.", figure=name
        )
    return figures[name]


def payments(shares: Mapping[str, int], terms: Terms) -> tuple[Payment, ...]:
    """The transfers that leave each party with its share (H.2).

    In a chain the first payer pays the bearer the sum of the rounded shares of all behind it,
    and each of them refunds the one before.
    """
    passed_on = dict(shares)
    depth = {party: _depth(party, terms.refunds) for party in shares}
    for party in sorted(terms.refunds, key=lambda name: -depth[name]):
        passed_on[terms.refunds[party]] += passed_on[party]
    first = "escrow" if terms.escrow else terms.bearer
    kind = "escrow" if terms.escrow else "compensation"
    direct = [
        Payment(party, first, passed_on[party], kind)
        for party in shares
        if party != terms.bearer and party not in terms.refunds and passed_on[party] > 0
    ]
    refunds = [
        Payment(party, terms.refunds[party], passed_on[party], "refund")
        for party in sorted(shares, key=lambda name: depth[name])
        if party in terms.refunds and passed_on[party] > 0
    ]
    return (*direct, *refunds)


def _depth(party: str, refunds: Mapping[str, str]) -> int:
    steps = 0
    while party in refunds:
        party = refunds[party]
        steps += 1
    return steps


def behind(shares: Mapping[str, int], terms: Terms) -> Mapping[str, Mapping[str, int]]:
    """Divide a party's share among those who finance it, its last named taking the rounding."""
    divided = {}
    for party, financing in terms.behind.items():
        weights = weights_of(financing.shares, financing.residual)
        parts = by_residual(shares[party], weights.parts, weights.whole, weights.residual)
        divided[party] = dict(zip(weights.parties, parts, strict=True))
    return divided
