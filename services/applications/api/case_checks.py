"""What a decision rests on: every check of a case, passed or failed, with its figures."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.applications.api.common import Anyone
from services.applications.domain.life_cycle import Action
from services.applications.handlers.case_checks import lines_of
from services.applications.queries.moves import decision_of
from services.applications.queries.submitted import case_row
from shared.clock import business_date
from shared.http.context import CurrentContext

router = APIRouter(tags=["reviews"])


class CheckFigure(BaseModel):
    """A figure that was compared."""

    zh: str
    en: str
    value: str


class CheckFound(BaseModel):
    """What speaks against the case."""

    code: str
    zh: str
    en: str


class CheckLineAnswer(BaseModel):
    """One check."""

    zh: str
    en: str
    source: str = Field(description="The programme's article, or the law.")
    passed: bool
    figures: list[CheckFigure]
    against: list[CheckFound]


class ChecksAnswer(BaseModel):
    """Every check that was asked."""

    on: date
    decided: Action | None = Field(
        description="These are the checks of this decision, as they stood then; none: of today."
    )
    passed: int
    failed: int
    lines: list[CheckLineAnswer]


@router.get("/applications/{case_id}/checks")
async def read_checks(case_id: UUID, caller: Anyone, context: CurrentContext) -> ChecksAnswer:
    """Every check of a case, passed or failed, with the figures compared: as they stood at the
    decision, or, where nobody has decided, as they stand today. Lists of dishonest firms are looked
    at for the decision, and count from then on."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        return _answer(*await checks_of(conn, case_id, today=today))


async def checks_of(
    conn: asyncpg.Connection, case_id: UUID, *, today: date
) -> tuple[date, Action | None, list[dict[str, Any]]]:
    """Of which day they are, of which decision, and the lines. Raises NotFound."""
    row = await case_row(conn, case_id)
    decision = await decision_of(conn, case_id)
    if decision is not None:
        kept: list[dict[str, Any]] = decision["detail"]["checks"]
        return business_date(decision["at"]), Action(decision["action"]), kept
    lines = await lines_of(conn, row, today=today)
    return today, None, [line.as_data() for line in lines]


def _answer(on: date, decided: Action | None, lines: list[dict[str, Any]]) -> ChecksAnswer:
    shown = [CheckLineAnswer.model_validate(one) for one in lines]
    passed = sum(one.passed for one in shown)
    return ChecksAnswer(
        on=on, decided=decided, passed=passed, failed=len(shown) - passed, lines=shown
    )
