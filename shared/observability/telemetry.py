"""Each request leaves a trace: ids in and out, a log line, a metric by route.

One pure ASGI middleware, the outermost of all, so that it also sees the answers of the others.
"""

import logging
import re
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from fastapi import FastAPI
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.tracing import tracing

access_log = logging.getLogger("zhidai.access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
_LABELS = ("service", "method", "route")
_QUIET = {"/healthz", "/readyz", "/metrics"}

REQUESTS = Counter("zhidai_http_requests_total", "Requests answered.", (*_LABELS, "status"))
SECONDS = Histogram(
    "zhidai_http_request_seconds",
    "Time from request to the end of its answer.",
    _LABELS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_KEYS = {"token", "secret"}
"""Parts of a path that are their own key."""

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def install(app: FastAPI, *, service: str, registry: CollectorRegistry = REGISTRY) -> None:
    """Observe every request of the application, and serve GET /metrics."""
    # Put first, hence outermost, whatever else was or will be appended.
    app.user_middleware.insert(0, Middleware(TelemetryMiddleware, service=service))

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class TelemetryMiddleware:
    """Gives each request its ids, times it, counts it, and writes its log line."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = _first_values(scope["headers"])
        request_id = headers.get(b"x-request-id", "")
        if _REQUEST_ID.fullmatch(request_id) is None:
            request_id = uuid.uuid4().hex
        with tracing(
            headers.get(b"traceparent", ""),
            name=scope["method"],
            kind=SpanKind.SERVER,
            request_id=request_id,
            recorded=scope["path"] not in _QUIET,
        ) as traceparent:
            await self._observed(scope, receive, send, request_id, traceparent)

    async def _observed(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, traceparent: str
    ) -> None:
        status, began = 0, time.perf_counter()

        async def answering(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {
                    **message,
                    "headers": [
                        *message.get("headers", ()),
                        (b"x-request-id", request_id.encode()),
                        (b"traceparent", traceparent.encode()),
                    ],
                }
            await send(message)

        try:
            await self.app(scope, receive, answering)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        # A caller may invent methods; they must not become label values without end.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        describe_span(scope, method=method, route=route, status=status)
        REQUESTS.labels(self.service, method, route, str(status)).inc()
        SECONDS.labels(self.service, method, route).observe(seconds)
        level = logging.DEBUG if scope["path"] in _QUIET and status < 400 else logging.INFO
        access_log.log(
            level,
            "%s %s %s",
            scope["method"],
            scope["path"],
            status or "broken off",
            extra={
                "method": scope["method"],
                "path": scope["path"],
                "route": route,
                "status": status,
                "milliseconds": round(seconds * 1000, 2),
                "client": (scope.get("client") or ("",))[0],
                **_whose(scope),
            },
        )


def _whose(scope: Scope) -> dict[str, Any]:
    """Who called, of which institution, and about what: the ids in the path. No name of a person."""
    caller = scope.get("zhidai.caller")
    found: dict[str, Any] = {}
    if caller is not None:
        found |= {"caller": caller.subject, "institution": str(caller.institution)}
    if about := scope.get("path_params"):
        found["about"] = {
            name: str(value)[:100] for name, value in about.items() if name not in _KEYS
        }
    return found


def describe_span(scope: Scope, *, method: str, route: str, status: int) -> None:
    """Name the request's span by its route, in OpenTelemetry's words for HTTP.

    OpenTelemetry's own middleware would do so by the path, with its query: a name per loan, and
    what a caller asked for in somebody else's store.
    """
    span = get_current_span()
    if not span.is_recording():
        return
    span.update_name(f"{method} {route}")
    span.set_attributes(
        {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "url.path": scope["path"],
            "url.scheme": scope["scheme"],
        }
    )
    if status >= 500 or not status:
        span.set_status(StatusCode.ERROR)


def route_of(scope: Scope) -> str:
    """The route that matched, with its parameters unfilled: /api/v1/loans/{loan_id}."""
    effective = scope.get("fastapi", {}).get("effective_route_context")
    route: Any = effective or scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched"


def _first_values(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for name, value in headers:
        with suppress(UnicodeDecodeError):
            found.setdefault(name, value.decode("ascii"))
    return found
