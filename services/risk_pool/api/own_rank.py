"""A bank's own place among the banks of a pool."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.bank_rank import place_of
from services.risk_pool.queries import bank_rank
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.postgres.database import seeing_everything
from shared.roles import BANK_ROLES

router = APIRouter(tags=["banks"])


class OwnPlace(BaseModel):
    """One measure, and the bank's place by it."""

    measure: Literal["covered", "bad_ratio"]
    zh: str
    en: str
    place: int | None = Field(
        description="1 is best; none without a figure, or among fewer than three banks."
    )
    of: int = Field(description="How many banks have a figure.")


@router.get("/pools/{code}/own-rank")
async def show_own_rank(
    code: str,
    caller: Annotated[Identity, Depends(requires(*sorted(BANK_ROLES)))],
    context: CurrentContext,
) -> Page[OwnPlace]:
    """Your bank's place by what is covered (most first) and by its bad ratio (least first). No other
    bank's place or figure is told."""
    bank = str(caller.institution)
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        async with seeing_everything(conn):
            covered = await bank_rank.covered(conn, code)
            bad = await bank_rank.bad_ratios(conn, code)
    places = [
        OwnPlace(
            measure="covered", zh="在保余额", en="covered", of=len(covered),
            place=place_of(bank, covered, most_first=True),
        ),
        OwnPlace(
            measure="bad_ratio", zh="不良率", en="bad ratio", of=len(bad),
            place=place_of(bank, bad, most_first=False),
        ),
    ]  # fmt: skip
    return Page(items=places)
