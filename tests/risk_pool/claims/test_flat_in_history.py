"""A month costs what it has itself, however many months lie before it.

Counted by PostgreSQL, for every statement of the four steps: the rows that each table was read for.
"""

from collections import Counter

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from shared.clock import business_date
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_settlements import STEPS

EARLY, LATE = 4, 8
"""The fourth month has three before it, the eighth seven."""

pytestmark = pytest.mark.timeout(600)

_READ = """
select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows
from pg_stat_xact_user_tables
"""


async def has_its_facts(pool, number):
    """Two loans stand; one is new, goes bad, is claimed and paid, and brings something back. It is
    small beside them, so that no breaker stops the bank."""
    month, new = f"2026-{number:02d}", f"new-{number}"
    await pool.covers(new, amount="10000.00")
    await pool.it_is(f"2026-{number + 1:02d}-03")
    for name in ("a", "b"):
        await pool.hears(pool.position(name, month, "10000000.00"))
    await pool.goes_bad(new, month, "9000.00")
    claim = await pool.approves(new, "9000.00")
    await pool.pays(claim)
    await pool.recovers(claim, "100.00", on=str(business_date(pool.service.context.clock.now())))
    return month


async def as_owner(postgres_url, pool, statement, *values):
    """Run a statement that no service may."""
    async with pool.service.context.database.looking(EVERYWHERE) as conn:
        name = await conn.fetchval("select current_database()")
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    conn = await asyncpg.connect(url)
    await conn.execute(statement, *values)
    await conn.close()


LONG_OVER = 2000
"""Loans of earlier years. Without them every index of the few loans is as good as the right one,
and which one PostgreSQL takes is chance."""

_LONG_OVER = """
insert into coverages
select made.* from coverages as loan
cross join generate_series(1, $1::int) as n
cross join lateral jsonb_populate_record(loan, jsonb_build_object(
    'loan_id', gen_random_uuid(), 'number', 'OLD-' || n, 'loan_no', 'OLD-' || n,
    'state', 'released', 'covered_fen', 0, 'outstanding_fen', 0,
    'disbursed_on', '2023-03-01', 'matures_on', '2024-03-01', 'released_on', '2024-03-01')) as made
where loan.number = (select min(number) from coverages)
"""


async def analysed(postgres_url, pool):
    """The planner knows what the tables hold, as it does where autovacuum has run."""
    await as_owner(postgres_url, pool, "analyze")


async def rows_read(pool, month):
    """Table → the rows that its settlement looks at, all four steps together.

    The tables of a test are so small that reading them whole would be right; with many rows it is
    not, so it is forbidden here. So are reads of an index alone, which are not counted.
    """
    database, now = pool.service.context.database, pool.service.context.clock.now()
    read = Counter()
    for step, caller in STEPS:
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute("set local enable_seqscan = off")
            await conn.execute("set local enable_indexonlyscan = off")
            # What PostgreSQL may do with any statement that a connection has asked five times.
            await conn.execute("set local plan_cache_mode = force_generic_plan")
            before = dict(await conn.fetch(_READ))
            await step(conn, pool.code, Month.parse(month), caller=caller, now=now)
            after = dict(await conn.fetch(_READ))
        read.update({table: after[table] - before.get(table, 0) for table in after})
    return read


async def test_a_month_reads_no_more_rows_with_more_months_before_it(running, postgres_url):
    async with claims_of(running) as pool:
        for name in ("a", "b"):
            await pool.covers(name, amount="10000000.00")
        await as_owner(postgres_url, pool, _LONG_OVER, LONG_OVER)
        found = {}
        for number in range(1, LATE + 1):
            month = await has_its_facts(pool, number)
            if number in (EARLY, LATE):
                await analysed(postgres_url, pool)
                found[number] = await rows_read(pool, month)
            else:
                await pool.settles(month)

    early, late = found[EARLY], found[LATE]
    # It looked at something: these are the tables that history fills.
    assert {"transfers", "coverages", "positions", "settlement_movements"} <= {
        table for table, rows in early.items() if rows
    }
    grown = {table: late[table] - early[table] for table in late if late[table] > early[table]}
    # The list of months itself may be read once: it has one row a month.
    assert grown.pop("settlements", 0) <= LATE - EARLY
    assert grown == {}
