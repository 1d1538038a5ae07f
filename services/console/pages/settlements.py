"""The monthly settlement: months, what a month lacks, its figures, its statements, its steps."""

import asyncio
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_month
from services.console.cases.kinds import SETTLEMENT
from services.console.cases.listing import render_list
from services.console.cases.lists_of_finance import SETTLEMENTS
from services.console.cases.month import beside
from services.console.http.addresses import CodeInPath, MonthInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.http.today import today
from services.console.pages.pools import SEES_ACCOUNT
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items
from shared.months import Month

router = APIRouter()

_BEGIN = frozenset({"finance_maker", "finance_checker"})
"""For whom a month waits that has no settlement yet."""


@router.get("/settlements")
async def all_settlements(page: Page) -> Response:
    """The months of every pool, the latest first where nothing else is asked for."""
    return await render_list(page, "settlements_all.html", SETTLEMENTS, sees_account=SEES_ACCOUNT)


@router.get("/pools/{code}/settlements")
async def settlements(page: Page, code: CodeInPath, cursor: str = "") -> Response:
    """The months of one pool."""
    return await _show_months(page, code, NOTHING_SENT, cursor)


@router.post("/pools/{code}/settlements")
async def begin(page: Page, code: CodeInPath) -> Response:
    """Preview a month that has no settlement yet, then look at it."""

    async def send(form: FormData) -> str:
        try:
            month = str(Month.parse(text(form, "month")))
        except ValueError as error:
            raise Problem(422, "month-malformed", "", "console") from error
        await page.risk_pool.post(f"/pools/{code}/settlements/{month}/preview", key=once(form))
        return month

    return await page.answer_form(
        send,
        show=lambda attempt: _show_months(page, code, attempt),
        done=lambda month: page.redirect(
            f"/pools/{code}/settlements/{month}", "done.settlement-preview"
        ),
    )


@router.get("/pools/{code}/settlements/{month}")
async def settlement(page: Page, code: CodeInPath, month: MonthInPath) -> Response:
    """One month; to finance, whom it waits for before anybody has previewed it, the place to do so."""
    try:
        return await _show(page, code, month, NOTHING_SENT)
    except Problem as problem:
        assert page.person is not None
        if problem.status != 404 or page.person.roles.isdisjoint(_BEGIN):
            raise
        return await _show_months(page, code, NOTHING_SENT, not_begun=month)


@router.get("/pools/{code}/settlements/{month}/lines")
async def lines(
    page: Page, code: CodeInPath, month: MonthInPath, bank: str = "", cursor: str = ""
) -> Response:
    """A line for each loan behind a month's figures."""
    found = await page.risk_pool.get(
        f"/pools/{code}/settlements/{month}/lines", bank=bank, cursor=cursor
    )
    return page.render(
        "lines.html",
        code=code,
        month=month,
        bank=bank,
        lines=found["items"],
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/pools/{code}/settlements/{month}/statements/{party}.{form}")
async def statement(
    page: Page,
    code: CodeInPath,
    month: MonthInPath,
    party: CodeInPath,
    form: Literal["pdf", "xlsx", "csv"],
) -> Response:
    """A party's statement, handed on piece by piece as the service sends it."""
    path = f"/pools/{code}/settlements/{month}/statements/{party}.{form}"
    answer = await page.risk_pool.stream(f"{path}?lang={page.texts.language}")
    return pass_on(answer, "content-type", "content-disposition")


@router.get("/pools/{code}/settlements/{month}/statements/{party}/lines.csv")
async def statement_lines(
    page: Page, code: CodeInPath, month: MonthInPath, party: CodeInPath
) -> Response:
    """Every loan of a party's statement: the annex that its PDF names where they are many."""
    path = f"/pools/{code}/settlements/{month}/statements/{party}/lines.csv"
    answer = await page.risk_pool.stream(f"{path}?lang={page.texts.language}")
    return pass_on(answer, "content-type", "content-disposition")


# After the files: a party's code may hold a dot, and this address would take theirs, too.
@router.get("/pools/{code}/settlements/{month}/parties/{party}")
async def statement_page(
    page: Page, code: CodeInPath, month: MonthInPath, party: CodeInPath
) -> Response:
    """A party's statement as a page on which every figure opens."""
    found, owed = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}/settlements/{month}/statements/{party}.json"),
        page.risk_pool.get(f"/pools/{code}/open-items", party=party),
    )
    reference = (found["due"]["item"] or {}).get("reference")
    return page.render(
        "statement.html",
        statement=found,
        item=next((one for one in items(owed) if one["reference"] == reference), None),
        code=code,
        month=month,
        party=party,
    )


