"""How a rule's value is declared: a typed field, annotated with what its type alone cannot say.

A rule is declared once, as a field of `Terms` with the dataclasses of this folder as its parts.
From that one declaration come the reading of a file with its messages (`reading/derived.py`), the
JSON Schema for editors, the words in which a rule is described, and the columns of a case. An
amount `*_fen` in the code is `*` in the file, in yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from shared.schemes.vocabulary import (
    CREDIT_LISTS,
    DOCUMENTS,
    FACTS,
    FIGURES,
    IP_KINDS,
    PARTIES,
    PERIODS,
    PURPOSES,
    RISK_CLASSES,
    STEPS,
    Fact,
    Words,
)


@dataclass(frozen=True, slots=True)
class Says:
    """What a field means, for the person who writes the file or reads it."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Within:
    """The bounds of a whole number, or of a ratio in percent."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """A word of a closed vocabulary, with what it is called. Two are never the same."""

    words: Mapping[str, Words] | Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Spelled:
    """Text of a pattern, and how that is said to people."""

    pattern: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The least number of items of a list."""

    count: int


@dataclass(frozen=True, slots=True)
class InFen:
    """An amount of money: fen here, yuan as quoted decimals in the file."""


@dataclass(frozen=True, slots=True)
class OfName:
    """Half of what something is called: the file writes both as `name: {zh: …, en: …}`."""


@dataclass(frozen=True, slots=True)
class Multiple:
    """A ratio that people say as so many times, not as a percentage."""


@dataclass(frozen=True, slots=True)
class WholeOf:
    """Shares that make up the whole together."""


@dataclass(frozen=True, slots=True)
class ByFact:
    """Facts by name, each of the kind that the vocabulary gives it."""


FLAGS = {name: fact for name, fact in FACTS.items() if fact.kind == "flag"}
MEASURED = {name: fact for name, fact in FACTS.items() if fact.kind not in ("flag", "word")}

Fen = Annotated[int, InFen()]
Share = Annotated[Fraction, Within(0, 100)]
Party = Annotated[str, OneOf(PARTIES)]
NamePart = Annotated[str, OfName()]
Shares = Annotated[tuple[tuple[Party, Share], ...], WholeOf()]
Attributes = Annotated[Mapping[str, Any], ByFact()]

Flag = Annotated[str, OneOf(FLAGS)]
Measured = Annotated[str, OneOf(MEASURED)]
Figure = Annotated[str, OneOf(FIGURES)]
Period = Annotated[str, OneOf(PERIODS)]
RiskClass = Annotated[str, OneOf(RISK_CLASSES)]
Step = Annotated[str, OneOf(STEPS)]
IpKind = Annotated[str, OneOf(IP_KINDS)]
Purpose = Annotated[str, OneOf(PURPOSES)]
Document = Annotated[str, OneOf(DOCUMENTS)]
CreditList = Annotated[str, OneOf(CREDIT_LISTS)]
Code = Annotated[
    str,
    Spelled(r"[a-z][a-z0-9_]*", "小写英文字母、数字和下划线", "lower case letters, digits and _"),
]


class Declared(NamedTuple):
    """A type without its annotations, and these."""

    kind: Any
    marks: tuple[Any, ...]

    def mark(self, wanted: type) -> Any:
        """The annotation of that class; None where there is none."""
        return next((mark for mark in self.marks if isinstance(mark, wanted)), None)


def declared(hint: Any) -> Declared:
    """A type hint taken apart; that a value may be None is said by its default."""
    marks: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            marks += more
        elif get_origin(hint) in (Union, UnionType):
            (hint,) = (part for part in get_args(hint) if part is not NoneType)
        else:
            return Declared(hint, tuple(marks))
