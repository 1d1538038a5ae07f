"""Drafts: the browser keeps what is typed into a form of much text, and asks for it when it is opened."""

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from services.console.drafts.kept import LONGEST_PLACE
from services.console.http.forms import text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import not_found

router = APIRouter()
_MOST_FIELDS: Final = 200
_LONGEST: Final = 20_000


@router.get("/drafts")
async def draft(page: Page, place: str = "") -> Response:
    """What was typed into the form that goes to a place: field → text, and when."""
    found = await page.console.drafts.find(_subject(page), _checked(place))
    content = page.console.cipher.decrypt(found) if found else {}
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


@router.post("/drafts")
async def keep(page: Page) -> Response:
    """Keep what stands in a form now; nothing typed, nothing kept."""
    form = await page.form()
    place = _checked(text(form, "place"))
    fields = {
        name: value
        for name, value in form.multi_items()
        if isinstance(value, str) and value.strip() and not name.startswith("_") and name != "place"
    }
    whole = len(fields) <= _MOST_FIELDS and len(json.dumps(fields)) <= _LONGEST
    now = page.console.sessions.now()
    content: dict[str, Any] = {"fields": fields, "at": now.isoformat()}
    words = page.console.cipher.encrypt(content) if fields and whole else ""
    await page.console.drafts.keep(_subject(page), place, words, at=now)
    return JSONResponse({"kept": bool(words)})


def _subject(page: PageContext) -> str:
    assert page.person is not None
    return page.person.subject


def _checked(place: str) -> str:
    if not place.startswith("/") or len(place) > LONGEST_PLACE:
        raise not_found()
    return place
