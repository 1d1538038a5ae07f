"""Foresight of a pool: assumptions that may be changed, and what they lead to."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.rendering import formats
from services.console.upstream.client import Problem
from services.console.upstream.optional import items
from services.console.upstream.programmes import read_programmes

router = APIRouter()

STRESSES: tuple[tuple[str, dict[str, str]], ...] = (
    ("usual", {}),
    ("stressed", {"stress_percent": "200", "correlation_bp": "20"}),
    ("severe", {"stress_percent": "300", "correlation_bp": "24", "recovery_bp": "5",
                "largest_fail": "1"}),
)  # fmt: skip
"""Ready questions: name → what is assumed otherwise than usual, as the form has it."""


@router.get("/pools/{code}/foresight")
async def foresight(page: Page, code: CodeInPath) -> Response:
    """What may become of the pool's money, under its own terms and another version's."""
    pool = await page.risk_pool.get(f"/pools/{code}")
    assumptions = items(await page.risk_pool.get("/foresight-assumptions"))
    asked, attempt, found = _asked(page, assumptions), NOTHING_SENT, None
    try:
        found = await page.risk_pool.get(f"/pools/{code}/foresight", **asked)
    except Problem as problem:
        if problem.status not in (404, 422):
            raise
        attempt = Attempt(problem=_named(page, problem, assumptions))
    return page.render(
        "foresight.html",
        attempt=attempt,
        code=code,
        pool=pool,
        found=found if found and "tables" in found else None,
        typed=page.request.query_params,
        assumptions=assumptions,
        being=found and found.get("being_worked_out"),
        versions=await _versions(page, pool["programme"]),
        stresses=[(name, urlencode(changes)) for name, changes in STRESSES],
        query=urlencode(asked),
    )


@router.get("/pools/{code}/foresight/workbook")
async def workbook(page: Page, code: CodeInPath) -> Response:
    """The same as a workbook; the address has what the service was asked."""
    asked = dict(page.request.query_params) | {"lang": page.texts.language}
    answer = await page.risk_pool.stream(f"/pools/{code}/foresight.xlsx?{urlencode(asked)}")
    return pass_on(answer, "content-type", "content-disposition")


def _named(page: PageContext, problem: Problem, assumptions: list[dict[str, Any]]) -> Problem:
    """The problem with each wrong assumption named, and its bounds as the form has them."""
    by_name = {one["name"]: one for one in assumptions}
    for error in problem.errors:
        one = by_name.get(str(error.get("parameter", "")))
        if one is not None:
            shown = formats.percent if one["unit"] == "percent" else str
            bounds = {"least": shown(one["least"]), "most": shown(one["most"])}
            error["message"] = page.texts("foresight.between", name=page.texts.of(one), **bounds)
    return problem


async def _versions(page: PageContext, programme: str) -> list[dict[str, Any]]:
    known = await read_programmes(page.risk_pool)
    return next((one["versions"] for one in known if one["programme"] == programme), [])


def _asked(page: PageContext, assumptions: list[dict[str, Any]]) -> dict[str, str]:
    """What the form says, as the service reads it: percentages become basis points."""
    asked: dict[str, str] = {}
    for one in [*assumptions, {"name": "version", "unit": "count"}]:
        typed = page.request.query_params.get(one["name"], "").strip()
        if typed:
            asked[one["name"]] = _basis_points(typed) if one["unit"] == "percent" else typed
    return asked


def _basis_points(percent: str) -> str:
    """ "2.5" → "250"; what is no such number goes on as it is, for the service to refuse."""
    whole, _, decimals = percent.rstrip("%").partition(".")
    if not whole.isdecimal() or not whole.isascii() or len(decimals) > 2:
        return percent
    if decimals and not (decimals.isdecimal() and decimals.isascii()):
        return percent
    return str(int(whole) * 100 + int(decimals.ljust(2, "0") or "0"))
