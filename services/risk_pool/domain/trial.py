"""A trial split: what a claim would be split into now, with every cap before and after.

Whoever decides names the trial they saw by its id, which stands for everything that the split was
decided by. Where anything of it has moved since, the decision is refused with both.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.risk_pool.domain.cap_order import Standing, Use, takes_fen
from services.risk_pool.domain.claim_filed import Position
from services.risk_pool.domain.compensation import POOL, PartyPayment
from services.risk_pool.domain.decision_checks import Moved, fields_of
from services.risk_pool.domain.facts_told import facts_data
from services.risk_pool.domain.missing import Missing, missing_of
from services.risk_pool.domain.shares import PartyShare
from shared.life_cycle import Row
from shared.money import format_fen, group_fen
from shared.refusals import Refused
from shared.schemes.decide.claims import CapOutcome, ClaimFacts
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A claim as it stands now, or why it cannot be split yet."""

    claim: Row
    loan: Row
    terms: Terms
    principal_fen: int
    """What is to be approved of the principal claimed."""
    facts: ClaimFacts
    stands: Standing
    outcome: ClaimDecision | Refused
    position: Position | None
    moved: tuple[Moved, ...]
    shares: Sequence[PartyShare]
    payments: Sequence[PartyPayment]
    of_bank: Use
    """What the pool bears of the bank's claims filed in this year."""
    of_borrower: Use
    """What the pool bears of the borrower's claims, of all years."""

    @property
    def decision(self) -> ClaimDecision:
        """The split. Raises what the engine refused."""
        if isinstance(self.outcome, Refused):
            raise self.outcome
        return self.outcome

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is missing, all that is known to be."""
        if not isinstance(self.outcome, Refused):
            return ()
        figures = self.stands.in_turn.figures
        return missing_of(self.outcome, self.terms, self.facts.attributes, figures)

    @property
    def id(self) -> str:
        """Stands for everything that decided it: facts, terms, counters in turn, and the result."""
        counters = self.stands.in_turn
        used, figures = counters.used, counters.figures
        asked = {"pool_available", *(cap.of for cap in self.terms.caps)}
        decided_by = [
            self.claim["number"],
            self.terms.version,
            self.terms.mode,
            facts_data(self.facts),
            {code: used[code] for code in sorted(used)},
            {name: figures[name] for name in sorted(asked) if name in figures},
            dict(counters.raised),
            sorted(counters.used_costs),
            self.loan["state"],
            fields_of(self.position),
            [one.as_data() for one in self.moved],
            [one.as_data() for one in self.missing],
            [(one.party_code, one.amount_fen) for one in self.shares],
            [(one.payer_code, one.payee_code, one.amount_fen) for one in self.payments],
        ]
        return hashlib.sha256(json.dumps(decided_by, sort_keys=True).encode()).hexdigest()[:32]

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data, money as decimal strings: what is shown and kept."""
        outcome = self.outcome
        split = _split(self, outcome) if isinstance(outcome, ClaimDecision) else {}
        return {
            "id": self.id,
            "programme": self.terms.programme,
            "mode": self.terms.mode,
            "scheme_version": self.terms.version,
            "principal": format_fen(self.principal_fen),
            "claimed": format_fen(self.claim["outstanding_principal_fen"]),
            "in_part": self.principal_fen < self.claim["outstanding_principal_fen"],
            "facts": facts_data(self.facts),
            "position": fields_of(self.position),
            **split,
            "missing": [one.as_data() for one in self.missing],
            "moved": [one.as_data() for one in self.moved],
        }


def _split(trial: Trial, decision: ClaimDecision) -> dict[str, Any]:
    due, weights = decision.due, decision.weights
    parts = {} if weights is None else dict(zip(weights.parties, weights.parts, strict=True))
    whole = 1 if weights is None else weights.whole
    takes = decision.shares.get(POOL, 0)
    stands = trial.stands
    return {
        "base": format_fen(decision.base_fen),
        "ip_part": format_fen(decision.ip_part_fen),
        "covered": format_fen(decision.covered_fen),
        "uncovered": format_fen(decision.uncovered_fen),
        "interest_outside": format_fen(decision.interest_outside_fen),
        "shares": [
            {
                "party": one.party,
                "party_code": one.party_code,
                "ratio": str(Fraction(parts[one.party], whole)) if parts else None,
                "due": format_fen(due[one.party]),
                "amount": format_fen(one.amount_fen),
            }
            for one in trial.shares
        ],
        "payments": [
            {
                "payer": one.payer,
                "payer_code": one.payer_code,
                "payee": one.payee,
                "payee_code": one.payee_code,
                "kind": one.kind,
                "amount": format_fen(one.amount_fen),
            }
            for one in trial.payments
        ],
        "limits": [_limit(one, decision, stands) for one in decision.limits],
        "binding": [one.code for one in decision.binding],
        "pool": {
            "before": format_fen(stands.available_fen),
            "held": format_fen(stands.pool.held_fen),
            "takes": format_fen(takes),
            "after": format_fen(stands.available_fen - takes),
        },
        "bank_year": _used(trial.of_bank, takes),
        "borrower": _used(trial.of_borrower, takes),
    }


def _limit(one: CapOutcome, decision: ClaimDecision, stands: Standing) -> dict[str, Any]:
    held_fen = stands.uses.get(one.code, Use()).held_fen
    takes = takes_fen(decision, one.parties)
    return {
        "code": one.code,
        "zh": one.zh,
        "en": one.en,
        "source": one.source,
        "parties": list(one.parties),
        "limit": format_fen(one.limit_fen),
        "used": format_fen(one.used_fen - held_fen),
        "held": format_fen(held_fen),
        "left": format_fen(one.allowed_fen),
        "due": format_fen(one.due_fen),
        "takes": format_fen(takes),
        "left_after": format_fen(one.allowed_fen - takes),
        "binds": one.binds,
    }


def _used(use: Use, takes_fen: int) -> dict[str, str]:
    before = use.earlier_fen + use.later_fen
    return {
        "before": format_fen(before),
        "held": format_fen(use.held_fen),
        "after": format_fen(before + takes_fen),
    }


class TrialMoved(Refused):
    """What the decision saw is not what there is now: both stand in `seen` and `now`."""

    code = "trial-moved"


def trial_moved(seen: Mapping[str, Any] | None, now: Mapping[str, Any]) -> TrialMoved:
    """Both figures, for whoever is to decide anew. `seen` is None for an id that was never shown."""
    return TrialMoved(
        "您看到的试算已变化，请核对新的试算后再决定。",
        "The trial split that you saw has moved; look at the new one and decide again.",
        seen=seen,
        now=now,
    )


class PartAboveClaimed(Refused):
    """A part is never more than what was claimed."""

    code = "part-above-claimed"
    status = 422


def part_of(claim: Row, principal_fen: int | None) -> int:
    """The principal that is to be approved: all of it where no part is named.

    Raises PartAboveClaimed.
    """
    claimed_fen: int = claim["outstanding_principal_fen"]
    if principal_fen is None:
        return claimed_fen
    if principal_fen > claimed_fen:
        raise PartAboveClaimed(
            f"部分批准的本金不得超过申请的 {group_fen(claimed_fen)} 元。",
            f"A part cannot be more than the {group_fen(claimed_fen)} claimed.",
        )
    return principal_fen
