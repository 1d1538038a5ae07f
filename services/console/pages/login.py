"""The login, the logout, the language, and the page of keys."""

import logging
from collections.abc import Collection
from typing import Any

from fastapi import APIRouter
from httpx import HTTPError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.console.http.addresses import local_path
from services.console.http.development import reader, somebody_with
from services.console.http.forms import text
from services.console.http.page_context import (
    LANGUAGE_COOKIE,
    LOOK_COOKIE,
    LOOKS,
    PageContext,
    Visitor,
)
from services.console.login.development_people import BUREAU, of_banks, of_parties
from services.console.login.logout_tokens import LogoutNotBelieved
from services.console.login.not_let_in import NotLetIn
from services.console.login.providers import DevelopmentLogin, OidcLogin
from services.console.login.session import BEGINS
from services.console.rendering.catalogue import LANGUAGES
from services.console.rendering.navigation import ENTRIES
from services.console.setup.forms import FORMS
from services.console.upstream.installation import Installation, read_installation
from services.console.upstream.optional import items, or_none
from shared.auth.identity import Identity

log = logging.getLogger(__name__)
router = APIRouter()
_YEAR_SECONDS = 365 * 24 * 3600


@router.get("/login")
async def login(page: Visitor, next: str = "/") -> Response:
    """Choose a person, or go to the identity provider."""
    method = page.console.login
    if not isinstance(method, DevelopmentLogin):
        return page.render("login_oidc.html", next=local_path(next))
    apis = reader(page)
    installation = await or_none(read_installation(apis)) if apis else None
    is_empty = installation is not None and installation.is_empty
    return page.render(
        "login.html",
        bureau=BUREAU,
        banks=of_banks(installation.banks) if installation else (),
        parties=of_parties(_all_parties(installation)) if installation else (),
        is_empty=is_empty,
        offers_demo=is_empty and page.console.demo is not None,
        first=somebody_with(page, FORMS["bank"].role),
        next=local_path(next),
    )


@router.post("/login")
async def choose(page: Visitor) -> Response:
    """Become the chosen person (development only)."""
    method = page.console.login
    form = await page.form()
    if not isinstance(method, DevelopmentLogin):
        return page.redirect("/login")
    people = BUREAU + await _people_of_banks(page) + await _people_of_parties(page)
    chosen = next((one for one in people if one.subject == text(form, "subject")), None)
    if chosen is None:
        return page.redirect("/login")
    _begin(page.request, method.enter(chosen))
    return page.redirect(local_path(text(form, "next")))


@router.get("/login/provider")
async def to_provider(page: Visitor, next: str = "/") -> Response:
    """Off to the identity provider."""
    method = page.console.login
    if not isinstance(method, OidcLogin):
        return page.redirect("/login")
    page.request.session["next"] = local_path(next)
    try:
        return await method.leave_for_provider(page.request)
    except NotLetIn as refused:
        return page.redirect("/login", f"login-refused.{refused.reason}")


@router.get("/login/return")
async def from_provider(page: Visitor) -> Response:
    """Back from the identity provider, with somebody or not."""
    method = page.console.login
    if not isinstance(method, OidcLogin):
        return page.redirect("/login")
    wanted = local_path(page.request.session.get("next", "/"))
    try:
        person = await method.come_back(page.request)
    except NotLetIn as refused:
        return page.redirect("/login", f"login-refused.{refused.reason}")
    _begin(page.request, person)
    return page.redirect(wanted)


@router.post("/logout")
async def logout(page: Visitor) -> Response:
    """End the session, at the server and at the identity provider."""
    await page.form()
    person = page.request.session.get("person") or {}
    page.request.session.clear()
    method = page.console.login
    if isinstance(method, OidcLogin):
        return RedirectResponse(await method.logout_url(person, back_to="/login"), status_code=303)
    return page.redirect("/login", "login.left")


@router.post("/logout/provider")
async def provider_logout(page: Visitor) -> Response:
    """The identity provider tells that it has ended somebody's session; it comes without a cookie,
    and is believed by its token alone."""
    method, sessions = page.console.login, page.console.sessions
    form = await page.request.form(max_fields=5, max_files=0)
    unknown = JSONResponse({"error": "invalid_request"}, 400, {"Cache-Control": "no-store"})
    if not isinstance(method, OidcLogin):
        return unknown
    try:
        told = await method.logout_told(text(form, "logout_token"))
    except (LogoutNotBelieved, HTTPError) as error:
        log.warning("a logout token is not believed: %s", error)
        return unknown
    if not await sessions.first_time(told.token_id):
        return unknown
    criteria = {"account": told.account, "provider_session": told.provider_session}
    await sessions.end_where(by="provider", **criteria)
    return Response(status_code=200, headers={"Cache-Control": "no-store"})


@router.post("/language")
async def language(page: Visitor) -> Response:
    """Change the language and come back."""
    return await _kept_for_a_year(page, "language", LANGUAGES, cookie=LANGUAGE_COOKIE)


@router.post("/look")
async def look(page: Visitor) -> Response:
    """By day, by night, or as the browser wants it; and come back."""
    return await _kept_for_a_year(page, "look", LOOKS, cookie=LOOK_COOKIE)


async def _kept_for_a_year(
    page: PageContext, field: str, offered: Collection[str], *, cookie: str
) -> Response:
    """Keep what was chosen in the browser, where it is one of those offered, and come back."""
    form = await page.form()
    chosen = text(form, field)
    response = page.redirect(local_path(text(form, "back")))
    if chosen in offered:
        response.set_cookie(
            cookie, chosen, max_age=_YEAR_SECONDS, httponly=True, samesite="lax",
            secure=page.console.settings.secure_cookies,
        )  # fmt: skip
    return response


@router.get("/keys")
async def keys(page: Visitor) -> Response:
    """All keys, for those whose browser shows no dialog."""
    return page.render("keys.html", entries=ENTRIES)


async def _people_of_banks(page: PageContext) -> tuple[Identity, ...]:
    apis = reader(page)
    assert apis is not None, "people are chosen in development only"
    banks = await or_none(apis["applications"].get("/banks"))
    return of_banks(items(banks))


async def _people_of_parties(page: PageContext) -> tuple[Identity, ...]:
    apis = reader(page)
    assert apis is not None, "people are chosen in development only"
    installation = await or_none(read_installation(apis))
    return of_parties(_all_parties(installation)) if installation else ()


def _all_parties(installation: Installation) -> list[dict[str, Any]]:
    return [one for parties in installation.parties.values() for one in parties]


def _begin(request: Request, person: dict[str, object]) -> None:
    """A new session for a new person: nothing of the visitor's goes on, not even its id."""
    request.session.clear()
    request.session["person"] = person
    request.scope[BEGINS] = True
