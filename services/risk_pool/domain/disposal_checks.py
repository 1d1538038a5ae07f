"""What a disposal is refused for: whether it may be opened, its rounds, its price, its money."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from services.risk_pool.domain.disposal import NOT_BELOW_THE_PRICE
from shared.identifiers import InvalidIdentifier
from shared.money import format_fen
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.rights import read_right


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A pledged right by its kind and number."""

    kind: str
    number: str
    name: str

    @property
    def canonical(self) -> str:
        """By which it is the same right however it is spelled. Raises InvalidIdentifier."""
        return read_right(self.kind, self.number).number


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """What its register says of a right that was pledged for the loan."""

    name: str
    ended_on: date | None
    """None: it secures the debt."""


Pledges = Mapping[tuple[str, str], Pledge]
"""By kind and canonical number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanStands:
    """What speaks for a default: the bank's last report, the last day, and a claim."""

    is_in_default: bool
    has_approved_claim: bool


class LoanNotBad(Refused):
    """Rights are disposed of for a loan in default, or one that was compensated."""

    code: ClassVar[str] = "loan-not-bad"


class PledgesNotYetKnown(Refused):
    """Nothing was heard of the loan's pledges so far: ask again soon."""

    code: ClassVar[str] = "pledges-not-yet-known"
    headers: Mapping[str, str] = {"Retry-After": "5"}


class AppraisalMissing(Refused):
    """Nothing is offered that has no value."""

    code: ClassVar[str] = "appraisal-missing"


class ProceedsNotRecovered(Refused):
    """A disposal is closed when its proceeds are confirmed as recoveries."""

    code: ClassVar[str] = "proceeds-not-recovered"


class ProceedsExceeded(Refused):
    """Recoveries of a disposal are never above its proceeds."""

    code: ClassVar[str] = "disposal-exceeded"


class NothingSold(Refused):
    """Money comes from a disposal that has a buyer."""

    code: ClassVar[str] = "nothing-sold"


def require_bad(stands: LoanStands) -> None:
    """Raises LoanNotBad."""
    if not (stands.is_in_default or stands.has_approved_claim):
        raise LoanNotBad(
            "贷款未逾期、未到期未还，也没有已批准的补偿，不能处置质物。",
            "The loan is neither in default nor compensated: its rights are not disposed of.",
        )


def require_rights(
    rights: Sequence[Right], *, pledged: Pledges, taken: Collection[tuple[str, str]]
) -> None:
    """Each is pledged for the loan (Civil Code art. 436: the pledgee disposes of what is pledged to
    him). `taken`: kind and canonical number of the loan's rights in other live disposals.

    Raises PledgesNotYetKnown, FieldsWrong with every number that no register gives, and every right
    that is not pledged or no longer, named twice, or in another disposal.
    """
    if not pledged:
        raise PledgesNotYetKnown(
            "尚未收到该贷款的质押登记情况，请稍后再试。",
            "The loan's pledges have not been heard of yet; try again soon.",
        )
    faults, seen = [], set(taken)
    for place, one in enumerate(rights):
        where = ("rights", place, "number")
        try:
            key = (one.kind, one.canonical)
        except InvalidIdentifier as wrong:
            faults.append(FieldFault(where, wrong.code, wrong.zh, wrong.en))
            continue
        if key in seen:
            faults.append(
                FieldFault(
                    where,
                    "right-in-disposal",
                    "该权利已在处置中",
                    "the right is being disposed of already",
                )
            )
        elif (fault := _not_pledged(pledged.get(key), where)) is not None:
            faults.append(fault)
        seen.add(key)
    if faults:
        raise FieldsWrong(faults)


def _not_pledged(pledge: Pledge | None, where: tuple[str | int, ...]) -> FieldFault | None:
    if pledge is None:
        return FieldFault(
            where, "right-not-pledged", "该权利没有为该贷款质押登记",
            "the right is not pledged for this loan",
        )  # fmt: skip
    if pledge.ended_on is not None:
        return FieldFault(
            where, "pledge-ended", f"该权利的质押已于 {pledge.ended_on} 终止",
            f"the pledge of the right ended on {pledge.ended_on}",
        )  # fmt: skip
    return None


def require_next_price(price_fen: int, *, failed: Iterable[int]) -> None:
    """After a failed round the next price is lower. Raises FieldsWrong."""
    lowest = min(failed, default=None)
    if lowest is not None and price_fen >= lowest:
        raise FieldsWrong(
            [
                FieldFault(
                    ("price",),
                    "price-not-lower",
                    f"流拍后价格须低于上一轮 {format_fen(lowest)} 元",
                    f"after a failed round it is below {format_fen(lowest)}",
                )
            ]
        )


def require_sale(way: str, price_fen: int, *, offered_fen: int, sold_on: date, since: date,
                 today: date) -> None:  # fmt: skip
    """Raises FieldsWrong with a price or a day that cannot be."""
    faults = []
    if way in NOT_BELOW_THE_PRICE and price_fen < offered_fen:
        faults.append(
            FieldFault(
                ("price",),
                "below-the-price",
                f"成交价低于本轮价格 {format_fen(offered_fen)} 元",
                f"is below this round's price of {format_fen(offered_fen)}",
            )
        )
    faults += require_day("sold_on", sold_on, since=since, today=today)
    if faults:
        raise FieldsWrong(faults)


def require_day(field: str, day: date, *, since: date, today: date) -> list[FieldFault]:
    """What is wrong with the day of something that has happened since another day."""
    if day > today:
        return [FieldFault((field,), "in-the-future", "不能晚于今天", "is in the future")]
    if day < since:
        return [FieldFault((field,), "too-early", f"不能早于 {since}", f"is before {since}")]
    return []


def require_recovered(proceeds_fen: int, confirmed_fen: int) -> None:
    """Raises ProceedsNotRecovered."""
    if confirmed_fen < proceeds_fen:
        raise ProceedsNotRecovered(
            f"处置所得 {format_fen(proceeds_fen)} 元中，已确认回款 {format_fen(confirmed_fen)} 元，"
            "其余请先报告并确认。",
            f"Of the proceeds of {format_fen(proceeds_fen)} only {format_fen(confirmed_fen)} are "
            "confirmed as recoveries.",
            proceeds=format_fen(proceeds_fen),
            confirmed=format_fen(confirmed_fen),
        )


def require_room(gross_fen: int, *, proceeds_fen: int, reported_fen: int) -> None:
    """A recovery that names a disposal: all of them together stay within its proceeds.

    Raises ProceedsExceeded.
    """
    if reported_fen + gross_fen > proceeds_fen:
        raise ProceedsExceeded(
            f"该处置所得 {format_fen(proceeds_fen)} 元，已报回款 {format_fen(reported_fen)} 元，"
            f"本笔 {format_fen(gross_fen)} 元超出。",
            f"The disposal gave {format_fen(proceeds_fen)}, of which {format_fen(reported_fen)} are "
            f"reported: {format_fen(gross_fen)} is too much.",
            proceeds=format_fen(proceeds_fen),
            reported=format_fen(reported_fen),
        )
