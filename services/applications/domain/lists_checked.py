"""Lists of dishonest or abnormal firms (失信名单): looked at again before a decision, never assumed.

A scheme names the lists on which a firm may not stand, and for how many days a look at them holds.
What is missing is asked for: a list that nobody has looked at so recently is a reason against the
approval and against the disbursement.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import CREDIT_LISTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChecked:
    """A list that somebody looked at, on which day, and whether the firm stood on it."""

    name: str
    checked_on: date
    found: bool
    by_register: bool = False
    """Our register of listed firms has answered, as of that day; else a person has looked."""

    def as_data(self) -> dict[str, str | bool]:
        """As the history keeps it."""
        return {
            "name": self.name,
            "checked_on": str(self.checked_on),
            "found": self.found,
            "by_register": self.by_register,
        }

    @classmethod
    def of_data(cls, kept: Mapping[str, Any]) -> Self:
        """As the history has kept it."""
        return cls(
            name=kept["name"],
            checked_on=date.fromisoformat(kept["checked_on"]),
            found=kept["found"],
        )


def hits(checked: Iterable[ListChecked]) -> frozenset[str]:
    """The lists on which the firm was found."""
    return frozenset(one.name for one in checked if one.found)


def faults(checked: Sequence[ListChecked], *, today: date) -> list[FieldFault]:
    """Nobody has looked at a list on a day to come."""
    return [
        FieldFault(
            ("lists_checked", index, "checked_on"), "in-future", "日期晚于今日",
            "The day lies ahead.",
        )
        for index, one in enumerate(checked)
        if one.checked_on > today
    ]  # fmt: skip


def not_checked(checked: Sequence[ListChecked], terms: Terms, *, on: date) -> Iterator[Finding]:
    """The scheme's lists that nobody has looked at recently enough before a day. None where the
    scheme does not say how recent."""
    within = terms.lists_checked_within_days
    if within is None:
        return
    first = on - timedelta(days=within)
    seen = {one.name for one in checked if first <= one.checked_on <= on}
    for name in terms.credit_lists:
        if name not in seen:
            words = CREDIT_LISTS[name]
            yield Finding(
                code="list-not-checked",
                source=terms.source("lists_checked_within_days"),
                zh=f"须在 {first} 至 {on} 之间查询名单：{words.zh}",
                en=f"The list must have been looked at from {first} to {on}: {words.en}.",
                field="/lists_checked",
                evidence={"list": name, "from": str(first), "to": str(on)},
            )
