"""Is a right pledged already? A bank asks before it files; who asked stands below."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

_ASKS: Final = frozenset({"bank_operator", "bank_checker", "reviewer", "approver"})
_FIRST: Final = "invention"
_MARK: Final = "trademark_right"


@router.get("/rights")
async def rights(page: Page, cursor: str = "") -> Response:
    """The question, and what was asked before as far as this person may see it."""
    return await _show(page, NOTHING_SENT, cursor=cursor)


@router.post("/rights")
async def ask(page: Page) -> Response:
    """Yes or no to every number, on the page that asked."""
    asked = await _form(page)
    return await page.answer_form(
        lambda form: page.applications.post(
            "/rights/pledged", {"rights": _named(form), **_pool(form)}, key=once(form)
        ),
        show=lambda attempt: _show(page, attempt),
        done=lambda found: page.render("rights.html", answers=found["rights"], **asked),
    )


def _pool(form: FormData) -> dict[str, str]:
    """Under whose programme a later rank is asked about, if any."""
    code = text(form, "pool_code")
    return {"pool_code": code} if code else {}


def _named(form: FormData) -> list[dict[str, Any]]:
    """One right for each line that is not empty, all of the chosen kind."""
    kind, said = text(form, "kind"), text(form, "nice_class")
    nice_class = int(said) if said.isascii() and said.isdigit() else None
    lines = [line.strip() for line in text(form, "numbers").splitlines()]
    more = {"nice_class": nice_class} if kind == _MARK else {}
    return [{"kind": kind, "number": line, **more} for line in lines if line]


async def _show(page: PageContext, attempt: Attempt, *, cursor: str = "") -> Response:
    found = await page.applications.get("/rights/enquiries", cursor=cursor, limit=20)
    return page.render(
        "rights.html",
        attempt=attempt,
        enquiries=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        **await _form(page),
    )


async def _form(page: PageContext) -> dict[str, Any]:
    assert page.person is not None
    return {
        "pools": items(await page.applications.get("/pools")),
        "asks": bool(_ASKS & page.person.roles),
        "kinds": page.texts.codes("right_kind"),
        "first_kind": _FIRST,
    }
