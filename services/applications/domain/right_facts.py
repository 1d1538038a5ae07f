"""What is known of a right: every fact with who said it, as of when and from where.

Nothing that was said is overwritten. What holds is the word of the register or the bureau before a
bank's own, and of equals the youngest by the day it speaks of; where another source's last word
differs, both are shown and a person looks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, get_args
from uuid import UUID

from services.applications.domain.submission import RightKey
from shared import canonical

LegalStatus = Literal[
    "pending", "in_force", "fee_overdue", "lapsed", "expired", "abandoned", "invalidated",
    "revoked", "cancelled",
]  # fmt: skip
"""审中, 有效, 欠费（宽限期内）, 终止（未缴年费）, 届满, 放弃, 宣告无效, 撤销, 注销."""

ENDED: Final = frozenset(
    {"lapsed", "expired", "abandoned", "invalidated", "revoked", "cancelled"}
)  # fmt: skip
"""A right that stands so secures nothing any more."""

Source = Literal["case", "import", "extract", "entry"]
"""A bank's case, a census list, an extract of the register, a person who typed it in."""

Burden = Literal[
    "licence", "exclusive_licence", "preservation", "ownership_dispute", "invalidation", "pledge",
]  # fmt: skip
"""许可, 独占许可, 财产保全, 权属纠纷中止, 无效宣告请求, 其他质权."""

FIELDS: Final = (
    "name", "owner_uscc", "owner_name", "legal_status", "filed_on", "granted_on", "fees_paid_to",
    "renewed_on", "expires_on",
)  # fmt: skip
"""What can be said of a right; the columns have the same names."""

BURDENS: Final = get_args(Burden)
_BETWEEN_OWNERS: Final = re.compile(r"[、;；,，/|\n]+")
BUREAU: Final = "*"
"""Whose statements everybody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a source says of a right at once; None says nothing."""

    key: RightKey
    number_as_given: str
    source: Source
    reference: str
    as_of: date
    document_id: UUID | None = None
    name: str | None = None
    owner_uscc: str | None = None
    owner_name: str | None = None
    legal_status: LegalStatus | None = None
    filed_on: date | None = None
    granted_on: date | None = None
    fees_paid_to: date | None = None
    renewed_on: date | None = None
    expires_on: date | None = None
    note: str = ""

    @property
    def name_canonical(self) -> str | None:
        """By which the right is found."""
        return None if self.name is None else canonical.words(self.name)

    @property
    def owner_name_canonical(self) -> str | None:
        """By which the rights of an owner are found."""
        return None if self.owner_name is None else canonical.name(self.owner_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact as it holds, with whose word it is; and other sources' last words where they
    differ."""

    field: str
    value: Any
    by: Mapping[str, Any]
    """The statement: bank_code, source, reference, as_of, said_by_name, said_at …"""
    others: tuple[Mapping[str, Any], ...] = ()


def goes_before_a_banks_word(statement: Mapping[str, Any]) -> bool:
    """What the bureau says, or an extract that is there to be read, goes before what a bank says for
    its case, however late it says it."""
    has_extract = statement["source"] == "extract" and statement["document_id"] is not None
    return bool(statement["bank_code"] == BUREAU or has_extract)


def _weight(statement: Mapping[str, Any]) -> tuple[bool, date, int]:
    """Of equals the later day."""
    return (
        goes_before_a_banks_word(statement),
        statement["as_of"],
        statement["statement_no"],
    )


def facts(statements: Sequence[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """What holds by all statements on one right, fact by fact in the order of FIELDS."""
    ordered = sorted(statements, key=_weight, reverse=True)
    return tuple(
        Fact(field=name, value=said[0][name], by=said[0], others=_who_differ(name, said))
        for name in FIELDS
        if (said := [one for one in ordered if one[name] is not None])
    )


def known(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The values that hold, by field; what nobody has said is missing."""
    return {fact.field: fact.value for fact in facts(statements)}


def _who_differ(name: str, said: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The last word of every other source that is not the same in its canonical form."""
    last: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in said:
        last.setdefault((one["bank_code"], one["source"]), one)
    return tuple(
        one for one in last.values() if compared(one[name]) != compared(said[0][name])
    )  # fmt: skip


def compared(value: Any) -> Any:
    """A value as it is compared with another's: words in their canonical form."""
    return canonical.name(value) if isinstance(value, str) else value


def owners_in(text: str | None) -> frozenset[str]:
    """The owners that a register names in one cell, each in its canonical form."""
    names = (canonical.name(one) for one in _BETWEEN_OWNERS.split(text or ""))
    return frozenset(one for one in names if one)


def living(burdens: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The burdens that have not ended."""
    return tuple(one for one in burdens if one["ended_on"] is None)
