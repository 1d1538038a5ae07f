"""What we do about texts for notices: keep drafts, put them in force, take them out of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.messages import Draft, MessageText
from services.notifications.domain.payload import webhook_body
from services.notifications.domain.templates import (
    APPROVERS,
    BeyondOwnPools,
    DraftWaiting,
    TemplateAction,
    TemplateState,
)
from services.notifications.domain.wording import Place, Reader, Scope, hears_of, needs_two
from services.notifications.queries import templates as known
from services.notifications.tables import messages, templates
from services.notifications.templates.judging import require_valid
from services.notifications.templates.words import CATALOGUE
from shared.auth.identity import Identity
from shared.life_cycle import SYSTEM
from shared.postgres.database import seeing_everything
from shared.postgres.pools_seen import ALL, pools_of
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.roles import BANK_ROLES, BUREAU_ROLES

TO_APPROVE_TYPE: Final = "template.to-approve.v1"
REFUSED_TYPE: Final = "template.refused.v1"


async def draft(
    conn: asyncpg.Connection,
    place: Place,
    text: MessageText,
    *,
    why: str,
    caller: Identity,
    now: datetime,
) -> UUID:
    """Keep a text until it is put in force, and tell those who may.

    Raises FieldsWrong for a place that is none, TemplateInvalid, DraftWaiting, BeyondOwnPools.
    """
    await _require_place(conn, place, caller)
    require_valid(text, place.event_type, place.reader)
    await templates.lock_place(conn, place)
    if await templates.draft_waits(conn, place):
        raise DraftWaiting(
            "该处已有待生效的草稿，请先处理。", "A draft waits here already: decide on it first."
        )

    template_id = await templates.add(conn, place, text, why=why, by=caller, now=now)
    row = await _locked(conn, template_id, caller)
    if needs_two(row) or not caller.roles & APPROVERS:
        notice = _notice(row, TO_APPROVE_TYPE, roles=_approvers(row), now=now)
        await _tell(conn, notice, now=now)
    return template_id


async def approve(
    conn: asyncpg.Connection, template_id: UUID, *, caller: Identity, now: datetime
) -> None:
    """Put a draft in force; what was in force in its place is replaced.

    Raises NotFound, SecondPersonRequired, BeyondOwnPools.
    """
    row = await _locked(conn, template_id, caller)
    before = await templates.holding(conn, _place_of(row))
    if before is not None and row["state"] == TemplateState.DRAFT:
        await templates.move(
            conn, before, TemplateAction.REPLACE, by=SYSTEM, now=now, reason=str(row["edition"])
        )
    await templates.move(
        conn,
        row,
        TemplateAction.APPROVE,
        by=caller,
        now=now,
        changes={
            "approved_by": caller.subject,
            "approved_name": caller.name,
            "approved_at": now,
        },
    )


async def refuse(
    conn: asyncpg.Connection, template_id: UUID, *, reason: str, caller: Identity, now: datetime
) -> None:
    """Drop a draft, one's own or another's, and tell who drafted it. Raises NotFound."""
    row = await _locked(conn, template_id, caller)
    await templates.move(conn, row, TemplateAction.REFUSE, by=caller, now=now, reason=reason)
    if row["drafted_by"] != caller.subject:
        notice = _notice(
            row, REFUSED_TYPE, people=(row["drafted_by"],), now=now,
            more={"refused_name": caller.name, "reason": reason},
        )  # fmt: skip
        await _tell(conn, notice, now=now)


async def withdraw(
    conn: asyncpg.Connection, template_id: UUID, *, reason: str, caller: Identity, now: datetime
) -> None:
    """Take a text out of force, so that the wider one holds again. What banks read takes two: the
    first person asks for it, another agrees. Raises NotFound, SecondPersonRequired."""
    row = await _locked(conn, template_id, caller)
    asks = row["state"] == TemplateState.IN_FORCE and needs_two(row)
    action = TemplateAction.ASK_WITHDRAWAL if asks else TemplateAction.WITHDRAW
    await templates.move(
        conn,
        row,
        action,
        by=caller,
        now=now,
        reason=reason,
        changes={"withdrawal_by": caller.subject} if asks else {},
    )
    if asks:
        notice = _notice(
            row, TO_APPROVE_TYPE, roles=_approvers(row), now=now, more={"withdraws": True}
        )
        await _tell(conn, notice, now=now)


async def keep(
    conn: asyncpg.Connection, template_id: UUID, *, caller: Identity, now: datetime
) -> None:
    """Leave a text in force that somebody has asked to withdraw. Raises NotFound."""
    row = await _locked(conn, template_id, caller)
    await templates.move(
        conn, row, TemplateAction.KEEP, by=caller, now=now, changes={"withdrawal_by": ""}
    )


async def _locked(conn: asyncpg.Connection, template_id: UUID, caller: Identity) -> asyncpg.Record:
    """A text of the caller's own institution, its place locked before it. Raises NotFound,
    BeyondOwnPools."""
    seen = await known.one(conn, template_id, bank=caller.bank)
    if seen is None or seen["institution"] != caller.institution:
        raise _absent()
    place = _place_of(seen)
    _require_own_pools(place, caller)
    await templates.lock_place(conn, place)
    row = await templates.lock(conn, template_id, institution=caller.institution)
    if row is None:
        raise _absent()
    return row


def _absent() -> NotFound:
    words = templates.TEMPLATES.absent
    return NotFound(words.zh, words.en)


async def _require_place(conn: asyncpg.Connection, place: Place, caller: Identity) -> None:
    """Refuse a place where nobody is told anything, and one that is not the caller's."""
    faults = []
    if not hears_of(place.reader, place.event_type):
        faults.append(
            FieldFault(
                ("event_type",), "not-told", "该读者不接收此类事件的通知",
                "Such a reader is told nothing of this type.",
            )
        )  # fmt: skip
    programmes = await known.programmes_of(conn) if place.institution == BUREAU else {}
    if place.scope is Scope.POOL and place.pool_code not in programmes:
        faults.append(
            FieldFault(("pool_code",), "pool-unknown", "没有该资金池", "There is no such pool.")
        )
    if place.scope is Scope.PROGRAMME and place.programme not in programmes.values():
        faults.append(
            FieldFault(
                ("programme",), "programme-unknown", "没有该方案的资金池",
                "No pool is of such a programme.",
            )
        )  # fmt: skip
    if faults:
        raise FieldsWrong(faults)
    _require_own_pools(place, caller)


