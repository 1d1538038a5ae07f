"""The route of a request, found by the words of its path instead of asking one route after the other.

A service has some hundreds of routes, and FastAPI asks each of those before the right one. Here only
those are asked that have as many words as the path, the same kind of thing and the same last word.
What no route takes (404, 405, a slash too many) is left to FastAPI, which then asks all.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.convertors import PathConvertor
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_ANY: Final = "{}"
"""Stands for a word that a route takes as a parameter."""
_KIND: Final = 3
"""The word of a path that says which kind of thing is asked for: /api/v1/loans/…"""

Words = tuple[int, str, str]
"""How many words a path has, its kind, and its last one."""


class Signpost(BaseRoute):
    """Stands before routes and knows which of them a request means. It leads where asking them in their
    order would: to the first that takes path and method."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        ways = [
            one for one in iter_route_contexts(routes) if isinstance(one.original_route, APIRoute)
        ]
        wanted = [(one, _words_of(one)) for one in ways]
        self._ways: dict[Words, tuple[RouteContext, ...]] = {
            words: _those_for(words, wanted) for _, words in wanted if words is not None
        }
        self._everywhere = _those_for(None, wanted)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route that takes the request in full, or none."""
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        for way in self._asked(scope["path"]):
            match, found = way.matches(scope)
            if match is Match.FULL:
                led = {"route": way.original_route, "fastapi": {"effective_route_context": way}}
                return match, {**found, **led}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that was found."""
        await scope["route"].handle(scope, receive, send)

    def _asked(self, path: str) -> Sequence[RouteContext]:
        words = path.split("/")
        count, kind = len(words), words[_KIND] if len(words) > _KIND else ""
        found = self._ways.get((count, kind, words[-1])) or self._ways.get((count, kind, _ANY))
        return self._everywhere if found is None else found


def _words_of(way: RouteContext) -> Words | None:
    """What paths of a route look like; None where that is not said by words."""
    words = str(way.path_format).split("/")
    several = any(isinstance(one, PathConvertor) for one in way.param_convertors.values())
    if several or len(words) <= _KIND or "{" in words[_KIND]:
        return None
    return len(words), words[_KIND], _ANY if "{" in words[-1] else words[-1]


def _those_for(
    words: Words | None, wanted: Iterable[tuple[RouteContext, Words | None]]
) -> tuple[RouteContext, ...]:
    """Of all routes, in their order, those that may take a path of such words."""
    return tuple(
        way for way, own in wanted if own is None or (words is not None and _fits(own, words))
    )


def _fits(own: Words, words: Words) -> bool:
    return own[:2] == words[:2] and own[2] in (words[2], _ANY)
