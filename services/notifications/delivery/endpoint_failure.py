"""Tells an institution's people that their endpoint does not work: once for every time it fails.

A machine that gets nothing cannot say so; somebody has to look.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import asyncpg

from services.notifications.domain.audiences import BANK_ROLES, BUREAU
from services.notifications.domain.messages import Draft
from services.notifications.domain.payload import webhook_body
from services.notifications.queries.endpoints import some
from services.notifications.tables import messages
from services.notifications.templates.words import CATALOGUE

FAILING_TYPE = "webhook.failing.v1"
_STREAKS = UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c00")


async def tell_of(conn: asyncpg.Connection, receivers: Sequence[UUID], *, now: datetime) -> None:
    """Something was given up for these receivers: tell the people of those that are endpoints,
    unless they know already.

    By inbox and e-mail only: a webhook about a broken webhook would help nobody.
    """
    if not receivers:
        return
    rows = [row for row in await some(conn, receivers) if row["failing_since"] is not None]
    if not rows:
        return
    await messages.lock(conn)
    await messages.tell(conn, [_draft(row, now) for row in rows], now=now, machines=False)


def _draft(row: asyncpg.Record, now: datetime) -> Draft:
    told = {
        "endpoint_id": row["id"],
        "url": row["url"],
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
        subject=row["url"],
        happened_at=now,
        text=CATALOGUE.words(row["institution"], FAILING_TYPE, told),
        link="/inbox",
        payload=webhook_body(
            event_type=FAILING_TYPE, event_id=event_id, happened_at=now, told=told
        ),
    )
