"""What of a loss is shared: the IP part of the principal, and what is added to it."""

from fractions import Fraction

from shared.schemes.decide.claims import (
    ClaimFacts,
    Counters,
    IpShareNotStated,
    costs_fen,
)
from shared.schemes.decide.findings import FactMissing
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import Words

INTERESTS = ("interest", "penalty_interest", "compound_interest")


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


def ip_part_fen(facts: ClaimFacts, terms: Terms) -> int:
    """Principal of the IP part, rounded half-up (H.8); net of recoveries where the base is."""
    if terms.base.of == "compensated_amount":
        principal = stated_fen(facts, "compensated_amount")
    else:
        principal = facts.outstanding_principal_fen
    assert principal >= 0
    if facts.ip_share is not None or facts.combined_collateral:
        share = ip_share_of(facts)
        assert 0 <= share <= 1
        whole = share.denominator
        principal = (2 * principal * share.numerator + whole) // (2 * whole)
    if terms.base.net_of_recoveries:
        principal = max(principal - stated_fen(facts, "recovered"), 0)
    return principal


_AMOUNTS = {
    "compensated_amount": Words("代偿金额", "the amount compensated"),
    "recovered": Words("申请前已回收的净额", "what was recovered before the claim, net"),
    "other_policy_money": Words("其他政策资金已付金额", "what other policy money pays"),
}


def stated_fen(facts: ClaimFacts, name: str) -> int:
    """An amount that the scheme asks for: stated, be it as nothing. Raises FactMissing."""
    amount: int | None = getattr(facts, f"{name}_fen")
    if amount is None:
        words = _AMOUNTS[name]
        raise FactMissing(
            f"缺少所需的金额：{words.zh}({name})",
            f"An amount is missing: {words.en}.",
            fact=name,
        )
    return amount


def share_of_amount(ip_amount_fen: int, loan_amount_fen: int) -> Fraction:
    """The IP share that a stated IP amount comes to: exact, of the contract amount (H.7)."""
    assert 0 <= ip_amount_fen <= loan_amount_fen and loan_amount_fen > 0
    return Fraction(ip_amount_fen, loan_amount_fen)


def extras_fen(facts: ClaimFacts, terms: Terms, counters: Counters) -> int:
    """Interest and costs, where the base includes them; no cost twice."""
    extra: int = sum(getattr(facts, f"{kind}_fen") for kind in INTERESTS if kind in terms.base.plus)
    if "costs" in terms.base.plus:
        extra += costs_fen(facts.costs, counters.used_costs)
    return extra
