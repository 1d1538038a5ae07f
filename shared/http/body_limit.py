"""The outermost words with a caller: how large a body may be, what HEAD is, what a crash says.

Pure ASGI, because Starlette's function middleware breaks context variables and streaming.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.json_bodies import JsonBody, is_json

DEFAULT_BODY_BYTES = 1024 * 1024

Unexpected = Callable[[Request, Exception], Awaitable[Response]]


class BodyTooLarge(HTTPException):
    """The body passes the limit. An HTTPException, since FastAPI lets only these through."""

    def __init__(self, limit: int) -> None:
        super().__init__(status_code=413)
        self.limit = limit


class NobodyListens(OSError):
    """The answer to HEAD has been given; an OSError, as a server raises when a caller has gone."""


class BodyLimitMiddleware:
    """Counts bytes and members of bodies, answers HEAD by GET without its body, turns a crash into an answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_bytes: int,
        larger_bodies: Mapping[str, int],
        unexpected: Unexpected,
    ) -> None:
        self.app = app
        self.body_bytes = body_bytes
        self.larger_bodies = larger_bodies
        self.unexpected = unexpected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        started = ended = False

        async def outwards(message: Message) -> None:
            nonlocal started, ended
            if ended:
                # What streams on, such as server-sent events, is told that nobody listens.
                raise NobodyListens
            if head and message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b"", "more_body": False}
                ended = True
            started = started or message["type"] == "http.response.start"
            await send(message)

        async def inwards() -> Message:
            return {"type": "http.disconnect"} if ended else await limited()

        limit = self.limit_of(scope["path"])
        body = JsonBody(bounded=limit == self.body_bytes) if is_json(scope) else None
        limited = _limited(receive, declared_bytes(scope), limit, body)
        if head:
            # In place, so that the middleware outside this one still learns the route.
            scope["method"] = "GET"
        try:
            await self.app(scope, inwards, outwards)
        except Exception as error:
            if ended:
                return
            response = await self.unexpected(Request(scope), error)
            if started:
                # The answer is on its way already; only breaking off tells that it is not whole.
                raise
            await response(scope, receive, outwards)
        finally:
            if head:
                scope["method"] = "HEAD"

    def limit_of(self, path: str) -> int:
        """How many bytes a body sent to this path may have."""
        for place, limit in self.larger_bodies.items():
            if _is_at(path, place):
                return limit
        return self.body_bytes


def _is_at(path: str, place: str) -> bool:
    """Whether a path is the place, or below it where that ends in "/"; "*" is any one part."""
    if place.endswith("/") and path.startswith(place):
        return True
    parts, wanted = path.split("/"), place.split("/")
    return len(parts) == len(wanted) and all(
        two in ("*", one) for one, two in zip(parts, wanted, strict=True)
    )


def declared_bytes(scope: Scope) -> int:
    """Content-Length, or 0 if the body comes in chunks or the header is not a number."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _limited(receive: Receive, declared: int, limit: int, body: JsonBody | None) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        if declared > limit:
            raise BodyTooLarge(limit)
        message = await receive()
        if message["type"] == "http.request":
            chunk = message.get("body", b"")
            seen += len(chunk)
            if seen > limit:
                if body is not None:
                    body.forget()
                raise BodyTooLarge(limit)
            if body is not None:
                body.take(chunk, more=message.get("more_body", False))
        return message

    return limited
