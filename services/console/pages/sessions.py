"""Sessions: everybody sees and ends his own, an admin anybody's; and what was typed too late."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.unsent import UNSENT
from services.console.login.session import OPENED
from services.console.login.sessions import Opened
from services.console.rendering.field_labels import is_reference, label_of
from services.console.upstream.client import SERVICES, Api, Problem
from shared.roles import BANK_ADMIN_ROLES

router = APIRouter()
ENDS_ANYBODYS = "admin"
"""The role that ends others' sessions. Sessions are the console's own, so it asks for itself."""
ENDS_OF_BANK = BANK_ADMIN_ROLES
"""The same for the people of one's own bank."""


@router.get("/sessions")
async def sessions(page: Page, of: str = "") -> Response:
    """One's own sessions; with `of=all` or a person's subject, an admin sees others', a bank's admin those of his bank."""
    own, is_admin = _own(page), _is_admin(page)
    if of and not is_admin:
        raise Problem(403, "forbidden", "", "console")
    subject = own.kept.subject if not of else "" if of == "all" else of
    found = await page.console.sessions.living(subject, institution=_within(page) if of else "")
    return page.render(
        "sessions.html", sessions=found, this=own.kept.number, of=of, is_admin=is_admin
    )


@router.post("/sessions/{number}/end")
async def end(page: Page, number: UUID) -> Response:
    """End one session: one's own, or as an admin anybody's."""
    form = await page.form()
    own = _own(page)
    whose = {"institution": _within(page)} if _is_admin(page) else {"subject": own.kept.subject}
    ended = await page.console.sessions.end_where(by=own.kept.subject, number=number, **whose)
    if number == own.kept.number:
        page.request.session.clear()
        return page.redirect("/login", "login.left")
    return page.redirect(_back(page, form), "sessions.ended", count=str(ended))


@router.post("/sessions/end")
async def end_all(page: Page) -> Response:
    """End every other session of one's own; or as an admin all of a person's, and what his tokens may
    do in the services."""
    form = await page.form()
    own, subject = _own(page), text(form, "subject")
    if subject and not _is_admin(page):
        raise Problem(403, "forbidden", "", "console")
    within = _within(page) if subject else ""
    ended = await page.console.sessions.end_where(
        by=own.kept.subject, subject=subject or own.kept.subject, institution=within,
        but=own.kept.key,
    )  # fmt: skip
    if subject:
        ended += await page.console.sessions.end_where(
            by=own.kept.subject, account=subject, institution=within, but=own.kept.key
        )
        body = {"person": subject, "reason": text(form, "reason") or page.texts("sessions.reason")}
        for service in SERVICES:
            api: Api = getattr(page, service)
            await api.post("/ended-logins", body, key=once(form))
    return page.redirect(_back(page, form), "sessions.ended", count=str(ended))


@router.get(UNSENT)
async def unsent(page: Page) -> Response:
    """What was typed into a form that was sent after the session had ended."""
    return page.render(
        "unsent.html", unsent=_own(page).typed(), label_of=label_of, is_reference=is_reference
    )


@router.post(f"{UNSENT}/forget")
async def forget(page: Page) -> Response:
    """Forget what was typed."""
    await page.form()
    await page.console.sessions.keep_form(_own(page), {})
    return page.redirect("/")


def _own(page: PageContext) -> Opened:
    opened: Opened = page.request.scope[OPENED]
    return opened


def _is_admin(page: PageContext) -> bool:
    return page.person is not None and bool(page.person.roles & (ENDS_OF_BANK | {ENDS_ANYBODYS}))


def _within(page: PageContext) -> str:
    """Whose people somebody may end: a bank's admin his own bank's, the house's admin ("") anybody."""
    assert page.person is not None
    return "" if ENDS_ANYBODYS in page.person.roles else page.person.institution


def _back(page: PageContext, form: FormData) -> str:
    if text(form, "from") == "people":
        return "/people"
    return "/sessions?of=all" if text(form, "of") and _is_admin(page) else "/sessions"
