"""What a bank reads of an answer: kept back in one place, where answers leave.

What is kept back is decided field by field (`shared.http.answer_shapes`). It is worked out once for every
route when a service starts; a route that answers nothing of the kind, and a reader of the bureau, cost a
look into a table.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic_core import from_json, to_json
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth.identity import CALLER, Identity
from shared.http.answer_shapes import Held, Shape, held_by
from shared.http.answers_described import document_kept_fields
from shared.postgres.database import EVERYWHERE

JSON: Final = "application/json"
NOBODY: Final = ""
"""The institution of who is not known: nothing is its own."""

Way = tuple[str, str]
"""A method and a path with its parameters unfilled."""


def install(app: FastAPI) -> None:
    """Keep back from banks what is not theirs, in every answer of the application. Called when all
    its routes are there; innermost, so that whoever measures an answer measures what is sent."""
    document_kept_fields(app)
    app.state.narrowed = narrowed_ways(app)
    app.user_middleware.append(Middleware(AnswersMiddleware, narrowed=app.state.narrowed))


def narrowed_ways(app: FastAPI) -> dict[Way, Held]:
    """The routes that answer something which is kept back, with what that is."""
    found: dict[Way, Held] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and (held := held_by(route.response_model)):
            for method in route.methods or ():
                found[method, str(context.path_format)] = held
    return found


def keep_back_of(app: FastAPI, operation: str, body: Any, bank_code: str) -> None:
    """The same for the body of an earlier answer to `operation`, such as "POST /api/v1/claims"."""
    method, _, url = operation.partition(" ")
    path = url.partition("?")[0]
    for (of_method, path_format), held in app.state.narrowed.items():
        if of_method == method and compile_path(path_format)[0].fullmatch(path):
            keep_back(held, body, bank_code)


def keep_back(held: Held, value: Any, bank_code: str) -> None:
    """Take out of JSON, in place, what a bank is not told of it."""
    values = (value,) if not held.by_name else (value or {}).values()
    for one in values:
        _keep_back(held.shape, one, bank_code)


def _keep_back(shape: Shape, value: Any, bank_code: str) -> None:
    if isinstance(value, list):
        for one in value:
            _keep_back(shape, one, bank_code)
    elif isinstance(value, MutableMapping):
        for name in shape.left_out:
            value.pop(name, None)
        for name in shape.made_null:
            if name in value:
                value[name] = None
        for narrow, names in shape.in_part:
            narrow(value, names, bank_code)
        for name, held in shape.below:
            keep_back(held, value.get(name), bank_code)


class AnswersMiddleware:
    """Reads the JSON of an answer that leaves for a bank, and sends what the bank may know of it."""

    def __init__(self, app: ASGIApp, *, narrowed: Mapping[Way, Held]) -> None:
        self.app = app
        self.narrowed = narrowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        held: Held | None = None
        parts: list[bytes] = []

        async def leaving(message: Message) -> None:
            nonlocal start, held
            if message["type"] == "http.response.start" and (held := self._held(scope, message)):
                start = message
            elif start is None or held is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = _kept_back(held, b"".join(parts), _reader(scope) or NOBODY)
                    MutableHeaders(scope=start)["content-length"] = str(len(body))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, leaving)

    def _held(self, scope: Scope, start: Message) -> Held | None:
        """What is to be kept back of an answer that begins so; None where it leaves as it is."""
        if start["status"] >= 400 or _reader(scope) is None:
            return None
        if not MutableHeaders(scope=start).get("content-type", "").startswith(JSON):
            return None
        return self.narrowed.get(_way(scope))


def _kept_back(held: Held, body: bytes, bank_code: str) -> bytes:
    if not body:
        return body
    value = from_json(body)
    keep_back(held, value, bank_code)
    return to_json(value)


def _reader(scope: Scope) -> str | None:
    """The bank that reads; None for the bureau. Who has not said who they are owns nothing."""
    caller: Identity | None = scope.get(CALLER)
    if caller is None:
        return NOBODY
    return None if caller.institution == EVERYWHERE else str(caller.institution)


def _way(scope: Scope) -> Way:
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return scope["method"], str(getattr(route, "path_format", ""))
