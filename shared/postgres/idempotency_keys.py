"""The rows of idempotency keys: a request's key, and what it was answered.

A row is claimed and completed in the transaction of what the request does, so a second request
with the same key waits here until the first has been decided.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from shared.postgres.affected import affected

_TABLES = (
    """
    create table idempotency_keys (
        institution text not null,
        subject text not null,
        key text not null,
        operation text not null,
        body_sha256 bytea not null,
        status integer,
        headers jsonb,
        body bytea,
        created_at timestamptz not null default now(),
        keeps_forever boolean not null,
        primary key (institution, subject, key)
    )
    """,
    # Old keys are looked for by age alone; the few that must stay are not in this index.
    "create index on idempotency_keys (created_at) where not keeps_forever",
    "alter table idempotency_keys enable row level security",
    """
    create policy own_institution on idempotency_keys
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
)


class KeyOwner(NamedTuple):
    """A key, and whose it is: callers do not share their keys."""

    institution: str
    subject: str
    key: str


class KeyUse(NamedTuple):
    """A key, and the request that uses it."""

    owner: KeyOwner
    operation: str
    body_sha256: bytes


class KeptAnswer(NamedTuple):
    """What a request was answered, as its key keeps it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def create_tables(op: Any) -> None:
    """The table of idempotency keys, in a service's first migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


async def claim(
    conn: asyncpg.Connection,
    owner: KeyOwner,
    *,
    operation: str,
    body_sha256: bytes,
    keeps_forever: bool,
) -> bool:
    """Take a key for this transaction. False if it has been used; waits for whoever has it now."""
    claimed = await conn.fetchval(
        """
        insert into idempotency_keys
            (institution, subject, key, operation, body_sha256, keeps_forever)
        values ($1, $2, $3, $4, $5, $6)
        on conflict do nothing
        returning true
        """,
        *owner,
        operation,
        body_sha256,
        keeps_forever,
    )
    return claimed is not None


async def store_answer(
    conn: asyncpg.Connection,
    owner: KeyOwner,
    *,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """Complete the row of a claimed key."""
    await conn.execute(
        """
        update idempotency_keys set status = $4, headers = $5, body = $6
        where institution = $1 and subject = $2 and key = $3
        """,
        *owner,
        status,
        dict(headers),
        body,
    )


async def any_used(conn: asyncpg.Connection, owners: Sequence[KeyOwner]) -> bool:
    """Whether one of these keys has been used."""
    used: bool = await conn.fetchval(
        """
        select exists (
            select from unnest($1::text[], $2::text[], $3::text[]) as asked (institution, subject, key)
            join idempotency_keys using (institution, subject, key))
        """,
        *_columns(owners),
    )
    return used


async def store_answered(
    conn: asyncpg.Connection, answered: Sequence[tuple[KeyUse, KeptAnswer]]
) -> bool:
    """Keep keys together with what they were answered. False if one has been used meanwhile: then the
    transaction is to be given up. Waits for whoever has one of them now."""
    stored = await conn.execute(
        """
        insert into idempotency_keys (institution, subject, key, operation, body_sha256, status,
                                      headers, body, keeps_forever)
        select institution, subject, key, operation, body_sha256, status, headers, body, false
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::int[],
                    $7::jsonb[], $8::bytea[])
            as asked (institution, subject, key, operation, body_sha256, status, headers, body)
        -- In the order of the key, so that two turns with the same keys wait and never deadlock.
        order by institution, subject, key
        on conflict do nothing
        """,
        *_columns([use.owner for use, _ in answered]),
        [use.operation for use, _ in answered],
        [use.body_sha256 for use, _ in answered],
        [answer.status for _, answer in answered],
        [dict(answer.headers) for _, answer in answered],
        [answer.body for _, answer in answered],
    )
    return affected(stored) == len(answered)


def _columns(owners: Sequence[KeyOwner]) -> tuple[list[str], list[str], list[str]]:
    return (
        [one.institution for one in owners],
        [one.subject for one in owners],
        [one.key for one in owners],
    )


async def find(conn: asyncpg.Connection, owner: KeyOwner) -> asyncpg.Record | None:
    """What the request with this key was, and what it was answered; None if it had no effect."""
    return await conn.fetchrow(
        """
        select key, operation, body_sha256, status, headers, body, created_at
        from idempotency_keys where institution = $1 and subject = $2 and key = $3
        """,
        *owner,
    )


async def forget_keys(conn: asyncpg.Connection, *, before: datetime) -> int:
    """Delete keys made before the moment, except those that keep forever. Says how many."""
    done = await conn.execute(
        "delete from idempotency_keys where not keeps_forever and created_at < $1", before
    )
    return affected(done)
