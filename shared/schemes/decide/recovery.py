"""Recovered money goes back to those who bore the loss (programmes H.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.money import format_fen
from shared.schemes.decide.apportion import divide
from shared.schemes.decide.claims import Borne, Cost, Payment, costs_fen
from shared.schemes.rules.declare import Fen, Party


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """Money that has come in after a claim, and what earlier recoveries have given back."""

    pledged_ip_fen: Fen
    """Gross proceeds of the pledged IP; they count in full."""
    other_fen: Fen = 0
    """Gross proceeds of anything else; only the IP share of them counts (H.21)."""
    costs: tuple[Cost, ...] = ()
    carried_costs_fen: Fen = 0
    """Costs that an earlier recovery of the same claim did not cover."""
    returned: Mapping[Party, Fen] = field(default_factory=dict)
    """Party → what it has had back before, without interest outside the base."""
    interest_returned_fen: Fen = 0
    used_costs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecoveryDecision:
    """Where the money of one recovery goes.

    `returned` sums, with `to_interest_fen` and `to_pledgor_fen`, to `net_fen`.
    """

    facts: RecoveryFacts
    borne: Borne
    gross_fen: int
    costs_fen: int
    net_fen: int
    carried_costs_fen: int
    returned: Mapping[str, int]
    to_interest_fen: int
    to_pledgor_fen: int

    @property
    def whole(self) -> tuple[str, ...]:
        """The parties that have now had back all that they bore."""
        return tuple(
            party
            for party, bore in self.borne.borne.items()
            if self.facts.returned.get(party, 0) + self.returned[party] == bore
        )

    @property
    def payments(self) -> tuple[Payment, ...]:
        """What the recovering party passes on; its own part it keeps."""
        keeper = self.borne.recovered_by
        out = [
            Payment(keeper, party, fen, "recovery_return")
            for party, fen in self.returned.items()
            if party != keeper and fen > 0
        ]
        if self.borne.bearer != keeper and self.to_interest_fen > 0:
            out.append(Payment(keeper, self.borne.bearer, self.to_interest_fen, "interest_return"))
        if self.to_pledgor_fen > 0:
            out.append(Payment(keeper, "pledgor", self.to_pledgor_fen, "surplus"))
        return tuple(out)

    def as_data(self) -> dict[str, Any]:
        return {
            "version": self.borne.version,
            "gross": format_fen(self.gross_fen),
            "costs": format_fen(self.costs_fen),
            "net": format_fen(self.net_fen),
            "carried_costs": format_fen(self.carried_costs_fen),
            "returned": {party: format_fen(fen) for party, fen in self.returned.items()},
            "to_interest": format_fen(self.to_interest_fen),
            "to_pledgor": format_fen(self.to_pledgor_fen),
            "whole": list(self.whole),
            "payments": [payment.as_data() for payment in self.payments],
        }


def split_recovery(facts: RecoveryFacts, borne: Borne) -> RecoveryDecision:
    """Costs first; the net goes back by what each party bore, until each is whole (H.22, H.23).

    The claim keeps its split: `borne` is what the claim's decision left. Under the statutory
    order interest outside the base comes before principal (Civil Code art. 561), otherwise
    after it; what is then left belongs to the pledgor (art. 438). Costs above the proceeds are
    carried to the next recovery of the claim.

    Raises CostAlreadyCounted.
    """
    new_costs = costs_fen(facts.costs, facts.used_costs)
    assert facts.pledged_ip_fen >= 0 and facts.other_fen >= 0 and facts.carried_costs_fen >= 0
    share = borne.ip_share
    doubled = 2 * share.denominator
    counted_other = (2 * facts.other_fen * share.numerator + share.denominator) // doubled
    gross = facts.pledged_ip_fen + counted_other
    costs = facts.carried_costs_fen + new_costs
    net = max(gross - costs, 0)
    interest_due = max(borne.interest_outside_fen - facts.interest_returned_fen, 0)
    first = min(interest_due, net) if borne.order == "statutory" else 0
    returned = _give_back(net - first, facts.returned, borne)
    left = net - first - sum(returned.values())
    last = min(interest_due - first, left)
    return RecoveryDecision(
        facts=facts,
        borne=borne,
        gross_fen=gross,
        costs_fen=min(costs, gross),
        net_fen=net,
        carried_costs_fen=max(costs - gross, 0),
        returned=returned,
        to_interest_fen=first + last,
        to_pledgor_fen=left - last,
    )


def _give_back(amount: int, before: Mapping[str, int], borne: Borne) -> dict[str, int]:
    """Divide by what was borne; who is offered more than it needs drops out whole, and the others
    share what it leaves. Who is offered exactly what it needs leaves nothing, and changes no other's
    fen (H.23)."""
    need = {party: bore - before.get(party, 0) for party, bore in borne.borne.items()}
    assert all(fen >= 0 for fen in need.values()), "more was given back than was borne"
    given = dict.fromkeys(need, 0)
    open_parties = [party for party, fen in need.items() if fen > 0]
    left = min(amount, sum(need.values()))
    while left > 0:
        parts = [borne.parts[party] for party in open_parties]
        if not any(parts):
            # Only those are left who had no part in the ratio and bore a fen of rounding.
            parts = [need[party] for party in open_parties]
        residual = (
            open_parties.index(borne.residual)
            if borne.residual in open_parties
            else len(open_parties) - 1
        )
        offered = divide(borne.rounding, left, parts, sum(parts), residual)
        full = [
            party for party, fen in zip(open_parties, offered, strict=True) if fen > need[party]
        ]
        if not full:
            for party, fen in zip(open_parties, offered, strict=True):
                given[party] += fen
            break
        for party in full:
            given[party] = need[party]
            left -= need[party]
            open_parties.remove(party)
    return given
