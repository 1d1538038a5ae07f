"""What people state of a loan, read into typed facts: each by its kind and as of its own day.

Nothing is guessed and nothing is dropped: an unknown name, a wrong kind, a fact of another day or
one that somebody else states, and a fact that a rule needs and nobody states, each becomes a fault
of its field that names the fact.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from shared.money import LARGEST_FEN, format_fen, parse_fen
from shared.ratios import percent
from shared.refusals import FieldFault
from shared.schemes.facts import (
    KNOWN_OF_EVERY_LOAN,
    STATED_BY_THE_BUREAU,
    FactDay,
    FactNeeded,
    facts_needed,
)
from shared.schemes.problems import closest
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import (
    FACTS,
    INDUSTRIES,
    LABELS,
    RISK_CLASSES,
    FactKind,
    Words,
)

FactValue = int | bool | str | Fraction
"""Fen, a count, a flag, a word, or a ratio of 1."""

FACT_MISSING: Final = "fact-missing"
"""The code of a fault for a fact that a rule needs and nobody states."""

DAYS: Final[Mapping[FactDay, Words]] = {
    "approval": Words("批准时", "at approval"),
    "disbursement": Words("放款时", "at disbursement"),
    "claim": Words("申请补偿时", "at the claim"),
}
"""As of which day a fact holds, in words."""

UNITS: Final[Mapping[FactKind, Words]] = {
    "money": Words("元", "yuan"),
    "ratio": Words("百分比", "percent"),
    "count": Words("个（整数）", "a whole number"),
    "flag": Words("是/否", "yes or no"),
    "word": Words("选项", "one of a list"),
}
"""In what a fact of each kind is stated."""

MAY_PASS_THE_WHOLE: Final = frozenset({"claim_rate", "guarantee_multiple"})
"""Ratios that may be above 1; any other is a part of a whole."""

_WORDS: Final[Mapping[str, Mapping[str, Words]]] = {"risk_class": RISK_CLASSES}
_PERCENT: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(%?)", re.ASCII)
_FRACTION: Final = re.compile(r"([0-9]{1,15})/([1-9][0-9]{0,14})", re.ASCII)
_PARK: Final = re.compile(r"(?! )[^\x00-\x1f\x7f-\x9f]{1,40}(?<! )")
_LARGEST_COUNT: Final = 10**9


class _Wrong(ValueError):
    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


def read_facts(
    stated: Mapping[str, Any], terms: Terms | None, *, at: FactDay
) -> tuple[dict[str, FactValue], tuple[FieldFault, ...]]:
    """The facts that a bank states as of a day, and everything that is wrong with them.

    Facts that the mode needs as of that day and that are not stated are faults too, with the code
    FACT_MISSING. Without `terms` no fact is missing, and only name and kind are judged. A fact of
    the vocabulary that no rule of the mode asks for is taken, and so is a label of the approval.
    """
    needed = {fact.name: fact for fact in facts_needed(terms)} if terms is not None else {}
    values: dict[str, FactValue] = {}
    faults: list[FieldFault] = []
    for name, value in stated.items():
        try:
            if name in LABELS and at == "approval":
                values[name] = read_label(name, value)
                continue
            _require_its_place(name, needed.get(name), at)
            values[name] = read_fact(name, value)
        except _Wrong as wrong:
            faults.append(_fault(name, wrong.code, wrong.zh, wrong.en))
    faults.extend(_missing(needed, stated, at))
    return values, tuple(faults)


def _require_its_place(name: str, fact: FactNeeded | None, at: FactDay) -> None:
    """Raises _Wrong where this is none of our facts, another day's, or somebody else's."""
    known = FACTS.get(name)
    if known is None:
        meant = closest(name, tuple(FACTS))
        raise _Wrong(
            "unknown-fact",
            f"没有名为 {name} 的事实" + (f"，是否要写 {meant}？" if meant else ""),
            f"there is no fact named {name}" + (f"; did you mean {meant}?" if meant else ""),
        )
    if name in KNOWN_OF_EVERY_LOAN:
        raise _Wrong(
            "fact-known-elsewhere",
            f"{known.zh}由系统按申请和月报确定，不在此填报",
            f"{known.en}: known from the case itself and not stated here",
        )
    if name in STATED_BY_THE_BUREAU or (fact is not None and fact.by == "bureau"):
        raise _Wrong(
            "fact-of-the-bureau",
            f"{known.zh}由主管部门登记，银行不填报",
            f"{known.en}: entered by the bureau, not stated by a bank",
        )
    if fact is not None and fact.at != at:
        day = DAYS[fact.at]
        raise _Wrong(
            "fact-of-another-day",
            f"{known.zh}按{day.zh}的情况填报，请在那时填报",
            f"{known.en}: counts as it is {day.en}; state it then",
        )


def _missing(
    needed: Mapping[str, FactNeeded], stated: Mapping[str, Any], at: FactDay
) -> Iterator[FieldFault]:
    for fact in needed.values():
        if fact.required and fact.at == at and fact.by == "bank" and fact.name not in stated:
            source = f"（{fact.source}）" if fact.source else ""
            yield _fault(
                fact.name,
                FACT_MISSING,
                f"缺少本模式所需的事实：{fact.zh}，{UNITS[fact.kind].zh}{source}",
                f"the mode needs a fact that is not stated: {fact.en}, {UNITS[fact.kind].en}",
            )


def _fault(name: str, code: str, zh: str, en: str) -> FieldFault:
    return FieldFault(("attributes", name), code, zh, en)


def read_fact(name: str, value: Any) -> FactValue:
    """One fact of the vocabulary as its kind reads it. Raises ValueError with zh and en."""
    fact = FACTS[name]
    if fact.kind == "word":
        return _word(name, value)
    if fact.kind == "ratio":
        try:
            ratio = parse_ratio(value)
        except RatioUnreadable as wrong:
            raise _Wrong(wrong.code, f"{fact.zh}：{wrong.zh}", f"{fact.en}: {wrong.en}") from None
        if ratio > 1 and name not in MAY_PASS_THE_WHOLE:
            raise _Wrong("too-large", f"{fact.zh}不能超过 100%", f"{fact.en}: at most 100 percent")
        return ratio
    return _READ[fact.kind](value, fact.zh, fact.en)


def read_label(name: str, value: Any) -> str:
    """What a bank says of the firm for reports: an industry's letter, or a park's name.

    Raises ValueError with zh and en.
    """
    said = LABELS[name]
    if name == "industry":
        if not isinstance(value, str) or value not in INDUSTRIES:
            raise _Wrong(
                "not-an-option",
                f"{said.zh}须为 {'、'.join(INDUSTRIES)} 之一",
                f"{said.en}: one of {', '.join(INDUSTRIES)}",
            )
        return value
    if not isinstance(value, str) or not _PARK.fullmatch(value):
        raise _Wrong(
            "not-a-name",
            f"{said.zh}须为不超过 40 字的名称，首尾无空格",
            f"{said.en}: a name of at most 40 characters, without spaces around it",
        )
    return value


def _money(value: Any, zh: str, en: str) -> int:
    try:
        if not isinstance(value, str):
            raise ValueError
        fen = parse_fen(value)
        if not 0 <= fen <= LARGEST_FEN:
            raise ValueError
    except ValueError:
        raise _Wrong(
            "not-an-amount",
            f"{zh}须为金额（元），最多两位小数，如 1000000.00",
            f'{en}: an amount in yuan as text with at most two decimals, such as "1000000.00"',
        ) from None
    return fen


def _count(value: Any, zh: str, en: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_COUNT:
        raise _Wrong(
            "not-an-integer", f"{zh}须为不小于 0 的整数", f"{en}: a whole number from 0 up"
        )
    return value


def _flag(value: Any, zh: str, en: str) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("not-a-boolean", f"{zh}须为是或否（true、false）", f"{en}: true or false")
    return value


_READ: Final[Mapping[str, Callable[[Any, str, str], int | bool]]] = {
    "money": _money,
    "count": _count,
    "flag": _flag,
}


def _word(name: str, value: Any) -> str:
    options = _WORDS[name]
    if not isinstance(value, str) or value not in options:
        listed = "、".join(options)
        raise _Wrong(
            "not-an-option",
            f"{FACTS[name].zh}须为以下之一：{listed}",
            f"{FACTS[name].en}: one of {', '.join(options)}",
        )
    return value


class RatioUnreadable(_Wrong):
    """Text that is no ratio, or could be two."""


def parse_ratio(value: Any) -> Fraction:
    """A ratio of 1 from text: "50", "33.33" or "33.33%" are percent, "1/3" is a fraction.

    A bare number between 0 and 1 is refused: "0.60" is 60 percent to one and 0.6 percent to
    another. Raises RatioUnreadable.
    """
    if isinstance(value, str):
        if match := _FRACTION.fullmatch(value):
            return Fraction(int(match[1]), int(match[2]))
        if match := _PERCENT.fullmatch(value):
            of_hundred = Fraction(match[1])
            if not match[2] and 0 < of_hundred < 1:
                whole = percent(of_hundred)
                raise RatioUnreadable(
                    "ratio-ambiguous",
                    f'"{value}" 可有两种理解：若指 {whole}，写 "{whole}"；若指 {value}%，写 "{value}%"',
                    f'"{value}" can be read in two ways: write "{whole}" for {whole}, '
                    f'"{value}%" for {value} percent',
                )
            return of_hundred / 100
    raise RatioUnreadable(
        "not-a-ratio",
        "比例须为百分数，如 50、33.33，或分数 1/3",
        'a ratio is percent as text, such as "50" or "33.33", or a fraction "1/3"',
    )


def kept(name: str, value: FactValue) -> bool | str:
    """A fact as it is kept and told: a flag as it is, anything else as exact text."""
    if name in LABELS:
        return str(value)
    kind = FACTS[name].kind
    if kind == "flag":
        return bool(value)
    if kind == "ratio":
        return percent(Fraction(value))
    if kind == "money":
        assert isinstance(value, int)
        return format_fen(value)
    return str(value)


def all_kept(values: Mapping[str, FactValue]) -> dict[str, bool | str]:
    """Facts by name as they are kept and told."""
    return {name: kept(name, value) for name, value in values.items()}


def as_facts(told: Mapping[str, Any]) -> dict[str, FactValue]:
    """What was kept, read back into typed facts; what is no fact of ours decides nothing.

    Raises ValueError where something was kept that its kind does not read.
    """
    return {
        name: read_fact(name, int(value) if FACTS[name].kind == "count" else value)
        for name, value in told.items()
        if name in FACTS
    }
