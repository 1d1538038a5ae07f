"""Tells an institution's people that their endpoint or group robot does not work: once for every
time it fails.

A machine that gets nothing cannot say so; somebody has to look.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from services.notifications.domain.audiences import bank_of, keepers_of
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
        _to_keepers(row, now)
        for row in await failing(conn, unwell, given_up=given_up, since=now - SUSTAINED)
    ]
    drafts += [_to_owner(row, now) for row in await refused(conn, unwell)]
    if not drafts:
        return
    await messages.lock(conn)
    await messages.tell(conn, drafts, now=now, machines=False)


def _to_owner(row: asyncpg.Record, now: datetime) -> Draft:
    """A mailbox or a number is refused for good: who set it up."""
    told = {
        "subscription_id": row["id"],
        "channel": row["channel"],
        "address": row["address"],
        "last_error": row["last_error"],
    }
    streak = f"{row['id']} {row['state_since'].isoformat()} refused"
    return _draft(row, REFUSED_TYPE, told, streak, roles=(), people=(row["created_by"],), now=now)


def _to_keepers(row: asyncpg.Record, now: datetime) -> Draft:
    """An endpoint or a robot fails: who looks after them."""
    told = {
        "endpoint_id": row["id"],
        "channel": row["channel"],
        "url": row["address"],
        "state": row["state"],
        "failing_since": row["failing_since"].isoformat(timespec="seconds"),
        "last_error": row["last_error"],
    }
    # The same for every delivery that fails before the next one that does not.
    streak = f"{row['id']} {row['failing_since'].isoformat()} {row['state']}"
    roles = keepers_of(row["institution"])
    return _draft(row, FAILING_TYPE, told, streak, roles=roles, people=(), now=now)


def _draft(
    row: asyncpg.Record,
    event_type: str,
    told: Mapping[str, Any],
    streak: str,
    *,
    roles: tuple[str, ...],
    people: tuple[str, ...],
    now: datetime,
) -> Draft:
    """The message, the same one for as long as the streak goes on."""
    event_id = uuid5(_STREAKS, streak)
    return Draft(
        event_id=event_id,
        event_type=event_type,
        institution=row["institution"],
        roles=roles,
        people=people,
        in_inbox=True,
        pool_code="",
        bank_code=bank_of(row["institution"]),
        loan_id=None,
        subject=row["address"],
        happened_at=now,
        text=CATALOGUE.words(row["institution"], event_type, told),
        link="/inbox/receivers",
        payload=webhook_body(event_type=event_type, event_id=event_id, happened_at=now, told=told),
    )
