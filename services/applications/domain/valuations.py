"""What rights are worth: several valuations of each, which of them counts, how far they lie apart,
and whether a loan is still covered.

A valuation holds for a year from its base day unless its report says another day (as at submission,
`domain/checks.py`). One by an appraiser who is related to the firm or the bank is kept and shown,
and counts for nothing (recusal).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, Literal

from services.applications.domain.checks import LONGEST_VALUATION_AGE_MONTHS
from services.applications.domain.ranks import room_behind
from shared.months import add_months
from shared.ratios import ip_share

Relation = Literal["firm", "bank"]

OUTLIER: Final = Fraction(30, 100)
"""A valuation that lies further than this from the middle one is pointed out; assumed."""
_ENOUGH: Final = 3
"""Below this number of valuations nobody can say which one lies apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One valuation of a right."""

    amount_fen: int
    method: str
    appraiser: str
    valued_on: date
    valid_until: date
    related_to: Relation | None
    bank_code: str
    reference: str
    document_id: Any = None

    def counts_on(self, day: date) -> bool:
        """Whether it is a ground for cover on a day: made, not out of date, nobody to recuse."""
        return self.related_to is None and self.valued_on <= day <= self.valid_until


def valid_until(valued_on: date, stated: date | None) -> date:
    """The last day on which a valuation holds."""
    return stated or add_months(valued_on, LONGEST_VALUATION_AGE_MONTHS)


def that_counts(worths: Sequence[Worth], day: date) -> Worth | None:
    """The youngest that holds on the day; of the same day, the lowest."""
    good = [one for one in worths if one.counts_on(day)]
    return min(good, key=lambda one: (-one.valued_on.toordinal(), one.amount_fen), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far the valuations that count lie apart."""

    count: int
    lowest_fen: int
    highest_fen: int
    middle_fen: int
    ratio: Fraction
    """Highest over lowest, less one."""
    outliers: tuple[Worth, ...]


def spread(worths: Sequence[Worth], day: date) -> Spread | None:
    """Of the valuations that count on the day; None where none does."""
    good = sorted((one for one in worths if one.counts_on(day)), key=lambda one: one.amount_fen)
    if not good:
        return None
    middle = good[(len(good) - 1) // 2].amount_fen
    apart = tuple(one for one in good if abs(one.amount_fen - middle) > OUTLIER * middle)
    return Spread(
        count=len(good),
        lowest_fen=good[0].amount_fen,
        highest_fen=good[-1].amount_fen,
        middle_fen=middle,
        ratio=Fraction(good[-1].amount_fen, good[0].amount_fen) - 1,
        outliers=apart if len(good) >= _ENOUGH else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverOfRight:
    """What one pledged right carries of a loan."""

    row: Mapping[str, Any]
    worth: Worth | None
    """The valuation that counts; None: there is none, and the right carries nothing."""
    rate: Fraction | None
    """The programme's highest pledge rate for its kind; None: the programme sets none."""
    earlier_fen: int = 0
    """Principal that is paid out of it first, because it secures it in an earlier rank."""

    @property
    def carried(self) -> Fraction:
        """Value times rate less what earlier ranks secure, exactly."""
        if self.worth is None:
            return Fraction(0)
        value = self.worth.amount_fen * (self.rate if self.rate is not None else Fraction(1))
        return room_behind(value, self.earlier_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A loan beside the rights that are still pledged for it."""

    ip_part_fen: int
    """The part of what is out that IP secures, rounded up."""
    carried_fen: int
    """What the rights and other collateral carry, rounded down."""
    rights: tuple[CoverOfRight, ...]
    other_fen: int = 0
    """Of it, other collateral that was accepted on a call for cover."""

    @property
    def shortfall_fen(self) -> int:
        """What is not covered; 0 where everything is."""
        return max(0, self.ip_part_fen - self.carried_fen)


def cover(
    loan: Mapping[str, Any],
    rights: Sequence[Mapping[str, Any]],
    worths: Sequence[Sequence[Worth]],
    *,
    rates: Mapping[str, Fraction],
    day: date,
    other_fen: int = 0,
    earlier: Sequence[int] | None = None,
) -> Cover:
    """What covers a loan on a day: the sum of value × pledge rate over its living pledges, each less
    what its earlier ranks secure (`earlier`, in the order of the rights), and other collateral as it
    was accepted (`domain/cover_call.py`).

    The IP part is the stated share of what is out, the whole where nothing is stated (H.7).
    """
    share = Fraction(1)
    if loan["ip_amount_fen"] is not None or loan["ip_share_bp"] is not None:
        share = ip_share(
            share_bp=loan["ip_share_bp"] or 0,
            amount_fen=loan["amount_fen"],
            ip_amount_fen=loan["ip_amount_fen"],
        )
    parts = tuple(
        CoverOfRight(
            row=row, worth=that_counts(own, day), rate=rates.get(row["kind"]), earlier_fen=before
        )
        for row, own, before in zip(rights, worths, earlier or [0] * len(rights), strict=True)
    )
    carried = sum((one.carried for one in parts), Fraction(other_fen))
    part = loan["outstanding_fen"] * share
    return Cover(
        ip_part_fen=-((-part.numerator) // part.denominator),
        carried_fen=carried.numerator // carried.denominator,
        rights=parts,
        other_fen=other_fen,
    )
