"""The waiting line over HTTP: who waits for room in a pool, in which place, and for what."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.responses import Money
from services.risk_pool.api.roles import require_pool
from services.risk_pool.queries import waiting_line as known
from shared.http.context import CurrentContext
from shared.http.limits import LimitShown
from shared.http.pages import Page
from shared.money import Fen

router = APIRouter(tags=["coverages"])


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
    limits: list[LimitShown] = Field(description="What leaves no room now, the tightest first.")


@router.get("/pools/{code}/waiting-line")
async def show_waiting_line(code: str, caller: Anyone, context: CurrentContext) -> Page[InLine]:
    """Who waits for room, the first in line first; a bank sees its own cases with their places."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.waiting_line(conn, code)
    return Page(items=[InLine(**row) for row in rows])
