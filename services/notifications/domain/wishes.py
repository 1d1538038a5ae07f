"""What a receiver wants to hear of what it may hear: one filter, whatever its channel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

AMOUNTS = (
    "amount_fen", "paid_fen", "held_fen", "base_fen", "net_loss_fen", "gross_fen", "right_fen",
    "open_fen", "proceeds_fen", "shortfall_fen", "balance_fen", "undrawn_fen",
    "outstanding_principal_fen",
)  # fmt: skip
"""What an event is worth, for whoever wants to hear of large ones only: the first it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Which of the messages it may have a receiver wants. Nothing said means everything.

    `least_amount_fen` holds back what says an amount below it; what says none is told. What is of
    no pool is told whatever the pools.
    """

    event_types: Collection[str] = ()
    pools: Collection[str] = ()
    least_amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedWishes:
    """What is wanted from now on; None leaves what is there, 0 asks for no least amount."""

    event_types: Collection[str] | None = None
    pools: Collection[str] | None = None
    least_amount_fen: int | None = None

    def after(self, kept: Mapping[str, Any]) -> Wishes:
        """The wishes of a receiver that has had these."""
        least = self.least_amount_fen
        return Wishes(
            event_types=kept["event_types"] if self.event_types is None else self.event_types,
            pools=kept["pools"] if self.pools is None else self.pools,
            least_amount_fen=kept["least_amount_fen"] if least is None else (least or None),
        )


def amount_of(told: Mapping[str, Any]) -> int | None:
    """What an event is worth by what its reader may know of it; None where it says no amount."""
    for name in AMOUNTS:
        if isinstance(value := told.get(name), int):
            return abs(value)
    return None
