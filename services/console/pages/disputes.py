"""Disputed lines: a party's lines of a month with a form for one, all disputes of a pool, and one."""

import asyncio
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_dispute
from services.console.cases.kinds import DISPUTE
from services.console.cases.listing import render_list
from services.console.cases.lists_of_finance import DISPUTES
from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.addresses import CodeInPath, MonthInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext

router = APIRouter()

FILERS = frozenset({"bank_operator", "finance_maker"})
VERDICTS = ("uphold", "uphold_in_part", "reject")


@router.get("/disputes")
async def disputes(page: Page) -> Response:
    """The disputes of every pool; a bank's people see their own."""
    return await render_list(page, "disputes.html", DISPUTES)


@router.get("/pools/{code}/disputes")
async def disputes_of_pool(page: Page, code: CodeInPath, month: str = "") -> Response:
    """Those of one pool, or of one of its months."""
    narrowed = urlencode({"month_from": month, "month_to": month}) if month else ""
    return page.redirect(f"/disputes?pool={code}{'&' if narrowed else ''}{narrowed}")


@router.get("/pools/{code}/settlements/{month}/parties/{party}/disputes")
async def lines_of_party(
    page: Page, code: CodeInPath, month: MonthInPath, party: CodeInPath, line: str = ""
) -> Response:
    """The lines that make a party's net, and the form to dispute the one that was chosen."""
    return await _show_lines(page, code, month, party, line, NOTHING_SENT)


@router.post("/pools/{code}/settlements/{month}/parties/{party}/disputes")
async def file_dispute(
    page: Page, code: CodeInPath, month: MonthInPath, party: CodeInPath, line: str = ""
) -> Response:
    """Dispute a line, then look at the dispute."""
    path = f"/pools/{code}/settlements/{month}/statements/{party}/disputes"

    async def send(form: FormData) -> Any:
        number = text(form, "line")
        body: dict[str, Any] = {
            "line": int(number) if number.isascii() and number.isdigit() else number,
            "right": amount(form, "right"),
            "reason": text(form, "reason"),
            "papers": papers_typed(form),
        }
        if text(form, "letter"):
            body["letter"] = text(form, "letter")
        return await page.risk_pool.post(path, body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_lines(page, code, month, party, line, attempt),
        done=lambda made: page.redirect(f"/disputes/{made['id']}", "done.dispute-file"),
    )


async def _show_lines(
    page: PageContext, code: str, month: str, party: str, line: str, attempt: Attempt
) -> Response:
    statement, asked = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}/settlements/{month}/statements/{party}.json"),
        page.risk_pool.get(f"/pools/{code}/settlements/{month}/statements/{party}/disputes"),
    )
    assert page.person is not None
    may_file = asked["is_open"] and not page.person.roles.isdisjoint(FILERS)
    wanted = str(attempt.typed("line", line))
    return page.render(
        "dispute_lines.html",
        attempt=attempt,
        code=code,
        month=month,
        party=party,
        statement=statement,
        asked=asked,
        may_file=may_file,
        papers=paper_rows(attempt.form, ["evidence"]),
        by_letter="finance_maker" in page.person.roles,
        chosen=next(
            (
                one
                for one in asked["lines"]
                if may_file and str(one["seq"]) == wanted and one["is_disputable"]
            ),
            None,
        ),
    )


@router.get("/disputes/{dispute_id}")
async def dispute(page: Page, dispute_id: UUID) -> Response:
    """One dispute: the line, what is proposed, what a decision books, and what has been decided."""
    return await _show(page, dispute_id, NOTHING_SENT)


@router.post("/disputes/{dispute_id}/propose")
async def propose_decision(page: Page, dispute_id: UUID) -> Response:
    """Propose how to decide it, then look at the figures."""

    async def send(form: FormData) -> None:
        body = {"verdict": text(form, "verdict"), "reason": text(form, "reason")}
        if amount(form, "amount"):
            body["amount"] = amount(form, "amount")
        await page.risk_pool.post(
            f"/disputes/{dispute_id}/propose", body, key=once(form), if_match=text(form, "_etag")
        )

    return await page.answer_form(
        send,
        action="propose",
        show=lambda attempt: _show(page, dispute_id, attempt),
        done=lambda _: page.redirect(f"/disputes/{dispute_id}", "done.dispute-propose"),
    )


@router.post("/disputes/{dispute_id}/{action}")
async def act_on_dispute(page: Page, dispute_id: UUID, action: str) -> Response:
    """Decide a dispute, send the proposal back, or withdraw it."""
    path = f"/disputes/{dispute_id}"
    return await act(
        page,
        DISPUTE,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, dispute_id, attempt),
    )


async def _show(page: PageContext, dispute_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/disputes/{dispute_id}")
    return await render_case(
        page,
        DISPUTE,
        answer,
        attempt,
        bars=at_dispute(page.texts, answer.body["effect"] or answer.body["trial"]),
        may_propose="propose" in answer.body["pending_actions"],
        verdicts=VERDICTS,
        stored=await shown(page, papers_of_case("disputes", answer.body)),
    )
