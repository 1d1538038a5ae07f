"""Parked events: what could not be applied, why, and the replay after the cause is mended."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.parked_matters import matters_of
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import SERVICES, Api, not_found
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/parked")
async def parked(page: Page) -> Response:
    """The parked events of every service."""
    return await _show(page, NOTHING_SENT)


@router.post("/parked/{service}/replay")
async def replay(page: Page, service: str) -> Response:
    """Apply parked events again: those of one key, or all of a service."""

    async def send(form: FormData) -> Any:
        wanted = {name: text(form, name) for name in ("topic", "key") if text(form, name)}
        api = _api(page, service)
        return await api.post("/events/parked/replay", wanted, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda outcome: page.redirect(
            "/parked",
            "done.parked-replay",
            applied=str(outcome["applied"]),
            stuck=str(len(outcome["stuck"])),
        ),
    )


@router.post("/parked/{service}/{position}/discard")
async def discard(page: Page, service: str, position: int) -> Response:
    """Give one event up, with a reason."""

    async def send(form: FormData) -> None:
        await _api(page, service).post(
            f"/events/parked/{position}/discard", {"reason": text(form, "reason")}, key=once(form)
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect("/parked", "done.parked-discard"),
    )


def _api(page: PageContext, service: str) -> Api:
    if service not in SERVICES:
        raise not_found()
    found: Api = getattr(page, service)
    return found


async def _show(page: PageContext, attempt: Attempt) -> Response:
    found, heard = await asyncio.gather(
        asyncio.gather(
            *(_api(page, service).get("/events/parked", limit=100) for service in SERVICES)
        ),
        asyncio.gather(*(_api(page, service).get("/events/heard") for service in SERVICES)),
    )
    shown = list(zip(SERVICES, map(items, found), strict=True))
    return page.render(
        "parked.html",
        attempt=attempt,
        matters=[one for name, events in shown for one in matters_of(name, events, page.texts)],
        services=[(name, events, far) for (name, events), far in zip(shown, heard, strict=True)],
    )
