"""Setting up by tables, of banks or of a pool's parties and lines: checked first, then taken, row by row."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter(prefix="/setup-import")

ROLES: Final = {"party": "pool_manager", "bank": "admin"}
"""The kinds of table, and whom the service lets bring one in."""
Kind = Literal["party", "bank"]
LARGEST = 120 * 1024
"""Bytes of a table that a form carries on from the check to the taking."""


@dataclass(frozen=True)
class Checked:
    """A table that was looked at: of what, for which pool, its content, and what its rows come to."""

    of: str
    pool: str
    """"" for banks, which are of the whole house."""
    content: str
    """In base64, so that a form may hold it."""
    result: dict[str, Any]


@router.get("")
async def import_form(page: Page) -> Response:
    """The template, and a form for the filled-in table."""
    return await _show(page, NOTHING_SENT)


@router.get("/template")
async def template(page: Page, of: Kind = "party") -> Response:
    """The table to fill in."""
    api = page.applications if of == "bank" else page.risk_pool
    return handed_on(await api.file(f"/{of}-import-template"))


@router.post("")
async def check_or_take(page: Page) -> Response:
    """Say what would come of a table, or take what was checked."""
    form = await page.form(files=1)
    try:
        checked = await _send(page, form)
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _show(page, Attempt("", form, problem))
    return await _show(page, NOTHING_SENT, checked)


async def _send(page: PageContext, form: FormData) -> Checked:
    content = await _content(page, form)
    of = "bank" if text(form, "of") == "bank" else "party"
    pool = text(form, "pool") if of == "party" else ""
    api, place = page.applications, "/bank-imports"
    if of == "party":
        api, place = page.risk_pool, f"/pools/{quote(pool, safe='')}/party-imports"
    only_check = "false" if text(form, "do") == "take" else "true"
    result = await api.post_file(place, content, key=once(form), only_check=only_check)
    return Checked(of, pool, base64.b64encode(content).decode(), result)


async def _content(page: PageContext, form: FormData) -> bytes:
    content, _ = await uploaded(form, "file")
    if not content:
        try:
            content = base64.b64decode(text(form, "content"), validate=True)
        except binascii.Error:
            content = b""
    if not content or len(content) > LARGEST:
        words = page.texts("setup_import.file-missing" if not content else "setup_import.too-large")
        at = [{"pointer": "/file", "message": words}]
        raise Problem(422, "invalid-request", words, "console", errors=at)
    return content


async def _show(page: PageContext, attempt: Attempt, checked: Checked | None = None) -> Response:
    assert page.person is not None
    return page.render(
        "setup_import.html",
        attempt=attempt,
        checked=checked,
        pools=items(await page.risk_pool.get("/pools")),
        kinds=[of for of, role in ROLES.items() if role in page.person.roles],
        roles=ROLES,
    )
