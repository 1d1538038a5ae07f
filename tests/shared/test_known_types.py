"""What PostgreSQL's own types are is asked once per process, not once per connection."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.postgres import known_types
from shared.postgres.known_types import Connection

ONE = UUID(int=1)


@pytest.fixture
async def asked(monkeypatch: pytest.MonkeyPatch) -> list[Collection[int]]:
    """The types that the server is asked about, in a process that knows none."""
    met: list[Collection[int]] = []
    answer = asyncpg.Connection._introspect_types

    async def asks(self: Any, oids: Collection[int], seconds: float | None) -> Any:
        met.append(oids)
        return await answer(self, oids, seconds)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", asks)
    monkeypatch.setattr(known_types, "_answers", {})
    return met


async def test_a_second_connection_asks_nothing_of_what_the_first_has_asked(database_of, asked):
    url = (await database_of("notifications")).owner_url
    first, second = [await asyncpg.connect(url, connection_class=Connection) for _ in range(2)]
    for conn in (first, second, first):
        assert await conn.fetchval("select $1::uuid[]", [ONE]) == [ONE]
        # Without a name of its own a statement would be displaced by one that asks.
        assert await conn.fetchval(f"select $1::uuid[] /* {'long ' * 5000} */", [ONE]) == [ONE]

    assert len(asked) == 1
    await first.close()
    await second.close()


async def test_a_type_of_a_databases_own_is_asked_about_on_each_connection(database_of, asked):
    url = (await database_of("notifications")).owner_url

    async def lamp(conn: asyncpg.Connection) -> str:
        return str(await conn.fetchval("select $1::lamp", "green"))

    first, second = [await asyncpg.connect(url, connection_class=Connection) for _ in range(2)]
    await first.execute("create type lamp as enum ('green', 'red')")
    assert await lamp(first) == await lamp(second) == "green"

    assert len(asked) == 2
    await first.close()
    await second.close()
