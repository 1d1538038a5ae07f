"""Texts for notices in PostgreSQL: each once, never changed; a later one of its place ends it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.messages import MessageText
from services.notifications.domain.templates import (
    APPROVERS,
    HOLDS,
    LIFE_CYCLE,
    OF_BUREAU,
    TemplateAction,
    TemplateState,
)
from services.notifications.domain.wording import Place
from shared.life_cycle import Person, Words
from shared.postgres.literals import literals
from shared.roles import BANK_ROLES
from shared.transitions import CaseTable, Step, apply_transition
from shared.waits.declared import CasesWait


def _roles(of: Collection[str]) -> str:
    return f"array[{literals(sorted(of))}]::text[]"


TEMPLATES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="template",
    table="templates",
    columns={
        "approved_by": "text",
        "approved_name": "text",
        "approved_at": "timestamptz",
        "withdrawal_by": "text",
    },
    absent=Words("没有该通知文本", "There is no such text."),
    waits=CasesWait(
        topic="notifications",
        number="k.event_type",
        bank=f"case when k.institution = '{BUREAU}' then '' else k.institution end",
        roles=f"case when k.institution = '{BUREAU}' then {_roles(OF_BUREAU)} "
        f"else {_roles(APPROVERS & BANK_ROLES)} end",
        page="'/templates/' || k.event_type",
    ),
)

# The history is read by whom the case is of; the bureau's own cases are no bank's.
_BANK = f"case when institution = '{BUREAU}' then '' else institution end as bank_code"

_PLACE = """
    institution = $1 and event_type = $2 and reader = $3 and scope = $4 and programme = $5
    and pool_code = $6
"""

_ADD = """
    insert into templates (id, institution, event_type, reader, scope, programme, pool_code, edition,
                           title_zh, text_zh, title_en, text_en, why, state, state_since,
                           drafted_by, drafted_name, drafted_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $15)
"""

_LOCK = f"select *, {_BANK} from templates where id = $1 and institution = $2 for no key update"

_HOLDING = f"""
    select *, {_BANK} from templates
    where {_PLACE} and state in ({literals(HOLDS)}) for no key update
"""


async def lock_place(conn: asyncpg.Connection, place: Place) -> None:
    """Be alone in what happens to the texts of a place until the transaction ends."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))",
        f"templates of {' '.join(_key(place))}",
    )


async def draft_waits(conn: asyncpg.Connection, place: Place) -> bool:
    """Whether a draft of a locked place waits to be decided on."""
    waits: bool = await conn.fetchval(
        f"select exists (select from templates where {_PLACE} and state = $7)",
        *_key(place),
        TemplateState.DRAFT,
    )
    return waits


async def add(
    conn: asyncpg.Connection,
    place: Place,
    text: MessageText,
    *,
    why: str,
    by: Person,
    now: datetime,
) -> UUID:
    """Keep a draft as the next edition of a locked place; its id."""
    template_id = uuid7()
    edition: int = await conn.fetchval(
        f"select coalesce(max(edition), 0) + 1 from templates where {_PLACE}", *_key(place)
    )
    state = LIFE_CYCLE.require(None, TemplateAction.DRAFT, by).target
    await conn.execute(
        _ADD,
        template_id,
        *_key(place),
        edition,
        text.title_zh,
        text.text_zh,
        text.title_en,
        text.text_en,
        why,
        state,
        now,
        by.subject,
        by.name,
    )
    bank = "" if place.institution == BUREAU else place.institution
    begins = {"id": template_id, "state": None, "version": 0, "bank_code": bank}
    step = Step(case=begins, action=TemplateAction.DRAFT, by=by, reason=why)
    await apply_transition(conn, TEMPLATES, step, now=now)
    return template_id


async def lock(
    conn: asyncpg.Connection, template_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """A text of the institution's own, locked until the transaction ends."""
    return await conn.fetchrow(_LOCK, template_id, institution)


async def holding(conn: asyncpg.Connection, place: Place) -> asyncpg.Record | None:
    """The text in force at a locked place."""
    return await conn.fetchrow(_HOLDING, *_key(place))


async def move(
    conn: asyncpg.Connection,
    template: Mapping[str, Any],
    action: TemplateAction,
    *,
    by: Person,
    now: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Move a locked text on. Raises what its life cycle refuses."""
    step = Step(case=template, action=action, by=by, reason=reason, changes=changes or {})
    await apply_transition(conn, TEMPLATES, step, now=now)


def _key(place: Place) -> tuple[str, ...]:
    return (
        place.institution,
        place.event_type,
        place.reader,
        place.scope,
        place.programme,
        place.pool_code,
    )
