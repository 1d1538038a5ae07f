"""What a pool's modes ask for, and the tables to fill in for many cases at once."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.page_context import Page
from services.console.http.streaming import handed_on
from services.console.upstream.optional import items, or_none

router = APIRouter()

STEPS = ("approval", "disbursement", "claim")
Mode = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


@router.get("/pools/{code}/templates")
async def templates(page: Page, code: CodeInPath) -> Response:
    """The facts that each mode asks for, and its tables."""
    modes = items(await page.applications.get(f"/pools/{code}/modes"))
    asked = await asyncio.gather(
        *(
            or_none(page.applications.get(f"/pools/{code}/modes/{one['mode']}/facts"))
            for one in modes
        )
    )
    return page.render(
        "fill_in.html",
        code=code,
        steps=STEPS,
        modes=[
            (one, (found or {}).get("facts", [])) for one, found in zip(modes, asked, strict=True)
        ],
    )


@router.get("/pools/{code}/templates/{mode}/{step}.{form}")
async def template(
    page: Page,
    code: CodeInPath,
    mode: Mode,
    step: Literal["approval", "disbursement", "claim"],
    form: Literal["csv", "xlsx"],
) -> Response:
    """A table to fill in, handed on as the service made it."""
    file = await page.applications.file(f"/pools/{code}/modes/{mode}/template.{form}?at={step}")
    return handed_on(file)