def _require_own_pools(place: Place, caller: Identity) -> None:
    """Words for many pools are for who belongs to all of them. Raises BeyondOwnPools."""
    if place.institution != BUREAU or place.scope is Scope.POOL:
        return
    if pools_of(caller.institution) != ALL:
        raise BeyondOwnPools(
            "面向全机构或方案的文本涉及您不属于的资金池。",
            "Words for the whole house or a programme reach pools that you do not belong to.",
        )


def _place_of(row: Mapping[str, Any]) -> Place:
    return Place(
        institution=row["institution"],
        event_type=row["event_type"],
        reader=Reader(row["reader"]),
        scope=Scope(row["scope"]),
        programme=row["programme"],
        pool_code=row["pool_code"],
    )


def _approvers(row: Mapping[str, Any]) -> tuple[str, ...]:
    ours = BUREAU_ROLES if row["institution"] == BUREAU else BANK_ROLES
    return tuple(sorted(APPROVERS & ours))


def _notice(
    row: Mapping[str, Any],
    event_type: str,
    *,
    now: datetime,
    roles: tuple[str, ...] = (),
    people: tuple[str, ...] = (),
    more: Mapping[str, Any] | None = None,
) -> Draft:
    """A message about a text to people of the institution that keeps it."""
    told = {
        "template_id": row["id"],
        "event_type": row["event_type"],
        "edition": row["edition"],
        "drafted_name": row["drafted_name"],
        "why": row["why"],
        "withdraws": False,
        **(more or {}),
    }
    institution = str(row["institution"])
    event_id = uuid7()
    return Draft(
        event_id=event_id,
        event_type=event_type,
        institution=institution,
        roles=roles,
        people=people,
        in_inbox=True,
        pool_code=row["pool_code"],
        bank_code="" if institution == BUREAU else institution,
        loan_id=None,
        subject=row["event_type"],
        happened_at=now,
        text=CATALOGUE.words(institution, event_type, told),
        link=f"/templates/{row['event_type']}",
        payload=webhook_body(event_type=event_type, event_id=event_id, happened_at=now, told=told),
    )


async def _tell(conn: asyncpg.Connection, notice: Draft, *, now: datetime) -> None:
    """Into the inbox, and to whom people are reached by; to no machine."""
    await messages.lock(conn)
    # Whoever acts may not read what is for another person by name, and writes it all the same.
    async with seeing_everything(conn):
        await messages.tell(conn, [notice], now=now, machines=False)
