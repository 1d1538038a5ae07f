"""What is kept for the cockpit is what is booked and reported, whatever moves between two countings."""

from contextlib import asynccontextmanager
from random import Random

from services.risk_pool.domain.report_period import parse
from services.risk_pool.handlers.book_counts import count_once
from services.risk_pool.queries.book_counts import counted_in_each
from services.risk_pool.queries.reports_measures import counted
from services.risk_pool.tables.book_counts import KEPT_BY, MOVES, STANDS, differences, due
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.reports.test_reports import own

__all__ = ["own"]

PERIODS = (
    "2026-01",
    "2026-03",
    "2026-05",
    "2026-06",
    "2026-Q2",
    "2026",
    "2026-02..2026-05",
    "2025",
)
MAY = Month(2026, 5)
FIRM = "91120110MA05TQXX00"


async def counts(book):
    """Count until nothing is due."""
    while await count_once(book.service.context):
        pass


@asynccontextmanager
async def looking(book):
    async with book.service.context.database.looking(EVERYWHERE) as conn:
        yield conn


async def says_what_is_booked(book, period, divisions):
    """The kept counts and what is due to them are what the reports count now."""
    asked = parse(period)
    async with looking(book) as conn:
        for are_all in (True, False):
            found = await counted_in_each(
                conn, ["dongli"], [asked], divisions, until=MAY, are_all=are_all
            )
            for measure in (*STANDS, *MOVES):
                told = {
                    (period, by, value): (one.loans, one.fen)
                    for by in divisions
                    for value, one in (await counted(conn, "dongli", measure, asked, by)).items()
                }
                assert {key: tuple(one) for key, one in found[measure].items()} == told, (
                    measure, period, are_all,
                )  # fmt: skip


async def all_is_even(book):
    async with looking(book) as conn:
        return await differences(conn, until=MAY)


def moves(book, claim_of):
    """What may happen to the book, by name."""

    async def reports(name, month, owed, days, risk_class):
        await book.hears(book.position(name, month, owed, overdue_days=days, risk_class=risk_class))

    async def pays_a_claim():
        claim_of["c"] = await book.approves("c", "700000.00", overdue_days=140)
        await book.pays(claim_of["c"])

    async def recovers():
        await book.recovers(claim_of["c"], "50000.00", on="2026-05-25")

    return {
        "falls behind": lambda: reports("d", "2026-04", "900000.00", 40, "special_mention"),
        "recovers from it": lambda: reports("d", "2026-05", "800000.00", 0, "normal"),
        "reported once more, of a month before": lambda: reports(
            "b", "2026-02", "950000.00", 5, "normal"
        ),
        "goes bad": lambda: book.goes_bad("c", "2026-04", "700000.00"),
        "claimed and paid": pays_a_claim,
        "recovered": recovers,
        "lent": lambda: book.covers("new", amount="600000.00"),
        "renewed": lambda: book.covers("b2", amount="1500000.00", uscc=FIRM, renews="b"),
        "lent by another bank": lambda: book.covers("more", amount="300000.00", bank="CCB"),
    }


async def test_after_a_whole_life_and_any_moves_what_is_kept_is_what_is_counted(own):
    chance = Random(20261130)
    await says_what_is_booked(own, "2026", KEPT_BY)
    await counts(own)
    assert await all_is_even(own) == []
    for period in PERIODS:
        await says_what_is_booked(own, period, ("all", chance.choice(KEPT_BY[1:])))

    for name, move in moves(own, {}).items():
        await move()
        async with looking(own) as conn:
            assert (await due(conn, None, until=MAY)).pools == ["dongli"], name
        await says_what_is_booked(own, chance.choice(PERIODS), ("all", chance.choice(KEPT_BY[1:])))
        if chance.random() < 0.5:
            await counts(own)

    await counts(own)
    assert await all_is_even(own) == []
    await says_what_is_booked(own, "2026", KEPT_BY)


async def test_a_month_that_begins_shows_what_stood_before_it(own):
    await counts(own)
    await own.it_is("2026-08-03")
    await counts(own)

    async with looking(own) as conn:
        # Or later: what is due is looked at before the clock is set, too.
        assert (await due(conn, None, until=MAY)).kept >= "2026-08"
        assert await differences(conn, until=Month(2026, 8)) == []


async def test_a_count_that_was_altered_is_named_with_both_figures(own):
    await counts(own)
    async with own.service.context.database.begin(EVERYWHERE) as conn:
        await conn.execute(
            """update book_counts set fen = fen + 1
               where (pool_code, measure, month, by, value) = ('dongli', 'covered', '2026-04', 'bank', 'CCB')"""
        )

    named = [(row["pool_code"], row["measure"], row["value"]) for row in await all_is_even(own)]

    assert named == [("dongli", "covered", "CCB"), ("*", "covered", "CCB")]
