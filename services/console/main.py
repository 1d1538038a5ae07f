"""The console: its pages, what guards them, and the process of its own.

`python -m services.console.main`
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from fastapi import FastAPI
from starlette.middleware import Middleware

from services.console.drafts.kept import DraftsInMemory
from services.console.http.errors import answer_errors, unexpected
from services.console.http.health import answer_operators
from services.console.http.names import Names
from services.console.http.page_context import Console
from services.console.http.security_headers import SecurityHeadersMiddleware
from services.console.login.kept import SessionsInMemory
from services.console.login.providers import DevelopmentLogin, LoginMethod, OidcLogin
from services.console.login.session import SessionCipher, SessionMiddleware
from services.console.login.sessions import Sessions
from services.console.pages import PAGES
from services.console.rendering.environment import STATIC, CachedFiles, Renderer
from services.console.settings import ConsoleSettings
from services.console.tables.drafts import DraftsInDatabase
from services.console.tables.own import OwnDatabase
from services.console.tables.sessions import SessionsInDatabase
from services.console.tables.views import ViewsInDatabase
from services.console.upstream.client import Services
from services.console.upstream.demo import DemoLoader
from services.console.views.kept import ViewsInMemory
from shared.auth.issuer import Issuer
from shared.garbage import keep_what_is_there
from shared.http.body_limit import BodyLimitMiddleware
from shared.observability import telemetry
from shared.observability.logs import configure_logging
from shared.observability.tracing import configure_tracing
from shared.serve import LeavingServer, server_config
from shared.settings import read_settings

LARGEST_FORM = 1024 * 1024
"""Bytes; a form of many reasons has a hundredth of it."""

LARGEST_BULK_FILE = 201 * 1024 * 1024
"""The same of a file of many rows, of which the service takes 200 MiB."""

LONGEST_SESSION_HOURS = 12
"""Where nothing else is said, which production does not let pass."""

LARGEST_STATEMENT = 11 * 1024 * 1024
"""Bytes; the service takes a statement of 10 MiB, the form around it has some more."""


def application(
    settings: ConsoleSettings,
    *,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    demo: DemoLoader | None = None,
) -> FastAPI:
    """The console over services that answer at the addresses in its settings.

    `transports` reach services that run in the same process (name → transport). `demo` fills an
    empty sandbox where a visitor asks for it.
    """
    services = Services.at(settings, transports)
    cipher = SessionCipher(settings.session_secret.get_secret_value())
    database = OwnDatabase(settings.database_url) if settings.database_url else None
    sessions = _sessions(settings, cipher, database)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await services.close()
        await sessions.close()

    app = FastAPI(
        title="知贷 Zhidai · console",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=_middleware(settings, cipher, sessions),
    )
    renderer = Renderer(in_production=settings.environment == "production")
    app.state.console = Console(
        settings=settings,
        services=services,
        renderer=renderer,
        login=_login_method(settings),
        sessions=sessions,
        cipher=cipher,
        views=ViewsInDatabase(database) if database else ViewsInMemory(),
        drafts=DraftsInDatabase(database) if database else DraftsInMemory(),
        names=Names(),
        demo=demo,
    )
    app.router.routes.extend(PAGES.routes)
    app.mount("/static", CachedFiles(directory=STATIC), name="static")
    answer_operators(app, services, sessions)
    answer_errors(app)
    telemetry.install(app, service="console")
    return app


def _sessions(
    settings: ConsoleSettings, cipher: SessionCipher, database: OwnDatabase | None
) -> Sessions:
    at_all = SessionsInDatabase(database) if database else None
    longest = timedelta(hours=settings.session_hours or LONGEST_SESSION_HOURS)
    idle = settings.session_idle_minutes
    return Sessions(
        at_all or SessionsInMemory(),
        cipher,
        idle=timedelta(minutes=idle) if idle else longest,
        longest=longest,
    )


def _middleware(
    settings: ConsoleSettings, cipher: SessionCipher, sessions: Sessions
) -> list[Middleware]:
    return [
        Middleware(
            SecurityHeadersMiddleware,
            form_targets=_form_targets(settings),
            only_https=settings.secure_cookies,
        ),
        Middleware(
            SessionMiddleware,
            cipher=cipher,
            sessions=sessions,
            secure=settings.secure_cookies,
        ),
        # Innermost, so that the page of a crash has the headers of every other.
        Middleware(
            BodyLimitMiddleware,
            body_bytes=LARGEST_FORM,
            larger_bodies={
                "/bulk": LARGEST_BULK_FILE,
                "/register/extracts": LARGEST_BULK_FILE,
                "/register/list-imports": LARGEST_BULK_FILE,
                "/pools/*/account/import": LARGEST_STATEMENT,
                "/pools/*/opening/import": LARGEST_STATEMENT,
            },
            unexpected=unexpected,
        ),
    ]


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


def main() -> None:
    """Read the settings, serve until a signal."""
    settings = read_settings(ConsoleSettings, service="console")
    configure_logging("console")
    configure_tracing("console")
    app = application(settings)
    config = server_config(app, host=settings.host, port=settings.port, tls=settings.tls_files())
    keep_what_is_there()
    LeavingServer(config, app, drain_seconds=settings.drain_seconds).run()


if __name__ == "__main__":
    main()
