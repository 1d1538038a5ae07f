"""Old references of the pool get their canonical forms; those that are the same are named."""

from uuid import UUID

import asyncpg
import pytest

from tests.migrations.earlier import database_at

OLD_ACCOUNT = """
insert into pool_accounts (id, pool_code, account_number, bank_name, holder, state, state_since,
                           version, entered_by, entered_name, entered_at)
values ($1, 'dongli', $2, 'b', 'h', 'entered', now(), 1, 'gao', '高', now())
"""


async def test_old_accounts_that_are_one_stay_apart_and_are_named(postgres_url):
    async with database_at(postgres_url, "risk_pool", "0025") as old:
        conn = old.conn
        await conn.execute(
            """insert into pools (code, prefix, name, programme, opened_on, version, created_at)
               values ('dongli', 'DL', 'n', 'dongli', '2026-01-01', 1, now())"""
        )
        for n, number in enumerate(("0302011409000123", "302011409000123", "777"), start=1):
            await conn.execute(OLD_ACCOUNT, UUID(int=n), number)

        await old.is_upgraded()

        kept = await conn.fetch(
            "select account_number, account_number_canonical from pool_accounts order by id"
        )
        same = await conn.fetch("select found_in, canonical, written from canonical_collisions")
        with pytest.raises(asyncpg.UniqueViolationError):
            await conn.execute(
                "update pool_accounts set account_number_canonical = '777' where id = $1",
                UUID(int=1),
            )
    assert [tuple(row) for row in kept] == [
        ("0302011409000123", "302011409000123"),
        ("302011409000123", "302011409000123 2"),
        ("777", "777"),
    ]
    assert [tuple(row) for row in same] == [
        ("pool_accounts", "302011409000123", ["0302011409000123", "302011409000123"])
    ]
