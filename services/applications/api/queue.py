"""The queue: what somebody can work on, page by page, and as a file."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from services.applications.api import presenters
from services.applications.api.case_list import CASES
from services.applications.api.common import Cursor, Limit, PlainCode
from services.applications.api.desk import Bureau
from services.applications.api.responses import CaseSummary
from services.applications.domain.life_cycle import MANAGER
from services.applications.domain.waiting import lamp_days
from services.applications.queries import lists
from services.applications.queries.queue import SORTS, QueueFilter, Watcher, queue, summed
from services.applications.tables.desk import seen
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_messages import NO_NUL
from shared.http.grid_files import FILE, Form, rows_as_file
from shared.http.grids import GridPage, Totals, another_order
from shared.http.list_filters import Amount, fen_between
from shared.http.pages import decode_cursor, encode_cursor, page_of
from shared.money import format_fen

router = APIRouter(tags=["desk"])

Who = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=NO_NUL,
        description="`me`, `nobody`, or the subject of somebody: only what they have taken; "
        "`signature`: only what waits for your countersignature.",
    ),
]
_SORT = Literal[tuple(word for name in SORTS for word in (name, f"-{name}"))]  # type: ignore[valid-type] # the words of the query
Sort = Annotated[
    _SORT | None,  # type: ignore[valid-type]
    Query(description="A column, with `-` before it downwards."),
]
_AT_ONCE: Final = 500


async def _wanted(
    context: CurrentContext,
    pool: PlainCode = None,
    bank: PlainCode = None,
    who: Who = None,
    lamp: Literal["red", "yellow"] | None = None,
    priority: Annotated[int | None, Query(ge=0, le=2)] = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
) -> QueueFilter:
    today = business_date(context.clock.now())
    return QueueFilter(
        pool_code=pool,
        bank_code=bank,
        fen=fen_between("amount", amount_from, amount_to),
        who=who,
        due=lamp_days(lamp, today=today, working_days=context.working_days) if lamp else None,
        priority=priority,
    )


Wanted = Annotated[QueueFilter, Depends(_wanted)]


def _watcher(caller: Identity, now: datetime) -> Watcher:
    return Watcher(
        subject=caller.subject,
        reviews="reviewer" in caller.roles,
        approves="approver" in caller.roles,
        manages=MANAGER in caller.roles,
        roles=caller.roles,
        today=business_date(now),
    )


@router.get("/queue")
async def read_queue(
    caller: Bureau,
    context: CurrentContext,
    wanted: Wanted,
    sort: Sort = None,
    totals: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> GridPage[CaseSummary]:
    """What you can work on, or, of a manager, all that waits: the most urgent first, then the
    longest waiting, where `sort` says nothing else; each with a lamp by working days left."""
    now, days = context.clock.now(), context.working_days
    watcher = _watcher(caller, now)
    after = _place_in_queue(sort, cursor)
    async with context.database.begin(caller.institution) as conn:
        await seen(conn, caller, now=now)
    async with context.database.reading(caller.institution) as session:
        rows = await queue(session, watcher, wanted, sort=sort, after=after, limit=limit + 1)
        whole = await summed(session, watcher, wanted) if totals else None
    items = [presenters.summary(row, now=now, working_days=days) for row in rows]
    part = page_of(items, limit, lambda item: _cursor_in_queue(sort, item))
    sums = whole and Totals(count=whole[0], more=False, sums={"amount": format_fen(whole[1])})
    return GridPage(
        items=part.items, next_cursor=part.next_cursor, previous_cursor=None, totals=sums
    )


@router.get("/queue/export.{file_form}", response_class=StreamingResponse, responses=FILE)
async def export_queue(
    file_form: Form,
    request: Request,
    caller: Bureau,
    context: CurrentContext,
    wanted: Wanted,
    sort: Sort = None,
) -> StreamingResponse:
    """The same as a file: all that waits and matches, in the same order."""
    async with context.database.looking(caller.institution) as conn:
        names = await lists.names(conn)
    return await rows_as_file(
        request, caller, CASES, names, _all(caller, context, wanted, sort),
        form=file_form, now=context.clock.now(),
    )  # fmt: skip


async def _all(
    caller: Identity, context: Context, wanted: QueueFilter, sort: str | None
) -> AsyncIterator[list[CaseSummary]]:
    """Everything that waits and matches, a few hundred at a time."""
    now = context.clock.now()
    after: tuple[Any, ...] | None = None
    async with context.database.reading(caller.institution) as session:
        while True:
            rows = await queue(
                session, _watcher(caller, now), wanted, sort=sort, after=after, limit=_AT_ONCE
            )
            items = [
                presenters.summary(row, now=now, working_days=context.working_days) for row in rows
            ]
            if items:
                yield items
                after = _place_in_queue(sort, _cursor_in_queue(sort, items[-1]))
            if len(items) < _AT_ONCE:
                return


def _cursor_in_queue(sort: str | None, item: CaseSummary) -> str:
    if sort is None:
        return encode_cursor(item.priority, item.since, item.id)
    name = sort.removeprefix("-")
    value = item.amount_fen if name == "amount" else getattr(item, name)
    return encode_cursor(sort, value, item.id)


def _place_in_queue(sort: str | None, cursor: str | None) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    if sort is None:
        return decode_cursor(cursor, int, datetime, UUID)
    kind = {"number": str, "amount": int}.get(sort.removeprefix("-"), datetime)
    word, *at = decode_cursor(cursor, str, kind, UUID)
    if word != sort:
        raise another_order()
    return tuple(at)
