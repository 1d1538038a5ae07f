"""Parked events: what could not be applied, why, and the replay after the cause is mended."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.http.forms import once, text
from services.console.http.page_context import Desk, desk
from services.console.upstream.client import SERVICES, Api, Problem
from services.console.upstream.optional import items

router = APIRouter()
At = Annotated[Desk, Depends(desk)]


@router.get("/parked")
async def parked(at: At) -> Response:
    """The parked events of every service."""
    return await _shown(at)


@router.post("/parked/{service}/replay")
async def replay(at: At, service: str) -> Response:
    """Apply parked events again: those of one key, or all of a service."""
    form = await at.form()
    wanted = {name: text(form, name) or None for name in ("topic", "key")}
    try:
        outcome = await _api(at, service).post(
            "/events/parked/replay",
            {name: value for name, value in wanted.items() if value},
            key=once(form),
        )
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _shown(at, problem=problem)
    return at.done(
        "/parked",
        "done.parked-replay",
        applied=str(outcome["applied"]),
        stuck=str(len(outcome["stuck"])),
    )


@router.post("/parked/{service}/{position}/discard")
async def discard(at: At, service: str, position: int) -> Response:
    """Give one event up, with a reason."""
    form = await at.form()
    try:
        await _api(at, service).post(
            f"/events/parked/{position}/discard", {"reason": text(form, "reason")}, key=once(form)
        )
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _shown(at, problem=problem)
    return at.done("/parked", "done.parked-discard")


def _api(at: Desk, service: str) -> Api:
    if service not in SERVICES:
        raise Problem(404, "not-found", "", "console")
    found: Api = getattr(at, service)
    return found


async def _shown(at: Desk, *, problem: Problem | None = None) -> Response:
    found = await asyncio.gather(
        *(_api(at, service).get("/events/parked", limit=100) for service in SERVICES)
    )
    return at.page(
        "parked.html",
        status=problem.status if problem else 200,
        services=[(name, items(one)) for name, one in zip(SERVICES, found, strict=True)],
        problem=problem,
    )
