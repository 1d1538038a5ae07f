"""What a park had by year, and its loans one by one, as far as the reader may see them."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.applications.api.common import Anyone, Cursor, Limit
from services.applications.api.parks import ParkCode, no_park
from services.applications.domain.life_cycle import State
from services.applications.queries import park_history as known
from services.applications.queries import parks
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.money import MONEY_NAMES, Fen

router = APIRouter(tags=["parks"])


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES)


class ParkYear(_Answer):
    """A year of a park."""

    year: int
    demands: int = Field(description="Posted in the year.")
    demanded_fen: Fen
    demands_lent: int = Field(description="Of these: what came to a loan, in whichever year.")
    loans: int = Field(description="Paid out in the year.")
    firms: int
    lent_fen: Fen
    outstanding_fen: Fen = Field(description="What is out of these loans now, each debt once.")


class ParkYears(_Answer):
    """All years in which it had a demand or a loan, the last one first."""

    code: str
    stated_as: list[str] = Field(
        description="In which words banks have stated the park with their cases: its code, or a name "
        "that it has or had."
    )
    years: list[ParkYear]


class ParkLoan(_Answer):
    """A loan whose bank stated the park."""

    case_id: UUID
    case_number: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    stated: str
    loan_no: str
    amount_fen: Fen
    outstanding_fen: Fen
    disbursed_on: date
    state: State


@router.get("/parks/{park_code}/years")
async def read_park_years(
    park_code: ParkCode, caller: Anyone, context: CurrentContext
) -> ParkYears:
    """Demands and loans of a park by year. A bank counts the demands that it was offered, and its own
    loans."""
    who = caller.institution
    async with context.database.looking(who) as conn:
        stated = await _stated(conn, park_code, who)
        demands = {row["year"]: row for row in await known.demands_by_year(
            conn, park_code, institution=who)}  # fmt: skip
        loans = {row["year"]: row for row in await known.loans_by_year(
            conn, stated, institution=who)}  # fmt: skip
    nothing = {"demands": 0, "demanded_fen": 0, "demands_lent": 0, "loans": 0, "firms": 0,
               "lent_fen": 0, "outstanding_fen": 0}  # fmt: skip
    years = [
        ParkYear(
            **nothing | dict(demands.get(year, {})) | dict(loans.get(year, {})) | {"year": year}
        )
        for year in sorted({*demands, *loans}, reverse=True)
    ]
    return ParkYears(code=park_code, stated_as=sorted(stated), years=years)


@router.get("/parks/{park_code}/loans")
async def list_park_loans(
    park_code: ParkCode,
    caller: Anyone,
    context: CurrentContext,
    year: Annotated[int | None, Query(ge=1949, le=2199, description="Paid out in.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ParkLoan]:
    """The loans of a park, the youngest case first. A bank sees its own."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    who = caller.institution
    async with context.database.looking(who) as conn:
        stated = await _stated(conn, park_code, who)
        rows = await known.loans(
            conn, stated, institution=who, year=year, before=before, limit=limit + 1
        )
    items = [ParkLoan(**dict(row)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.case_id))


async def _stated(conn: asyncpg.Connection, code: str, institution: str) -> list[str]:
    if not await parks.editions(conn, code):
        raise no_park()
    return await known.stated_for(conn, code, institution=institution)
