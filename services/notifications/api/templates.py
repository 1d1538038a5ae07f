"""The words of notices: versions of texts, drafted, put in force, withdrawn."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response

from services.notifications.api.common import Cursor, EventType, Limit
from services.notifications.api.template_models import (
    MoveAnswer,
    NewTemplate,
    Reason,
    State,
    TemplateAnswer,
    TemplateDetail,
    shown,
)
from services.notifications.domain.templates import WRITERS
from services.notifications.domain.wording import Place, Reader, Scope, reader_of
from services.notifications.handlers import templates as handlers
from services.notifications.queries import templates as known
from services.notifications.tables.templates import TEMPLATES
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import history_of

router = APIRouter(prefix="/templates", tags=["words of notices"])

Writer = Annotated[Identity, Depends(requires(*sorted(WRITERS)))]
Looker = Annotated[Identity, Depends(requires(*sorted(WRITERS), "auditor"))]
"""Who reads the words of notices and how they came about."""


@router.get("")
async def look_through(
    caller: Looker,
    here: CurrentContext,
    event_type: Annotated[EventType | None, Query()] = None,
    state: State | None = None,
    scope: Scope | None = None,
    reader: Reader | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TemplateAnswer]:
    """Versions of texts, the newest first: your institution's; the bureau sees everyone's."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with here.database.looking(caller.institution) as conn:
        rows = await known.page(
            conn,
            before=before,
            event_type=event_type or "",
            state=state or "",
            scope=scope or "",
            reader=reader or "",
            bank=caller.bank,
            limit=limit + 1,
        )
    items = [TemplateAnswer(**shown(row, caller)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.post("", status_code=201, response_model=TemplateDetail)
async def draft(
    body: NewTemplate, request: Request, caller: Writer, here: CurrentContext
) -> Response:
    """Draft words. What the bureau says to banks is put in force by another person than its
    drafter. Refused with every mistake at once (`template-invalid`): a field that the event has not
    or its reader may not know, what no text may use, and what cannot be filled in with the
    contract's examples."""
    place = _place(body, caller)

    async def work(conn: asyncpg.Connection) -> UUID:
        return await handlers.draft(
            conn, place, body.written, why=body.why, caller=caller, now=here.clock.now()
        )

    return await _answered(request, caller, here, work, status=201)


@router.get("/{template_id}")
async def look_at(template_id: UUID, caller: Looker, here: CurrentContext) -> TemplateDetail:
    """One version with its history."""
    async with here.database.looking(caller.institution) as conn:
        return await _detail(conn, template_id, caller)


@router.post("/{template_id}/approve", response_model=TemplateDetail)
async def approve(
    template_id: UUID, request: Request, caller: Writer, here: CurrentContext
) -> Response:
    """Put a draft in force; the text in force in its place is replaced. Messages that were written
    stay as they are."""

    async def work(conn: asyncpg.Connection) -> UUID:
        await handlers.approve(conn, template_id, caller=caller, now=here.clock.now())
        return template_id

    return await _answered(request, caller, here, work)


@router.post("/{template_id}/refuse", response_model=TemplateDetail)
async def refuse(
    template_id: UUID, body: Reason, request: Request, caller: Writer, here: CurrentContext
) -> Response:
    """Drop a draft, your own or another's."""

    async def work(conn: asyncpg.Connection) -> UUID:
        await handlers.refuse(
            conn, template_id, reason=body.reason, caller=caller, now=here.clock.now()
        )
        return template_id

    return await _answered(request, caller, here, work)


@router.post("/{template_id}/withdraw", response_model=TemplateDetail)
async def withdraw(
    template_id: UUID, body: Reason, request: Request, caller: Writer, here: CurrentContext
) -> Response:
    """Take words out of force: the wider ones hold again. What the bureau says to banks takes two
    calls by two persons: the first asks for it, the second does it."""

    async def work(conn: asyncpg.Connection) -> UUID:
        await handlers.withdraw(
            conn, template_id, reason=body.reason, caller=caller, now=here.clock.now()
        )
        return template_id

    return await _answered(request, caller, here, work)


@router.post("/{template_id}/keep", response_model=TemplateDetail)
async def keep(
    template_id: UUID, request: Request, caller: Writer, here: CurrentContext
) -> Response:
    """Leave words in force that somebody has asked to withdraw."""

    async def work(conn: asyncpg.Connection) -> UUID:
        await handlers.keep(conn, template_id, caller=caller, now=here.clock.now())
        return template_id

    return await _answered(request, caller, here, work)


def _place(body: NewTemplate, caller: Identity) -> Place:
    """Where words are to hold, as far as the request itself says. Raises FieldsWrong."""
    of_bank = caller.bank is not None
    reader = body.reader or reader_of(caller.institution)
    scope = body.scope or (Scope.INSTITUTION if of_bank else Scope.HOUSE)
    faults = []
    if of_bank and reader is not Reader.BANK:
        faults.append(_fault("reader", "reader-of-others", "只能编写本行人员的通知", "Only your own people's notices are yours to word."))  # fmt: skip
    if of_bank != (scope is Scope.INSTITUTION):
        faults.append(_fault("scope", "scope-of-others", "该范围的文本由他人编写", "Words of this scope are others'."))  # fmt: skip
    for name, wanted in (("programme", Scope.PROGRAMME), ("pool_code", Scope.POOL)):
        if (getattr(body, name) is not None) != (scope is wanted):
            faults.append(_fault(name, "not-of-scope", f"仅当范围为 {wanted} 时须填", f"It goes with the scope {wanted}, and only with that."))  # fmt: skip
    if faults:
        raise FieldsWrong(faults)
    return Place(
        institution=str(caller.institution),
        event_type=body.event_type,
        reader=reader,
        scope=scope,
        programme=body.programme or "",
        pool_code=body.pool_code or "",
    )


def _fault(name: str, code: str, zh: str, en: str) -> FieldFault:
    return FieldFault((name,), code, zh, en)


async def _answered(
    request: Request,
    caller: Identity,
    here: Context,
    work: Callable[[asyncpg.Connection], Awaitable[UUID]],
    *,
    status: int = 200,
) -> Response:
    async def inside(conn: asyncpg.Connection) -> Answer:
        template_id = await work(conn)
        return Answer(status, await _detail(conn, template_id, caller))

    return await idempotently(request, caller, here.database, inside)


async def _detail(conn: asyncpg.Connection, template_id: UUID, caller: Identity) -> TemplateDetail:
    row = await known.one(conn, template_id, bank=caller.bank)
    if row is None:
        raise NotFound(TEMPLATES.absent.zh, TEMPLATES.absent.en)
    history = [MoveAnswer(**move) for move in await history_of(conn, template_id)]
    return TemplateDetail(**shown(row, caller), history=history)
