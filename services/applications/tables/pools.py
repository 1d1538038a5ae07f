"""Pools and the standing of banks in them, as far as the pool's events have told."""

from collections.abc import Sequence

import asyncpg

from shared.case_numbers import free_prefix
from shared.contracts.pool_agreements import PoolRunOffV1
from shared.contracts.risk_pool import (
    BankResumedV1,
    BankSuspendedV1,
    PoolOpenedV1,
    PoolStoppedV1,
    SettlementPostedV1,
)


async def open_pools(conn: asyncpg.Connection, opened: Sequence[PoolOpenedV1]) -> None:
    """Keep the pools, or what is new of them; each has letters of its own for its numbers."""
    for pool in opened:
        taken = await conn.fetch("select prefix from pools where code <> $1", pool.pool_code)
        await conn.execute(
            """
            insert into pools (code, prefix, name, programme, opened_on)
            values ($1, $2, $3, $4, $5)
            on conflict (code) do update
                set name = excluded.name, programme = excluded.programme,
                    opened_on = excluded.opened_on
            """,
            pool.pool_code,
            pool.prefix or free_prefix(pool.pool_code, frozenset(row["prefix"] for row in taken)),
            pool.name,
            pool.programme,
            pool.opened_on,
        )


async def close_months(conn: asyncpg.Connection, posted: Sequence[SettlementPostedV1]) -> None:
    """Keep which months the pools have settled."""
    await conn.execute(
        """
        insert into closed_months (pool_code, month, posted_on)
        select * from unnest($1::text[], $2::text[], $3::date[])
        on conflict (pool_code, month) do nothing
        """,
        [event.pool_code for event in posted],
        [event.month for event in posted],
        [event.posted_on for event in posted],
    )


async def stop_pools(
    conn: asyncpg.Connection, stopped: Sequence[PoolStoppedV1 | PoolRunOffV1]
) -> None:
    """Keep from when on the pools take no new entries: stopped by their figures or by hand, or run
    off."""
    await conn.execute(
        """
        update pools set stopped_on = told.day
        from unnest($1::text[], $2::date[]) as told (code, day)
        where pools.code = told.code
        """,
        [stop.pool_code for stop in stopped],
        [stop.on for stop in stopped],
    )


async def resume_pools(conn: asyncpg.Connection, codes: Sequence[str]) -> None:
    """The pools take entries again."""
    await conn.execute("update pools set stopped_on = null where code = any($1::text[])", codes)


async def suspend_banks(conn: asyncpg.Connection, suspended: Sequence[BankSuspendedV1]) -> None:
    """Keep since when the banks may enter no new loans into a pool."""
    await conn.execute(
        """
        insert into bank_suspensions (pool_code, bank_code, suspended_on)
        select * from unnest($1::text[], $2::text[], $3::date[])
        on conflict (pool_code, bank_code) do nothing
        """,
        [event.pool_code for event in suspended],
        [event.bank_code for event in suspended],
        [event.on for event in suspended],
    )


async def resume_banks(conn: asyncpg.Connection, resumed: Sequence[BankResumedV1]) -> None:
    """The banks may enter loans again."""
    await conn.execute(
        """
        delete from bank_suspensions
        using unnest($1::text[], $2::text[]) as told (pool_code, bank_code)
        where bank_suspensions.pool_code = told.pool_code
          and bank_suspensions.bank_code = told.bank_code
        """,
        [event.pool_code for event in resumed],
        [event.bank_code for event in resumed],
    )
