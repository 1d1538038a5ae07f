"""Pages of a list: keyset cursors that a caller hands back, and the shape every list has."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, Field

from shared.refusals import Refused

MOST_PER_PAGE = 200

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """A part of a list, and where the next part begins."""

    items: list[T]
    next_cursor: Annotated[
        str | None,
        Field(description="Send it as `cursor` for the next page; null on the last page."),
    ] = None


def page_of(rows: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> Page[T]:
    """A page of `limit` from rows of which one more was asked for: the one more says there are
    further pages, and the next begins after the last row of this one."""
    items = list(rows[:limit])
    return Page(items=items, next_cursor=cursor_of(items[-1]) if len(rows) > limit else None)


class CursorInvalid(Refused):
    """Not a cursor that we gave for this list."""

    code = "cursor-invalid"
    status = 400
    place = ("query", "cursor")


CursorPart = str | int | date | datetime | UUID | None


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment


_READERS: Mapping[type, Callable[[str], Any]] = {
    datetime: _aware,
    date: date.fromisoformat,
    UUID: UUID,
}


def encode_cursor(*parts: CursorPart) -> str:
    """The sort key of the last row of a page, as one opaque word for a URL."""
    plain = [
        part.astimezone(UTC).isoformat() if isinstance(part, datetime)
        else part if part is None or isinstance(part, str | int)
        else str(part)
        for part in parts
    ]  # fmt: skip
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_checksum(text) + text).decode().rstrip("=")


def decode_cursor(text: str, *kinds: type | UnionType) -> tuple[Any, ...]:
    """The sort key in a cursor, whose parts must be of these types; `str | None` may be null.

    Raises CursorInvalid for anything that `encode_cursor` did not make for such a list. The
    checksum finds damage; it is no secret, and what a caller may see never hangs on a cursor.
    """
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        if raw[:6] != _checksum(raw[6:]):
            raise ValueError("the checksum is wrong")
        return tuple(
            _part(value, kind) for value, kind in zip(json.loads(raw[6:]), kinds, strict=True)
        )
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise CursorInvalid(
            "游标无效，请从第一页开始", "The cursor is not valid: begin anew."
        ) from error


def _checksum(text: bytes) -> bytes:
    return hashlib.blake2s(text, digest_size=6, person=b"cursor").digest()


def _part(value: Any, kind: type | UnionType) -> Any:
    if isinstance(kind, UnionType):
        (rest,) = (one for one in get_args(kind) if one is not NoneType)
        return None if value is None else _part(value, rest)
    if kind in _READERS and isinstance(value, str):
        return _READERS[kind](value)
    if type(value) is not kind or (isinstance(value, int) and not -(2**63) <= value < 2**63):
        raise ValueError("a part has another type")
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("a part cannot be stored")
    return value
