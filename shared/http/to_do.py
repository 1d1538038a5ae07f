"""What the caller has to do, in one service: read from the cases that wait, never kept apart."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.auth.identity import Identity, requires
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.money import MONEY_NAMES, Fen
from shared.postgres.database import EVERYWHERE
from shared.waits.declared import Source
from shared.waits.listed import NO_DAY, Wanted, Whose, figures, page

NEAR_WORKING_DAYS = 2
"""So many working days before its last day a wait's lamp is yellow."""


class Extent(StrEnum):
    """Whose work is shown."""

    MINE = "mine"
    """What waits for one of the caller's roles and nobody else has in hand."""
    ROLE = "role"
    """What waits for one of the caller's roles, whoever has it in hand."""
    ALL = "all"
    """Everything open that the caller may see, whomever it waits for."""


class ToDo(BaseModel):
    """One thing that waits for somebody."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    case_kind: str = Field(examples=["claim"])
    noun_zh: str = Field(examples=["补偿申请"])
    noun_en: str
    case_id: UUID
    number: str = Field(description="What people call the case.")
    loan_id: UUID | None
    firm: str = Field(description="The firm or the party that it is about; may be empty.")
    amount_fen: Fen | None = Field(description="How much it is about.")
    pool_code: str = Field(description="Empty where it belongs to no pool.")
    bank_code: str = Field(description="The case's bank; empty where it has none.")
    what_zh: str
    what_en: str
    roles: list[str] = Field(description="Whoever has one of these may do it.")
    person: str = Field(description="Who has it in hand, as the token names them; empty: nobody.")
    person_name: str
    due_on: date | None = Field(description="The last day; none where no rule sets one.")
    is_assumed: bool = Field(
        description="The day rests on a year whose working days are not published yet."
    )
    rule: str = Field(description="What sets the day.")
    lamp: str = Field(description="red: late; yellow: the last two working days; green; none.")
    working_days_left: int | None = Field(description="Negative where it is late.")
    since: datetime = Field(description="Since when it waits.")
    page: str = Field(description="Where it is done, as a path of the console.")


class KindFigures(BaseModel):
    """How many of one kind wait."""

    case_kind: str
    noun_zh: str
    noun_en: str
    open: int
    overdue: int
    near: int = Field(description="Due today or in the next two working days.")


class ToDoFigures(BaseModel):
    """How many things wait for the caller, in all and by kind."""

    open: int
    overdue: int
    near: int
    kinds: list[KindFigures]


Cursor = Annotated[str | None, Query(max_length=500)]
Text = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


StandsFor = Callable[[asyncpg.Connection, str, date], Awaitable[Sequence[str]]]
"""Whom a person stands in for on a day, by their subjects."""


async def nobody(conn: asyncpg.Connection, subject: str, today: date) -> Sequence[str]:
    """Of a service that knows of no absences."""
    return ()


def to_do_router(
    sources: Mapping[str, Source],
    stands_for: StandsFor = nobody,
    *,
    readers: Sequence[str] = (),
) -> APIRouter:
    """The routes of one service. `sources` are everything that may wait in it, by kind; *mine* is what
    those have in hand, too, for whom the caller stands in; `readers` are the roles that may look,
    none named: whoever is at work."""
    router = APIRouter(tags=["to do"])
    reader = requires(*readers)

    @router.get("/to-do")
    async def list_what_is_to_do(
        caller: Annotated[Identity, Depends(reader)],
        context: CurrentContext,
        whose: Extent = Extent.MINE,
        kind: Text = None,
        pool: Text = None,
        bank: Text = None,
        about: Annotated[UUID | None, Query(description="A loan, or a case.")] = None,
        overdue: Annotated[bool, Query(description="Only what is past its last day.")] = False,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
    ) -> Page[ToDo]:
        """What waits for you, the nearest last day first. It is gone as soon as it is done, by
        whomever."""
        today = business_date(context.clock.now())
        wanted = Wanted(
            kind=kind or "", pool=pool or "", bank=bank or "", about=about,
            due_before=today if overdue else None,
        )  # fmt: skip
        after = decode_cursor(cursor, date, UUID) if cursor else None
        async with context.database.looking(caller.institution) as conn:
            absent = await stands_for(conn, caller.subject, today)
            mine = _whose(caller, whose, absent)
            rows = await page(conn, mine, wanted, after=after, limit=limit + 1)
        known = context.working_days.known_until()
        items = [_shown(row, sources, today, context.working_days, known) for row in rows]
        return page_of(items, limit, lambda one: encode_cursor(one.due_on or NO_DAY, one.id))

    @router.get("/to-do/figures")
    async def count_what_is_to_do(
        caller: Annotated[Identity, Depends(reader)],
        context: CurrentContext,
        whose: Extent = Extent.MINE,
    ) -> ToDoFigures:
        """How much waits for you, and how much of it is late."""
        today = business_date(context.clock.now())
        near = context.working_days.add(today, NEAR_WORKING_DAYS) + timedelta(days=1)
        async with context.database.looking(caller.institution) as conn:
            absent = await stands_for(conn, caller.subject, today)
            rows = await figures(conn, _whose(caller, whose, absent), today=today, near_before=near)
        return _counted(rows, sources)

    return router


def _whose(caller: Identity, extent: Extent, absent: Sequence[str]) -> Whose:
    """A bank sees what waits for banks, whatever is asked: how far the bureau is with its cases the
    cases tell."""
    is_bureau = caller.institution == EVERYWHERE
    all_roles = extent is Extent.ALL and is_bureau
    return Whose(
        institution=str(caller.institution),
        roles=None if all_roles else sorted(caller.roles),
        people=[caller.subject, *absent] if extent is Extent.MINE else None,
    )


def _shown(
    row: Mapping[str, Any],
    sources: Mapping[str, Source],
    today: date,
    working_days: WorkingDays,
    known_until: date,
) -> ToDo:
    left = working_days.between(today, row["due_on"]) if row["due_on"] else None
    source = sources[row["case_kind"]]
    is_counted = left is not None and row["state"] in source.in_working_days
    more = {
        "lamp": _lamp(left), "working_days_left": left,
        "noun_zh": source.noun.zh, "noun_en": source.noun.en,
        "is_assumed": is_counted and row["due_on"] > known_until,
    }  # fmt: skip
    return ToDo.model_validate({**row, **more})


def _counted(rows: Sequence[Mapping[str, Any]], sources: Mapping[str, Source]) -> ToDoFigures:
    kinds = [
        KindFigures(
            **row, noun_zh=sources[row["case_kind"]].noun.zh,
            noun_en=sources[row["case_kind"]].noun.en,
        )
        for row in rows
    ]  # fmt: skip
    return ToDoFigures(
        open=sum(one.open for one in kinds),
        overdue=sum(one.overdue for one in kinds),
        near=sum(one.near for one in kinds),
        kinds=kinds,
    )


def _lamp(left: int | None) -> str:
    if left is None:
        return "none"
    if left < 0:
        return "red"
    return "yellow" if left <= NEAR_WORKING_DAYS else "green"
