"""A list is paged right under every order, in both directions, and sums up what it shows."""

import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.http.grids import _place, another_order
from shared.http.list_filters import days_between, fen_between
from shared.http.pages import CursorInvalid, encode_cursor
from shared.postgres import grids
from shared.postgres.conditions import between
from shared.postgres.grids import Grid, Order, Sortable
from shared.refusals import FieldsWrong

GRID = Grid(
    rows="listed",
    key=(Sortable("id", UUID),),
    sorts={
        "amount": Sortable("amount_fen", int),
        "name": Sortable("name", str),
        "due_on": Sortable("coalesce(due_on, date '1900-01-01')", date),
    },
    sums={"amount": "amount_fen"},
)


@pytest.fixture
async def conn(groundwork_owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    found = await asyncpg.connect(groundwork_owner_url)
    await found.execute(
        "create temporary table listed (id uuid, amount_fen bigint, name text, due_on date)"
    )
    yield found
    await found.close()


async def fills(conn: asyncpg.Connection, chance: random.Random, count: int) -> None:
    days = [None, date(2026, 1, 1), date(2026, 1, 2), date(1900, 1, 1)]
    rows = [
        (
            uuid4(),
            chance.choice([0, 1, -1, 10**17]),
            chance.choice(["", "a", "B", "甲"]),
            chance.choice(days),
        )
        for _ in range(count)
    ]
    await conn.execute("truncate listed")
    await conn.copy_records_to_table("listed", records=rows)


async def all_pages(conn: asyncpg.Connection, order: Order, size: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(20):
        after = order.at(found[-1]) if found else None
        rows = await grids.page(conn, GRID, {}, order, after=after, limit=size)
        found += rows
        if len(rows) < size:
            return found
    raise AssertionError("the pages have no end")


async def test_every_order_gives_every_row_once_and_backwards_the_same(conn):
    chance = random.Random(20260301)
    for _ in range(12):
        await fills(conn, chance, chance.randint(0, 14))
        for word in (None, *GRID.words()):
            order = GRID.order(word)
            whole = [
                row["id"] for row in await conn.fetch(f"select id from listed order by {order.by}")
            ]
            size = chance.randint(1, 4)

            forwards = await all_pages(conn, order, size)
            backwards = await all_pages(conn, order.reversed(), size)

            assert [row["id"] for row in forwards] == whole
            assert [row["id"] for row in backwards] == whole[::-1]
            if word in ("amount", "-amount", "due_on", "-due_on"):
                values = [order.at(row)[0] for row in forwards]
                assert values == sorted(values, reverse=word.startswith("-"))


async def test_what_all_comes_to_is_the_sum_of_the_rows_and_beyond_the_bound_nothing_is_summed(
    conn,
):
    chance = random.Random(7)
    await fills(conn, chance, 40)
    asked = between("amount_fen", (0, None))
    rows = await grids.page(conn, GRID, asked, GRID.order(None), after=None, limit=100)

    exact = await grids.summed(conn, GRID, asked, most=len(rows))
    beyond = await grids.summed(conn, GRID, asked, most=len(rows) - 1)

    assert exact == grids.Summed(
        len(rows), more=False, sums={"amount": sum(row["amount_fen"] for row in rows)}
    )
    assert beyond == grids.Summed(len(rows) - 1, more=True, sums={})


def test_a_cursor_of_another_order_is_refused():
    given = encode_cursor("amount", 5, UUID(int=1))

    assert _place(given, GRID.order("amount")) == (5, UUID(int=1))
    with pytest.raises(CursorInvalid, match=str(another_order())):
        _place(given, GRID.order("-amount"))


def test_every_wrong_bound_of_an_amount_or_a_time_is_named():
    with pytest.raises(FieldsWrong) as two:
        fen_between("amount", "1e3", "x")
    with pytest.raises(FieldsWrong) as turned:
        fen_between("amount", "2.00", "1.99")
    with pytest.raises(FieldsWrong) as days:
        days_between("due", date(2026, 3, 2), date(2026, 3, 1))

    assert [(one.place, one.code) for one in two.value.faults] == [
        (("amount_from",), "amount-malformed"), (("amount_to",), "amount-malformed"),
    ]  # fmt: skip
    for wrong, place in ((turned, "amount_to"), (days, "due_to")):
        assert [(one.place, one.code) for one in wrong.value.faults] == [
            ((place,), "ends-before-it-begins")
        ]
    assert fen_between("amount", "1.99", "1.99") == (199, 199)
