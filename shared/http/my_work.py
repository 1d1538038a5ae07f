"""The caller's own work in one service: the figures of his roles, and what he did last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import IsoDateTime
from shared.money import MONEY_NAMES, Fen
from shared.own_work.acts import Asked, CasesMoved
from shared.own_work.figures import WorkFigure, read_figures


class MonthOfFigure(BaseModel):
    """What one month came to, or how a figure stood at its end."""

    model_config = ConfigDict(**MONEY_NAMES)

    month: str = Field(examples=["2026-11"])
    count: int | None = None
    amount_fen: Fen | None = None


class MyFigure(BaseModel):
    """A figure of the caller's first page; counted or in money, this month's or of this moment."""

    model_config = ConfigDict(**MONEY_NAMES)

    code: str = Field(examples=["filed"])
    zh: str
    en: str
    count: int | None = None
    amount_fen: Fen | None = None
    page: str = Field(description="Where its rows are, as a path of the console.")
    months: list[MonthOfFigure] = Field(description="Its last six months, the earliest first.")


class MyFigures(BaseModel):
    """The figures of the caller's roles in this service."""

    figures: list[MyFigure]


class MyAct(BaseModel):
    """Something that the caller did with a case."""

    model_config = ConfigDict(**MONEY_NAMES)

    case_kind: str = Field(examples=["application"])
    case_id: UUID
    version: int
    noun_zh: str
    noun_en: str
    number: str = Field(
        description="What people call the case; empty where it is out of sight now."
    )
    firm: str
    amount_fen: Fen | None
    action: str
    what_zh: str
    what_en: str
    state_zh: str = Field(description="Where the case stood then.")
    state_en: str
    reason: str
    at: datetime
    page: str = Field(description="Where the case is, as a path of the console; may be empty.")


def my_work_router(
    cases: CasesMoved, figures: Sequence[WorkFigure], *, readers: Sequence[str]
) -> APIRouter:
    """The routes of one service. `readers` are the roles that may look."""
    router = APIRouter(tags=["to do"])
    reader = requires(*readers)

    @router.get("/my-acts")
    async def list_my_acts(
        caller: Annotated[Identity, Depends(reader)],
        context: CurrentContext,
        since: IsoDateTime | None = None,
        before: IsoDateTime | None = None,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
    ) -> Page[MyAct]:
        """What you did with cases, the latest first: nobody reads another's list."""
        after = decode_cursor(cursor, datetime, UUID, int) if cursor else None
        asked = Asked(
            subject=caller.subject, since=since, before=before, after=after, limit=limit + 1
        )
        async with context.database.looking(caller.institution) as conn:
            found = await cases.of_person(conn, asked)
        items = [MyAct.model_validate(one) for one in found]
        return page_of(items, limit, lambda one: encode_cursor(one.at, one.case_id, one.version))

    @router.get("/my-figures")
    async def show_my_figures(
        caller: Annotated[Identity, Depends(reader)], context: CurrentContext
    ) -> MyFigures:
        """The figures of your roles, each with its last six months, as far as you may see."""
        async with context.database.looking(caller.institution) as conn:
            found = await read_figures(
                conn, figures, roles=caller.roles, subject=caller.subject,
                bank=None if caller.party else caller.bank,
                today=business_date(context.clock.now()),
            )  # fmt: skip
        return MyFigures(figures=[MyFigure.model_validate(one) for one in found])

    return router
