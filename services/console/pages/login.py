"""The login, the logout, the language, and the page of keys."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.console.http.forms import text
from services.console.http.page_context import LANGUAGE_COOKIE, PageContext, Visitor
from services.console.login.development_people import BUREAU, READER, of_banks
from services.console.login.providers import DevelopmentLogin, NotLetIn, OidcLogin
from services.console.rendering.catalogue import LANGUAGES
from services.console.rendering.navigation import ENTRIES
from services.console.upstream.client import Problem
from shared.auth.identity import Identity

router = APIRouter()
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
async def login(page: Visitor, next: str = "/") -> Response:
    """Choose a person, or go to the identity provider."""
    method = page.console.login
    people: tuple[Identity, ...] = ()
    if isinstance(method, DevelopmentLogin):
        people = BUREAU + await _people_of_banks(page, method)
    return page.render("login.html", login_kind=method.kind, people=people, next=local(next))


@router.post("/login")
async def choose(page: Visitor) -> Response:
    """Become the chosen person (development only)."""
    method = page.console.login
    form = await page.form()
    if not isinstance(method, DevelopmentLogin):
        return page.redirect("/login")
    people = BUREAU + await _people_of_banks(page, method)
    chosen = next((one for one in people if one.subject == text(form, "subject")), None)
    if chosen is None:
        return page.redirect("/login")
    _begin(page.request, method.enter(chosen))
    return page.redirect(local(text(form, "next")))


@router.get("/login/provider")
async def to_provider(page: Visitor, next: str = "/") -> Response:
    """Off to the identity provider."""
    method = page.console.login
    if not isinstance(method, OidcLogin):
        return page.redirect("/login")
    page.request.session["next"] = local(next)
    try:
        return await method.leave_for_provider(page.request)
    except NotLetIn:
        return page.redirect("/login", "login.not-let-in")


@router.get("/login/return")
async def from_provider(page: Visitor) -> Response:
    """Back from the identity provider, with somebody or not."""
    method = page.console.login
    if not isinstance(method, OidcLogin):
        return page.redirect("/login")
    wanted = local(page.request.session.get("next", "/"))
    try:
        held = await method.come_back(page.request)
    except NotLetIn:
        return page.redirect("/login", "login.not-let-in")
    _begin(page.request, held)
    return page.redirect(wanted)


@router.post("/logout")
async def logout(page: Visitor) -> Response:
    """Forget the session."""
    await page.form()
    page.request.session.clear()
    method = page.console.login
    if isinstance(method, OidcLogin):
        return RedirectResponse(await method.logout_url(back_to="/login"), status_code=303)
    return page.redirect("/login", "login.left")


@router.post("/language")
async def language(page: Visitor) -> Response:
    """Change the language and come back."""
    form = await page.form()
    chosen = text(form, "language")
    response = page.redirect(local(text(form, "back")))
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=_YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=page.console.settings.secure_cookies,
        )
    return response


@router.get("/keys")
async def keys(page: Visitor) -> Response:
    """All keys, for those whose browser shows no dialog."""
    return page.render("keys.html", entries=ENTRIES)


async def _people_of_banks(page: PageContext, method: DevelopmentLogin) -> tuple[Identity, ...]:
    reader = page.console.services.as_(method.enter(READER)["token"], language="zh-CN")
    try:
        banks = await reader["applications"].get("/banks", limit=200)
    except Problem:
        return ()
    return of_banks(banks["items"])


def _begin(request: Request, held: dict[str, object]) -> None:
    """A new session for a new person: nothing of the visitor's goes on, not even its id."""
    request.session.clear()
    request.session["person"] = held
