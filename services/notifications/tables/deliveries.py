"""What is on its way: deliveries that are due are claimed, sent, and written down.

A claim is a lease, held on to while an attempt lasts: whoever dies or hangs with a delivery in hand has
it sent again, with the same id, when the lease is over. Several workers may claim at once; none waits for another. Deliveries are
due by the real clock, whatever a sandbox's says: networks know no other.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.deliveries import (
    NOT_RECEIVED,
    ClaimedDelivery,
    DeliveryState,
    Outcome,
)
from services.notifications.domain.receivers import EMAIL, TOLD
from shared.postgres.affected import affected
from shared.postgres.literals import literals
from shared.postgres.touched import touch

# In the text, not as a parameter: the index of what is due holds pending rows only.
_PENDING = f"state in ({literals([DeliveryState.PENDING])})"

_CLAIM = f"""
    with chosen as (
        select due.id
        from unnest($3::uuid[], $4::int[]) as share (receiver_id, most)
        cross join lateral (
            select id from deliveries
            where receiver_id = share.receiver_id and {_PENDING} and next_attempt_at <= $1
              and (urgent or receiver_id <> all ($5::uuid[]))
            order by next_attempt_at, id
            limit share.most
            for update skip locked
        ) as due
    )
    update deliveries d
    set tries = d.tries + 1, attempts = d.attempts + 1, next_attempt_at = $2
    from chosen, messages m, receivers r
    where d.id = chosen.id and m.id = d.message_id and r.id = d.receiver_id
    returning d.id as delivery_id, d.message_id, d.institution, d.receiver_id, r.channel, d.tries,
              d.attempts as number, m.event_id, m.event_type, m.payload, m.link,
              m.title_zh, m.text_zh, m.title_en, m.text_en, d.urgent
"""

# Not where another worker has it meanwhile, or somebody wants it no more.
_HOLD_ON = f"""
    update deliveries d set next_attempt_at = $3
    from unnest($1::uuid[], $2::int[]) as held (id, number)
    where d.id = held.id and d.attempts = held.number and d.{_PENDING}
"""

_LOG = """
    insert into attempts (id, delivery_id, institution, number, began_at, duration_ms, status,
                          error, answer)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::timestamptz[],
                         $6::int[], $7::int[], $8::text[], $9::text[])
    on conflict (delivery_id, number) do nothing
"""

_FINISH = f"""
    update deliveries d
    set state = o.state, next_attempt_at = coalesce(o.next_at, d.next_attempt_at),
        last_error = o.error, finished_at = o.finished_at
    from unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::text[],
                $6::timestamptz[]) as o (id, number, state, next_at, error, finished_at)
    where d.id = o.id and d.{_PENDING}
      -- After a lease has run out another attempt is in hand; only good news overtakes it.
      and (d.attempts = o.number or o.state = $7)
    returning d.id
"""

_CANCEL = f"""
    update deliveries set state = $3, finished_at = clock_timestamp(), last_error = $2
    where receiver_id = any ($1) and {_PENDING}
"""

_HOLD_BACK = f"""
    update deliveries d set state = $2, finished_at = clock_timestamp(), last_error = $3
    from messages m
    where m.id = d.message_id and d.{_PENDING}
      and (m.event_id = any ($1) or $1 is null) and m.happened_at <= $4
"""

_INSERT = """
    insert into deliveries (id, message_id, institution, receiver_id, state, next_attempt_at,
                            created_at, urgent)
    select new.id, message_id, new.institution, receiver_id, $5, clock_timestamp(),
           clock_timestamp(), m.urgent
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[])
         as new (id, message_id, institution, receiver_id)
    join messages m on m.id = message_id
"""

_ADD = _INSERT + "on conflict (message_id, receiver_id) do nothing"

_DUE_AGAIN = "state = $1, tries = 0, next_attempt_at = clock_timestamp(), finished_at = null"

_ADD_OR_AGAIN = (
    _INSERT
    + f"""
    on conflict (message_id, receiver_id) do update
        set {_DUE_AGAIN.replace("$1", "$5")}
        where not deliveries.{_PENDING}
    returning id
"""
)

_AGAIN = f"""
    update deliveries d set {_DUE_AGAIN}
    where d.message_id = $2 and d.state = any ($3)
      and exists (select from receivers r where r.id = d.receiver_id and r.state = any ($4)
                    and r.confirmed_at is not null)
    returning d.id