@router.post("/pools/{code}/settlements/{month}/remind")
async def remind(page: Page, code: CodeInPath, month: MonthInPath) -> Response:
    """Remind one bank, or every one that lacks something."""
    path = f"/pools/{code}/settlements/{month}"

    async def send(form: FormData) -> str:
        body = {"party": text(form, "party") or None}
        answer = await page.risk_pool.post(f"{path}/reminders", body, key=once(form))
        names = [one["party_name"] for one in answer["reminded"]]
        return page.texts("app.comma").join(dict.fromkeys(names))

    return await page.answer_form(
        send,
        action="remind",
        show=lambda attempt: _show(page, code, month, attempt),
        done=lambda names: page.redirect(path, "done.settlement-remind", names=names),
    )


@router.post("/pools/{code}/settlements/{month}/{action}")
async def act_on_month(page: Page, code: CodeInPath, month: MonthInPath, action: str) -> Response:
    """Do one step of a month, then look at it again."""
    path = f"/pools/{code}/settlements/{month}"
    return await act(
        page,
        SETTLEMENT,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, code, month, attempt),
    )


async def _show_months(
    page: PageContext, code: str, attempt: Attempt, cursor: str = "", not_begun: str = ""
) -> Response:
    pool, found, day = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/settlements", cursor=cursor),
        today(page),
    )
    return page.render(
        "settlements.html",
        attempt=attempt,
        pool=pool,
        months=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        month=attempt.typed("month", not_begun or _month_before(day)),
        not_begun=not_begun,
    )


async def _show(page: PageContext, code: str, month: str, attempt: Attempt) -> Response:
    answer, pool = await asyncio.gather(
        page.risk_pool.read(f"/pools/{code}/settlements/{month}"),
        page.risk_pool.get(f"/pools/{code}"),
    )
    groups = _groups(answer.body["movements"])
    shown = await beside(page, pool, answer.body)
    is_signed = answer.body["posted_at"] is not None
    return await render_case(
        page,
        SETTLEMENT,
        answer,
        attempt,
        pool=pool,
        groups=groups,
        beside=shown,
        steps=shown.way,
        certificate=await page.risk_pool.get("/signing-certificate") if is_signed else None,
        sees_account=SEES_ACCOUNT,
        last_day=Month.parse(month).last,
        bars=at_month(page.texts, answer.body),
    )


_GROUPS = {
    "money": (
        "cash",
        "contribution",
        "interest",
        "recoveries",
        "claims",
        "fees",
        "subsidies",
        "escrow",
    ),
    "dues": ("payable", "receivable"),
    "exposure": ("covered", "reserved", "capacity", "earmarked", "earmarks"),
}
"""How the accounts of a month are put together for reading."""


def _groups(
    movements: list[dict[str, Any]],
) -> list[tuple[str, list[tuple[str, list[dict[str, Any]]]]]]:
    """The movements of a month by group and account; what stood at its beginning comes first."""
    accounts: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(movements, key=lambda one: (one["account"], one["kind"] != "opening")):
        accounts.setdefault(one["account"], []).append(one)
    return [
        (
            group,
            [
                (name, moves)
                for kind in kinds
                for name, moves in accounts.items()
                if name.split(":")[0] == kind
            ],
        )
        for group, kinds in _GROUPS.items()
        if any(name.split(":")[0] in kinds for name in accounts)
    ]


def _month_before(day: str) -> str:
    """The month before a day's, as one would settle next."""
    return str(Month.of(date.fromisoformat(day)).before)
