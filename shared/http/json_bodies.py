"""What a JSON body may be before anybody reads it: no member said twice, no nesting without end.

RFC 8259 leaves open which of two equal names counts; whoever signs off an amount must not depend on it.
"""

import re
from typing import Final

import jiter
from starlette.exceptions import HTTPException
from starlette.types import Scope

MOST_MEMBERS: Final = 20_000
"""Of a JSON body of ordinary size, at any depth: each costs more to refuse than to send."""
_MEMBER: Final = b":"
"""Between a name and its value; those within texts are few beside so many."""
_SAID_TWICE: Final = re.compile(
    r'^Detected duplicate key "(.*)" at line \d+ column \d+$', re.DOTALL
)
_TOO_DEEP: Final = "recursion limit exceeded"


class TooManyMembers(HTTPException):
    """The body has more members than any request needs. Like its neighbours an HTTPException, since
    FastAPI lets only these through."""

    def __init__(self) -> None:
        super().__init__(status_code=413)


class SaidTwice(HTTPException):
    """An object of the body has two members of one name."""

    def __init__(self, name: str) -> None:
        super().__init__(status_code=422)
        self.name = name


class NestedTooDeep(HTTPException):
    """The body's arrays and objects lie in each other two hundred deep."""

    def __init__(self) -> None:
        super().__init__(status_code=400)


class JsonBody:
    """One body as it comes in. `bounded`: its members are counted."""

    def __init__(self, *, bounded: bool) -> None:
        self._bounded = bounded
        self._members = 0
        self._chunks: list[bytes] = []

    def take(self, chunk: bytes, *, more: bool) -> None:
        """Look at what has come; at the end at all of it. Raises TooManyMembers, SaidTwice,
        NestedTooDeep. What is no JSON at all is left to whoever reads it."""
        self._members += chunk.count(_MEMBER)
        if self._bounded and self._members > MOST_MEMBERS:
            self.forget()
            raise TooManyMembers
        self._chunks.append(chunk)
        if not more:
            body = b"".join(self._chunks)
            self.forget()
            _look_through(body)

    def forget(self) -> None:
        """Keep nothing of it: whoever tells of a refusal holds on to what was refused."""
        self._chunks.clear()


def _look_through(body: bytes) -> None:
    try:
        jiter.from_json(body, catch_duplicate_keys=True, cache_mode="none")
    except ValueError as error:
        said = str(error)
        if twice := _SAID_TWICE.match(said):
            raise SaidTwice(twice[1]) from error
        if said.startswith(_TOO_DEEP):
            raise NestedTooDeep from error


def is_json(scope: Scope) -> bool:
    """Whether a request says that its body is JSON, under whatever name."""
    return any(name == b"content-type" and b"json" in value for name, value in scope["headers"])
