"""A trial distribution: what a reported recovery would give to whom if it were confirmed now.

Whoever confirms names the trial they saw by its id, which stands for everything that decided it:
where another recovery, an adjustment or carried costs have moved it, the confirmation is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.money import format_fen
from shared.schemes.decide.recovery import RecoveryDecision


@dataclass(frozen=True, kw_only=True)
class RecoveryTrial:
    """What the engine answers for one recovery now."""

    number: str
    decision: RecoveryDecision
    codes: Mapping[str, str]
    """Role → code of the party that plays it."""
    lowers_net_loss: bool = False
    """Before escrow is settled: nothing is distributed, the net loss that is to be shared falls."""

    @property
    def id(self) -> str:
        """Other figures, another id."""
        decided_by = [self.number, self._figures()]
        return hashlib.sha256(json.dumps(decided_by, sort_keys=True).encode()).hexdigest()[:32]

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data, money as decimal strings: what is shown and kept."""
        return {"id": self.id, **self._figures()}

    def _figures(self) -> dict[str, Any]:
        decision = self.decision
        facts, borne = decision.facts, decision.borne
        open_fen = {
            party: bore - facts.returned.get(party, 0) for party, bore in borne.borne.items()
        }
        interest_open = max(borne.interest_outside_fen - facts.interest_returned_fen, 0)
        return {
            "gross": format_fen(facts.pledged_ip_fen + facts.other_fen),
            "counted": format_fen(decision.gross_fen),
            "costs": format_fen(decision.costs_fen),
            "carried_before": format_fen(facts.carried_costs_fen),
            "carried_after": format_fen(decision.carried_costs_fen),
            "net": format_fen(decision.net_fen),
            "to_interest": format_fen(decision.to_interest_fen),
            "interest_before": format_fen(interest_open),
            "interest_after": format_fen(interest_open - decision.to_interest_fen),
            "to_pledgor": format_fen(decision.to_pledgor_fen),
            "order": borne.order,
            **self._net_loss(open_fen[borne.bearer], decision.returned[borne.bearer]),
            "shares": [
                {
                    "party": party,
                    "party_code": self.codes.get(party, party),
                    "amount": format_fen(fen),
                    "open_before": format_fen(open_fen[party]),
                    "open_after": format_fen(open_fen[party] - fen),
                }
                for party, fen in decision.returned.items()
            ],
        }

    def _net_loss(self, before_fen: int, lowered_fen: int) -> dict[str, str | None]:
        if not self.lowers_net_loss:
            return {"net_loss_before": None, "net_loss_after": None}
        return {
            "net_loss_before": format_fen(before_fen),
            "net_loss_after": format_fen(before_fen - lowered_fen),
        }
