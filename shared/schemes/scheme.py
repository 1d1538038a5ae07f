"""A programme's measure: its dated rules, and the terms that they come to on a day."""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Literal

from shared.refusals import Refused
from shared.schemes.problems import At
from shared.schemes.rules.claims import Deadline
from shared.schemes.sources import Document, in_words, note_in_words, worded
from shared.schemes.terms import RULES, Stated, Terms
from shared.schemes.vocabulary import Words


class NoSuchScheme(Refused):
    """There is no scheme file of that name, or no such mode in it."""

    code: ClassVar[str] = "no-such-scheme"
    status: ClassVar[int] = 404


class SchemeNotInForce(Refused):
    """The scheme says nothing about that day."""

    code: ClassVar[str] = "scheme-not-in-force"


class SchemeNotLive(Refused):
    """Drafts, templates and incomplete schemes may be read and tested, but bind no loan."""

    code: ClassVar[str] = "scheme-not-live"


NO_VALUE = ("unknown", "none")
"""What stands for a value that is not published, and for one that expressly is not there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule's value from a day, to a day or until the next."""

    since: date
    until: date | None
    value: Any
    stated: Stated
    at: At = field(compare=False, repr=False)
    """Where it stands in the file."""

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


Status = Literal["complete", "draft", "template", "incomplete"]

_WHY_NOT_LIVE: Mapping[str, str] = {
    "draft": "草稿（尚有未核对的数值）",
    "template": "模板",
    "incomplete": "不完整的（有未公开的数值）",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of sharing within a programme, with its own rules over the common ones."""

    code: str
    name: Words
    status: Status
    rules: Mapping[str, tuple[Entry, ...]]


@dataclass(frozen=True)
class Scheme:
    """A programme's measure: dated rules, common and per mode."""

    programme: str
    name: Words
    place: Words
    region_code: str
    """GB/T 2260, six digits; "" where the file states none."""
    status: Status
    valid_from: date
    valid_to: date | None
    documents: Mapping[str, Document]
    extends: str
    """The file of common rules under its own; "" where it extends none."""
    readings: Mapping[str, str]
    """Settled readings that the file leans on, with what they settle."""
    common: Mapping[str, tuple[Entry, ...]]
    modes: Mapping[str, Mode]
    _cache: dict[tuple[str, date], Terms] = field(default_factory=dict, compare=False, repr=False)

    def terms(self, on: date, mode: str | None = None, *, live: bool = True) -> Terms:
        """The rules in force on a day (the day of approval), first and last day included.

        Without a mode, the first of the file. With `live` (the default), a draft, a template or
        an incomplete scheme is refused, because it may not bind a loan.

        Raises NoSuchScheme, SchemeNotInForce, SchemeNotLive.
        """
        if mode is None:
            mode = next(iter(self.modes))
        chosen = self.modes.get(mode)
        if chosen is None:
            raise NoSuchScheme(
                f"方案 {self.programme} 没有模式 {mode}，可用：{'、'.join(self.modes)}",
                f"Scheme {self.programme} has no mode {mode}; known: {', '.join(self.modes)}.",
            )
        if on < self.valid_from or (self.valid_to is not None and on > self.valid_to):
            raise SchemeNotInForce(
                f"方案 {self.programme} 在 {on} 不在有效期内",
                f"Scheme {self.programme} is not in force on {on}.",
                valid_from=self.valid_from.isoformat(),
                valid_to=self.valid_to.isoformat() if self.valid_to else None,
            )
        if live and chosen.status != "complete":
            raise SchemeNotLive(
                f"方案 {self.programme} 的模式 {mode} 是"
                + _WHY_NOT_LIVE[chosen.status]
                + "，不能用于实际运行的资金池",
                f"Mode {mode} of scheme {self.programme} is {chosen.status} "
                "and cannot be used for a live pool.",
                scheme_status=chosen.status,
            )
        epoch = self._epoch(mode, on)
        known = self._cache.get((mode, epoch))
        if known is None:
            known = self._cache[(mode, epoch)] = self._resolve(chosen, on)
        return known

    @cached_property
    def _changes(self) -> dict[str, list[date]]:
        """Per mode, the days on which any rule begins or has just ended."""
        found = {}
        for mode in self.modes:
            days = {self.valid_from}
            for entries in self.rules_of(mode).values():
                for entry in entries:
                    days.add(entry.since)
                    if entry.until is not None:
                        days.add(date.fromordinal(entry.until.toordinal() + 1))
            found[mode] = sorted(days)
        return found

    def _epoch(self, mode: str, on: date) -> date:
        days = self._changes[mode]
        return days[max(bisect_right(days, on) - 1, 0)]

    def changes(self, mode: str) -> tuple[date, ...]:
        """The days within validity on which the terms of a mode change."""
        last = self.valid_to or date.max
        return tuple(day for day in self._changes[mode] if self.valid_from <= day <= last)

    def rules_of(self, mode: str) -> dict[str, tuple[Entry, ...]]:
        """Every rule that a mode has: its own over the common ones."""
        return {**self.common, **self.modes[mode].rules}

    def _resolve(self, mode: Mode, on: date) -> Terms:
        values: dict[str, Any] = {}
        stated: dict[str, Stated] = {}
        for rule, entries in self.rules_of(mode.code).items():
            for entry in entries:
                if entry.holds(on):
                    stated[rule] = entry.stated
                    values[RULES[rule].field] = entry.value
        values = {name: value for name, value in values.items() if value not in NO_VALUE}
        steps: Mapping[str, Deadline] = values.get("deadlines", {})
        if without := tuple(step for step, limit in steps.items() if limit.is_none):
            values["without_deadline"] = without
            values["deadlines"] = {
                step: limit for step, limit in steps.items() if step not in without
            }
        since = max((entry.since for entry in stated.values()), default=self.valid_from)
        # The version is of what the file says; what is told of it is told in words.
        version = f"{self.programme}/{mode.code}@{since}#{_hash((values, stated))}"

        def said(source: str) -> str:
            return in_words(source, self.documents)

        return Terms(
            programme=self.programme,
            mode=mode.code,
            since=since,
            name=self.name,
            mode_name=mode.name,
            status=mode.status,
            version=version,
            stated={
                rule: replace(
                    one, source=said(one.source), note=note_in_words(one.note, self.documents)
                )
                for rule, one in stated.items()
            },
            **{name: worded(value, said) for name, value in values.items()},
        )


def _hash(value: Any) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()[:12]


def _canonical(value: Any) -> str:
    """One text for one meaning: field and key order of mappings do not matter, of lists they do."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = ",".join(
            f"{item.name}={_canonical(getattr(value, item.name))}" for item in fields(value)
        )
        return f"{type(value).__name__}({inside})"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, tuple | list):
        return "[" + ",".join(_canonical(item) for item in value) + "]"
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return repr(value) if isinstance(value, str) else str(value)