"""

_AGAIN_SINCE = f"""
    update deliveries set {_DUE_AGAIN}
    where receiver_id = $2 and created_at >= $3 and state = any ($4)
    returning id
"""


# What is in hand has begun an attempt that is not written down yet: its lease says when it is over.
_NOW = f"""
    update deliveries d
    set state = $1, tries = case when d.{_PENDING} then d.tries else 0 end,
        next_attempt_at = clock_timestamp(), finished_at = null, urgent = true
    where d.id = any ($2) and d.institution = $3
      and exists (select from receivers r where r.id = d.receiver_id and r.state = any ($4)
                    and r.confirmed_at is not null)
      and (not d.{_PENDING} or d.attempts = 0 or exists (
            select from attempts a where a.delivery_id = d.id and a.number = d.attempts))
    returning d.id
"""


# What is in hand is not due, and stays; two workers at once hold nothing of each other up.
_KEEP_BACK = f"""
    update deliveries d set next_attempt_at = q.until, held_until = q.until
    from unnest($2::uuid[], $3::timestamptz[]) as q (receiver_id, until)
    where d.receiver_id = q.receiver_id and d.id in (
        select id from deliveries
        where receiver_id = any ($2) and {_PENDING} and next_attempt_at <= $1 and not urgent
        for update skip locked)
"""

_LET_GO = f"""
    update deliveries set next_attempt_at = clock_timestamp(), held_until = null
    where receiver_id = $1 and {_PENDING} and held_until = next_attempt_at
"""


# Its receiver is locked first, as wherever both are changed.
_CAME_BACK = """
    with receiver as (
        select r.* from receivers r join subscriptions s on s.id = r.id
        where r.id = (select receiver_id from deliveries where id = $1) and r.channel = $4
          and lower(s.address) = lower($2)
        for no key update of r
    )
    update deliveries d set state = $3, attempts = d.attempts + 1, tries = d.tries + 1
    from messages m, receiver r
    where d.id = $1 and m.id = d.message_id and r.id = d.receiver_id and d.state = $5
    returning d.id as delivery_id, d.message_id, d.institution, d.receiver_id, r.channel, d.tries,
              d.attempts as number, m.event_id, m.event_type, m.payload, m.link,
              m.title_zh, m.text_zh, m.title_en, m.text_en, d.urgent
