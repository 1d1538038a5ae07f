"""What a person sees when something goes wrong: a page in words, never a trace."""

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.console.http.addresses import login_path
from services.console.http.forms import Attempt, ForeignForm
from services.console.http.page_context import NotLoggedIn, PageContext, visitor
from services.console.http.unsent import TO_UNSENT, keeps_what_was_typed
from services.console.login.session import KEEPS_FORM
from services.console.upstream.client import Problem
from shared.observability.tracing import current_request_id

log = logging.getLogger(__name__)


def answer_errors(app: FastAPI) -> None:
    """Give every error of a page its answer."""

    @app.exception_handler(NotLoggedIn)
    async def not_logged_in(request: Request, error: Exception) -> Response:
        if await keeps_what_was_typed(request):
            return visitor(request).redirect(TO_UNSENT, "login.kept")
        return visitor(request).redirect(login_path(request))

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        page = visitor(request)
        if error.status == 401:
            kept = await keeps_what_was_typed(request)
            # What is still being typed in an open page is sent later, and known by the ended session.
            request.scope[KEEPS_FORM] = True
            request.session.pop("person", None)
            if kept:
                return visitor(request).redirect(TO_UNSENT, "login.kept")
            return page.redirect(login_path(request), "login.expired")
        return _failed(page, error)

    @app.exception_handler(ForeignForm)
    async def foreign_form(request: Request, error: Exception) -> Response:
        return _failed(visitor(request), _own(403, "foreign-form"))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        # Only addresses are validated here, so a wrong one leads nowhere.
        return _failed(visitor(request), _own(404, "not-found"))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "not-found", 405: "not-found", 413: "too-large"}.get(
            error.status_code, "unexpected"
        )
        return _failed(visitor(request), _own(error.status_code, code))


async def unexpected(request: Request, error: Exception) -> Response:
    """The page of a crash."""
    log.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
    return _failed(visitor(request), _own(500, "unexpected"))


def _own(status: int, code: str) -> Problem:
    return Problem(status, code, "", "console", request_id=current_request_id())


def _failed(page: PageContext, problem: Problem) -> Response:
    """A page that says what a service answered, and what to do now."""
    return page.render("problem.html", attempt=Attempt(problem=problem))
