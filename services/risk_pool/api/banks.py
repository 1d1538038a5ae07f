"""The banks of a pool: exposure, bad ratio, breaker, and how the breaker came to stand there."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.risk_pool.api.responses import BankStanding, BreakerState, Money
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain import breakers
from services.risk_pool.queries import figures
from services.risk_pool.queries.evaluations import list_evaluations
from services.risk_pool.queries.standings import basis_points
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.money import Fen
from shared.postgres.database import EVERYWHERE

router = APIRouter(tags=["banks"])


class Evaluation(Money):
    """One look at a breaker: bad over covered principal, or the pool's available over paid-in."""

    month: str | None
    on_day: date
    part_fen: Fen
    whole_fen: Fen
    ratio_bp: int | None
    source: BreakerState
    target: BreakerState
    line_bp: int | None
    loans: int = Field(description="A bank's loans in cover at the month's end.")
    estimated: int = Field(
        description="Of these, loans without a report, which count by their last known class."
    )
    explanation_id: UUID | None
    at: datetime


class BankWithHistory(BankStanding):
    """A bank of a pool with every look at its breaker, newest first."""

    history: list[Evaluation]


class BanksAnswer(Money):
    """The pool's own breaker and every bank; a bank sees itself."""

    pool_code: str
    history: list[Evaluation]
    banks: list[BankWithHistory]


@router.get("/pools/{code}/banks")
async def list_banks(
    code: str,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> BanksAnswer:
    """Exposure, bad ratio and breaker history of every bank."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        if caller.institution == EVERYWHERE:
            stand = (await figures.of_pool(conn, code, today))["banks"]
        else:
            seen = await figures.seen_by_bank(conn, code, caller.institution, today)
            stand = [seen["own"]] if "own" in seen else []
        rows = await list_evaluations(conn, code)
    history: dict[str, list[Evaluation]] = {}
    for row in rows:
        ratio_bp = basis_points(row["part_fen"], row["whole_fen"])
        shown = {side: breakers.shown(row[side]) for side in ("source", "target")}
        evaluation = Evaluation(**{**row, **shown, "ratio_bp": ratio_bp})
        history.setdefault(row["bank_code"], []).append(evaluation)
    return BanksAnswer(
        pool_code=code,
        history=history.get("", []),
        banks=[
            BankWithHistory(**bank, history=history.get(bank["bank_code"], [])) for bank in stand
        ],
    )
