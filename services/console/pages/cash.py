"""Cash of a pool: what waits for its release, what is owed, and the forms to enter and to reverse."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_payment
from services.console.cases.kinds import CASH_ENTRY
from services.console.cases.listing import render_list
from services.console.cases.lists_of_books import CASH, CASH_OF_POOL
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.pools import SEES_ACCOUNT
from services.console.upstream.client import Answer
from services.console.upstream.optional import items, or_none

router = APIRouter()

KINDS = ("contribution", "interest", "fee", "receipt", "payment", "set_aside")
"""What finance enters by hand, as the service names it."""

FILLED_IN = (
    "kind", "item", "party_code", "amount", "value_date", "bank_reference", "account", "line_id",
)  # fmt: skip
"""What a link to the form may fill in, of an open item or of a line of the account."""

COMES_IN = ("contribution", "interest", "receipt")
"""By these money comes into the account, by the others it leaves it."""
OF_AN_ITEM = ("receipt", "payment", "set_aside")
MAY_BE_PLANNED = ("contribution", "fee")


@router.get("/cash")
async def entries(page: Page) -> Response:
    """The entries of all pools."""
    return await render_list(page, "cash_entries.html", CASH)


@router.get("/pools/{code}/cash")
async def cash(page: Page, code: CodeInPath) -> Response:
    """The entries of a pool, and what is owed between it and its parties."""
    pool, owed, parties = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/open-items"),
        or_none(page.risk_pool.get(f"/pools/{code}/parties")),
    )
    return await render_list(
        page,
        "cash.html",
        CASH_OF_POOL.in_pool(code),
        named={"party": list(_names(parties).items())},
        pool=pool,
        owed=items(owed),
    )


@router.get("/pools/{code}/cash/new")
async def new_cash(page: Page, code: CodeInPath) -> Response:
    """The form of an entry; an open item's link has it filled in."""
    return await _form(page, code, NOTHING_SENT)


@router.post("/pools/{code}/cash/new")
async def enter_cash(page: Page, code: CodeInPath) -> Response:
    """Enter what the bank's statement shows; then look at the entry."""
    made: dict[str, Any] = {}

    async def send(form: FormData) -> None:
        made.update(
            await page.risk_pool.post(f"/pools/{code}/cash-entries", _entered(form), key=once(form))
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _form(page, code, attempt),
        done=lambda _: page.redirect(f"/cash/{made['id']}", "done.cash_entry-enter"),
    )


def _entered(form: FormData) -> dict[str, Any]:
    """The request that the form stands for; what does not go with the kind is not said."""
    kind = text(form, "kind")
    said = {
        name: text(form, name)
        for name in ("bank_reference", "account", "note", "confirm_double_of", "line_id")
        if text(form, name)
    }
    if kind == "contribution" and text(form, "party_code"):
        said["party_code"] = text(form, "party_code")
    item = text(form, "item")
    if kind in OF_AN_ITEM or (kind in MAY_BE_PLANNED and item.startswith("planned:")):
        said["item"] = item
    return {
        "kind": kind,
        "amount": amount(form, "amount"),
        "value_date": text(form, "value_date"),
        **said,
    }


async def _form(page: PageContext, code: str, attempt: Attempt) -> Response:
    pool, owed, parties = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/open-items"),
        page.risk_pool.get(f"/pools/{code}/parties"),
    )
    asked = page.request.query_params
    return page.render(
        "cash_new.html",
        attempt=attempt,
        pool=pool,
        owed=items(owed),
        names=_names(parties),
        parties=items(parties),
        kinds=KINDS,
        asked={name: asked.get(name, "") for name in FILLED_IN},
        today=await today(page),
    )


def _names(parties: Any) -> dict[str, str]:
    return {one["code"]: one["name"] for one in items(parties)}


@router.get("/cash/{entry_id}")
async def cash_entry(page: Page, entry_id: UUID) -> Response:
    """One entry: its amount read back, what it resembles, who entered it and who may release it."""
    return await _show(page, entry_id, NOTHING_SENT)


@router.post("/cash/{entry_id}/reversal")
async def reverse_cash(page: Page, entry_id: UUID) -> Response:
    """Enter that a booked entry is taken back; then look at the reversal."""
    made: dict[str, Any] = {}

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason"), "bank_reference": text(form, "bank_reference")}
        if text(form, "value_date"):
            body["value_date"] = text(form, "value_date")
        made.update(
            await page.risk_pool.post(f"/cash-entries/{entry_id}/reversal", body, key=once(form))
        )

    return await page.answer_form(
        send,
        action="reversal",
        show=lambda attempt: _show(page, entry_id, attempt),
        done=lambda _: page.redirect(f"/cash/{made['id']}", "done.cash_entry-enter"),
    )


@router.post("/cash/{entry_id}/{action}")
async def act_on_cash(page: Page, entry_id: UUID, action: str) -> Response:
    """Release an entry, refuse it, or take it back."""
    return await act(
        page,
        CASH_ENTRY,
        action,
        api=page.risk_pool,
        path=f"/cash-entries/{entry_id}",
        back=f"/cash/{entry_id}",
        show=lambda attempt: _show(page, entry_id, attempt),
    )


async def _comes_in(page: PageContext, entry: dict[str, Any]) -> bool:
    """Whether an entry brings money into the account; a reversal undoes what it reverses, which may
    be a reversal itself."""
    times, first = 0, entry
    while first["reverses"]:
        first = await page.risk_pool.get(f"/cash-entries/{first['reverses']}")
        times += 1
    return (first["kind"] in COMES_IN) is (times % 2 == 0)


async def _show(page: PageContext, entry_id: UUID, attempt: Attempt) -> Response:
    answer: Answer = await page.risk_pool.read(f"/cash-entries/{entry_id}")
    assert page.person is not None
    entry = answer.body
    where = f"/pools/{entry['pool_code']}"
    pool, parties = await asyncio.gather(
        page.risk_pool.get(where), or_none(page.risk_pool.get(f"{where}/parties"))
    )
    sees_line = entry["line_id"] and not page.person.roles.isdisjoint(SEES_ACCOUNT)
    return await render_case(
        page,
        CASH_ENTRY,
        answer,
        attempt,
        bars=at_payment(page.texts, pool, entry["amount"], comes_in=await _comes_in(page, entry))
        if entry["state"] == "entered"
        else [],
        pool=pool,
        names=_names(parties),
        sees_line=sees_line,
        may_reverse="finance_maker" in page.person.roles
        and entry["state"] == "released"
        and not entry["reversed_by"],
    )
