"""The login, the logout, the language, and the page of keys."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.console.http.forms import text
from services.console.http.page_context import LANGUAGE_COOKIE, Desk, visitor
from services.console.login.development_people import BUREAU, READER, of_banks
from services.console.login.providers import ByChoice, ByProvider, NotLetIn
from services.console.rendering.catalogue import LANGUAGES
from services.console.rendering.navigation import ENTRIES
from services.console.upstream.client import Problem
from shared.auth.identity import Identity

router = APIRouter()
Visitor = Annotated[Desk, Depends(visitor)]
_YEAR_SECONDS = 365 * 24 * 3600


def login_path(request: Request) -> str:
    """The login page, which leads back to where one wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == "/":
        return "/login"
    return f"/login?{urlencode({'next': wanted})}"


def local(path: str) -> str:
    """A path of our own; "/" for anything that leads elsewhere."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if is_ours and path.isprintable() else "/"


@router.get("/login")
async def login(desk: Visitor, next: str = "/") -> Response:
    """Choose a person, or go to the identity provider."""
    way_in = desk.console.way_in
    people: tuple[Identity, ...] = ()
    if isinstance(way_in, ByChoice):
        people = BUREAU + await _people_of_banks(desk, way_in)
    return desk.page("login.html", way_in=way_in.kind, people=people, next=local(next))


@router.post("/login")
async def choose(desk: Visitor) -> Response:
    """Become the chosen person (development only)."""
    way_in = desk.console.way_in
    form = await desk.form()
    if not isinstance(way_in, ByChoice):
        return desk.done("/login")
    people = BUREAU + await _people_of_banks(desk, way_in)
    chosen = next((one for one in people if one.subject == text(form, "subject")), None)
    if chosen is None:
        return desk.done("/login")
    _begin(desk.request, way_in.enter(chosen))
    return desk.done(local(text(form, "next")))


@router.get("/login/provider")
async def to_provider(desk: Visitor, next: str = "/") -> Response:
    """Off to the identity provider."""
    way_in = desk.console.way_in
    if not isinstance(way_in, ByProvider):
        return desk.done("/login")
    desk.request.session["next"] = local(next)
    try:
        return await way_in.leave_for_provider(desk.request)
    except NotLetIn:
        return desk.done("/login", "login.not-let-in")


@router.get("/login/return")
async def from_provider(desk: Visitor) -> Response:
    """Back from the identity provider, with somebody or not."""
    way_in = desk.console.way_in
    if not isinstance(way_in, ByProvider):
        return desk.done("/login")
    wanted = local(desk.request.session.get("next", "/"))
    try:
        held = await way_in.come_back(desk.request)
    except NotLetIn:
        return desk.done("/login", "login.not-let-in")
    _begin(desk.request, held)
    return desk.done(wanted)


@router.post("/logout")
async def logout(desk: Visitor) -> Response:
    """Forget the session."""
    await desk.form()
    desk.request.session.clear()
    way_in = desk.console.way_in
    if isinstance(way_in, ByProvider):
        return RedirectResponse(await way_in.logout_url(back_to="/login"), status_code=303)
    return desk.done("/login", "login.left")


@router.post("/language")
async def language(desk: Visitor) -> Response:
    """Change the language and come back."""
    form = await desk.form()
    chosen = text(form, "language")
    response = desk.done(local(text(form, "back")))
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=_YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=desk.console.settings.secure_cookies,
        )
    return response


@router.get("/keys")
async def keys(desk: Visitor) -> Response:
    """All keys, for those whose browser shows no dialog."""
    return desk.page("keys.html", entries=ENTRIES)


async def _people_of_banks(desk: Desk, way_in: ByChoice) -> tuple[Identity, ...]:
    reader = desk.console.services.as_(way_in.enter(READER)["token"], language="zh-CN")
    try:
        banks = await reader["applications"].get("/banks", limit=200)
    except Problem:
        return ()
    return of_banks(banks["items"])


def _begin(request: Request, held: dict[str, object]) -> None:
    """A new session for a new person: nothing of the visitor's goes on, not even its id."""
    request.session.clear()
    request.session["person"] = held
