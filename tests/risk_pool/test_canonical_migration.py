"""Old references of the pool get their canonical forms; those that are the same are named."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic import command

from shared.postgres.migrations import _config, upgrade
from shared.postgres.provision import owner_of, provision, url_for

OLD_ACCOUNT = """
insert into pool_accounts (id, pool_code, account_number, bank_name, holder, state, state_since,
                           version, entered_by, entered_name, entered_at)
values ($1, 'dongli', $2, 'b', 'h', 'entered', now(), 1, 'gao', '高', now())
"""


async def test_old_accounts_that_are_one_stay_apart_and_are_named(postgres_url):
    name = f"t_risk_pool_forms_{uuid4().hex[:12]}"
    await provision(postgres_url, "risk_pool", database=name)
    owner_url = url_for(postgres_url, role=owner_of("risk_pool"), database=name)

    def to_the_version_before() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(command.upgrade, _config("risk_pool", owner_url), "0025").result()

    await asyncio.to_thread(to_the_version_before)
    conn = await asyncpg.connect(owner_url)
    await conn.execute(
        """insert into pools (code, prefix, name, programme, opened_on, version, created_at)
           values ('dongli', 'DL', 'n', 'dongli', '2026-01-01', 1, now())"""
    )
    for n, number in enumerate(("0302011409000123", "302011409000123", "777"), start=1):
        await conn.execute(OLD_ACCOUNT, UUID(int=n), number)

    await asyncio.to_thread(upgrade, "risk_pool", owner_url)

    kept = await conn.fetch(
        "select account_number, account_number_canonical from pool_accounts order by id"
    )
    same = await conn.fetch("select found_in, canonical, written from canonical_collisions")
    with pytest.raises(asyncpg.UniqueViolationError):
        await conn.execute(
            "update pool_accounts set account_number_canonical = '777' where id = $1", UUID(int=1)
        )
    await conn.close()
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"drop database {name} with (force)")
    await server.close()
    assert [tuple(row) for row in kept] == [
        ("0302011409000123", "302011409000123"),
        ("302011409000123", "302011409000123 2"),
        ("777", "777"),
    ]
    assert [tuple(row) for row in same] == [
        ("pool_accounts", "302011409000123", ["0302011409000123", "302011409000123"])
    ]
