"""The dated values of the rules of a scheme file, each with where it is written."""

import itertools
from datetime import date
from typing import Any

from shared.schemes.problems import At, Problem, shown, unknown
from shared.schemes.reading.rules import NONE, SHAPES
from shared.schemes.reading.scalars import Choice, Day, Text, as_day
from shared.schemes.reading.shape import is_mapping
from shared.schemes.scheme import Entry
from shared.schemes.terms import MAY_BE_NONE, Stated
from shared.schemes.vocabulary import MARKS

ENTRY_KEYS = ("value", "source", "mark", "note", "to")


def read_rules(at: At, problems: list[Problem]) -> dict[str, tuple[Entry, ...]]:
    """Rule name → its dated values, oldest first."""
    if not is_mapping(at, problems):
        return {}
    found = {}
    for name in at.node:
        if name not in SHAPES:
            problems.append(unknown(at.key(name), tuple(SHAPES)))
            continue
        entries = _entries(str(name), at.child(name), problems)
        if entries:
            found[str(name)] = entries
    return found


def _entries(name: str, at: At, problems: list[Problem]) -> tuple[Entry, ...]:
    example = f"{name}: {{2026-01-01: {{value: …, source: 第五条}}}}"
    if not hasattr(at.node, "items") or not at.node:
        problems.append(
            at.problem(
                f"规则 “{name}” 的值要写在生效日之下，如 {example}",
                f"the value of “{name}” stands under the day from which it holds, e.g. {example}",
            )
        )
        return ()
    found = []
    for key in at.node:
        since = as_day(key)
        if since is None:
            problems.append(
                at.key(key).problem(
                    f"{shown(key)} 不是生效日；规则写作 {example}",
                    f"{shown(key)} is not a day; a rule is written {example}",
                )
            )
            continue
        entry = _entry(name, since, at.child(key), problems)
        if entry:
            found.append(entry)
    found.sort(key=lambda entry: entry.since)
    for before, after in itertools.pairwise(found):
        if before.until is not None and before.until >= after.since:
            problems.append(
                Problem(
                    after.at.line,
                    after.at.column,
                    f"{at.path}/{after.since}",
                    f"日期重叠：上一条有效至 {before.until}，这一条从 {after.since} 开始；"
                    f"请把上一条的 to 改为 {date.fromordinal(after.since.toordinal() - 1)} 或删去",
                    f"the dates overlap: the entry before holds to {before.until}, this one from "
                    f"{after.since}; set its “to” to "
                    f"{date.fromordinal(after.since.toordinal() - 1)} or leave it out",
                )
            )
    return tuple(found)


def _entry(name: str, since: date, at: At, problems: list[Problem]) -> Entry | None:
    if not is_mapping(at, problems):
        return None
    before = len(problems)
    for key in at.node:
        if key not in ENTRY_KEYS:
            problems.append(unknown(at.key(key), ENTRY_KEYS))
    if "value" not in at.node:
        problems.append(at.problem("缺少 “value”（数值）", "“value” is missing"))
        return None
    mark = Choice(tuple(MARKS)).read(at.child("mark"), problems) if "mark" in at.node else ""
    source = Text().read(at.child("source"), problems) if "source" in at.node else ""
    if "source" not in at.node and mark != "assumed":
        problems.append(
            at.problem(
                "缺少 “source”（依据哪一条）；没有依据的数值请写 mark: assumed",
                "“source” (which article) is missing; a value without one carries mark: assumed",
            )
        )
    until = Day().read(at.child("to"), problems) if "to" in at.node else None
    if until is not None and until < since:
        problems.append(
            at.child("to").problem("止日早于起日", "the last day lies before the first")
        )
    note = Text().read(at.child("note"), problems) if "note" in at.node else ""
    value = _value(name, at, problems)
    if len(problems) > before:
        return None
    return Entry(
        since=since,
        until=until,
        value=value,
        stated=Stated(source=source or "", mark=mark or "", since=since, note=note or ""),
        at=at,
    )


def _value(name: str, at: At, problems: list[Problem]) -> Any:
    """The value; or `none`, which says expressly, by a source, that there is no such rule."""
    place = at.child("value")
    if place.node != NONE or name not in MAY_BE_NONE:
        return SHAPES[name].read(place, problems)
    if "source" not in at.node:
        problems.append(
            place.problem(
                "写 none（确实没有）须注明依据 source",
                "none (there is expressly no such rule) needs a source",
            )
        )
    return NONE
