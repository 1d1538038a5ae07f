"""What a request body may say at all: no unknown fields, no guesses, no text without end.

Base class and field types of request models. They refuse what JSON allows but no bank means: a
number where a date is wanted, true where a count is, NUL in a name.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.annotated_handlers import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError

from shared.http.field_messages import MANY_LINES, NO_NUL, ONE_LINE

LONGEST_TEXT = 4000
LARGEST_INTEGER = 2**53 - 1
"""What every JSON reader keeps exact (RFC 8259, section 6); fits PostgreSQL's bigint."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""What copying from documents and chats leaves in a text and nobody sees: soft hyphens, joiners,
spaces without width, marks of the order of bytes. Two names that look alike must be alike."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _iso_date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError(
        "not_a_date",
        "must be a date such as 2026-03-31",
        {"zh": "须为日期，如 2026-03-31", "en": "must be a date such as 2026-03-31"},
    )


def _iso_date_time(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError(
        "not_a_time",
        "must be a time with a time zone",
        {
            "zh": "须为带时区的时间，如 2026-03-31T09:00:00+08:00",
            "en": "must be a time with a zone, such as 2026-03-31T09:00:00+08:00",
        },
    )


IsoDate = Annotated[date, BeforeValidator(_iso_date), Field(examples=["2026-03-31"])]
"""YYYY-MM-DD as text. A number is refused, where pydantic alone would count days from 1970."""

IsoDateTime = Annotated[
    datetime, BeforeValidator(_iso_date_time), Field(examples=["2026-03-31T09:00:00+08:00"])
]
"""RFC 3339 with an offset; becomes UTC."""

ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)
]
"""A name or a title: one line, 1 to 200 characters, no control characters."""

LongText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT, pattern=MANY_LINES
    ),
]
"""A reason or a note: lines, 1 to 4000 characters, no other control characters."""


def without_invisible(value: Any) -> Any:
    """A text, or a list of texts, without what nobody sees; anything else as it is."""
    if isinstance(value, str):
        return _INVISIBLE.sub("", value)
    if isinstance(value, list):
        return [without_invisible(one) for one in value]
    return value


def _tighten(node: Any) -> None:
    """Make the strict reading the one nobody has to ask for, in every field of the model."""
    if isinstance(node, list | tuple):
        for one in node:
            _tighten(one)
        return
    if not isinstance(node, dict):
        return
    kind = node.get("type")
    if kind in ("int", "bool", "float"):
        node.setdefault("strict", True)
    if kind == "int" and not {"le", "lt"} & node.keys():
        node["le"] = LARGEST_INTEGER
    if kind == "int" and not {"ge", "gt"} & node.keys():
        node["ge"] = -LARGEST_INTEGER
    if kind == "str":
        node.setdefault("max_length", LONGEST_TEXT)
        node.setdefault("pattern", NO_NUL)
    for name, below in node.items():
        if name not in ("metadata", "serialization", "default"):
            _tighten(below)


class RequestBody(BaseModel):
    """Base of every request body, and of the objects in it.

    Unknown fields are refused. Integers, booleans and floats are strict (neither "3" nor true is
    a 3) and integers bounded; text without limits of its own takes 4000 characters and no NUL.
    What is invisible in a text is taken out, marks that turn the reading direction are refused.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _only_what_is_seen(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        # Numbers, codes and days are most of a body, and have nothing that is not seen.
        looked_at = {
            name: without_invisible(value)
            for name, value in data.items()
            if (isinstance(value, str) and not value.isascii()) or isinstance(value, list)
        }
        return data | looked_at if looked_at else data

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        _tighten(schema)
        return schema
