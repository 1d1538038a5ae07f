"""The event feed: what was published, in one dense order, for those who pull."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One event of the feed. `position` counts from 1 without gaps, over all institutions."""

    position: int
    id: UUID
    type: str
    source: str
    time: datetime
    subject: str
    key: str
    institution: str
    body: bytes
    traceparent: str


async def read_feed(
    conn: asyncpg.Connection,
    *,
    after: int,
    limit: int,
    institution: str | None = None,
    party: str | None = None,
) -> list[Published]:
    """The events after a position, oldest first.

    Row-level security leaves a bank only its own; `institution` narrows the view of those who
    see everything, `party` (its institution) leaves what names a party. Positions are given out by the one relay of the service in commit order, so
    whoever remembers the last position never misses an event.
    """
    rows = await conn.fetch(
        f"""
        select position, event_id, type, source, occurred_at, subject, key, institution, body,
               traceparent
        from event_feed
        where position > $1 and ($2::text is null or institution = $2)
          {"" if party is None else "and parties <> '{}' and parties @> array[$4::text]"}
        order by position
        limit $3
        """,
        after,
        institution,
        limit,
        *(() if party is None else (party,)),
    )
    return [
        Published(
            position=position,
            id=event_id,
            type=type_,
            source=source,
            time=time,
            subject=subject,
            key=key,
            institution=whose,
            body=body,
            traceparent=traceparent,
        )
        for (
            position,
            event_id,
            type_,
            source,
            time,
            subject,
            key,
            whose,
            body,
            traceparent,
        ) in rows
    ]
