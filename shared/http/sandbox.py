"""The sandbox clock over HTTP; the frame mounts it in a sandbox only."""

import typing
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from shared.auth.identity import Identity, requires
from shared.context import DueJob, run_due
from shared.http.context import context_of
from shared.http.requests import IsoDateTime, RequestBody
from shared.postgres.sandbox_clock import SandboxClock


class ClockSetting(RequestBody):
    """Where to move the clock."""

    now: IsoDateTime = Field(examples=["2026-03-31T10:00:00+08:00"])


class ClockReading(BaseModel):
    """What the clock says."""

    now: datetime


def sandbox_router(due: Sequence[DueJob]) -> APIRouter:
    """GET and PUT /sandbox/clock. Jobs that become due by the move have run when PUT answers."""
    router = APIRouter(tags=["sandbox"])

    @router.get("/sandbox/clock")
    async def read(request: Request) -> ClockReading:
        """What time it is in the sandbox."""
        return ClockReading(now=context_of(request).clock.now())

    @router.put("/sandbox/clock")
    async def move(
        asked: ClockSetting,
        request: Request,
        caller: Annotated[Identity, Depends(requires("admin"))],
    ) -> ClockReading:
        """Move the clock forward, for everybody; what becomes due is done before the answer."""
        context = context_of(request)
        now = await typing.cast(SandboxClock, context.clock).set(asked.now)
        await run_due(due, context)
        return ClockReading(now=now)

    return router
