"""Wrong fields as the `errors` of a problem: the one place that renders them, whoever found them.

pydantic finds what is wrong with a request's shape, a domain what cannot be (`FieldsWrong`); both
become faults of fields, and look the same to a caller.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from shared.http.field_messages import message_of
from shared.refusals import FieldFault


def show_fault(fault: FieldFault, *, english: bool) -> dict[str, str]:
    """As a member of `errors` in a problem."""
    where = {"location": fault.location}
    if fault.location == "body":
        where["pointer"] = json_pointer(fault.place)
    else:
        where["parameter"] = ".".join(str(part) for part in fault.place)
    return {**where, "code": fault.code, "message": fault.en if english else fault.zh}


def json_pointer(place: Sequence[str | int]) -> str:
    """RFC 6901, as a URI fragment without percent-encoding: ("items", 0, "a/b") → "#/items/0/a~1b"."""
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return "#" + "".join(f"/{part}" for part in escaped)


def field_errors(found: Sequence[Mapping[str, Any]], body: Any) -> tuple[FieldFault, ...]:
    """All errors pydantic found in a request whose JSON body, if any, was `body`."""
    return tuple(_fault(one, body) for one in found)


def faults_in(error: ValidationError, said: Any) -> tuple[FieldFault, ...]:
    """All errors pydantic found in a value that came with others, as if it was a body of its own."""
    return field_errors([{**one, "loc": ("body", *one["loc"])} for one in error.errors()], said)


def _fault(one: Mapping[str, Any], body: Any) -> FieldFault:
    location, *rest = one["loc"] or ("body",)
    place = _place_in(body, rest, one["type"]) if location == "body" else tuple(rest)
    code, zh, en = message_of(one)
    return FieldFault(place, code, zh, en, location=str(location))


def _place_in(body: Any, loc: Sequence[str | int], kind: str) -> tuple[str | int, ...]:
    """The path as the caller wrote it: pydantic's also names members of unions and validators."""
    place: list[str | int] = []
    here: Any = body
    for depth, part in enumerate(loc):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[int(part)]
        elif not (kind == "missing" and depth == len(loc) - 1):
            continue
        place.append(part)
    return tuple(place)
