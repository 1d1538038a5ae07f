"""Ways of being told beside the inbox: endpoints, group robots, a person's own subscriptions."""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.pages.wordings import WRITERS
from services.console.upstream.optional import items, nothing, or_none
from shared.roles import BANK_ROLES, BUREAU_ROLES

router = APIRouter()

HERE = "/inbox/receivers"
KEEPERS = frozenset({"bank_operator", "bank_checker", "admin"})
"""Who sets up what their institution is told by; everybody has subscriptions of their own."""

Kind = Literal["endpoints", "robots", "subscriptions"]
Step = Literal["pause", "resume", "delete", "test", "send-letter", "confirm"]
_SAID = {"confirm": "second"}
"""Where what is said after a step is not called by it: a mailbox is confirmed, too."""
_STATES = {"pause": "paused", "resume": "active"}


@router.get(HERE)
async def receivers(page: Page) -> Response:
    """Everything that tells this institution, as far as this person sees it."""
    return await _show(page, NOTHING_SENT)


@router.post(f"{HERE}/{{kind}}")
async def add(page: Page, kind: Kind) -> Response:
    """Set up one more way. An endpoint's secret is shown once, on a page of its own."""

    async def send(form: FormData) -> Any:
        return await page.notifications.post(f"/{kind}", _body(kind, form), key=once(form))

    def done(made: Mapping[str, Any]) -> Response:
        if made.get("secret"):
            return page.render("receiver_secret.html", made=made)
        return page.redirect(f"{HERE}#{kind}", added(made))

    return await page.answer_form(
        send, action=kind, show=lambda attempt: _show(page, attempt), done=done
    )


@router.get(f"{HERE}/{{kind}}/{{receiver_id}}")
async def one(page: Page, kind: Kind, receiver_id: UUID) -> Response:
    """What one way is told of, and when, to be changed."""
    return await _show_one(page, kind, receiver_id, NOTHING_SENT)


@router.post(f"{HERE}/{{kind}}/{{receiver_id}}")
async def change(page: Page, kind: Kind, receiver_id: UUID) -> Response:
    """Change it, as it was seen."""

    async def send(form: FormData) -> None:
        await page.notifications.patch(
            f"/{kind}/{receiver_id}", _changed(kind, form), if_match=text(form, "seen")
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show_one(page, kind, receiver_id, attempt),
        done=lambda _: page.redirect(f"{HERE}#{kind}", "done.receiver-change"),
    )


@router.post(f"{HERE}/{{kind}}/{{receiver_id}}/{{step}}")
async def step(page: Page, kind: Kind, receiver_id: UUID, step: Step) -> Response:
    """Pause, resume, delete or try what is there."""

    async def send(form: FormData) -> None:
        place, seen = f"/{kind}/{receiver_id}", text(form, "seen")
        if step == "delete":
            await page.notifications.delete(place, if_match=seen)
        elif step == "confirm":
            await page.notifications.post(f"{place}/{step}", key=once(form), if_match=seen)
        elif step in ("test", "send-letter") or (kind, step) == ("subscriptions", "resume"):
            await page.notifications.post(f"{place}/{step}", key=once(form))
        else:
            await page.notifications.patch(place, {"state": _STATES[step]}, if_match=seen)

    return await page.answer_form(
        send,
        action=f"{step} {receiver_id}",
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect(f"{HERE}#{kind}", f"done.receiver-{_SAID.get(step, step)}"),
    )


def added(made: Mapping[str, Any]) -> str:
    """What is said of a new way: a mailbox is asked first."""
    asked = made.get("confirmed_at", "") is None
    return "done.receiver-asked" if asked else "done.receiver-add"


