"""The inbox as a list, and as a file."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import StreamingResponse

from services.notifications.api.common import Anyone, AnyoneOrParty, ToldType, settings_of
from services.notifications.api.inbox_models import InboxItem, InboxPage, item_of
from services.notifications.queries import inbox
from services.notifications.queries.delivery_log import pool_names
from shared.auth.identity import Identity
from shared.clock import SHANGHAI, business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_messages import NO_NUL
from shared.http.grid_files import FILE, Form, sent_as_file
from shared.http.grids import Asked, Listed, Rows, asked_of, page_asked, sort_of
from shared.http.list_filters import Day, Words, days_between
from shared.postgres.conditions import between
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import FileColumn, coded, yes_or_no

router = APIRouter(prefix="/inbox", tags=["inbox"])

_WHOSE: Final = {
    "me": Named("本人", "by name"),
    "role": Named("岗位", "by role"),
    "absent": Named("代班", "standing in"),
}
_DAY: Final = "(happened_at at time zone 'Asia/Shanghai')::date"


async def _items(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[InboxItem]:
    reader = await _reader(conn, caller, context)
    return [item_of(row, reader, console=settings_of(context).console) for row in rows]


async def _reader(conn: asyncpg.Connection, caller: Identity, context: Context) -> inbox.Reader:
    return await inbox.reader_of(conn, caller, today=business_date(context.clock.now()))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


_INBOX: Final = Listed(
    zh="消息",
    en="Inbox",
    grid=inbox.INBOX,
    answers=_items,
    names=pool_names,
    columns=(
        FileColumn("时间", "at", lambda one: _moment(one.happened_at)),
        FileColumn("标题", "title", lambda one: one.title.zh, in_english=lambda one: one.title.en),
        FileColumn("内容", "text", lambda one: one.text.zh, in_english=lambda one: one.text.en),
        FileColumn("事项编号", "about", lambda one: one.subject),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        coded("发给", "for", "addressed_to", _WHOSE),
        yes_or_no("已读", "read", "read"),
    ),
)  # fmt: skip


async def _wanted(
    caller: AnyoneOrParty,
    here: CurrentContext,
    unread: bool = False,
    by_name: Annotated[
        bool, Query(description="Only what is for you by name, or for whom you stand in for.")
    ] = False,
    event_type: ToldType | None = None,
    pool_code: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    loan_id: UUID | None = None,
    q: Words = None,
    happened_from: Day = None,
    happened_to: Day = None,
) -> dict[str, Any]:
    """`q`: the number of what a message is about."""
    async with here.database.looking(caller.institution) as conn:
        reader = await _reader(conn, caller, here)
    return {
        **inbox.addressed_to(reader),
        "is_read = {}": False if unread else None,
        "people && {}::text[]": reader.people if by_name else None,
        "event_type = {}": event_type,
        "pool_code = {}": pool_code or None,
        "loan_id = {}": loan_id,
        "subject = {}": q.strip() or None if q else None,
        **between(_DAY, days_between("happened", happened_from, happened_to)),
    }


Wanted = Annotated[dict[str, Any], Depends(_wanted)]


async def _as_read(caller: Identity, here: Context) -> Listed[InboxItem]:
    async with here.database.looking(caller.institution) as conn:
        reader = await _reader(conn, caller, here)
    return replace(_INBOX, grid=inbox.of_reader(reader))


@router.get("")
async def look_through(
    caller: AnyoneOrParty,
    here: CurrentContext,
    where: Wanted,
    asked: Annotated[Asked, Depends(asked_of(inbox.INBOX))],
) -> InboxPage:
    """Your messages, the newest first where `sort` says nothing else."""
    found = await page_asked(here, caller, await _as_read(caller, here), where, asked)
    async with here.database.looking(caller.institution) as conn:
        count = await inbox.count_unread(conn, await _reader(conn, caller, here))
    return InboxPage(**dict(found), unread=count)


@router.get(
    "/export.{file_form}", response_class=StreamingResponse, responses=FILE, name="export_inbox"
)
async def export(
    file_form: Form,
    request: Request,
    caller: Anyone,
    here: CurrentContext,
    where: Wanted,
    sort: sort_of(inbox.INBOX) = None,  # type: ignore[valid-type]
) -> StreamingResponse:
    """The same as a file: all that matches, in the same order."""
    listed = await _as_read(caller, here)
    return await sent_as_file(request, here, caller, listed, where, sort=sort, form=file_form)
