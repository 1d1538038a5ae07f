"""Firms: the list, and one page per firm with its loans, rights, claims, lists and its group."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.around import body as filled_in
from services.console.cases.listing import render_list
from services.console.cases.lists import FIRMS
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.register import KEEPERS
from services.console.upstream.optional import items, nothing, or_none
from shared.money import format_fen, parse_fen

router = APIRouter()

_SAY_GROUPS = frozenset({"reviewer", "approver", "pool_manager"})


@router.get("/register/firms")
async def firms(page: Page) -> Response:
    """Firms that borrow or own rights, as far as this person may see them."""
    return await render_list(page, "register_firms.html", FIRMS)


@router.get("/register/firms/{uscc}")
async def firm(page: Page, uscc: str) -> Response:
    """One firm."""
    return await _show(page, uscc, NOTHING_SENT)


@router.post("/register/firms/{uscc}/cover")
async def ask_for_cover(page: Page, uscc: str) -> Response:
    """Ask for cover of all loans of the firm that are short."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("cover_by", "reason")}
        await page.applications.post(f"/firms/{uscc}/cover-calls", body, key=once(form))

    return await page.answer_form(
        send,
        action="firm-cover",
        show=lambda attempt: _show(page, uscc, attempt),
        done=lambda _: page.redirect(f"/register/firms/{uscc}#firm-cover", "done.cover-ask"),
    )


@router.post("/register/firms/{uscc}/related")
async def say_related(page: Page, uscc: str) -> Response:
    """Say that this firm, or another one, belongs to a group."""

    async def send(form: FormData) -> None:
        names = ("group_name", "uscc", "name", "basis", "reason", "from_day")
        body = {name: text(form, name) for name in names}
        await page.applications.post("/related-firms", body, key=once(form))

    return await page.answer_form(
        send,
        action="related",
        show=lambda attempt: _show(page, uscc, attempt),
        done=lambda _: page.redirect(f"/register/firms/{uscc}#related", "done.related"),
    )


@router.post("/register/firms/{uscc}/related/{membership_id}/end")
async def end_related(page: Page, uscc: str, membership_id: UUID) -> Response:
    """Say that a firm belongs to its group no longer."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("ended_on", "reason")}
        await page.applications.post(f"/related-firms/{membership_id}/end", body, key=once(form))

    return await page.answer_form(
        send,
        action=f"related-end-{membership_id}",
        show=lambda attempt: _show(page, uscc, attempt),
        done=lambda _: page.redirect(f"/register/firms/{uscc}#related", "done.related-ended"),
    )


@router.post("/register/firms/{uscc}/report")
async def report(page: Page, uscc: str) -> Response:
    """Enter a due-diligence report on the firm, with or without a case."""

    async def send(form: FormData) -> None:
        said = filled_in("report", form) | {"subject": "firm", "firm_uscc": uscc}
        if case := text(form, "case"):
            said["case"] = case
        await page.applications.post("/due-diligence-reports", said, key=once(form))

    return await page.answer_form(
        send,
        action="report",
        show=lambda attempt: _show(page, uscc, attempt),
        done=lambda _: page.redirect(f"/register/firms/{uscc}#reports", "done.report"),
    )


async def _show(page: PageContext, uscc: str, attempt: Attempt) -> Response:
    assert page.person is not None
    may_say = bool(page.person.roles & _SAY_GROUPS)
    keeps = bool(page.person.roles & KEEPERS)
    found, related, calls, cover, reports, warnings, listed, day = await asyncio.gather(
        page.applications.get(f"/firms/{uscc}"),
        or_none(page.applications.get("/related-firms", uscc=uscc, limit=200)),
        or_none(page.applications.get("/cover-calls", firm=uscc, limit=200)),
        or_none(page.applications.get(f"/firms/{uscc}/cover")),
        page.applications.get("/due-diligence-reports", firm=uscc, limit=200),
        or_none(page.risk_pool.get("/warnings", q=uscc, limit=200)),
        or_none(page.applications.get("/listed-firm-matches", uscc=uscc)),
        today(page) if may_say or keeps else nothing(),
    )
    return page.render(
        "register_firm.html",
        firm=found,
        owed=_owed(found["cases"]),
        warnings=items(warnings) if warnings else None,
        listed=items(listed),
        cover_calls=items(calls),
        cover=cover,
        related=items(related) if related else None,
        may_say=may_say,
        reports=items(reports),
        keeps=keeps,
        bases=page.texts.codes("related_basis"),
        today=day,
        attempt=attempt,
    )


def _owed(cases: Sequence[Mapping[str, Any]]) -> tuple[int, str]:
    """How many of the loans are out, and what is owed of them together."""
    open_fen = [parse_fen(one["outstanding_principal"] or "0.00") for one in cases]
    return sum(fen > 0 for fen in open_fen), format_fen(sum(open_fen))
