"""What was there before receivers had a table of their own is there after it."""

from uuid import UUID

import asyncpg
import pytest
from uuid6 import uuid7

from tests.migrations.earlier import database_at

BEFORE = "2026_11_22_0001"


@pytest.fixture
async def old(postgres_url):
    """A database of the first version."""
    async with database_at(postgres_url, "notifications", BEFORE) as database:
        yield database


async def as_it_was(conn, endpoint, gone, kept, left, message):
    """Two endpoints, two subscriptions, and a message on its way by either channel."""
    await conn.execute(
        """
        insert into endpoints (id, institution, url, description, event_types, state, state_reason,
                               failing_since, last_error, created_at, created_by, version)
        values ($1, 'ICBC', 'https://a', 'ours', '{claim.paid.v1}', 'paused', '',
                '2026-01-02Z', 'HTTP 500', '2026-01-01Z', 'wang', 3),
               ($2, 'ICBC', 'https://b', '', '{}', 'deleted', 'deleted', null, '', '2026-01-01Z',
                'wang', 2)
        """,
        endpoint,
        gone,
    )
    await conn.execute(
        "insert into endpoint_secrets (id, endpoint_id, institution, sealed, created_at, "
        "created_by) values ($1, $2, 'ICBC', 'x', '2026-01-01Z', 'wang')",
        uuid7(),
        endpoint,
    )
    await conn.execute(
        """
        insert into subscriptions (id, institution, subject, address, language, event_types, roles,
                                   created_at, created_by, deleted_at)
        values ($1, 'ICBC', 'li', 'li@b.cn', 'en', '{}', '{bank_operator}', '2026-01-03Z', 'li',
                null),
               ($2, '*', 'ma', 'ma@x.cn', 'zh', '{}', '{admin}', '2026-01-03Z', 'ma', '2026-01-04Z')
        """,
        kept,
        left,
    )
    await conn.execute(
        """
        insert into messages (id, event_id, event_type, institution, roles, in_inbox, acts,
                              pool_code, bank_code, subject, happened_at, created_at, title_zh,
                              text_zh, title_en, text_en, link, payload)
        values ($1, $1, 'claim.paid.v1', 'ICBC', '{bank_operator}', true, false, 'dl', 'ICBC', 's',
                now(), now(), 't', 't', 't', 't', '/', '{}')
        """,
        message,
    )
    await conn.executemany(
        "insert into deliveries (id, message_id, institution, channel, receiver_id, state, "
        "next_attempt_at, created_at) values ($1, $2, 'ICBC', $3, $4, 'pending', now(), now())",
        [(uuid7(), message, "webhook", endpoint), (uuid7(), message, "email", kept)],
    )


async def test_endpoints_and_subscriptions_become_receivers_of_their_deliveries(old):
    endpoint, gone, kept, left, message = (uuid7() for _ in range(5))
    conn = old.conn
    await as_it_was(conn, endpoint, gone, kept, left, message)

    await old.is_upgraded()

    rows = await conn.fetch(
        "select id, channel, for_people, roles, event_types, state, created_by, version, "
        "failing_since is not null as failing from receivers order by id"
    )
    assert [tuple(row) for row in rows] == [
        (endpoint, "webhook", False, [], ["claim.paid.v1"], "paused", "wang", 3, True),
        (gone, "webhook", False, [], [], "deleted", "wang", 2, False),
        (kept, "email", True, ["bank_operator"], [], "active", "li", 1, False),
        (left, "email", True, ["admin"], [], "deleted", "ma", 2, False),
    ]
    # They were written to before anybody was asked, and go on.
    assert await conn.fetchval("select bool_and(confirmed_at = created_at) from receivers")
    channels = await conn.fetch(
        "select r.channel from deliveries d join receivers r on r.id = d.receiver_id order by 1"
    )
    assert [row["channel"] for row in channels] == ["email", "webhook"]
    assert await conn.fetchval("select encrypted from endpoint_secrets") == b"x"
    assert await conn.fetchval("select url from endpoints where id = $1", endpoint) == "https://a"
    assert await conn.fetchval("select address from subscriptions where id = $1", kept) == "li@b.cn"
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await conn.execute(
            "insert into deliveries (id, message_id, institution, receiver_id, state, "
            "next_attempt_at, created_at) values ($1, $2, 'ICBC', $1, 'pending', now(), now())",
            UUID(int=1),
            message,
        )
