"""The way of the money: who pays whom, so that each party is left with its share."""

from collections.abc import Mapping

from shared.schemes.decide.apportion import by_residual
from shared.schemes.decide.claims import Payment
from shared.schemes.rules.sharing import weights_of
from shared.schemes.terms import Terms


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
