"""Makes the digests that are due: one message, and what it tells of is marked with it.

All of one digest is one transaction: whoever dies in between has told nothing. Two at once never
have the same receiver in hand. Due is what was told before the last morning that is over, so that a
clock that leaps makes one digest of it all, and one that goes back makes none.
"""

from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.digests import DIGEST_TYPE, Digest, as_data, told_until
from services.notifications.domain.hours import KnowsWorkingDays
from services.notifications.domain.messages import Draft
from services.notifications.domain.payload import webhook_body
from services.notifications.queries import digests
from services.notifications.tables import deliveries, digest_entries, messages
from services.notifications.templates.digest_words import digest_text
from shared.postgres.database import EVERYWHERE, Database


async def make_due(
    database: Database, *, now: datetime, today: date, working_days: KnowsWorkingDays
) -> bool:
    """Make every digest that is due at `now`; `today` is the day by which what waits is overdue.
    True where there was one."""
    until = {one: told_until(one, now, working_days) for one in Digest}
    async with database.looking(EVERYWHERE) as conn:
        due = await digests.due(conn, until)
    made = 0
    for receiver_id in due:
        async with database.begin(EVERYWHERE) as conn:
            made += await _make(conn, receiver_id, until, now=now, today=today)
    return made > 0


async def _make(
    conn: asyncpg.Connection,
    receiver_id: UUID,
    until: dict[Digest, datetime],
    *,
    now: datetime,
    today: date,
) -> bool:
    receiver = await digests.lock(conn, receiver_id)
    if receiver is None:
        return False
    digest = Digest(receiver["digest"])
    entries = await digests.entries(conn, receiver_id, before=until[digest])
    waiting = await digests.waiting(conn, receiver, today=today)
    told_before = receiver["digested_until"] or receiver["created_at"]
    begins_week = digest is not Digest.EACH and told_before < until[Digest.WEEKLY]
    await digests.note_told(conn, receiver_id, until=until[digest])
    if not entries and not (begins_week and waiting):
        return False

    digest_id = uuid7()
    institution = receiver["institution"]
    draft = Draft(
        event_id=digest_id,
        event_type=DIGEST_TYPE,
        institution=institution,
        # All of it stands in inboxes; as a whole it is seen by whoever set its receiver up, for it
        # may tell of pools and persons that are nobody else's business.
        roles=(),
        people=(receiver["created_by"],),
        in_inbox=False,
        pool_code="",
        bank_code="" if institution == BUREAU else institution,
        loan_id=None,
        subject=str(receiver_id),
        happened_at=now,
        text=digest_text(digest, entries, waiting, today=today),
        link="/inbox",
        payload=webhook_body(
            event_type=DIGEST_TYPE,
            event_id=digest_id,
            happened_at=now,
            told=as_data(entries, waiting, today=today),
        ),
    )

    await messages.lock(conn)
    await messages.keep(conn, digest_id, draft, now=now)
    await digest_entries.take(conn, receiver_id, digest_id, [entry.message_id for entry in entries])
    await deliveries.add(conn, [(digest_id, institution, receiver_id)])
    return True
