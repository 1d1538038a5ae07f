"""Every answer that is not a success is a problem: what raises which, and what the caller reads."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from shared.http.body_limit import (
    DEFAULT_BODY_BYTES,
    BodyLimitMiddleware,
    BodyTooLarge,
)
from shared.http.field_errors import field_errors
from shared.http.json_bodies import MOST_MEMBERS, NestedTooDeep, SaidTwice, TooManyMembers
from shared.http.problem import BY_STATUS, MOST_ERRORS, problem
from shared.http.problem_schema import document_problems
from shared.postgres.collisions import Collision, collision_of
from shared.postgres.transient import is_transient
from shared.refusals import FieldFault, Refused

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "2"
"""When to ask again while the database is away: about as long as a restart takes."""

_MOST_NAME = 200
"""Of a field's name that we repeat."""
_UNSTORABLE = (
    "unstorable-text",
    "文本含有看不见的控制字符，请删去后重填",
    "The text contains characters that cannot be stored, such as NUL.",
)
_UNSTORABLE_TEXT = {"22021", "22P05"}
"""SQLSTATEs of PostgreSQL for characters that text and jsonb cannot hold, such as NUL."""


def install(
    app: FastAPI,
    *,
    body_bytes: int = DEFAULT_BODY_BYTES,
    larger_bodies: Mapping[str, int] | None = None,
    collisions: Mapping[str, Collision] | None = None,
) -> None:
    """Let the whole application speak in problems, and hold its request bodies to a limit.

    `larger_bodies` gives paths (exact, with "*" for any one part, or a prefix ending in "/") that
    take more bytes.
    `collisions` says, by unique index, what the second one of two at the same moment is told.
    """
    app.state.collisions = collisions or {}
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(asyncpg.PostgresError, _database)
    # Whatever another middleware lets fall still ends as a problem.
    app.add_exception_handler(Exception, _unexpected)
    # Appended, hence innermost: whoever observes requests must see the answer made here.
    app.user_middleware.append(
        Middleware(
            BodyLimitMiddleware,
            body_bytes=body_bytes,
            larger_bodies=dict(larger_bodies or {}),
            unexpected=_unexpected,
        )
    )
    document_problems(app)


def _plain(request: Request, status: int, **more: Any) -> Response:
    code, zh, en = BY_STATUS.get(status, (f"http-{status}", "请求未能完成", "The request failed."))
    values: dict[str, Any] = {"code": code, "zh": zh, "en": en, **more}
    return problem(status=status, accept_language=_language(request), **values)


def _language(request: Request) -> str:
    return request.headers.get("accept-language", "")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(
        code=error.code,
        status=error.status,
        zh=error.zh,
        en=error.en,
        accept_language=_language(request),
        errors=[_as_asked(request, one) for one in error.wrong_fields()],
        extra=error.extra,
        headers=error.headers,
    )


def _as_asked(request: Request, fault: FieldFault) -> FieldFault:
    """The fault where the caller can find it: what is read has no body, so the thing that the address
    names cannot be told as asked."""
    if fault.location != "body" or request.method not in ("GET", "HEAD"):
        return fault
    return replace(fault, location="path", place=tuple(request.path_params)[-1:])


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _not_json(request)
    body_itself_is_wrong = any(tuple(one["loc"]) == ("body",) for one in found)
    if body_itself_is_wrong and isinstance(error.body, bytes) and error.body:
        # FastAPI hands over the bytes as they are when the content type is not JSON.
        return _plain(
            request,
            415,
            zh="请求体须为 application/json",
            en="The request body must be application/json.",
            headers={"Accept": "application/json"},
        )
    errors = field_errors(found[:MOST_ERRORS], error.body)
    return _plain(request, 422, errors=errors, errors_in_all=len(found))