def _body(kind: Kind, form: FormData) -> dict[str, Any]:
    names = {
        "endpoints": ("url", "description"),
        "robots": ("kind", "url", "secret", "description", "language"),
        "subscriptions": ("address", "language"),
    }[kind]
    lists = ("event_types", "pools") + (("roles",) if kind != "endpoints" else ())
    said: dict[str, Any] = {name: text(form, name) for name in names}
    said["least_amount"] = amount(form, "least_amount")
    said |= {name: [str(one) for one in form.getlist(name) if one] for name in lists}
    if kind == "subscriptions" and said["address"].isdigit():
        said["channel"] = "sms"
    if kind != "endpoints":
        said["digest"] = text(form, "digest")
    if kind == "subscriptions" and text(form, "month_pack") == "yes":
        said["month_pack"] = True
    hours = _hours(form)
    if kind != "endpoints":
        # Left empty: the usual ones, not none.
        said["hours"] = {name: value for name, value in hours.items() if value}
    # What is left empty is not said at all; a robot's roles are asked for by the service.
    return {name: value for name, value in said.items() if value not in ("", [])}


def _changed(kind: Kind, form: FormData) -> dict[str, Any]:
    """The whole of what the form shows: what is empty there is taken away."""
    said: dict[str, Any] = {
        name: [str(one) for one in form.getlist(name) if one] for name in ("event_types", "pools")
    }
    said["least_amount"] = amount(form, "least_amount") or "0.00"
    if kind != "subscriptions":
        said["description"] = text(form, "description") or None
    if kind == "endpoints":
        return said | {"url": text(form, "url")}
    if kind == "subscriptions":
        said["month_pack"] = text(form, "month_pack") == "yes"
    return said | {
        "language": text(form, "language"),
        "roles": [str(one) for one in form.getlist("roles") if one],
        "hours": _hours(form),
        "digest": text(form, "digest") or None,
    }


def _hours(form: FormData) -> dict[str, Any]:
    return {
        "quiet_from": text(form, "quiet_from") or None,
        "quiet_until": text(form, "quiet_until") or None,
        "working_days_only": text(form, "working_days_only") == "yes",
    }


async def _show_one(page: PageContext, kind: Kind, receiver_id: UUID, attempt: Attempt) -> Response:
    assert page.person is not None
    found, types, pools = await asyncio.gather(
        page.notifications.get(f"/{kind}/{receiver_id}"),
        page.notifications.get("/event-types"),
        or_none(page.risk_pool.get("/pools")),
    )
    of_ours = BANK_ROLES if page.person.is_of_bank else BUREAU_ROLES
    roles = of_ours if kind == "robots" else page.person.roles | set(found.get("roles", ()))
    return page.render(
        "receiver_change.html",
        list=kind,
        one=found,
        types=sorted(one["event_type"] for one in items(types)),
        pools=[one["code"] for one in items(pools)],
        roles=sorted(roles),
        languages=page.texts.codes("language"),
        attempt=attempt,
    )


async def _show(page: PageContext, attempt: Attempt) -> Response:
    assert page.person is not None
    roles = page.person.roles
    keeps = bool(roles & KEEPERS)
    sees = keeps or "auditor" in roles
    notices = page.notifications
    endpoints, robots, own, types, pools = await asyncio.gather(
        notices.get("/endpoints", limit=200) if sees else nothing(),
        notices.get("/robots", limit=200) if sees else nothing(),
        notices.get("/subscriptions", limit=200),
        notices.get("/event-types"),
        or_none(page.risk_pool.get("/pools")),
    )
    of_ours = BANK_ROLES if page.person.is_of_bank else BUREAU_ROLES
    return page.render(
        "receivers.html",
        lists=[
            ("endpoints", items(endpoints) if sees else None),
            ("robots", items(robots) if sees else None),
            ("subscriptions", items(own)),
        ],
        keeps=keeps,
        words=bool(roles & (WRITERS | {"auditor"})),
        types=sorted(one["event_type"] for one in items(types)),
        pools=[one["code"] for one in items(pools)],
        role_choices={"robots": sorted(of_ours), "subscriptions": sorted(roles)},
        kinds=page.texts.codes("robot_kind"),
        languages=page.texts.codes("language"),
        attempt=attempt,
    )
