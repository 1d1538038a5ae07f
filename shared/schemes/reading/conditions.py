"""Parties and their shares, facts and what they must be, tiers without gaps: parts of rules."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.ratios import percent
from shared.schemes.problems import At, Problem, unknown
from shared.schemes.reading.scalars import Choice, Flag, Money, Percent, Whole
from shared.schemes.reading.shape import Field, ListOf, MapOf, Record, Shape, is_mapping
from shared.schemes.rules.sharing import Condition
from shared.schemes.vocabulary import FACTS, PARTIES, RISK_CLASSES, Words


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


_ENDS = ("above", "at_least", "up_to", "below")


def _ends(kind: str) -> dict[str, Field]:
    """An interval of a measured fact: each end once, inclusive or not."""
    return {name: Field(KIND_SHAPES[kind]) for name in _ENDS}


def _faults_of_ends(found: Mapping[str, Any]) -> Iterator[Words]:
    low = [name for name in ("above", "at_least") if found[name] is not None]
    high = [name for name in ("up_to", "below") if found[name] is not None]
    if len(low) > 1 or len(high) > 1:
        yield Words(
            "above（大于）与 at_least（不小于）只写一个，up_to（不大于）与 below（小于）只写一个",
            "write one of above and at_least, and one of up_to and below",
        )
    elif not low and not high:
        yield Words("区间没有任何一端", "the interval has no end at all")
    elif low and high:
        bottom, top = found[low[0]], found[high[0]]
        if bottom > top or (bottom == top and (low[0], high[0]) != ("at_least", "up_to")):
            yield Words("区间是空的：下端高于上端", "the interval is empty: its ends are crossed")


@dataclass(frozen=True)
class When:
    """Facts and what they must be: flags true or false, amounts between two ends."""

    def read(self, at: At, problems: list[Problem]) -> tuple[Condition, ...] | None:
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
                conditions.append(Condition(fact=name, equals=value))
            else:
                ends = Record(_ends(kind), faults=_faults_of_ends).read(place, problems)
                if ends is not None:
                    conditions.append(Condition(fact=name, **ends))
        return tuple(conditions)

    def schema(self) -> dict[str, Any]:
        properties = {
            name: (
                KIND_SHAPES[fact.kind].schema()
                if fact.kind in ("flag", "word")
                else Record(_ends(fact.kind)).schema()
            )
            | {"description": f"{fact.zh} {fact.en}"}
            for name, fact in FACTS.items()
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}


def gaps(places: list[tuple[At, Condition]]) -> list[Problem]:
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
            _ends(self.kind) | {self.payload: Field(self.shape, required=True)},
            faults=_faults_of_ends,
        )
        before = len(problems)
        rows = ListOf(record).read(at, problems)
        if rows is None or len(problems) > before:
            return None
        pairs = [
            (
                at.child(index),
                Condition(fact="", **{k: v for k, v in row.items() if k != self.payload}),
            )
            for index, row in enumerate(rows)
        ]
        problems.extend(gaps(pairs))
        return [
            ({k: v for k, v in row.items() if k != self.payload}, row[self.payload]) for row in rows
        ]

    def schema(self) -> dict[str, Any]:
        record = Record(_ends(self.kind) | {self.payload: Field(self.shape, required=True)})
        return ListOf(record).schema()


@dataclass(frozen=True)
class Facts:
    """Facts by name, each of its own kind."""

    def read(self, at: At, problems: list[Problem]) -> dict[str, Any] | None:
        if not is_mapping(at, problems):
            return None
        found = {}
        for name in at.node:
            if name not in FACTS:
                problems.append(unknown(at.key(name), tuple(FACTS)))
            else:
                found[str(name)] = KIND_SHAPES[FACTS[name].kind].read(at.child(name), problems)
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}
