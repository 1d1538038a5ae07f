"""The waiting line over HTTP: who waits for room in a pool, in which place, and for what."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.responses import Money
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.waiting_line import OWN_FIGURES
from services.risk_pool.queries import waiting_line as known
from shared.http.context import CurrentContext
from shared.money import Fen
from shared.postgres.database import EVERYWHERE

router = APIRouter(tags=["coverages"])


class HeldUpBy(Money):
    """A limit that leaves no room. A bank is told figures of its own limits alone."""

    limit: str
    allowed_fen: Fen | None = None
    used_fen: Fen | None = None
    requested_fen: Fen
    source: str = ""
    zh: str
    en: str


class InLine(Money):
    """A loan that waits for room."""

    place: int = Field(description="In the whole pool's line, from 1.")
    loan_id: UUID
    number: str
    bank_code: str
    borrower_name: str
    amount_fen: Fen
    ip_share_bp: int
    mode: str
    approved_on: date
    valid_until: date = Field(description="The last day on which the approval is valid.")
    limits: list[HeldUpBy] = Field(description="What leaves no room now, the tightest first.")


@router.get("/pools/{code}/waiting-line")
async def show_waiting_line(code: str, caller: Anyone, context: CurrentContext) -> list[InLine]:
    """Who waits for room, the first in line first; a bank sees its own cases with their places."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.waiting_line(conn, code)
    sees_all = caller.institution == EVERYWHERE
    return [
        InLine(**{**row, "limits": [_held_up_by(one, sees_all) for one in row["limits"]]})
        for row in rows
    ]


def _held_up_by(limit: Mapping[str, Any], sees_all: bool) -> HeldUpBy:
    if sees_all or limit["limit"] in OWN_FIGURES:
        return HeldUpBy.model_validate(limit)
    return HeldUpBy.model_validate(
        {
            "limit": limit["limit"],
            "requested": limit["requested"],
            "source": limit["source"],
            "zh": limit["zh"].split("：")[0],
            "en": limit["en"].split(":")[0],
        }
    )
