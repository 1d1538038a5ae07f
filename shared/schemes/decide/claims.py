"""What goes into and comes out of the split of a loss, as values."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from shared.money import format_fen, parse_fen
from shared.refusals import Refused
from shared.schemes.rules.declare import Attributes, Fen, Figure, Party, Share


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of recovery, by the reference under which it may count only once (H.10)."""

    reference: str
    amount_fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """The facts of a claim on the claim day. Money in fen; nothing is fetched or guessed.

    `ip_share` is the share stated in the contract; None means none was stated, which only a
    pure IP loan may do. `attributes` answers the tiers: names and kinds of
    `vocabulary.FACTS` (money in fen, ratios as Fraction of 1, flags as bool).
    """

    outstanding_principal_fen: Fen
    ip_share: Share | None = None
    combined_collateral: bool = False
    interest_fen: Fen = 0
    penalty_interest_fen: Fen = 0
    compound_interest_fen: Fen = 0
    costs: tuple[Cost, ...] = ()
    recovered_fen: Fen | None = None
    """Net proceeds before the claim, for a base net of recoveries."""
    compensated_amount_fen: Fen | None = None
    """What the guarantor has paid, where he is the one compensated."""
    other_policy_money_fen: Fen | None = None
    """What other policy funds pay on the same loss, for a cap on all of them together."""
    borrower_balance_fen: Fen | None = None
    loan_amount_fen: Fen | None = None
    attributes: Attributes = field(default_factory=dict)
    agreed: Mapping[Party, Share] = field(default_factory=dict)
    """Party → the share that its agreement states, where the scheme leaves it to one."""
    confirmed: Mapping[str, bool] = field(default_factory=dict)
    """Prior decisions by the name the scheme gives them: taken (true), or known not to be.

    One that is not here is not known; a share that depends on it is refused.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Running figures at the moment of deciding, from the ledger.

    `used`: cap code → fen already counted in the cap's period (payments, or covered principal).
    `figures`: name of `vocabulary.FIGURES` → fen. `raised`: cap code → its ceiling by a recorded
    decision. `used_costs`: references of costs that have counted before.
    """

    used: Mapping[str, Fen] = field(default_factory=dict)
    figures: Mapping[Figure, Fen] = field(default_factory=dict)
    raised: Mapping[str, Fen] = field(default_factory=dict)
    used_costs: frozenset[str] = frozenset()


class CapOutcome(NamedTuple):
    """What a cap allowed, and whether it took anything away.

    A named tuple, because every split makes one per cap, and they are made five times faster.
    """

    code: str
    parties: tuple[str, ...]
    limit_fen: int
    used_fen: int
    due_fen: int
    source: str
    zh: str = ""
    en: str = ""

    @property
    def allowed_fen(self) -> int:
        """What is left under the cap; never below zero."""
        return max(self.limit_fen - self.used_fen, 0)

    @property
    def binds(self) -> bool:
        """A limit equal to what is due does not bind (H.28)."""
        return self.allowed_fen < self.due_fen

    def as_data(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "parties": list(self.parties),
            "limit": format_fen(self.limit_fen),
            "used": format_fen(self.used_fen),
            "allowed": format_fen(self.allowed_fen),
            "due": format_fen(self.due_fen),
            "binds": self.binds,
            "source": self.source,
            "zh": self.zh,
            "en": self.en,
        }


@dataclass(frozen=True, slots=True)
class Payment:
    """One transfer between parties: compensation, refund along a chain, escrow or a return."""

    payer: str
    payee: str
    amount_fen: int
    kind: str

    def as_data(self) -> dict[str, str]:
        return {
            "payer": self.payer,
            "payee": self.payee,
            "amount": format_fen(self.amount_fen),
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Borne:
    """What each party bore of a claim: all that its recoveries need, for as long as they come.

    `borne` in the order of the parties; the bearer's part includes principal beyond the covered
    part where the scheme counts it. `parts` is the ratio in which money goes back: that of the
    scheme where nothing was cut off, else what was borne itself (H.22).
    `interest_outside_fen` is what the bearer lost outside the base.
    """

    version: str
    residual: str
    bearer: str
    borne: Mapping[str, int]
    parts: Mapping[str, int]
    interest_outside_fen: int
    ip_share: Fraction
    order: str
    recovered_by: str
    rounding: str = "residual"
    """How a claim was rounded, so are its recoveries."""

    def as_data(self) -> dict[str, Any]:
        """Plain data to keep beside the claim."""
        return {
            "version": self.version,
            "residual": self.residual,
            "bearer": self.bearer,
            "borne": [[party, format_fen(fen)] for party, fen in self.borne.items()],
            "parts": [[party, part] for party, part in self.parts.items()],
            "interest_outside": format_fen(self.interest_outside_fen),
            "ip_share": f"{self.ip_share.numerator}/{self.ip_share.denominator}",
            "order": self.order,
            "recovered_by": self.recovered_by,
            "rounding": self.rounding,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Borne":
        """What `as_data` gave, read back."""
        return cls(
            version=data["version"],
            residual=data["residual"],
            bearer=data["bearer"],
            borne={party: parse_fen(amount) for party, amount in data["borne"]},
            parts=dict(data["parts"]),
            interest_outside_fen=parse_fen(data["interest_outside"]),
            ip_share=Fraction(data["ip_share"]),
            order=data["order"],
            recovered_by=data["recovered_by"],
            rounding=data.get("rounding", "residual"),
        )


class IpShareNotStated(Refused):
    """A combined loan without a stated IP share is not compensated (H.7)."""

    code: ClassVar[str] = "ip-share-not-stated"


class CostAlreadyCounted(Refused):
    """No cost counts twice (H.10)."""

    code: ClassVar[str] = "cost-already-counted"


def costs_fen(costs: Sequence[Cost], used_costs: Set[str]) -> int:
    """The sum of costs, none of which has counted before. Raises CostAlreadyCounted."""
    references = [cost.reference for cost in costs]
    again = sorted({ref for ref in references if ref in used_costs or references.count(ref) > 1})
    if again:
        raise CostAlreadyCounted(
            f"费用已计入过，不能重复：{'、'.join(again)}",
            f"Costs that have already counted: {', '.join(again)}.",
            references=again,
        )
    return sum(cost.amount_fen for cost in costs)


class AgreementMissing(Refused):
    """The scheme leaves the ratio to an agreement, and none is stated within its bounds."""

    code: ClassVar[str] = "agreement-missing"


class AgreementOutOfBounds(Refused):
    """The agreed share is not one that the scheme permits."""

    code: ClassVar[str] = "agreement-out-of-bounds"


class NoSharingRule(Refused):
    """The scheme shares no losses, or its ratio is not known."""

    code: ClassVar[str] = "no-sharing-rule"
