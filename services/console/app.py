"""The console as an application: pages, guards, and what happens when something goes wrong."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.console.http.forms import ForeignForm
from services.console.http.page_context import Console, NotLoggedIn, failed, visitor
from services.console.http.security_headers import SecurityHeadersMiddleware
from services.console.login.providers import DevelopmentLogin, LoginMethod, OidcLogin
from services.console.login.session import SessionCipher, SessionMiddleware
from services.console.pages import ROUTERS
from services.console.pages.login import login_path
from services.console.rendering.environment import STATIC, CachedFiles, Renderer
from services.console.settings import ConsoleSettings
from services.console.upstream.client import Problem, Services
from shared.auth.issuer import Issuer
from shared.http.body_limit import EdgeMiddleware
from shared.observability import telemetry
from shared.observability.tracing import current_request_id

log = logging.getLogger(__name__)

LARGEST_FORM = 256 * 1024
"""Bytes; a form of many reasons has a hundredth of it."""


def build(
    settings: ConsoleSettings,
    *,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
) -> FastAPI:
    """The console. `transports` reach services that run in the same process (name → transport)."""
    services = Services.at(settings, transports)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await services.close()

    app = FastAPI(
        title="知贷 Zhidai · console",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeadersMiddleware, form_targets=_form_targets(settings)),
            Middleware(
                SessionMiddleware,
                seal=SessionCipher(settings.session_secret.get_secret_value()),
                secure=settings.secure_cookies,
            ),
            # Innermost, so that the page of a crash has the headers of every other.
            Middleware(
                EdgeMiddleware, body_bytes=LARGEST_FORM, larger_bodies={}, unexpected=_unexpected
            ),
        ],
    )
    app.state.console = Console(settings, services, Renderer(), _login_method(settings))
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", CachedFiles(directory=STATIC), name="static")
    _answer_operators(app, services)
    _answer_errors(app)
    telemetry.install(app, service="console")
    return app


def _login_method(settings: ConsoleSettings) -> LoginMethod:
    if settings.issuer_dir is None:
        return OidcLogin(settings)
    return DevelopmentLogin(Issuer.at(settings.issuer_dir, environment=settings.environment))


def _form_targets(settings: ConsoleSettings) -> str:
    """Whom a form's answer may send the browser on to: the provider, when one logs out there."""
    if not settings.oidc_issuer:
        return ""
    url = httpx.URL(settings.oidc_issuer)
    return f"{url.scheme}://{url.netloc.decode()}"


def _answer_operators(app: FastAPI, services: Services) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive", "service": "console"}

    @app.get("/readyz")
    async def readyz() -> Response:
        """Every service behind the console answers; 503 and which not."""
        alive = await services.alive()
        ready = all(alive.values())
        checks = {name: "ok" if up else "does not answer" for name, up in alive.items()}
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "service": "console", **checks},
            status_code=200 if ready else 503,
        )


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(NotLoggedIn)
    async def not_logged_in(request: Request, error: Exception) -> Response:
        return visitor(request).redirect(login_path(request))

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        page = visitor(request)
        if error.status == 401:
            request.session.pop("person", None)
            return page.redirect(login_path(request), "login.expired")
        return failed(page, error)

    @app.exception_handler(ForeignForm)
    async def foreign_form(request: Request, error: Exception) -> Response:
        return failed(visitor(request), _own(403, "foreign-form"))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        # Only addresses are validated here, so a wrong one leads nowhere.
        return failed(visitor(request), _own(404, "not-found"))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "not-found", 405: "not-found", 413: "too-large"}.get(
            error.status_code, "unexpected"
        )
        return failed(visitor(request), _own(error.status_code, code))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    return failed(visitor(request), _own(500, "unexpected"))


def _own(status: int, code: str) -> Problem:
    return Problem(status, code, "", "console", request_id=current_request_id())
