"""What must hold when a pledge is registered and when a loan is paid out; all faults at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from services.applications.domain.lists_checked import ListChecked
from shared import canonical
from shared.money import group_fen
from shared.months import add_months
from shared.refusals import FieldFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One right's entry in its register of pledges."""

    collateral_no: int
    registry: str
    registration_no: str
    registered_on: date

    @property
    def registration_no_canonical(self) -> str:
        """By which it is found."""
        return canonical.number(self.registration_no)


def registration_faults(
    registrations: Sequence[Registration], *, collateral_nos: Sequence[int], approved_on: date,
    today: date,
) -> tuple[FieldFault, ...]:  # fmt: skip
    """Every right of the case must be registered, once, between the approval and today.

    A pledge of a patent or a trademark arises at registration (Civil Code art. 444).
    """
    faults: list[FieldFault] = []
    seen: set[int] = set()
    for index, registration in enumerate(registrations):
        place = ("registrations", index)
        number = registration.collateral_no
        if number not in collateral_nos:
            faults.append(
                FieldFault((*place, "collateral_no"), "collateral-unknown",
                      f"本申请没有第 {number} 项质物", f"The case has no collateral {number}.")
            )  # fmt: skip
        elif number in seen:
            faults.append(
                FieldFault((*place, "collateral_no"), "collateral-named-twice",
                      f"第 {number} 项质物重复", f"Collateral {number} is named twice.")
            )  # fmt: skip
        seen.add(number)
        faults += within(registration.registered_on, (*place, "registered_on"), approved_on, today)
    for number in collateral_nos:
        if number not in seen:
            faults.append(
                FieldFault(("registrations",), "collateral-not-registered",
                      f"第 {number} 项质物未登记", f"Collateral {number} is not registered.")
            )  # fmt: skip
    return tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement:
    """A loan as it was paid out."""

    loan_no: str
    amount_fen: int
    disbursed_on: date
    matures_on: date
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Facts as of the disbursement."""
    lists_checked: tuple[ListChecked, ...] = ()
    draws_until: date | None = None
    """This is the first draw of several, and the rest of the approved amount may be drawn until
    this day; None: it is all that is lent."""

    @property
    def loan_no_canonical(self) -> str:
        """By which the bank's loans are told apart."""
        return canonical.number(self.loan_no)

    def left_of(self, approved_fen: int) -> int:
        """What of the approved amount may still be drawn."""
        return 0 if self.draws_until is None else approved_fen - self.amount_fen


def disbursement_faults(
    paid: Disbursement,
    *,
    approved_fen: int,
    tenor_months: int,
    approved_on: date,
    registered_on: date,
    reserved_until: date,
    first_right_ends_on: date,
    filed_by: date | None = None,
    today: date,
) -> tuple[FieldFault, ...]:
    """At most what was approved, after the pledge, while capacity is held, within the tenor, and
    filed in the programme's term (`filed_by`), which may end after capacity was held.

    The loan must end before the first of the pledged rights does (专利权质押登记办法: the term of
    the debt may not exceed that of the right).
    """
    faults: list[FieldFault] = []
    if paid.amount_fen > approved_fen:
        faults.append(
            FieldFault(("amount",), "above-approved-amount",
                  f"放款金额超过批准金额 {group_fen(approved_fen)} 元",
                  f"More than the approved {group_fen(approved_fen)}.")
        )  # fmt: skip
    faults += within(paid.disbursed_on, ("disbursed_on",), max(approved_on, registered_on), today)
    if paid.disbursed_on > reserved_until:
        faults.append(
            FieldFault(("disbursed_on",), "reservation-over",
                  f"预留额度已于 {reserved_until} 到期",
                  f"Capacity was held until {reserved_until}.")
        )  # fmt: skip
    faults += filed_late(
        filed_by, ("disbursed_on",), today,
        zh="本次放款", en=f"A loan paid out on {paid.disbursed_on}",
    )  # fmt: skip
    faults += looked_at_within(paid.lists_checked, approved_on, paid.disbursed_on)
    latest = add_months(paid.disbursed_on, tenor_months)
    if paid.matures_on <= paid.disbursed_on:
        faults.append(
            FieldFault(("matures_on",), "matures-before-disbursement",
                  "到期日须晚于放款日", "The loan must end after it begins.")
        )  # fmt: skip
    elif paid.matures_on > latest:
        faults.append(
            FieldFault(("matures_on",), "beyond-tenor",
                  f"到期日超出批准期限（最迟 {latest}）", f"Beyond the approved tenor: {latest}.")
        )  # fmt: skip
    if paid.matures_on > first_right_ends_on:
        faults.append(
            FieldFault(("matures_on",), "right-ends-before-loan",
                  f"质押权利于 {first_right_ends_on} 届满，早于贷款到期日",
                  f"A pledged right ends on {first_right_ends_on}, before the loan.")
        )  # fmt: skip
    return (*faults, *_draws_faults(paid, approved_fen))


def _draws_faults(paid: Disbursement, approved_fen: int) -> list[FieldFault]:
    """The time for further draws begins with the disbursement and ends before the loan does."""
    until, place = paid.draws_until, ("draws_until",)
    if until is None:
        return []
    faults = []
    if until < paid.disbursed_on:
        faults.append(
            FieldFault(place, "draws-end-before-disbursement",
                  "提款期止不得早于放款日", "The last day for draws is before the disbursement.")
        )  # fmt: skip
    if until >= paid.matures_on:
        faults.append(
            FieldFault(place, "draws-end-after-maturity",
                  "提款期止须早于到期日", "The last day for draws must be before the maturity.")
        )  # fmt: skip
    if paid.amount_fen == approved_fen:
        faults.append(
            FieldFault(place, "nothing-left-to-draw",
                  "已放款至批准金额，不再分次提款", "All that was approved is paid out at once.")
        )  # fmt: skip
    return faults


LOAN_NO_USED: Final = FieldFault(
    ("loan_no",), "loan-no-used", "借据号已用于另一笔贷款", "Another loan has this number."
)


def filed_late(
    filed_by: date | None, place: tuple[str | int, ...], today: date, *, zh: str, en: str
) -> list[FieldFault]:
    """What is told after the programme's term for filing (`filed_by`; None: it has none)."""
    if filed_by is None or today <= filed_by:
        return []
    return [
        FieldFault(place, "filed-late", f"{zh}应于 {filed_by} 前备案，已逾备案期限",
                   f"{en} is filed by {filed_by}; that is past.")
    ]  # fmt: skip


def looked_at_within(lists: Sequence[ListChecked], first: date, last: date) -> Iterator[FieldFault]:
    """The looks at lists on days that are not between two others."""
    for index, one in enumerate(lists):
        yield from within(one.checked_on, ("lists_checked", index, "checked_on"), first, last)


def within(day: date, place: tuple[str | int, ...], first: date, last: date) -> list[FieldFault]:
    """What is wrong with a day that must lie between two others; `last` is today or before it."""
    if day > last:
        return [FieldFault(place, "in-future", "日期晚于今日", "The day lies ahead.")]
    if day < first:
        return [FieldFault(place, "too-early", f"日期早于 {first}", f"The day is before {first}.")]
    return []
