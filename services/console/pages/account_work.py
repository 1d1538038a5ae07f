"""Working off the account: lines beside bookings, returns, what is undone, money in suspense."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

LINE_STEPS = ("match", "return", "suspend")
BOOKING_STEPS = ("release", "refuse", "pay-back", "move", "take-back")


@router.get("/pools/{code}/account/work")
async def work(page: Page, code: CodeInPath) -> Response:
    """What is to be worked off: open lines on one side, open bookings on the other."""
    return await _show_work(page, code, NOTHING_SENT)


@router.post("/pools/{code}/account/work")
async def match(page: Page, code: CodeInPath) -> Response:
    """Say that what was ticked on both sides is the same money."""

    async def send(form: FormData) -> None:
        await _match(page, code, form, [str(one) for one in form.getlist("line") if one])

    return await page.answer_form(
        send,
        show=lambda attempt: _show_work(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/account/work", "done.account-match"),
        action="match",
    )


async def _match(page: PageContext, code: str, form: FormData, lines: list[str]) -> None:
    """Tell the service what is the same money."""
    movements = [str(one) for one in form.getlist("movement")]
    said: dict[str, Any] = {
        "lines": [{"id": one} for one in lines],
        "movements": [{"seq": int(one)} for one in movements if one.isdigit()],
        "note": text(form, "note"),
    }
    if difference := amount(form, "difference"):
        said["difference"] = difference
    await page.risk_pool.post(f"/pools/{code}/account-matches", said, key=once(form))


@router.post("/pools/{code}/account/matching")
async def match_now(page: Page, code: CodeInPath) -> Response:
    """Let the machine look again."""

    async def send(form: FormData) -> int:
        done = await page.risk_pool.post(f"/pools/{code}/account-matching", key=once(form))
        return int(done["matched"])

    return await page.answer_form(
        send,
        show=lambda attempt: _show_work(page, code, attempt),
        done=lambda matched: page.redirect(
            f"/pools/{code}/account/work", "done.account-matching", count=str(matched)
        ),
    )


@router.post("/pools/{code}/account/lines/{line_id}/{step}")
async def line_step(page: Page, code: CodeInPath, line_id: UUID, step: str) -> Response:
    """Match a line with the one booking that it seems to be, mark a credit as a payment that came
    back, or have it taken into suspense."""
    if step not in LINE_STEPS:
        raise not_found()

    async def send(form: FormData) -> None:
        if step == "match":
            await _match(page, code, form, [str(line_id)])
            return
        if step == "return":
            said = {"of_line": text(form, "of_line"), "reason": text(form, "reason")}
        else:
            said = {"why": text(form, "why"), "note": text(form, "note")}
        await page.risk_pool.post(f"/account-lines/{line_id}/{step}", said, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_work(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/account/work", f"done.account-{step}"),
        action=f"{step} {line_id}",
    )


@router.get("/pools/{code}/account/matches")
async def matches(page: Page, code: CodeInPath, line: str = "", cursor: str = "") -> Response:
    """What was matched, by the machine or by whom, and what was undone."""
    return await _show_matches(page, code, NOTHING_SENT, line, cursor)


@router.post("/pools/{code}/account/matches/{match_id}/undo")
async def undo(page: Page, code: CodeInPath, match_id: UUID) -> Response:
    """Undo a match with a reason."""

    async def send(form: FormData) -> None:
        said = {"reason": text(form, "reason")}
        await page.risk_pool.post(f"/account-matches/{match_id}/undo", said, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_matches(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/account/work", "done.account-undo"),
        action=f"undo {match_id}",
    )


@router.get("/pools/{code}/account/suspense")
async def suspense(page: Page, code: CodeInPath, cursor: str = "") -> Response:
    """Money in suspense: what waits for its release, what is left of it, what became of it."""
    return await _show_suspense(page, code, NOTHING_SENT, cursor)


@router.post("/pools/{code}/account/suspense/{booking_id}/{step}")
async def booking_step(page: Page, code: CodeInPath, booking_id: UUID, step: str) -> Response:
    """Release or refuse what another person proposed; or propose what becomes of it."""
    if step not in BOOKING_STEPS:
        raise not_found()

    async def send(form: FormData) -> None:
        said: dict[str, Any] = {}
        if step == "refuse":
            said = {"reason": text(form, "reason")}
        elif step != "release":
            said = {"note": text(form, "note")}
            if step != "take-back":
                said["amount"] = amount(form, "amount")
            if step == "pay-back" and text(form, "paid_on"):
                said["paid_on"] = text(form, "paid_on")
            if step == "move":
                target, _, party = text(form, "target").partition(":")
                said |= {"target": target} | ({"party_code": party} if party else {})
        await page.risk_pool.post(f"/account-bookings/{booking_id}/{step}", said, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_suspense(page, code, attempt),
        done=lambda _: page.redirect(
            f"/pools/{code}/account/suspense", f"done.account-booking-{step}"
        ),
        action=f"{step} {booking_id}",
    )


async def _show_work(page: PageContext, code: str, attempt: Attempt) -> Response:
    pool, found = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"), page.risk_pool.get(f"/pools/{code}/account-work")
    )
    assert page.person is not None
    extra = attempt.problem.extra if attempt.problem else {}
    return page.render(
        "account_work.html",
        attempt=attempt,
        pool=pool,
        found=found,
        may_work="finance_maker" in page.person.roles,
        may_match=bool(page.person.roles & {"finance_maker", "finance_checker"}),
        ticked=frozenset(
            str(one) for name in ("line", "movement") for one in attempt.form.getlist(name)
        ),
        difference=extra.get("difference") or attempt.typed("difference"),
    )


async def _show_matches(
    page: PageContext, code: str, attempt: Attempt, line: str = "", cursor: str = ""
) -> Response:
    pool, found = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/account-matches", line=line, cursor=cursor),
    )
    assert page.person is not None
    return page.render(
        "account_matches.html",
        attempt=attempt,
        pool=pool,
        rows=items(found),
        may_work="finance_maker" in page.person.roles,
        next=next_page(page.request, found),
        is_first=not cursor,
    )


async def _show_suspense(
    page: PageContext, code: str, attempt: Attempt, cursor: str = ""
) -> Response:
    pool, found, parties, day = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/account-bookings", cursor=cursor),
        page.risk_pool.get(f"/pools/{code}/parties"),
        today(page),
    )
    assert page.person is not None
    return page.render(
        "account_suspense.html",
        attempt=attempt,
        pool=pool,
        rows=items(found),
        parties=[one for one in items(parties) if one["role"] != "bank"],
        may_work="finance_maker" in page.person.roles,
        next=next_page(page.request, found),
        is_first=not cursor,
        today=day,
    )
