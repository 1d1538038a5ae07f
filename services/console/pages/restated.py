"""A posted month as reported and restated, side by side, with the cause of every difference."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.before_after import restated as changes_of_month
from services.console.http.addresses import CodeInPath, MonthInPath
from services.console.http.page_context import Page
from services.console.http.streaming import handed_on

router = APIRouter()


@router.get("/pools/{code}/settlements/{month}/restated")
async def restated(page: Page, code: CodeInPath, month: MonthInPath, every: str = "") -> Response:
    """The figures that differ, or every one, by party."""
    found = await page.risk_pool.get(f"/pools/{code}/settlements/{month}/restated")
    pool = await page.risk_pool.get(f"/pools/{code}")
    shown = [one for one in found["figures"] if every or one["causes"]]
    return page.render(
        "restated.html",
        pool=pool,
        month=month,
        found=found,
        every=bool(every),
        parties=[
            (party, figures, changes_of_month(page.texts, figures))
            for party, figures in _by_party(shown, pool["name"])
        ],
    )


@router.get("/pools/{code}/settlements/{month}/restated.xlsx")
async def download(page: Page, code: CodeInPath, month: MonthInPath) -> Response:
    """The workbook, handed on as the service made it."""
    file = await page.risk_pool.file(
        f"/pools/{code}/settlements/{month}/restated.xlsx?lang={page.texts.language}"
    )
    return handed_on(file)


def _by_party(
    figures: Sequence[Mapping[str, Any]], pool_name: str
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The figures of each party; those of the pool's own accounts under its name, first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(figures, key=lambda one: one["party_code"]):
        found.setdefault(one["party_name"] or pool_name, []).append(one)
    return list(found.items())
