"""The waiting line of a pool: whose turn it is when there is room, and whom a limit holds up.

The line is walked in the order of approval. Who fits is served. Whom a limit blocks holds up
those behind who draw on the same limit: a smaller request does not overtake a larger one. A limit
of one bank or one borrower holds up that bank or borrower alone, however full the pool is besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.risk_pool.domain.capacity import CapacityDecision, CapacityRequest, stop
from shared.schemes.decide.limits import Limit


class Scope(StrEnum):
    """Who draws on a limit."""

    CASE = "case"
    """Nobody else: what others take leaves it as it is."""
    BORROWER = "borrower"
    BANK = "bank"
    POOL = "pool"


BEHIND = "waiting_line"
"""There would be room, but others who wait for it came first."""

SCOPES: Mapping[str, Scope] = {
    "maximum_leverage": Scope.POOL,
    "programme_covered_cap": Scope.POOL,
    "pool_stopped": Scope.POOL,
    "bank_share_of_capacity": Scope.BANK,
    "bank_line": Scope.BANK,
    "bank_suspended": Scope.BANK,
    "borrower_cap": Scope.BORROWER,
    "pool_balance": Scope.CASE,
    BEHIND: Scope.CASE,
}
"""The limits that can give way by themselves; any other is final."""

STATED = frozenset({"borrower_cap", "programme_covered_cap"})
"""Amounts that the scheme states: a request above one of them will never fit."""


def may_wait(decision: CapacityDecision) -> bool:
    """Whether room for a request can appear: every limit that binds can give way."""
    return not decision.held and all(_can_give_way(limit) for limit in decision.binding)


def _can_give_way(limit: Limit) -> bool:
    if limit.code in STATED and limit.requested_fen > limit.allowed_fen:
        return False
    return limit.code in SCOPES


@dataclass(slots=True)
class Line:
    """Whom those who wait hold up, while a line is walked from its first place on."""

    held_up: set[tuple[Scope, str]] = field(default_factory=set)
    places: int = 0

    def in_turn(self, request: CapacityRequest, decision: CapacityDecision) -> CapacityDecision:
        """The same decision, or that others come first."""
        if decision.binding or self.held_up.isdisjoint(_draws_on(request)):
            return decision
        behind = stop(
            BEHIND,
            decision.requested_fen,
            zh="前面还有等候同一额度的申请，按审批先后排队",
            en="others who were approved earlier wait for the same room",
        )
        return CapacityDecision(
            requested_fen=decision.requested_fen,
            limits=(behind, *decision.limits),
            renewed_fen=decision.renewed_fen,
        )

    def join(self, request: CapacityRequest, decision: CapacityDecision) -> int:
        """A request waits: its place, counted from 1."""
        scopes = {SCOPES[limit.code] for limit in decision.binding}
        if Scope.CASE in scopes:
            mine: set[tuple[Scope, str]] = set()
        elif narrow := scopes & {Scope.BANK, Scope.BORROWER}:
            mine = {one for one in _draws_on(request) if one[0] in narrow}
        else:
            mine = {(Scope.POOL, "")}
        self.held_up |= mine
        self.places += 1
        return self.places


def _draws_on(request: CapacityRequest) -> set[tuple[Scope, str]]:
    return {
        (Scope.POOL, ""),
        (Scope.BANK, request.bank_code),
        (Scope.BORROWER, request.borrower_uscc),
    }
