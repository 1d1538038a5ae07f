"""Rules that every programme has by law or practice: they stand once, and programmes extend them.

A programme's own rule wins on every day on which it holds; of the deadlines each step wins on its
own. What is common fills the days and steps of which the programme says nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from shared.schemes.problems import At, Problem, shown
from shared.schemes.reading.derived import NAME, record_of
from shared.schemes.reading.entries import read_rules
from shared.schemes.reading.rules import NONE
from shared.schemes.reading.scalars import Text
from shared.schemes.reading.shape import Field, Named, Record, Shape
from shared.schemes.reading.yaml_text import read_yaml
from shared.schemes.rules.claims import Deadline
from shared.schemes.scheme import Entry
from shared.schemes.sources import Document

Rules = Mapping[str, tuple[Entry, ...]]

ExtendedText = Callable[[str], str | None]
"""The text of the file of common rules with a name; None where there is none."""

CALLED = Text(
    pattern=r"[a-z][a-z0-9_]*",
    hint_zh="小写英文字母、数字和下划线",
    hint_en="lower case letters, digits and _",
)

HEAD = {
    "common": Field(CALLED, required=True, zh="代号，与文件名相同", en="the name, as the file's"),
    "name": Field(NAME, required=True, zh="名称", en="its title"),
    "documents": Field(
        Named(record_of(Document), least=1), required=True, zh="依据文件", en="sources"
    ),
}


@dataclass(frozen=True, slots=True)
class CommonRules:
    """What a file of common rules says."""

    rules: Rules
    documents: Mapping[str, Document]


NOTHING = CommonRules({}, {})


class _RulesShape(Shape):
    """The rules of the file, as in a programme; those that only a programme can have are refused."""

    def read(self, at: At, problems: list[Problem]) -> Rules:
        for name in ("parties", "sharing"):
            if isinstance(at.node, Mapping) and name in at.node:
                problems.append(
                    at.key(name).problem(
                        f"{name} 须由各方案自己规定", f"{name} is for each programme to state"
                    )
                )
        return read_rules(at, problems)

    def schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/rules"}


FILE = Record(HEAD | {"rules": Field(_RulesShape(), required=True, zh="规则", en="rules")})


def read_common(text: str, *, name: str) -> tuple[CommonRules, list[Problem]]:
    """The rules of a file of common rules, or everything that is wrong in it.

    It extends no other file, so no two can run in a circle.
    """
    node, problems = read_yaml(text)
    if problems:
        return NOTHING, problems
    at = At(node, "", 1, 1)
    found = FILE.read(at, problems)
    if found is not None and found["common"] != name:
        place = at.child("common")
        problems.append(
            place.problem(
                f"代号 {shown(place.node)} 与文件名 {name} 不一致",
                f"the name {shown(place.node)} is not the file's name {name}",
            )
        )
    if problems:
        return NOTHING, problems
    return CommonRules(found["rules"], found["documents"]), []


@lru_cache(maxsize=16)
def _read_once(text: str, name: str) -> tuple[CommonRules, tuple[Problem, ...]]:
    """Most programmes extend the same file."""
    common, wrong = read_common(text, name=name)
    return common, tuple(wrong)


def extended(at: At, texts: ExtendedText, problems: list[Problem]) -> CommonRules:
    """What a programme extends, its rules placed where the programme says so.

    `at` is the programme's `extends`. A mistake in the common file is told there, with its own line.
    """
    name = str(at.node)
    text = texts(name)
    if text is None:
        problems.append(
            at.problem(
                f"没有名为 {name} 的通用规则文件（common/{name}.yaml）",
                f"there is no file of common rules named {name} (common/{name}.yaml)",
            )
        )
        return NOTHING
    common, wrong = _read_once(text, name)
    problems.extend(
        at.problem(
            f"通用规则 {name} 有误：{one.text('zh')}",
            f"the common rules {name} are wrong: {one.text('en')}",
        )
        for one in wrong
    )
    placed = {
        rule: tuple(replace(entry, at=at) for entry in entries)
        for rule, entries in common.rules.items()
    }
    return CommonRules(placed, common.documents)


def over(own: Rules, common: Rules, *, only: bool = False) -> dict[str, tuple[Entry, ...]]:
    """A programme's own rules over the common ones. With `only`, just those that it has itself."""
    names = [*own, *(name for name in common if name not in own and not only)]
    return {name: _layered(name, own.get(name, ()), common.get(name, ())) for name in names}


def _layered(name: str, own: tuple[Entry, ...], common: tuple[Entry, ...]) -> tuple[Entry, ...]:
    if not own or not common:
        return own or common
    days = {entry.since for entry in (*own, *common)}
    days |= {
        entry.until + timedelta(days=1) for entry in (*own, *common) if entry.until is not None
    }
    starts = sorted(days)
    ends = [*(day - timedelta(days=1) for day in starts[1:]), None]
    found: list[Entry] = []
    for start, end in zip(starts, ends, strict=True):
        entry = _on(name, start, own, common)
        if entry is None:
            continue
        if found and _same(found[-1], entry):
            found[-1] = replace(found[-1], until=end)
        else:
            found.append(replace(entry, since=start, until=end))
    return tuple(found)


def _on(name: str, day: date, own: tuple[Entry, ...], common: tuple[Entry, ...]) -> Entry | None:
    """What holds on a day: the programme's own entry, else the common one; of deadlines both."""
    mine = next((entry for entry in reversed(own) if entry.holds(day)), None)
    theirs = next((entry for entry in reversed(common) if entry.holds(day)), None)
    if mine is None or theirs is None:
        return mine or theirs
    if name != "deadlines" or NONE in (mine.value, theirs.value):
        return mine
    steps = {step: _cited(limit, theirs) for step, limit in theirs.value.items()}
    return replace(mine, value=steps | mine.value)


def _cited(limit: Deadline, entry: Entry) -> Deadline:
    """A common step says itself where it comes from: the entry around it becomes another's."""
    stated = entry.stated
    return replace(limit, source=limit.source or stated.source, mark=limit.mark or stated.mark)


def _same(one: Entry, other: Entry) -> bool:
    return one.at is other.at and one.value == other.value
