"""Money is a whole number of fen in code and a decimal string in JSON; never a float."""

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

LARGEST_FEN = 10**17 - 1
"""999,999,999,999,999.99 yuan: far above any pool, far below what BIGINT holds."""

_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,2}))?", re.ASCII)


def parse_fen(text: str) -> int:
    """The fen of a decimal string such as "1000000.00"; at most two decimals.

    Raises ValueError for anything else: exponents, signs other than a leading minus, a minus
    before nothing, leading zeros, grouping, full-width digits, more than fifteen digits before the point.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount such as 1000000.00")
    minus, yuan, decimals = match.groups()
    fen = int(yuan) * 100 + int((decimals or "").ljust(2, "0"))
    if minus and not fen:
        raise ValueError(f"{text!r}: nothing has no minus")
    return -fen if minus else fen


def format_fen(fen: int) -> str:
    """The decimal string of an amount in fen, always with two decimals: 123450 → "1234.50"."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def format_fen_or_none(fen: int | None) -> str | None:
    """The same of an amount that may be missing."""
    return None if fen is None else format_fen(fen)


def group_fen(fen: int) -> str:
    """For people: 123456789 → "1,234,567.89"."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


MONEY_NAMES = ConfigDict(
    alias_generator=lambda name: name.removesuffix("_fen"),
    validate_by_name=True,
    validate_by_alias=True,
    serialize_by_alias=True,
)
"""For models that speak JSON: `amount_fen` in Python is `amount` on the wire, where it is yuan."""


def round_half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes away from zero (programmes H.1)."""
    doubled = 2 * abs(exact.numerator) + exact.denominator
    rounded = doubled // (2 * exact.denominator)
    return -rounded if exact < 0 else rounded


def _read(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        # Our own code hands in fen; a JSON number never gets here, see `_from_json`.
        return value
    if not isinstance(value, str):
        raise PydanticCustomError(
            "amount_not_text", 'an amount is a decimal string such as "1000000.00"'
        )
    try:
        return parse_fen(value)
    except ValueError as error:
        raise PydanticCustomError(
            "amount_malformed", 'an amount is a decimal string such as "1000000.00"'
        ) from error


def _read_strictly(value: Any) -> int:
    """For requests: only text. A number has already lost what its sender meant."""
    if not isinstance(value, str):
        raise PydanticCustomError(
            "amount_not_text", 'an amount is a decimal string such as "1000000.00"'
        )
    return _read(value)


# Written without look-ahead, which the regular expressions of Go and Rust do not have.
_ABOVE_ZERO = r"[1-9][0-9]{0,14}(\.[0-9]{1,2})?|0\.(0[1-9]|[1-9][0-9]?)"
_ZERO = r"0(\.00?)?"
EITHER_WAY = f"^({_ZERO}|-?({_ABOVE_ZERO}))$"
"""How an amount is written that may be below zero, as a description of the API says it."""


def _described(pattern: str, words: str) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "type": "string",
            "pattern": pattern,
            "examples": ["1000000.00"],
            "description": f"Yuan as a decimal string with at most two decimals, {words}.",
        }
    )


_POSITIVE = _described(f"^({_ABOVE_ZERO})$", "above zero")
_NOT_NEGATIVE = _described(f"^({_ZERO}|{_ABOVE_ZERO})$", "zero or more")
_SIGNED = _described(EITHER_WAY, "below zero where it goes the other way")
_WRITE = PlainSerializer(format_fen, return_type=str, when_used="json")

Fen = Annotated[
    int, Field(ge=-LARGEST_FEN, le=LARGEST_FEN), BeforeValidator(_read), _WRITE, _SIGNED
]
"""Fen in Python, a decimal string in JSON. Built from an int (fen) or from a decimal string."""

NonNegativeFen = Annotated[
    int, Field(ge=0, le=LARGEST_FEN), BeforeValidator(_read), _WRITE, _NOT_NEGATIVE
]
PositiveFen = Annotated[int, Field(gt=0, le=LARGEST_FEN), BeforeValidator(_read), _WRITE, _POSITIVE]

RequestFen = Annotated[
    int, Field(gt=0, le=LARGEST_FEN), BeforeValidator(_read_strictly), _WRITE, _POSITIVE
]
"""What a request body may say: a positive amount, as text only."""

RequestSignedFen = Annotated[
    int,
    Field(ge=-LARGEST_FEN, le=LARGEST_FEN),
    BeforeValidator(_read_strictly),
    _WRITE,
    _SIGNED,
]
"""An amount that may be either way, as text only: money in is positive, money out negative."""

NIL: dict[str, Any] = {"default": "0.00"}
"""For `json_schema_extra` of an amount whose default is 0: as JSON has it."""

RequestFenOrZero = Annotated[
    int, Field(ge=0, le=LARGEST_FEN), BeforeValidator(_read_strictly), _WRITE, _NOT_NEGATIVE
]
