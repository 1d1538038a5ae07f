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
        if facts.compensated_amount_fen is None:
            raise FactMissing(
                "缺少分档所需的事实：代偿金额(compensated_amount)",
                "A tier needs a fact that is missing: the amount compensated.",
                fact="compensated_amount",
            )
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


def extras_fen(facts: ClaimFacts, terms: Terms, counters: Counters) -> int:
    """Interest and costs, where the base includes them; no cost twice."""
    extra: int = sum(getattr(facts, f"{kind}_fen") for kind in INTERESTS if kind in terms.base.plus)
    if "costs" in terms.base.plus:
        extra += costs_fen(facts.costs, counters.used_costs)
    return extra
