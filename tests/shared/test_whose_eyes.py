"""With whose eyes a transaction looks is known without asking, and is what the database says."""

from typing import Any

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE, Database, seeing_everything
from shared.postgres.pools_seen import Institution, looks_as

BANK = Institution("ICBC-TJ", ["dongli", "youxian"], person="zhao")
ASKED = """
select current_setting('zhidai.institution', true), current_setting('zhidai.pools', true),
       current_setting('zhidai.person', true)
"""


@pytest.fixture
async def database(connected) -> Database:
    found: Database = await connected("notifications")
    return found


async def agree(conn: Any) -> tuple[str, ...]:
    """The same by what is known and by what the database says; which that is."""
    known = await looks_as(conn)
    said = tuple(await conn.fetchrow(ASKED))
    assert said == (known, known.pools, known.person)
    return said


AS_THE_BANK = ("ICBC-TJ", "dongli,youxian", "zhao")
AS_THE_HOUSE = (EVERYWHERE, "*", "*")


@pytest.mark.parametrize("way", ["begin", "looking"])
async def test_for_a_while_it_looks_as_the_house_and_then_as_before(database: Database, way: str):
    async with getattr(database, way)(BANK) as conn:
        assert await agree(conn) == AS_THE_BANK
        async with seeing_everything(conn):
            assert await agree(conn) == AS_THE_HOUSE
            async with seeing_everything(conn):
                assert await agree(conn) == AS_THE_HOUSE
        assert await agree(conn) == AS_THE_BANK
    async with getattr(database, way)(EVERYWHERE) as conn:
        assert await agree(conn) == AS_THE_HOUSE


async def test_what_fails_while_it_looks_as_the_house_leaves_it_with_its_own_eyes(
    database: Database,
):
    async with database.begin(BANK) as conn:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with conn.transaction():
                async with seeing_everything(conn):
                    await conn.execute("select 1 / 0")
        assert await agree(conn) == AS_THE_BANK
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with seeing_everything(conn), conn.transaction():
                await conn.execute("select 1 / 0")
        assert await agree(conn) == AS_THE_BANK
        async with seeing_everything(conn):
            assert await agree(conn) == AS_THE_HOUSE


async def test_nothing_is_known_of_a_transaction_that_has_ended(database: Database):
    async with database.begin(BANK) as conn:
        pass
    async with database.connection() as conn:
        assert await conn.fetchval("select current_setting('zhidai.institution', true)") == ""
        async with conn.transaction():
            assert await looks_as(conn) == ""
