"""What we do when a month is posted: a letter with a workbook to whoever has asked for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid5

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.audiences import BANK_ROLES, BUREAU, audiences
from services.notifications.domain.links import path_of
from services.notifications.domain.messages import Draft
from services.notifications.domain.month_packs import FOR_ROLES, PACK_TYPE, POSTED, as_data
from services.notifications.domain.payload import webhook_body
from services.notifications.queries import month_packs
from services.notifications.tables import deliveries, messages, names_by_code
from services.notifications.templates.month_pack_words import pack_text
from shared.clock import SHANGHAI
from shared.contracts.audiences import BANK, told_to
from shared.contracts.audiences import BUREAU as AS_BUREAU
from shared.contracts.risk_pool import StatementSignedV1
from shared.messaging.inbox import Received
from shared.months import Month
from shared.postgres.database import plan_anew
from shared.roles import party_of


async def tell_of_months(
    conn: asyncpg.Connection, received: Sequence[Received], *, now: datetime
) -> None:
    """Of each posted month one pack for each institution of which somebody wants it; a bank's holds its
    own part alone. Messages must be locked."""
    for one in received:
        if one.envelope.type != POSTED or one.event.papers_follow:
            continue
        fact = one.event.model_dump(mode="python", by_alias=False)
        for audience in audiences(POSTED, fact, banks_of_pool=()):
            # The pool's other parties have their statement; a pack is for the bureau and for banks.
            if not party_of(audience.institution):
                told = told_to(audience.told_as, audience.code, POSTED, fact)
                await _tell(conn, one, told, audience.institution, now=now)


async def send_packs(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A statement is signed: its party's pack goes out with it, the bureau's with the pool's own."""
    await plan_anew(conn)
    await messages.lock(conn)
    for one in received:
        event: StatementSignedV1 = one.event
        fact = event.model_dump(mode="python", by_alias=False)
        told = told_to(BANK if event.bank_code else AS_BUREAU, event.bank_code, POSTED, fact)
        files = [file.model_dump() for file in event.files]
        await _tell(conn, one, told, event.bank_code or BUREAU, files=files, now=now)


async def _tell(
    conn: asyncpg.Connection,
    received: Received,
    told: Mapping[str, Any],
    institution: str,
    *,
    files: Sequence[Mapping[str, str]] = (),
    now: datetime,
) -> None:
    envelope, pool_code = received.envelope, str(told["pool_code"])
    receivers = await month_packs.asked(conn, institution, pool_code)
    if not receivers:
        return
    month = Month.parse(str(told["month"]))
    since = datetime.combine(month.first, time(0), SHANGHAI)
    until = datetime.combine(month.last + timedelta(days=1), time(0), SHANGHAI)
    data = as_data(
        told,
        counts=await month_packs.counts(conn, institution, pool_code, since, until),
        waiting=await month_packs.waiting(conn, institution, pool_code),
        for_bureau=institution == BUREAU,
        files=files,
    )

    message_id, event_id = uuid7(), uuid5(envelope.id, PACK_TYPE)
    draft = Draft(
        event_id=event_id,
        event_type=PACK_TYPE,
        institution=institution,
        roles=tuple(sorted(FOR_ROLES - set(BANK_ROLES))) if institution == BUREAU else BANK_ROLES,
        in_inbox=False,
        pool_code=pool_code,
        bank_code="" if institution == BUREAU else institution,
        loan_id=None,
        subject=envelope.subject,
        happened_at=envelope.time,
        text=pack_text(institution, told, await names_by_code.known(conn), signed=bool(files)),
        link=path_of(told),
        payload=webhook_body(
            event_type=PACK_TYPE, event_id=event_id, happened_at=envelope.time, told=data
        ),
    )

    await messages.keep(conn, message_id, draft, now=now)
    await deliveries.add(conn, [(message_id, institution, one) for one in receivers])
