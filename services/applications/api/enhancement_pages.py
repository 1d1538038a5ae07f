"""What the routes of policies and of guarantees share: who may, what is asked, pages and one of them."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar
from uuid import UUID

import asyncpg
from fastapi import Query

from services.applications.domain.enhancement import LIFE_CYCLE, Action
from services.applications.queries import enhancements as known
from services.applications.queries.enhancements import Shown, Wanted
from services.applications.tables.enhancements import ENHANCEMENTS
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.refusals import NotFound

Keeper = Annotated[Identity, part_in(LIFE_CYCLE, Action.RECORD)]
Endorser = Annotated[Identity, part_in(LIFE_CYCLE, Action.ENDORSE)]
Ender = Annotated[Identity, part_in(LIFE_CYCLE, Action.END)]
DaysAhead = Annotated[
    int | None,
    Query(ge=0, le=3660, description="Only those that stand and end within so many days."),
]
OverToo = Annotated[bool, Query(description="Also those that are over or ended.")]
A = TypeVar("A")


async def enhancements_page(
    context: Context,
    caller: Identity,
    wanted: Wanted,
    *,
    cursor: str | None,
    limit: int,
    answer: Callable[[Shown], A],
) -> Page[A]:
    """Those that the caller may see, the first to end first."""
    after = decode_cursor(cursor, date, UUID) if cursor else None
    async with context.database.looking(caller.institution) as conn:
        found = await known.page(
            conn, wanted, institution=caller.institution, after=after, limit=limit + 1
        )
    page = page_of(found, limit, lambda one: encode_cursor(one[0]["ends_on"], one[0]["id"]))
    return Page(items=[answer(one) for one in page.items], next_cursor=page.next_cursor)


async def found_or_refused(
    conn: asyncpg.Connection, enhancement_id: UUID, *, form: str, caller: Identity
) -> Shown:
    """One of a form. Raises NotFound, also where the caller may know of none."""
    shown = await known.one(conn, enhancement_id, form=form, institution=caller.institution)
    if shown is None:
        raise NotFound(ENHANCEMENTS.absent.zh, ENHANCEMENTS.absent.en)
    return shown
