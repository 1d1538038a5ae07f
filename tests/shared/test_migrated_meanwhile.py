"""A migration that adds a column while a process works on the table costs one answer, not an event."""

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE
from shared.postgres.transient import is_transient


async def test_a_statement_of_before_a_migration_is_asked_again_and_then_goes(
    database, groundwork_owner_url
):
    owner = await asyncpg.connect(groundwork_owner_url)
    try:
        await owner.execute("create table widened (a integer); grant select on widened to public")

        async def read() -> int:
            async with database.begin(EVERYWHERE) as conn:
                return len(await conn.fetch("select * from widened"))

        await read()
        await owner.execute("alter table widened add column b integer")
        with pytest.raises(asyncpg.PostgresError) as fault:
            await read()
        again = await read()
    finally:
        await owner.execute("drop table if exists widened")
        await owner.close()

    assert is_transient(fault.value)
    assert again == 0
