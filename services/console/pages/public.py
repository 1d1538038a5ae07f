"""What everybody reads without a login: public notices, and the form and receipt of an objection."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.datastructures import FormData
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.outside import Outsider, address_of, kept_page
from services.console.http.page_context import PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

Number = Annotated[str, Path(pattern=r"^[A-Z0-9]{1,12}-[GV]-[0-9]{4}-[0-9]{4,9}$")]
Secret = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$")]

TRAP = "website"
"""A field that people do not see. Who fills it in is a machine, and is thanked."""

_ROBOTS = "User-agent: *\nAllow: /public/notices\nAllow: /static/\nDisallow: /\n"


@router.get("/robots.txt", include_in_schema=False)
async def robots() -> Response:
    """Search engines may read what everybody may; nothing else is theirs."""
    return PlainTextResponse(_ROBOTS, headers={"Cache-Control": "public, max-age=86400"})


@router.get("/public/notices")
async def notices(page: Outsider, pool: str = "", firm: str = "", cursor: str = "") -> Response:
    """What is on public notice, by pool and firm."""
    asked = {"pool": pool[:64].strip(), "firm": firm[:100].strip()}
    found, pools = await asyncio.gather(
        page.risk_pool.get("/public/notices", cursor=cursor, **asked),
        page.risk_pool.get("/public/pools"),
    )
    return kept_page(
        page,
        "outside_notices.html",
        rows=items(found),
        pools=items(pools),
        chosen=asked,
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/public/notices/{number}")
async def notice(page: Outsider, number: Number) -> Response:
    """One notice, as it was approved."""
    read = await page.risk_pool.get(f"/public/notices/{number}")
    return kept_page(page, "outside_notice.html", read=read)


@router.get("/public/notices/{number}/objections")
async def objection_form(page: Outsider, number: Number) -> Response:
    """The form of an objection."""
    return await _form(page, number, NOTHING_SENT)


@router.post("/public/notices/{number}/objections")
async def file_objection(page: Outsider, number: Number) -> Response:
    """Hand an objection in, and be shown its receipt."""

    async def send(form: FormData) -> Any:
        if text(form, TRAP):
            return None
        body: dict[str, Any] = {name: text(form, name) for name in ("text", "name", "contact")}
        place = text(form, "place")
        if place.isascii() and place.isdigit():
            body["place"] = int(place)
        return await page.risk_pool.post(
            f"/public/notices/{number}/objections", body, key=once(form), handed_on=address_of(page)
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _form(page, number, attempt),
        done=lambda made: _receipt(page, number, made),
    )


def _receipt(page: PageContext, number: str, made: dict[str, Any] | None) -> Response:
    language = f"?lang={page.texts.language}"
    if made is None:
        return page.redirect(f"/public/notices/{number}{language}")
    where = f"/public/objections/{made['receipt']}/{quote(made['secret'], safe='')}{language}"
    return page.redirect(where, "done.objection-file")


async def _form(page: PageContext, number: str, attempt: Attempt) -> Response:
    read = await page.risk_pool.get(f"/public/notices/{number}")
    return _not_indexed(page.render("outside_object.html", attempt=attempt, read=read, trap=TRAP))


@router.get("/public/objections")
async def look_up(page: Outsider, receipt: str = "", secret: str = "") -> Response:
    """Number and secret of a receipt lead to its standing."""
    receipt, secret = receipt.strip()[:40], secret.strip()[:64]
    if receipt and secret:
        where = f"/public/objections/{quote(receipt, safe='')}/{quote(secret, safe='')}"
        return RedirectResponse(f"{where}?lang={page.texts.language}", status_code=303)
    return kept_page(page, "outside_look_up.html")


@router.get("/public/objections/{receipt}/{secret}")
async def standing(page: Outsider, receipt: Number, secret: Secret) -> Response:
    """How an objection stands, for who has its receipt."""
    read = await page.risk_pool.get(f"/public/objections/{receipt}/{secret}")
    return _not_indexed(page.render("outside_objection.html", read=read, secret=secret))


def _not_indexed(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