"""


DELIVERIES: Final = "deliveries"
"""What is touched where something may be due now: so workers are woken by these commits alone."""


def storable(text: str) -> str:
    """What the other side said, as PostgreSQL can hold it: no NUL, no half of a character."""
    return text.encode(errors="replace").decode().replace("\x00", "\ufffd")


async def add(conn: asyncpg.Connection, wanted: Sequence[tuple[UUID, str, UUID]]) -> None:
    """Put messages on their way, as (message, institution, receiver); one is never sent twice."""
    touch(conn, DELIVERIES)
    if wanted:
        messages, institutions, receivers = zip(*wanted, strict=True)
        ids = [uuid7() for _ in wanted]
        await conn.execute(_ADD, ids, messages, institutions, receivers, DeliveryState.PENDING)


async def claim(
    conn: asyncpg.Connection,
    shares: Mapping[UUID, int],
    *,
    now: datetime,
    until: datetime,
    quiet: Collection[UUID] = (),
) -> list[ClaimedDelivery]:
    """Take due deliveries of these receivers, so many of each, the longest due first; of those in their
    quiet hours what is urgent alone."""
    rows = await conn.fetch(_CLAIM, now, until, list(shares), list(shares.values()), list(quiet))
    return [ClaimedDelivery(**row) for row in sorted(rows, key=lambda row: row["delivery_id"])]


async def hold_on(
    conn: asyncpg.Connection, held: Sequence[ClaimedDelivery], *, until: datetime
) -> None:
    """These are in hand still, until then."""
    ids, numbers = [one.delivery_id for one in held], [one.number for one in held]
    await conn.execute(_HOLD_ON, ids, numbers, until)


async def keep_back(
    conn: asyncpg.Connection, until: Mapping[UUID, datetime], *, now: datetime
) -> None:
    """What is due for these receivers and not urgent is due when their quiet hours end."""
    if until:
        await conn.execute(_KEEP_BACK, now, list(until), list(until.values()))


async def let_go(conn: asyncpg.Connection, receiver_id: UUID) -> None:
    """What quiet hours hold back is due again, for these are others now."""
    touch(conn, DELIVERIES)
    await conn.execute(_LET_GO, receiver_id)


async def log(conn: asyncpg.Connection, outcomes: Sequence[Outcome]) -> None:
    """Keep what was answered to each attempt."""
    await conn.execute(
        _LOG,
        [uuid7() for _ in outcomes],
        [o.delivery.delivery_id for o in outcomes],
        [o.delivery.institution for o in outcomes],
        [o.delivery.number for o in outcomes],
        [o.began_at for o in outcomes],
        [round(o.duration.total_seconds() * 1000) for o in outcomes],
        [o.result.status for o in outcomes],
        [storable(o.result.error) for o in outcomes],
        [storable(o.result.excerpt) for o in outcomes],
    )


async def finish(conn: asyncpg.Connection, outcomes: Sequence[Outcome]) -> set[UUID]:
    """What becomes of the deliveries; which of them it was news for."""
    done = await conn.fetch(
        _FINISH,
        [o.delivery.delivery_id for o in outcomes],
        [o.delivery.number for o in outcomes],
        [o.state for o in outcomes],
        [o.next.at for o in outcomes],
        [storable(o.result.error) for o in outcomes],
        [o.finished_at for o in outcomes],
        DeliveryState.DELIVERED,
    )
    return {row["id"] for row in done}


async def cancel(conn: asyncpg.Connection, receivers: Sequence[UUID], *, why: str) -> None:
    """Send these receivers nothing more of what is on its way."""
    await conn.execute(_CANCEL, receivers, why, DeliveryState.CANCELLED)


async def hold_back(
    conn: asyncpg.Connection, events: Sequence[UUID] | None, *, until: datetime, why: str
) -> int:
    """What would be sent of these events (None: of all) that happened until then is not, and may be
    sent by hand; how much that is."""
    done = await conn.execute(_HOLD_BACK, events, DeliveryState.CANCELLED, why, until)
    return affected(done)


async def came_back(
    conn: asyncpg.Connection, delivery_id: UUID, *, address: str
) -> ClaimedDelivery | None:
    """A letter to this address that was delivered is in hand again, for one attempt that has failed.
    None where there is no such delivery, or it is not delivered (any more)."""
    row = await conn.fetchrow(
        _CAME_BACK, delivery_id, address, DeliveryState.PENDING, EMAIL, DeliveryState.DELIVERED
    )
    return None if row is None else ClaimedDelivery(**row)


async def send_again(conn: asyncpg.Connection, *, message_id: UUID) -> int:
    """A message is due again for every receiver in use that did not get it; how many those are."""
    touch(conn, DELIVERIES)
    return len(
        await conn.fetch(
            _AGAIN, DeliveryState.PENDING, message_id, sorted(NOT_RECEIVED), sorted(TOLD)
        )
    )


async def send_again_to(
    conn: asyncpg.Connection, *, message_id: UUID, institution: str, receiver_id: UUID
) -> bool:
    """A message is due (again) for one receiver; False if it is on its way there already."""
    touch(conn, DELIVERIES)
    done = await conn.fetch(
        _ADD_OR_AGAIN, [uuid7()], [message_id], [institution], [receiver_id], DeliveryState.PENDING
    )
    return bool(done)


async def send_again_since(conn: asyncpg.Connection, *, receiver_id: UUID, since: datetime) -> int:
    """Everything that a receiver did not get since then is due again; how much that is."""
    touch(conn, DELIVERIES)
    return len(
        await conn.fetch(
            _AGAIN_SINCE, DeliveryState.PENDING, receiver_id, since, sorted(NOT_RECEIVED)
        )
    )


async def send_now(
    conn: asyncpg.Connection, deliveries: Sequence[UUID], *, institution: str
) -> int:
    """These deliveries of an institution are due at once, whether they wait, were given up or have
    arrived; how many those are. Left out is what is in hand, and what nobody wants any more."""
    touch(conn, DELIVERIES)
    done = await conn.fetch(_NOW, DeliveryState.PENDING, deliveries, institution, sorted(TOLD))
    return len(done)
