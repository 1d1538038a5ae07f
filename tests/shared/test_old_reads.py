"""Who has looked at what is kept as long as the law wants, and cannot be changed at any age."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.pools_seen import look_as
from shared.postgres.reads import LEAST_KEPT_DAYS, Read, Wanted, add, find
from shared.read_log import forget_all

NOW = datetime.now(UTC)


@pytest.fixture
async def opened(database_of) -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """A service's own fresh database, as its role reaches it."""
    there: list[Database] = []

    async def open_one(service: str) -> Database:
        there.append(await Database.connect((await database_of(service)).url, max_size=2))
        return there[-1]

    yield open_one
    for database in there:
        await database.close()


LOOK = Read(
    at=NOW, subject="lin", account="lin", name="林晓", roles="reviewer", institution="*",
    kind="claims", thing="7", route="/claims/{id}", path="/claims/7", query="", request_id="r",
)  # fmt: skip
AGES = (0, LEAST_KEPT_DAYS - 1, LEAST_KEPT_DAYS + 1, 3000, 5000)


@pytest.mark.parametrize("service", ["applications", "risk_pool", "notifications"])
async def test_looks_go_when_they_are_older_than_they_are_kept_and_never_before_the_law_lets_them(
    opened, service
):
    database = await opened(service)

    async def ages() -> list[int]:
        async with database.looking(EVERYWHERE) as conn:
            rows = await find(conn, Wanted(thing="7"), after=None, limit=10)
        return [(NOW - row["at"]).days for row in rows]

    async with database.connection() as conn, conn.transaction():
        await look_as(conn, EVERYWHERE)
        await add(conn, [replace(LOOK, at=NOW - timedelta(days=age)) for age in AGES])

    assert await forget_all(database, before=NOW - timedelta(days=4000), at_once=1) == 1
    assert await ages() == [0, LEAST_KEPT_DAYS - 1, LEAST_KEPT_DAYS + 1, 3000]
    # Whoever asks for more gets no more than the law lets go.
    assert await forget_all(database, before=NOW + timedelta(days=1)) == 2
    assert await ages() == [0, LEAST_KEPT_DAYS - 1]

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute("delete from reads")


async def test_even_the_owner_of_the_table_changes_no_look_and_removes_no_young_one(
    database_of,
):
    fresh = await database_of("risk_pool")
    owner = await asyncpg.connect(fresh.owner_url)
    try:
        await add(owner, [LOOK, replace(LOOK, at=NOW - timedelta(days=5000))])
        for statement in ("update reads set subject = 'he'", "delete from reads", "truncate reads"):
            with pytest.raises(asyncpg.RaiseError, match="never changed or removed"):
                await owner.execute(statement)
    finally:
        await owner.close()
