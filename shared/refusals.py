"""What a rule says when it says no. Pure, so that a domain may raise it.

Whoever refuses derives a class from `Refused` beside the rule, named for what happened, with a
`code` that programs may rely on. The status says whose turn it is:

- 400, 422: the request itself is wrong. Wrong fields are `FieldsWrong`, all of them at once.
- 401, 403, 404: who asks, what they may do, what they may know of.
- 409 (unless a class says otherwise): the request is right, the state does not allow it now.
- 412, 428: somebody else has changed it, or the caller did not say what they had seen.
- 503: ask again in a moment.

`shared.http.problems` turns a refusal into an answer over HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

ABOUT_THE_REQUEST: Final = (400, 422)
"""Statuses that say the request itself is wrong: each names at least one place in it."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One wrong field of what was sent. `place` leads to it: ("collateral", 0, "number")."""

    place: tuple[str | int, ...]
    code: str
    zh: str
    en: str
    location: str = "body"
    """Where the place begins: body, query, path, header or cookie."""


class Refused(Exception):
    """A rule said no. Expected, told to the person, never retried, never paged.

    Anything else that escapes a handler is our bug. `extra` becomes members of the problem:
    figures that explain the refusal.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409
    place: ClassVar[tuple[str, ...]] = ("body",)
    """Of a 400 or 422: what of the request is wrong, its location first. The whole body, if no more."""
    headers: Mapping[str, str] = {}

    def __init__(self, zh: str, en: str, **extra: Any) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.extra = extra

    def wrong_fields(self) -> tuple[FieldFault, ...]:
        """What of the request is wrong, all of it at once; nothing where the request is right.

        A check that says no by findings blames the field of each; any other refusal is its own fault.
        """
        if self.status not in ABOUT_THE_REQUEST:
            return ()
        if findings := self.extra.get("findings"):
            return tuple(
                FieldFault(_place_of(one["field"]), one["code"], one["zh"], one["en"])
                for one in findings
            )
        location, *place = self.place
        return (FieldFault(tuple(place), self.code, self.zh, self.en, location=location),)


def _place_of(pointer: str) -> tuple[str, ...]:
    return tuple(pointer.removeprefix("#").split("/")[1:])


class NotFound(Refused):
    """There is no such thing, or the caller may not know of it: the answer is the same."""

    code = "not-found"
    status = 404


class FieldsWrong(Refused):
    """Fields whose shape is right say something that cannot be; all of them at once."""

    code = "invalid-request"
    status = 422

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("请求内容有误", "The request is not valid.")
        self.faults = tuple(faults)

    def wrong_fields(self) -> tuple[FieldFault, ...]:
        return self.faults
