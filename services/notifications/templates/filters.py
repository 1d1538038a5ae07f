"""What words may do with a value: one set, for the house's texts and for everybody else's."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import pass_context
from jinja2.runtime import Context

from shared.money import group_fen
from shared.ratios import percent_of_bp
from shared.said_numbers import item_said, month_said, number_said
from shared.schemes.vocabulary import party_name
from shared.sides import net_seen_by, reader_of, side_words

LANGUAGES = ("zh", "en")
NAMES: Final = "names_by_code"
"""Under what a text is handed the names of codes; no event has a field that is called so."""
PROGRAMME: Final = "programme:"
"""Before the code of a programme among the names of codes."""
NOBODY_NAMED: Final[Mapping[str, str]] = {}
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]


def filters(labels: Labels) -> dict[str, Callable[..., Any]]:
    """The filters of our own, by name; `labels` are the words for codes, by kind."""

    def label(code: str, kind: str, language: str) -> str:
        """The word for a code; a code we have no word for stands for itself."""
        return labels[kind].get(code, {}).get(language, code)

    return {
        "yuan": group_fen,
        "percent": percent_of_bp,
        "label": label,
        "party": party_name,
        "side": _side,
        "owed": _owed,
        "spaced": _spaced,
        "named": _named,
        "numbered": _numbered,
        "month": month_said,
        "item": item_said,
        "programme": _programme,
    }


TESTS: Mapping[str, Callable[..., bool]] = {"starting": str.startswith}
"""Beside Jinja's own `defined`: `reference is starting("planned:")`."""


@pass_context
def _named(context: Context, code: str) -> str:
    """What a pool or a party is called; a code that nobody has named stands for itself."""
    names: Mapping[str, str] = context.get(NAMES, NOBODY_NAMED)
    return names.get(code, code)


@pass_context
def _numbered(context: Context, number: str, language: str) -> str:
    """A number of a case as people say it: the pool or bank in it by name, the month in words."""
    return number_said(number, context.get(NAMES, NOBODY_NAMED), language)


@pass_context
def _programme(context: Context, code: str) -> str:
    """What a programme is called; a pool may have the same code."""
    names: Mapping[str, str] = context.get(NAMES, NOBODY_NAMED)
    return names.get(f"{PROGRAMME}{code}", code)


def _spaced(code: str) -> str:
    """A code as English words: fell_short → fell short."""
    return code.replace("_", " ")


def _owed(net_fen: int, language: str, *, bank: bool = False) -> str:
    """What is between the pool and a party, from the side of whoever gets the message: a net that
    is positive to the party, negative from it."""
    reader = reader_of(not bank)
    return side_words(reader, net_seen_by(reader, net_fen).verdict)[LANGUAGES.index(language)]


def _side(line: Mapping[str, Any], language: str, *, bank: bool = False) -> str:
    """What a line of a settlement leaves, from the side of whoever gets the message."""
    reader = reader_of(not bank, row_is_pools=line["party_role"] == "pool")
    said = side_words(reader, net_seen_by(reader, line["net_fen"]).verdict)
    return said[LANGUAGES.index(language)]
