"""The monthly settlement: months, what a month lacks, its figures, its statements, its steps."""

import asyncio
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases import actions
from services.console.http.addresses import Code, Month
from services.console.http.forms import once, text
from services.console.http.page_context import Desk, desk
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items
from services.console.upstream.today import today

router = APIRouter()
At = Annotated[Desk, Depends(desk)]

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@router.get("/settlements")
async def all_settlements(at: At) -> Response:
    """The last months of every pool."""
    pools = items(await at.risk_pool.get("/pools"))
    months = await asyncio.gather(
        *(at.risk_pool.get(f"/pools/{pool['code']}/settlements", limit=6) for pool in pools)
    )
    return at.page(
        "settlements_all.html",
        pools=[(pool, items(found)) for pool, found in zip(pools, months, strict=True)],
    )


@router.get("/pools/{code}/settlements")
async def settlements(at: At, code: Code, cursor: str = "") -> Response:
    """The months of one pool."""
    return await _months_shown(at, code, cursor)


@router.post("/pools/{code}/settlements")
async def begin(at: At, code: Code) -> Response:
    """Preview a month that has no settlement yet, then look at it."""
    form = await at.form()
    month = text(form, "month")
    try:
        if _MONTH.fullmatch(month) is None:
            raise Problem(422, "month-malformed", "", "console")
        await at.risk_pool.post(f"/pools/{code}/settlements/{month}/preview", key=once(form))
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _months_shown(at, code, "", problem=problem, month=month)
    return at.done(f"/pools/{code}/settlements/{month}", "done.settlement-preview")


@router.get("/pools/{code}/settlements/{month}")
async def settlement(at: At, code: Code, month: Month) -> Response:
    """One month."""
    return await _shown(at, code, month)


@router.get("/pools/{code}/settlements/{month}/lines")
async def lines(at: At, code: Code, month: Month, bank: str = "", cursor: str = "") -> Response:
    """A line for each loan behind a month's figures."""
    found = await at.risk_pool.get(
        f"/pools/{code}/settlements/{month}/lines", bank=bank, cursor=cursor
    )
    return at.page(
        "lines.html",
        code=code,
        month=month,
        bank=bank,
        lines=found["items"],
        next=next_page(at.request, found),
        is_first=not cursor,
    )


@router.get("/pools/{code}/settlements/{month}/statements/{party}.{form}")
async def statement(
    at: At, code: Code, month: Month, party: Code, form: Literal["pdf", "xlsx"]
) -> Response:
    """A party's statement, handed on as the service made it."""
    language = at.texts.language
    file = await at.risk_pool.file(
        f"/pools/{code}/settlements/{month}/statements/{party}.{form}?lang={language}"
    )
    return Response(
        file.content,
        media_type=file.headers["content-type"],
        headers={"Content-Disposition": file.headers["content-disposition"]},
    )


@router.post("/pools/{code}/settlements/{month}/{action}")
async def act(at: At, code: Code, month: Month, action: str) -> Response:
    """Do one step of a month, then look at it again."""
    form = await at.form()
    known = actions.SETTLEMENT.get(action)
    if known is None:
        raise Problem(404, "not-found", "", "console")
    try:
        await at.risk_pool.post(
            f"/pools/{code}/settlements/{month}/{known.path}",
            key=once(form),
            if_match=text(form, "_etag"),
        )
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _shown(at, code, month, problem=problem, tried=action)
    return at.done(f"/pools/{code}/settlements/{month}", f"done.settlement-{action}")


async def _months_shown(
    at: Desk, code: str, cursor: str, *, problem: Problem | None = None, month: str = ""
) -> Response:
    pool, found, day = await asyncio.gather(
        at.risk_pool.get(f"/pools/{code}"),
        at.risk_pool.get(f"/pools/{code}/settlements", cursor=cursor),
        today(at),
    )
    return at.page(
        "settlements.html",
        status=problem.status if problem else 200,
        pool=pool,
        months=found["items"],
        next=next_page(at.request, found),
        is_first=not cursor,
        problem=problem,
        month=month or _month_before(day),
    )


async def _shown(
    at: Desk, code: str, month: str, *, problem: Problem | None = None, tried: str = ""
) -> Response:
    answer, pool = await asyncio.gather(
        at.risk_pool.read(f"/pools/{code}/settlements/{month}"),
        at.risk_pool.get(f"/pools/{code}"),
    )
    return at.page(
        "settlement.html",
        status=problem.status if problem else 200,
        settlement=answer.body,
        pool=pool,
        groups=_groups(answer.body["movements"]),
        etag=answer.etag,
        acts=actions.offered(actions.SETTLEMENT, answer.body["pending_actions"]),
        problem=problem,
        tried=tried,
        sent=FormData(),
    )


_GROUPS = {
    "money": ("cash", "contribution", "interest", "recoveries", "claims", "fees", "subsidies"),
    "dues": ("payable", "receivable"),
    "exposure": ("covered", "reserved", "capacity"),
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
    year, month = int(day[:4]), int(day[5:7])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"
