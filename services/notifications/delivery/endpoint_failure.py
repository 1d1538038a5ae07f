"""Tells an institution's people that their endpoint or group robot does not work: once for every
time it fails.

A machine that gets nothing cannot say so; somebody has to look.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import asyncpg

from services.notifications.domain.audiences import BANK_ROLES, BUREAU
from services.notifications.domain.messages import Draft
from services.notifications.domain.payload import webhook_body
from services.notifications.domain.retries import SUSTAINED
from services.notifications.queries.failing import failing, refused
from services.notifications.tables import messages
from services.notifications.templates.words import CATALOGUE

FAILING_TYPE = "webhook.failing.v1"
REFUSED_TYPE = "mailbox.refused.v1"
_STREAKS = UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c00")


async def tell_of(
    conn: asyncpg.Connection, unwell: Sequence[UUID], *, given_up: Sequence[UUID], now: datetime
) -> None:
    """These receivers have failed: tell the people who look after them, where something was given up
    or it goes on for long, unless they know already.

    By inbox and e-mail only: a webhook about a broken webhook would help nobody.
    """
    if not unwell:
        return
    drafts = [
        _draft(row, now)
        for row in await failing(conn, unwell, given_up=given_up, since=now - SUSTAINED)
    ]
    drafts += [_to_owner(row, now) for row in await refused(conn, unwell)]
    if not drafts:
        return
    await messages.lock(conn)
    await messages.tell(conn, drafts, now=now, machines=False)


def _to_owner(row: asyncpg.Record, now: datetime) -> Draft:
    told = {
        "subscription_id": row["id"],
        "channel": row["channel"],
        "address": row["address"],
        "last_error": row["last_error"],
    }
    event_id = uuid5(_STREAKS, f"{row['id']} {row['state_since'].isoformat()} refused")
    return Draft(
        event_id=event_id,
        event_type=REFUSED_TYPE,
        institution=row["institution"],
        roles=(),
        people=(row["created_by"],),
        in_inbox=True,
        pool_code="",
        bank_code="" if row["institution"] == BUREAU else row["institution"],
        loan_id=None,
        subject=row["address"],
        happened_at=now,
        text=CATALOGUE.words(row["institution"], REFUSED_TYPE, told),
        link="/inbox/receivers",
        payload=webhook_body(
            event_type=REFUSED_TYPE, event_id=event_id, happened_at=now, told=told
        ),
    )


def _draft(row: asyncpg.Record, now: datetime) -> Draft:
    told = {
        "endpoint_id": row["id"],
        "channel": row["channel"],
        "url": row["address"],
        "state": row["state"],
        "failing_since": row["failing_since"].isoformat(timespec="seconds"),
        "last_error": row["last_error"],
    }
    # The same for every delivery that fails before the next one that does not.
    event_id = uuid5(_STREAKS, f"{row['id']} {row['failing_since'].isoformat()} {row['state']}")
    return Draft(
        event_id=event_id,
        event_type=FAILING_TYPE,
        institution=row["institution"],
        roles=("admin",) if row["institution"] == BUREAU else BANK_ROLES,
        in_inbox=True,
        pool_code="",
        bank_code="" if row["institution"] == BUREAU else row["institution"],
        loan_id=None,
        subject=row["address"],
        happened_at=now,
        text=CATALOGUE.words(row["institution"], FAILING_TYPE, told),
        link="/inbox/receivers",
        payload=webhook_body(
            event_type=FAILING_TYPE, event_id=event_id, happened_at=now, told=told
        ),
    )
