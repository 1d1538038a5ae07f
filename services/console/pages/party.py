"""The page of a guarantor's, an insurer's or an appraiser's people: what is owed to it and by it, what
months left it, the loans that it has a part in, what it was told. It is their first page, and their only
one."""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.receivers import added
from services.console.rendering.party_figures import party_figures
from services.console.upstream.optional import items

router = APIRouter()

_MESSAGES = 20
_ROWS = 100
"""So many loans and statements on the page; a machine reads the rest over the API."""

Receivers = Literal["endpoints", "subscriptions"]


async def show(page: PageContext, attempt: Attempt = NOTHING_SENT) -> Response:
    """Everything that is theirs, as their token sees it."""
    pool, notices = page.risk_pool, page.notifications
    owed, statements, loans, inbox, endpoints, own, day = await asyncio.gather(
        pool.get("/party/open-items"),
        pool.get("/party/statements", limit=_ROWS),
        pool.get("/party/coverages", limit=_ROWS),
        notices.get("/inbox", limit=_MESSAGES),
        notices.get("/endpoints", limit=_ROWS),
        notices.get("/subscriptions", limit=_ROWS),
        today(page),
    )
    return page.render(
        "party.html",
        figures=party_figures(items(owed), items(statements), items(loans)),
        owed=items(owed),
        statements=items(statements),
        loans=items(loans),
        inbox=inbox,
        receivers=[("subscriptions", items(own)), ("endpoints", items(endpoints))],
        languages=page.texts.codes("language"),
        day=day,
        attempt=attempt,
    )


@router.post("/party/inbox/read")
async def read_all(page: Page) -> Response:
    """Mark everything up to the newest message shown as read."""
    form = await page.form()
    position = text(form, "position")
    if position.isascii() and position.isdigit() and int(position) > 0:
        await page.notifications.post("/inbox/read", {"position": int(position)}, key=once(form))
    return page.redirect("/#news", "done.inbox-read")


@router.post("/party/receivers/{kind}")
async def add(page: Page, kind: Receivers) -> Response:
    """Be written to, or called. An endpoint's secret is shown once, on a page of its own."""

    async def send(form: FormData) -> Any:
        names = ("address", "language") if kind == "subscriptions" else ("url",)
        said = {name: text(form, name) for name in names}
        if said.get("address", "").isdigit():
            said["channel"] = "sms"
        body = {name: value for name, value in said.items() if value}
        return await page.notifications.post(f"/{kind}", body, key=once(form))

    def done(made: Mapping[str, Any]) -> Response:
        if made.get("secret"):
            return page.render("party_secret.html", made=made)
        return page.redirect("/#receivers", added(made))

    return await page.answer_form(
        send, action=kind, show=lambda attempt: show(page, attempt), done=done
    )


@router.post("/party/receivers/{kind}/{receiver_id}/delete")
async def delete(page: Page, kind: Receivers, receiver_id: UUID) -> Response:
    """Be told no longer that way."""

    async def send(form: FormData) -> None:
        place = f"/{kind}/{receiver_id}"
        await page.notifications.delete(place, if_match=text(form, "seen"))

    return await page.answer_form(
        send,
        action=f"delete {receiver_id}",
        show=lambda attempt: show(page, attempt),
        done=lambda _: page.redirect("/#receivers", "done.receiver-delete"),
    )


@router.post("/party/receivers/endpoints/{receiver_id}/confirm")
async def confirm(page: Page, receiver_id: UUID) -> Response:
    """Confirm, as a second person, what waits of an address."""

    async def send(form: FormData) -> None:
        place = f"/endpoints/{receiver_id}/confirm"
        await page.notifications.post(place, key=once(form), if_match=text(form, "seen"))

    return await page.answer_form(
        send,
        action=f"confirm {receiver_id}",
        show=lambda attempt: show(page, attempt),
        done=lambda _: page.redirect("/#receivers", "done.receiver-second"),
    )


@router.post("/party/receivers/subscriptions/{receiver_id}/send-letter")
async def send_letter(page: Page, receiver_id: UUID) -> Response:
    """Have the letter sent again that asks the mailbox."""

    async def send(form: FormData) -> None:
        await page.notifications.post(f"/subscriptions/{receiver_id}/send-letter", key=once(form))

    return await page.answer_form(
        send,
        action=f"send-letter {receiver_id}",
        show=lambda attempt: show(page, attempt),
        done=lambda _: page.redirect("/#receivers", "done.receiver-send-letter"),
    )
