"""Parties and their shares, facts and what they must be, tiers without gaps: parts of rules."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.ratios import percent
from shared.schemes import terms as t
from shared.schemes.reading.scalars import Choice, Flag, Money, Percent, Text, Whole
from shared.schemes.reading.shape import (
    At,
    Field,
    ListOf,
    MapOf,
    Problem,
    Record,
    Shape,
    is_mapping,
    unknown,
)
from shared.schemes.vocabulary import (
    FACTS,
    PARTIES,
    RISK_CLASSES,
)

PARTY = Choice(tuple(PARTIES))
FLAGS = tuple(name for name, fact in FACTS.items() if fact.kind == "flag")
WORDS = {"zh": Field(Text(), required=True), "en": Field(Text(), required=True)}


@dataclass(frozen=True)
class Shares:
    """Party → share of the whole; together exactly 100 percent."""

    def read(self, at: At, problems: list[Problem]) -> tuple[tuple[str, Fraction], ...] | None:
        before = len(problems)
        found = MapOf(tuple(PARTIES), Percent()).read(at, problems)
        if found is None or len(problems) > before:
            return None
        total = sum(found.values())
        if total != 1:
            listed = " + ".join(f"{name} {percent(share)}" for name, share in found.items())
            off = "少" if total < 1 else "多"
            short = "short of" if total < 1 else "above"
            problems.append(
                at.problem(
                    f"各方比例合计 {percent(total)}，比 100% {off} {percent(abs(1 - total))}"
                    f"({listed})",
                    f"the shares add up to {percent(total)}, {percent(abs(1 - total))} "
                    f"{short} 100% ({listed})",
                )
            )
            return None
        return tuple(found.items())

    def schema(self) -> dict[str, Any]:
        return MapOf(tuple(PARTIES), Percent()).schema()


KIND_SHAPES: Mapping[str, Shape] = {
    "money": Money(),
    "ratio": Percent(most=1_000_000),
    "count": Whole(),
    "flag": Flag(),
    "word": Choice(tuple(RISK_CLASSES)),
}


def _ends(kind: str) -> Record:
    """An interval of a measured fact: each end once, inclusive or not."""
    shape = KIND_SHAPES[kind]
    return Record(
        {name: Field(shape) for name in ("above", "at_least", "up_to", "below")},
        check=_ends_fit,
    )


def _ends_fit(at: At, found: dict[str, Any]) -> list[Problem]:
    low = [name for name in ("above", "at_least") if found[name] is not None]
    high = [name for name in ("up_to", "below") if found[name] is not None]
    if len(low) > 1 or len(high) > 1:
        return [
            at.problem(
                "above（大于）与 at_least（不小于）只写一个，up_to（不大于）与 below（小于）只写一个",
                "write one of above and at_least, and one of up_to and below",
            )
        ]
    if not low and not high:
        return [at.problem("区间没有任何一端", "the interval has no end at all")]
    if low and high:
        empty = found[low[0]] > found[high[0]] or (
            found[low[0]] == found[high[0]] and (low[0], high[0]) != ("at_least", "up_to")
        )
        if empty:
            return [
                at.problem(
                    "区间是空的：下端高于上端", "the interval is empty: its ends are crossed"
                )
            ]
    return []


@dataclass(frozen=True)
class When:
    """Facts and what they must be: flags true or false, amounts between two ends."""

    def read(self, at: At, problems: list[Problem]) -> tuple[t.Condition, ...] | None:
        if not is_mapping(at, problems):
            return None
        conditions = []
        for name in at.node:
            if name not in FACTS:
                problems.append(unknown(at.key(name), tuple(FACTS)))
                continue
            kind = FACTS[name].kind
            place = at.child(name)
            if kind in ("flag", "word"):
                value = KIND_SHAPES[kind].read(place, problems)
                conditions.append(t.Condition(fact=name, equals=value))
            else:
                ends = _ends(kind).read(place, problems)
                if ends is not None:
                    conditions.append(t.Condition(fact=name, **ends))
        return tuple(conditions)

    def schema(self) -> dict[str, Any]:
        properties = {
            name: (
                KIND_SHAPES[fact.kind].schema()
                if fact.kind in ("flag", "word")
                else _ends(fact.kind).schema()
            )
            | {"description": f"{fact.zh} {fact.en}"}
            for name, fact in FACTS.items()
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}


def gaps(places: list[tuple[At, t.Condition]]) -> list[Problem]:
    """Where a row of tiers leaves a hole, overlaps, or is not in rising order."""
    problems = []
    for (_, lower), (at, upper) in itertools.pairwise(places):
        meets = (
            lower.up_to is not None and upper.above is not None and lower.up_to == upper.above
        ) or (
            lower.below is not None and upper.at_least is not None and lower.below == upper.at_least
        )
        if meets:
            continue
        high = lower.up_to if lower.up_to is not None else lower.below
        low = upper.above if upper.above is not None else upper.at_least
        if high is None or low is None:
            zh, en = (
                "各档须从低到高排列，上一档要有上端，这一档要有下端",
                (
                    "tiers rise from low to high: the one before needs an upper end, this one a lower"
                ),
            )
        elif low < high or (low == high and lower.up_to is not None and upper.at_least is not None):
            zh, en = (
                "这一档与上一档重叠：同一数额落入两档",
                ("this tier overlaps the one before: one amount falls into both"),
            )
        else:
            zh, en = (
                "这一档与上一档之间有空档：有的数额落不进任何一档",
                (
                    "there is a gap between this tier and the one before: some amounts fall into none"
                ),
            )
        problems.append(
            at.problem(
                zh + "；上一档写 up_to: X，这一档就写 above: X（或 below: X 配 at_least: X）",
                en + "; after up_to: X write above: X (or after below: X write at_least: X)",
            )
        )
    return problems


@dataclass(frozen=True)
class Tiers:
    """Tiers of one fact, each with its stretch and what holds in it, from low to high."""

    kind: str
    payload: str
    shape: Shape

    def read(self, at: At, problems: list[Problem]) -> list[tuple[dict[str, Any], Any]] | None:
        record = Record(
            {
                name: Field(KIND_SHAPES[self.kind])
                for name in ("above", "at_least", "up_to", "below")
            }
            | {self.payload: Field(self.shape, required=True)},
            check=lambda place, found: _ends_fit(place, found),
        )
        before = len(problems)
        rows = ListOf(record).read(at, problems)
        if rows is None or len(problems) > before:
            return None
        pairs = [
            (
                at.child(index),
                t.Condition(fact="", **{k: v for k, v in row.items() if k != self.payload}),
            )
            for index, row in enumerate(rows)
        ]
        problems.extend(gaps(pairs))
        return [
            ({k: v for k, v in row.items() if k != self.payload}, row[self.payload]) for row in rows
        ]

    def schema(self) -> dict[str, Any]:
        ends = {
            name: KIND_SHAPES[self.kind].schema()
            for name in ("above", "at_least", "up_to", "below")
        }
        return {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": ends | {self.payload: self.shape.schema()},
                "required": [self.payload],
                "additionalProperties": False,
            },
        }


MEASURED = tuple(name for name, fact in FACTS.items() if fact.kind not in ("flag", "word"))


def renamed(make: Callable[..., Any], **names: str) -> Callable[..., Any]:
    """Files say `amount`, code says `amount_fen`."""

    def build(**found: Any) -> Any:
        return make(**{names.get(key, key): value for key, value in found.items()})

    return build


CODE = Text(
    pattern=r"[a-z][a-z0-9_]*",
    hint_zh="小写英文字母、数字和下划线",
    hint_en="lower case letters, digits and _",
)
