"""Looks lie by month: made ahead, found as before, dropped by the month, and none is ever refused or lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.pools_seen import look_as
from shared.postgres.read_months import make_months
from shared.postgres.reads import Wanted, add, find
from shared.read_log import forget_all
from tests.migrations.earlier import database_at
from tests.shared.test_old_reads import LOOK, NOW

LATER = datetime(NOW.year + 3, 5, 10, tzinfo=UTC)


@pytest.fixture
async def fresh(database_of) -> AsyncIterator[tuple[Database, asyncpg.Connection]]:
    """A service's database, and a connection of its owner."""
    found = await database_of("risk_pool")
    database = await Database.connect(found.url, max_size=2)
    owner = await asyncpg.connect(found.owner_url)
    yield database, owner
    await owner.close()
    await database.close()


async def write(database: Database, *moments: datetime) -> None:
    async with database.connection() as conn, conn.transaction():
        await look_as(conn, EVERYWHERE)
        await add(conn, [replace(LOOK, at=at) for at in moments])


async def found(database: Database) -> list[datetime]:
    async with database.looking(EVERYWHERE) as conn:
        rows = await find(conn, Wanted(thing="7"), after=None, limit=100)
    return [row["at"] for row in rows]


async def parts(owner: asyncpg.Connection) -> dict[str, int]:
    """How many looks lie in each part."""
    names = await owner.fetch(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'reads'::regclass order by 1"
    )
    return {name: await owner.fetchval(f"select count(*) from {name}") for (name,) in names}


async def old_months(owner: asyncpg.Connection, *months: str) -> None:
    """As a house that has run for years: months of their own, long ago."""
    await owner.execute(
        "alter table reads detach partition reads_until;"
        "alter table reads attach partition reads_until for values from (minvalue) to ('2018-12-31T16:00Z')"
    )
    for month in months:
        await owner.execute(
            f"create table reads_{month.replace('-', '_')} partition of reads for values"
            f" from ('{month}-01 00:00+08') to ('{next_month(month)}-01 00:00+08')"
        )


def next_month(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02}"


async def test_a_month_goes_as_a_whole_when_all_of_it_is_old_enough_and_no_sooner(fresh):
    database, owner = fresh
    await old_months(owner, "2019-05", "2019-06")
    first, second, between = (
        datetime.fromisoformat(at)
        for at in ("2019-05-31T15:59Z", "2019-06-20T00:00Z", "2019-08-01T00:00Z")
    )
    await write(database, first, first, second, between, NOW)
    assert (await parts(owner))["reads_2019_05"] == 2

    assert await forget_all(database, before=datetime(2019, 5, 31, 15, 59, 59, tzinfo=UTC)) == 0
    assert await forget_all(database, before=datetime(2019, 5, 31, 16, tzinfo=UTC)) == 2
    assert "reads_2019_05" not in await parts(owner)
    assert await found(database) == [NOW, between, second]
    # Whoever asks for more gets no more than the law lets go; what lies in no month goes by its day.
    assert await forget_all(database, before=NOW + timedelta(days=400)) == 2
    assert await found(database) == [NOW]


async def test_months_are_made_ahead_again_and_again_and_what_lies_elsewhere_stays_there(fresh):
    database, owner = fresh
    before = await parts(owner)
    assert len(before) >= 3, before
    elsewhere = [
        NOW + timedelta(days=1), NOW + timedelta(days=200), LATER,
    ]  # fmt: skip
    await write(database, *elsewhere)
    async with database.connection() as conn:
        assert await make_months(conn) == 0
        made = await conn.fetchval("select make_months_of_reads(24)")

    # All of two years but those that are there, and the one in which a look lies already.
    months = {name for name in await parts(owner) if name.startswith("reads_20")}
    assert made >= 18 and f"{elsewhere[1]:reads_%Y_%m}" not in months
    assert (await parts(owner))["reads_elsewhere"] == 2
    assert await found(database) == sorted(elsewhere, reverse=True)


async def test_the_service_reaches_no_month_past_the_rules_of_the_whole(fresh):
    database, owner = fresh
    await write(database, NOW, LATER)
    for name in await parts(owner):
        for statement in (f"select * from {name}", f"delete from {name}", f"drop table {name}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.begin(EVERYWHERE) as conn:
                    await conn.execute(statement)
    async with database.looking("ICBC-TJ") as conn:
        assert await conn.fetchval("select count(*) from reads") == 0
    with pytest.raises(asyncpg.RaiseError, match="never changed or removed"):
        await owner.execute("update reads_elsewhere set subject = 'he'")


async def test_what_was_there_before_the_change_is_found_after_it_and_nothing_is_moved(
    postgres_url,
):
    async with database_at(postgres_url, "risk_pool", "0190") as old:
        await add(old.conn, [replace(LOOK, at=NOW - timedelta(days=age)) for age in (0, 700, 2000)])
        rows = await old.conn.fetch("select * from all_reads order by key")
        place = await old.conn.fetchval("select pg_relation_filenode('reads')")

        await old.is_upgraded()

        await add(old.conn, [LOOK])
        after = await old.conn.fetch("select * from all_reads order by key")
        assert after[:-1] == rows and len(after) == 4
        assert after[-1]["key"] == "00000000000000000004"
        assert await old.conn.fetchval("select pg_relation_filenode('reads_until')") == place