def _not_json(request: Request) -> Response:
    return _plain(
        request,
        400,
        code="not-json",
        zh="请求体不是有效的 UTF-8 JSON",
        en="The request body is not valid JSON in UTF-8.",
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(allowed_methods(request.app, request.scope))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": allowed})
        return _plain(request, 405, headers={"Allow": allowed})
    if isinstance(error, BodyTooLarge):
        # The connection stays open: closing it while the caller still sends would make their
        # system drop our answer. The server throws the rest away as it comes.
        return _plain(
            request,
            413,
            zh=f"请求体过大，上限为 {error.limit} 字节",
            en=f"The request body is too large: at most {error.limit} bytes.",
        )
    if isinstance(error, TooManyMembers):
        return _plain(
            request,
            413,
            code="too-many-members",
            zh=f"请求体的字段过多，上限为 {MOST_MEMBERS} 个；大批数据请用文件",
            en=f"The request body has too many members: at most {MOST_MEMBERS}. Send large amounts as "
            "a file.",
        )
    if isinstance(error, SaidTwice):
        return _plain(request, 422, errors=[_said_twice(error.name)])
    if isinstance(error, NestedTooDeep):
        return _plain(
            request,
            400,
            code="not-json",
            zh="请求体嵌套过深",
            en="The request body is nested too deeply.",
        )
    if error.status_code == 400 and error.detail == "There was an error parsing the body":
        return _not_json(request)
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=dict(error.headers or {}))
    return _plain(request, error.status_code, headers=dict(error.headers or {}))


def _said_twice(name: str) -> FieldFault:
    shown = name[:_MOST_NAME]
    return FieldFault(
        (),
        "repeated",
        f"字段“{shown}”在同一对象中出现两次，只能给一次",
        f'The field "{shown}" stands twice in one object; it may be given once.',
    )


async def _database(request: Request, error: Exception) -> Response:
    """Text that PostgreSQL cannot hold is the caller's mistake, and of two at once the second one
    hears who was first; anything else is ours."""
    told = collision_of(error, request.app.state.collisions)
    if told is not None:
        return _plain(request, 409, code=told.code, zh=told.zh, en=told.en)
    cause = getattr(error, "orig", None) or error
    if getattr(cause, "sqlstate", None) in _UNSTORABLE_TEXT:
        return _plain(
            request,
            422,
            code=_UNSTORABLE[0],
            zh=_UNSTORABLE[1],
            en=_UNSTORABLE[2],
            errors=[
                FieldFault((name,), *_UNSTORABLE, location=location)
                for location, given in (
                    ("query", request.query_params),
                    ("path", request.path_params),
                )
                for name, value in given.items()
                if "\x00" in str(value)
            ],
        )
    return await _unexpected(request, error)


async def _unexpected(request: Request, error: Exception) -> Response:
    if _passes(error):
        # Nothing was committed, or the caller learns by its Idempotency-Key that it was.
        log.warning("cannot answer %s %s now: %r", request.method, request.url.path, error)
        return _plain(request, 503, headers={"Retry-After": RETRY_AFTER_SECONDS})
    log.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    return _plain(request, 500)


def _passes(error: BaseException) -> bool:
    """Whether the database is away for a moment, also where SQLAlchemy has wrapped the news."""
    seen: list[BaseException] = []
    here: BaseException | None = error
    while here is not None and here not in seen:
        seen.append(here)
        here = getattr(here, "orig", None) or here.__cause__
    return any(is_transient(one) for one in seen) or isinstance(error, PoolTimeout)


def allowed_methods(app: FastAPI, scope: Scope) -> list[str]:
    """All methods of a path. Starlette alone would name only those of the first route."""
    methods: set[str] = set()
    for route in iter_route_contexts(app.routes):
        regex = getattr(route, "path_regex", None)
        if regex is not None and route.methods and regex.match(scope["path"]):
            methods |= route.methods
    if not methods:
        for plain in app.routes:
            if plain.matches(dict(scope))[0] is not Match.NONE:
                methods |= getattr(plain, "methods", None) or set()
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods | {"OPTIONS"})
