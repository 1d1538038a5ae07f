"""Who bears how much of a loss: rows of shares with their conditions, and what is shared."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Annotated, Any, Literal

from shared.schemes.rules.declare import Flag, Party, Says, Share, Shares


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact measured: a flag is so, or an amount lies between two ends."""

    fact: str
    above: Any = None
    at_least: Any = None
    up_to: Any = None
    below: Any = None
    equals: Any = None

    def holds(self, value: Any) -> bool:
        """Whether the value of the fact fits. `value` is of the fact's kind, never None."""
        if self.equals is not None:
            return bool(value == self.equals)
        return (
            (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.up_to is None or value <= self.up_to)
            and (self.below is None or value < self.below)
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares as whole numbers over one denominator, so that the split needs integers only."""

    parties: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int
    residual: int
    """Index of the party that takes the rounding."""


@lru_cache(maxsize=4096)
def weights_of(shares: tuple[tuple[str, Fraction], ...], residual: str) -> Weights:
    """Bring fractions of 1 to one denominator. They must sum to 1 and name the residual party."""
    assert sum(share for _, share in shares) == 1
    whole = lcm(*(share.denominator for _, share in shares))
    parties = tuple(party for party, _ in shares)
    return Weights(
        parties=parties,
        parts=tuple(int(share * whole) for _, share in shares),
        whole=whole,
        residual=parties.index(residual),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Shares that hold when every condition holds."""

    when: Annotated[
        tuple[Condition, ...], Says("须同时满足的条件", "facts that must all hold")
    ] = ()
    shares: Annotated[Shares, Says("各方比例", "share of each party")]


@dataclass(frozen=True, slots=True)
class Plus:
    """Points given on top, once, when any of the flags is so."""

    points: Annotated[Share, Says("加点", "points on top")]
    to: Party = "pool"
    taken_from: Party = "bank"
    if_any: tuple[Flag, ...] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A share that an agreement states, within bounds."""

    party: Party = "pool"
    at_least: Share = Fraction(0)
    required: bool = False


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a loss is shared. `rows` in the order of the file; `choose` says which one counts.

    The file writes the rows in one of three ways: flat shares, tiers of one fact, or rows.
    """

    rows: Annotated[tuple[Row, ...], Says("按条件的比例", "shares by conditions")]
    choose: Literal["first", "highest"] = "first"
    for_party: Party = "pool"
    """Whose share is to be the highest, where `choose` is so."""
    plus: Annotated[tuple[Plus, ...], Says("加点", "points on top")] = ()
    agreed: Annotated[Agreed | None, Says("协议可另定比例", "an agreement may state the share")] = (
        None
    )
    only_if_confirmed: Annotated[
        tuple[tuple[Party, str], ...], Says("须先经确认", "prior decision needed")
    ] = ()
    """Party → the prior decision without which it pays nothing."""
    facts_at: Literal["claim", "disbursement"] = "claim"
    by: str = ""

    @property
    def is_flat(self) -> bool:
        """One row for everybody, nothing to look up."""
        return (
            len(self.rows) == 1
            and not self.rows[0].when
            and not self.plus
            and self.agreed is None
            and not self.only_if_confirmed
        )


@dataclass(frozen=True, slots=True)
class Behind:
    """Who finances a party's share, e.g. city 40 : district 60 behind the pool."""

    shares: Shares
    residual: Party


@dataclass(frozen=True, slots=True)
class Base:
    """What is shared."""

    of: Literal["outstanding_principal", "compensated_amount"] = "outstanding_principal"
    plus: tuple[Literal["interest", "penalty_interest", "compound_interest", "costs"], ...] = ()
    net_of_recoveries: bool = False
