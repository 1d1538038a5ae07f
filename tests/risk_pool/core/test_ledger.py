"""The ledger on a real PostgreSQL: what can be booked, what never can."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.risk_pool.tables.ledger import (
    MonthClosed,
    ReferenceTaken,
    balances,
    book,
    lock_pool,
    turnovers,
)
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import look_as
from shared.refusals import NotFound
from tests.risk_pool.core.conftest import NOW, contribution


async def test_what_is_booked_shows_in_the_balances(database):
    async with database.begin(EVERYWHERE) as conn:
        pool = await lock_pool(conn, "dongli")

        booked = await book(conn, pool, [contribution(5_000)], now=NOW)

        assert len(booked) == 1
        assert await balances(conn, "dongli") == {"cash": 5_000, "contribution:FINANCE": 5_000}
        assert await balances(conn, "youxian") == {}


async def test_a_reference_is_booked_once_and_repeating_it_changes_nothing(database):
    for _ in range(2):
        async with database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, "dongli")
            booked = await book(conn, pool, [contribution(5_000), contribution(5_000)], now=NOW)

    assert booked == ()
    async with database.begin(EVERYWHERE) as conn:
        assert (await balances(conn, "dongli"))["cash"] == 5_000


async def test_the_same_reference_with_another_amount_is_refused(database):
    async with database.begin(EVERYWHERE) as conn:
        pool = await lock_pool(conn, "dongli")
        await book(conn, pool, [contribution(5_000)], now=NOW)

        with pytest.raises(ReferenceTaken):
            await book(conn, pool, [contribution(5_001)], now=NOW)


async def test_two_pools_may_use_the_same_reference(database):
    async with database.begin(EVERYWHERE) as conn:
        for code in ("dongli", "youxian"):
            await book(conn, await lock_pool(conn, code), [contribution(1)], now=NOW)


async def test_a_settled_month_takes_nothing_and_the_first_open_day_does(database):
    async with database.begin(EVERYWHERE) as conn:
        await conn.execute("update pools set closed_until = '2026-03-31' where code = 'dongli'")
        pool = await lock_pool(conn, "dongli")

        with pytest.raises(MonthClosed):
            await book(conn, pool, [contribution(1, business_date=date(2026, 3, 31))], now=NOW)
        await book(
            conn,
            pool,
            [contribution(1, business_date=pool.open_day(date(2026, 3, 31)))],
            now=NOW,
        )

        assert pool.open_day(date(2026, 3, 1)) == date(2026, 4, 1)
        assert pool.open_day(date(2026, 4, 2)) == date(2026, 4, 2)


async def test_an_unknown_pool_is_not_found(database):
    async with database.begin(EVERYWHERE) as conn:
        with pytest.raises(NotFound):
            await lock_pool(conn, "nowhere")


@pytest.mark.parametrize(
    "statement",
    [
        "update transfers set amount_fen = 1",
        "delete from transfers",
        "truncate transfers cascade",
    ],
)
async def test_neither_the_service_nor_the_owner_nor_a_superuser_changes_a_transfer(
    database_of, connected, statement
):
    fresh = await database_of("risk_pool")
    for url, refusal in (
        (fresh.url, asyncpg.InsufficientPrivilegeError),
        (fresh.owner_url, asyncpg.RestrictViolationError),
        (fresh.superuser_url, asyncpg.RestrictViolationError),
    ):
        conn = await asyncpg.connect(url)
        async with conn.transaction():
            if url == fresh.url:
                await look_as(conn, "*")
                await conn.execute(
                    """insert into pools (code, name, programme, opened_on, created_at, prefix)
                       values ('dongli', 'D', 'dongli', '2026-01-01', now(), 'DL')"""
                )
                await book(conn, await lock_pool(conn, "dongli"), [contribution(1)], now=NOW)
        with pytest.raises(refusal):
            await conn.execute(statement)
        await conn.close()


@pytest.mark.parametrize(
    "wrong",
    [{"amount_fen": 0}, {"credit": "cash"}, {"reference": "two\nlines"}, {"seq": 0}],
)
async def test_the_database_itself_refuses_a_transfer_that_moves_nothing(database, wrong):
    row = {
        "pool_code": "dongli",
        "seq": 1,
        "reference": "r",
        "debit": "cash",
        "credit": "interest",
        "amount_fen": 1,
        "business_date": date(2026, 3, 1),
        "kind": "k",
        "booked_at": NOW,
        "hash": bytes(32),
    } | wrong
    names = ", ".join(row)
    marks = ", ".join(f"${n}" for n in range(1, len(row) + 1))

    async with database.begin(EVERYWHERE) as conn:
        with pytest.raises(asyncpg.CheckViolationError):
            await conn.execute(f"insert into transfers ({names}) values ({marks})", *row.values())


async def test_a_bank_sees_no_transfer_and_no_balance(database):
    async with database.begin(EVERYWHERE) as conn:
        await book(conn, await lock_pool(conn, "dongli"), [contribution(1)], now=NOW)

    async with database.begin("ICBC-TJ") as conn:
        assert await conn.fetchval("select count(*) from transfers") == 0
        assert await conn.fetchval("select count(*) from account_balances") == 0


async def test_a_hundred_thousand_transfers_are_one_booking(database):
    many = [contribution(n, reference=f"contribution:{n}") for n in range(1, 100_001)]
    async with database.begin(EVERYWHERE) as conn:
        booked = await book(conn, await lock_pool(conn, "dongli"), many, now=NOW)

        assert len(booked) == 100_000
        assert await conn.fetchval("select count(distinct seq) from transfers") == 100_000
        assert await conn.fetchval("select last_seq from pools where code = 'dongli'") == 100_000
        assert (await turnovers(conn, "dongli"))["cash"] == (100_000 * 100_001 // 2, 0)


async def test_a_balance_can_be_asked_for_any_business_day_and_any_booking_time(database):
    async with database.begin(EVERYWHERE) as conn:
        pool = await lock_pool(conn, "dongli")
        await book(conn, pool, [contribution(100)], now=NOW)
        late = contribution(7, reference="late", business_date=date(2026, 3, 1))
        await book(conn, pool, [late], now=NOW + timedelta(days=20))

        assert (await balances(conn, "dongli", as_of=date(2026, 3, 9)))["cash"] == 7
        assert await balances(conn, "dongli", as_of=date(2026, 3, 9), booked_by=NOW) == {}
        assert (await balances(conn, "dongli", booked_by=NOW))["cash"] == 100
        assert (await balances(conn, "dongli"))["cash"] == 107
