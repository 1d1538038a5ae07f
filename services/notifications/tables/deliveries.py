"""What is on its way: deliveries that are due are claimed, sent, and written down.

A claim is a lease: whoever dies with a delivery in hand has it sent again, with the same id,
when the lease is over. Several workers may claim at once; none waits for another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.delivery import endpoint_failure
from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.retries import Answer, Next, Verdict
from shared.contracts.envelope import Event
from shared.contracts.notifications import NotificationDeliveredV1, NotificationFailedV1
from shared.messaging import outbox

MOST_PER_CLAIM = 500

_WAITING_ENDPOINTS = """
    select e.id from endpoints e
    where e.state = 'active' and exists (
        select from deliveries d
        where d.receiver_id = e.id and d.state = 'pending' and d.next_attempt_at <= $1)
"""

_TAKEN = """
    update deliveries d
    set tries = d.tries + 1, attempts = d.attempts + 1, next_attempt_at = $2
    from chosen, messages m
    where d.id = chosen.id and m.id = d.message_id
    returning d.id as delivery_id, d.message_id, d.institution, d.receiver_id, d.channel, d.tries,
              d.attempts as number, m.event_id, m.event_type, m.payload, m.link,
              m.title_zh, m.text_zh, m.title_en, m.text_en
"""

_CLAIM_BY_ENDPOINT = (
    """
    with chosen as (
        select due.id
        from unnest($3::uuid[], $4::int[]) as share (receiver_id, most)
        cross join lateral (
            select id from deliveries
            where receiver_id = share.receiver_id and state = 'pending' and next_attempt_at <= $1
            order by next_attempt_at
            limit share.most
            for update skip locked
        ) as due
    )
    """
    + _TAKEN
)

_CLAIM_EMAIL = (
    """
    with chosen as (
        select id from deliveries
        where channel = 'email' and state = 'pending' and next_attempt_at <= $1
        order by next_attempt_at
        limit $3
        for update skip locked
    )
    """
    + _TAKEN
)

_LOG = """
    insert into attempts (id, delivery_id, institution, number, began_at, duration_ms, status,
                          error, answer)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::timestamptz[],
                         $6::int[], $7::int[], $8::text[], $9::text[])
    on conflict (delivery_id, number) do nothing
"""

_FINISH = """
    update deliveries d
    set state = case o.verdict when 'retry' then 'pending' when 'gone' then 'failed'
                               else o.verdict end,
        next_attempt_at = coalesce(o.next_at, d.next_attempt_at),
        last_error = o.error,
        finished_at = case when o.verdict = 'retry' then null else o.ended_at end
    from unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::text[],
                $6::timestamptz[]) as o (id, number, verdict, next_at, error, ended_at)
    where d.id = o.id and d.state = 'pending'
      -- After a lease has run out another attempt is in hand; only good news overtakes it.
      and (d.attempts = o.number or o.verdict = 'delivered')
    returning d.id
"""

_WELL = """
    update endpoints set failing_since = null, last_error = ''
    where id = any ($1) and failing_since is not null
"""

_UNWELL = """
    update endpoints e
    set failing_since = coalesce(e.failing_since, o.since), last_error = o.error
    from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as o (id, since, error)
    where e.id = o.id
"""

_GONE = """
    update endpoints set state = 'disabled', state_reason = 'gone', version = version + 1
    where id = any ($1) and state in ('active', 'paused')
