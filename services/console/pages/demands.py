"""Firms' demands for financing: the list with a form, one with offers and answers, and the funnel."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.application_form import PURPOSES
from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists_of_work import DEMANDS
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

POSTS = frozenset({"reviewer", "pool_manager"})
"""Who is shown the forms; the service judges."""
_STEPS = {
    "offers": "offer", "answer": "answer", "match": "match", "put-back": "put_back",
    "link": "link", "end": "end",
}  # fmt: skip
RIGHT = ("kind", "number", "nice_class", "name")
"""What is said of a right that could be pledged."""
MOST_RIGHTS = 20
BLANK_RIGHTS = 3
Word = Annotated[str, Query(max_length=64)]


@router.get("/demands")
async def demands(page: Page) -> Response:
    """Demands that the reader may know of, and a form for a new one."""
    usual = await opens_with(page, DEMANDS)
    return page.redirect(usual) if usual else await _list(page, NOTHING_SENT)


@router.get("/demands/funnel")
async def funnel(
    page: Page, by: Word = "month", first: Word = "", last: Word = "", park: Word = "",
    bank: Word = "",
) -> Response:  # fmt: skip
    """From demands to loans, by month, park or bank."""
    asked = {"by": by, "first": first, "last": last, "park": park, "bank": bank}
    found = await page.applications.get("/financing-demand-funnel", **asked)
    return page.render("demand_funnel.html", found=found, chosen=asked)


@router.post("/demands")
async def post_demand(page: Page) -> Response:
    """Post a demand."""

    async def send(form: FormData) -> UUID:
        done = await page.applications.post("/financing-demands", _demand(form), key=once(form))
        return UUID(done["id"])

    return await page.answer_form(
        send,
        show=lambda attempt: _list(page, attempt),
        done=lambda found: page.redirect(f"/demands/{found}", "done.demand-posted"),
        action="post",
    )


@router.get("/demands/{demand_id}")
async def demand(page: Page, demand_id: UUID) -> Response:
    """One demand with its offers, answers and outcome, and what may be done with it."""
    return await _one(page, demand_id, NOTHING_SENT)


@router.post("/demands/{demand_id}/{step}")
async def take_step(page: Page, demand_id: UUID, step: str) -> Response:
    """Offer, answer, match, put back, link or end."""
    if step not in _STEPS:
        raise not_found()

    async def send(form: FormData) -> None:
        await page.applications.post(
            f"/financing-demands/{demand_id}/{step}", _said(step, form), key=once(form)
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _one(page, demand_id, attempt),
        done=lambda _: page.redirect(f"/demands/{demand_id}", "done.demand-moved"),
        action=step,
    )


def _whole(form: FormData, name: str) -> Any:
    """A whole number; what is none is left to the service to refuse."""
    typed = text(form, name)
    return int(typed) if typed.isascii() and typed.isdigit() else typed


def _banks(form: FormData) -> dict[str, Any]:
    named = [one for one in text(form, "banks").replace("，", ",").split(",") if one.strip()]
    return {
        "to_all_banks": text(form, "to_all_banks") == "true",
        "banks": [one.strip() for one in named],
    }


def _rights(form: FormData) -> list[tuple[int, dict[str, Any]]]:
    """The rows of rights in which something stands, each with its place in the form."""
    columns = [[str(one).strip() for one in form.getlist(f"right_{name}")] for name in RIGHT]
    found = []
    for at, row in enumerate(zip(*columns, strict=False)):
        kind, number, nice_class, name = row
        if not (number or nice_class or name):
            continue
        said: dict[str, Any] = {"kind": kind, "number": number}
        if nice_class:
            said["nice_class"] = int(nice_class) if nice_class.isdigit() else nice_class
        if name:
            said["name"] = name
        found.append((at, said))
    return found


def _right_rows(attempt: Attempt) -> list[dict[str, Any]]:
    """The rows as they were typed, with their place in what was sent, and blank ones behind them."""
    typed = [one | {"at": at} for at, (_, one) in enumerate(_rights(attempt.form))]
    blank: list[dict[str, Any]] = [{"at": None}] * (BLANK_RIGHTS if len(typed) < MOST_RIGHTS else 0)
    return [*typed, *blank][:MOST_RIGHTS]


def _demand(form: FormData) -> dict[str, Any]:
    """The request that the form stands for; what was left empty is not said."""
    said: dict[str, Any] = {
        name: text(form, name)
        for name in (
            "uscc", "firm_name", "park_code", "industry", "purpose", "note", "contact_name",
            "contact_phone", "answer_by",
        )
        if text(form, name)
    }  # fmt: skip
    rights = _rights(form)
    return (
        said
        | ({"rights": [one for _, one in rights]} if rights else {})
        | {
            "amount": amount(form, "amount"),
            "term_months": _whole(form, "term_months"),
            **_banks(form),
        }
    )


def _said(step: str, form: FormData) -> dict[str, Any]:
    """What the form of a step says."""
    if step == "offers":
        return {**_banks(form), "answer_by": text(form, "answer_by")}
    if step == "match":
        return {"bank_code": text(form, "bank_code")}
    if step == "link":
        return {"case_id": text(form, "case_id")}
    if step == "answer":
        said: dict[str, Any] = {"takes_up": text(form, "takes_up") == "true"}
        for name in ("reason", "note", "quote_until"):
            if text(form, name):
                said[name] = text(form, name)
        if amount(form, "quote_amount"):
            said["quote_amount"] = amount(form, "quote_amount")
        for name in ("quote_rate_bp", "quote_months"):
            if text(form, name):
                said[name] = _whole(form, name)
        return said
    said = {"reason": text(form, "reason")}
    return said | ({"answer_by": text(form, "answer_by")} if text(form, "answer_by") else {})


async def _list(page: PageContext, attempt: Attempt) -> Response:
    (grid, problem), parks = await asyncio.gather(
        grid_of(page, DEMANDS), page.applications.get("/parks")
    )
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    assert page.person is not None
    return page.render(
        "demands.html",
        attempt=attempt,
        grid=grid,
        names=grid.names,
        parks=items(parks),
        purposes=PURPOSES,
        right_kinds=page.texts.codes("right_kind"),
        right_rows=_right_rows(attempt.of("post")),
        may_post=bool(page.person.roles & POSTS),
    )


async def _one(page: PageContext, demand_id: UUID, attempt: Attempt) -> Response:
    found, parks = await asyncio.gather(
        page.applications.get(f"/financing-demands/{demand_id}"), page.applications.get("/parks")
    )
    assert page.person is not None
    return page.render(
        "demand.html",
        attempt=attempt,
        demand=found,
        parks={one["code"]: one["name"] for one in items(parks)},
        willing=[one for one in found["offers"] if one["answer"] and one["answer"]["takes_up"]],
        may_watch=not page.person.is_of_bank,
    )
