"""Views of lists: saved from the list, named, shared with one's institution, made the usual, removed."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response
from uuid6 import uuid7

from services.console.cases.known_lists import listing_at, pool_of
from services.console.http.forms import NOTHING_SENT, Attempt, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import Problem, not_found
from services.console.views.kept import ALL, LONGEST_NAME, MOST, KeptView, by_list, chosen

router = APIRouter()


@router.get("/views")
async def views(page: Page) -> Response:
    """One's own views and those that colleagues share, list by list."""
    return await _show(page, NOTHING_SENT)


@router.post("/views")
async def save(page: Page) -> Response:
    """Keep what a list shows under a name; one's own of that name becomes this one."""
    assert page.person is not None
    who = page.person

    async def send(form: FormData) -> KeptView:
        listing = listing_at(text(form, "list"))
        if listing is None:
            raise _wrong("view-list-unknown", page.texts("view.list-unknown"), at="list")
        query = parse_qsl(text(form, "query"))
        view = KeptView(
            id=uuid7(), list=listing.path, subject=who.subject, institution=who.institution,
            owner=who.name, name=_name(page, form), query=chosen(query, listing.words),
            is_shared=bool(text(form, "shared")), saved_at=page.console.sessions.now(),
        )  # fmt: skip
        seen = await page.console.views.seen_by(who.subject, who.institution)
        if len([one for one in seen if one.subject == who.subject]) >= MOST:
            raise _wrong("view-too-many", page.texts("view.too-many", most=MOST))
        await page.console.views.save(view)
        if text(form, "usual"):
            await _make_usual(page, view)
        return view

    return await page.answer_form(
        send,
        action="save",
        show=lambda attempt: _show(page, attempt),
        done=lambda view: page.redirect(_address(view), "view.saved", name=view.name),
    )


@router.post("/views/usual")
async def usual(page: Page) -> Response:
    """What a list opens with: a view that one sees, or everything again."""
    form = await page.form()
    assert page.person is not None
    listed = text(form, "list")
    if text(form, "view"):
        view = await _seen(page, text(form, "view"))
        listed = view.list
        await page.console.views.make_usual(page.person.subject, listed, view.id)
    elif listing_at(listed) is not None:
        await page.console.views.make_usual(page.person.subject, listed, None)
    return page.redirect("/views", "view.usual-said")


@router.post("/views/{number}")
async def change(page: Page, number: UUID) -> Response:
    """Rename one's own, share it or keep it to oneself."""
    assert page.person is not None
    subject = page.person.subject

    async def send(form: FormData) -> None:
        name = _name(page, form)
        if not await page.console.views.rename(
            subject, number, name=name, is_shared=bool(text(form, "shared"))
        ):
            raise _wrong("view-name-taken", page.texts("view.name-taken", name=name))

    return await page.answer_form(
        send,
        action=str(number),
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect("/views", "view.changed"),
    )


@router.post("/views/{number}/remove")
async def remove(page: Page, number: UUID) -> Response:
    """Remove one's own."""
    await page.form()
    assert page.person is not None
    if not await page.console.views.remove(page.person.subject, number):
        raise not_found()
    return page.redirect("/views", "view.removed")


async def _show(page: PageContext, attempt: Attempt) -> Response:
    assert page.person is not None
    who = page.person
    seen = await page.console.views.seen_by(who.subject, who.institution)
    found: dict[str, Any] = {
        listed: [(one, _address(one)) for one in views] for listed, views in by_list(seen).items()
    }
    known = {listed: listing_at(listed) for listed in found}
    titles = {listed: one.title for listed, one in known.items() if one is not None}
    names = {listed: pool_of(listed) for listed in titles}
    shown = {listed: some for listed, some in found.items() if listed in titles}
    return page.render("views.html", attempt=attempt, lists=shown, titles=titles, pools=names)


async def _make_usual(page: PageContext, view: KeptView) -> None:
    """By its name: one that was there before has kept its number."""
    assert page.person is not None
    who = page.person
    seen = await page.console.views.seen_by(who.subject, who.institution)
    kept = next(
        one for one in seen
        if (one.subject, one.list, one.name) == (who.subject, view.list, view.name)
    )  # fmt: skip
    await page.console.views.make_usual(who.subject, view.list, kept.id)


async def _seen(page: PageContext, number: str) -> KeptView:
    assert page.person is not None
    seen = await page.console.views.seen_by(page.person.subject, page.person.institution)
    found = next((one for one in seen if str(one.id) == number), None)
    if found is None:
        raise not_found()
    return found


def _address(view: KeptView) -> str:
    return f"{view.list}?{view.query}" if view.query else f"{view.list}?view={ALL}"


def _name(page: PageContext, form: FormData) -> str:
    name = " ".join(text(form, "name").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise _wrong("view-name-wrong", page.texts("view.name-wrong", most=LONGEST_NAME))
    return name


def _wrong(code: str, words: str, *, at: str = "name") -> Problem:
    return Problem(
        422, code, words, "console", errors=[{"pointer": f"#/{at}", "message": words}]
    )  # fmt: skip