"""

CANCEL = """
    update deliveries set state = 'cancelled', finished_at = clock_timestamp(), last_error = $2
    where receiver_id = any ($1) and state = 'pending'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One delivery in hand, with what it carries. `number` counts attempts, `tries` this round's."""

    delivery_id: UUID
    message_id: UUID
    event_id: UUID
    event_type: str
    institution: str
    receiver_id: UUID
    channel: str
    tries: int
    number: int
    payload: bytes
    link: str
    title_zh: str
    text_zh: str
    title_en: str
    text_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended, and what becomes of its delivery."""

    parcel: Parcel
    began_at: datetime
    duration: timedelta
    answer: Answer
    next: Next

    @property
    def is_given_up(self) -> bool:
        """Whether no further attempt is made."""
        return self.next.verdict in (Verdict.FAILED, Verdict.GONE)

    @property
    def by_webhook(self) -> bool:
        """Whether the receiver is an endpoint."""
        return self.parcel.channel == "webhook"


def storable(text: str) -> str:
    """What the other side said, as PostgreSQL can hold it: no NUL, no half of a character."""
    return text.encode(errors="replace").decode().replace("\x00", "\ufffd")


async def waiting_endpoints(conn: asyncpg.Connection, *, now: datetime) -> list[UUID]:
    """Endpoints that something is due for."""
    return [row["id"] for row in await conn.fetch(_WAITING_ENDPOINTS, now)]


async def email_is_waiting(conn: asyncpg.Connection, *, now: datetime) -> bool:
    """Whether an e-mail is due."""
    found: bool = await conn.fetchval(
        "select exists (select from deliveries where channel = 'email' and state = 'pending' "
        "and next_attempt_at <= $1)",
        now,
    )
    return found


async def claim_webhooks(
    conn: asyncpg.Connection, shares: Mapping[UUID, int], *, now: datetime, until: datetime
) -> list[Parcel]:
    """Take due deliveries of these endpoints, so many of each, the longest due first."""
    rows = await conn.fetch(_CLAIM_BY_ENDPOINT, now, until, list(shares), list(shares.values()))
    return [Parcel(**row) for row in rows]


async def claim_email(
    conn: asyncpg.Connection, *, most: int, now: datetime, until: datetime
) -> list[Parcel]:
    """Take e-mails that are due, the longest due first."""
    return [Parcel(**row) for row in await conn.fetch(_CLAIM_EMAIL, now, until, most)]


async def record(conn: asyncpg.Connection, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write down attempts: the log, the deliveries, the endpoints' health, and what we say of it.

    Endpoints are changed before deliveries, here and wherever both are.
    """
    if not outcomes:
        return
    await conn.execute(
        _LOG,
        [uuid7() for _ in outcomes],
        [o.parcel.delivery_id for o in outcomes],
        [o.parcel.institution for o in outcomes],
        [o.parcel.number for o in outcomes],
        [o.began_at for o in outcomes],
        [round(o.duration.total_seconds() * 1000) for o in outcomes],
        [o.answer.status for o in outcomes],
        [storable(o.answer.error) for o in outcomes],
        [storable(o.answer.excerpt) for o in outcomes],
    )
    await _note_health(conn, outcomes)
    done = await conn.fetch(
        _FINISH,
        [o.parcel.delivery_id for o in outcomes],
        [o.parcel.number for o in outcomes],
        [o.next.verdict.value for o in outcomes],
        [o.next.at for o in outcomes],
        [storable(o.answer.error) for o in outcomes],
        [o.began_at + o.duration for o in outcomes],
    )
    gone = [o.parcel.receiver_id for o in outcomes if o.next.verdict is Verdict.GONE]
    if gone:
        await conn.execute(CANCEL, gone, "the endpoint answered 410 Gone")
    changed = {row["id"] for row in done}
    await endpoint_failure.tell_of(
        conn,
        sorted({o.parcel.receiver_id for o in outcomes if o.is_given_up and o.by_webhook}),
        now=now,
    )
    said = [_said(o) for o in outcomes if o.parcel.delivery_id in changed]
    await outbox.append(conn, [event for event in said if event is not None], now=now)


async def _note_health(conn: asyncpg.Connection, outcomes: Sequence[Outcome]) -> None:
    last = {o.parcel.receiver_id: o for o in sorted(outcomes, key=lambda o: o.began_at)}
    well = sorted(r for r, o in last.items() if o.next.verdict is Verdict.DELIVERED)
    unwell = sorted(set(last) - set(well))
    gone = [r for r in unwell if last[r].next.verdict is Verdict.GONE]
    await conn.execute(_WELL, well)
    if unwell:
        await conn.execute(
            _UNWELL,
            unwell,
            [last[r].began_at for r in unwell],
            [storable(last[r].answer.error) for r in unwell],
        )
    if gone:
        await conn.execute(_GONE, gone)


def _said(outcome: Outcome) -> Event | None:
    parcel = outcome.parcel
    fields: dict[str, Any] = {
        "message_id": parcel.message_id,
        "event_id": parcel.event_id,
        "event_type": parcel.event_type,
        "channel": parcel.channel,
        "bank_code": "" if parcel.institution == BUREAU else parcel.institution,
        "attempts": parcel.number,
    }
    if outcome.next.verdict is Verdict.DELIVERED:
        return NotificationDeliveredV1(**fields)
    if outcome.next.verdict is Verdict.RETRY:
        return None
    return NotificationFailedV1(**fields, last_error=storable(outcome.answer.error))
