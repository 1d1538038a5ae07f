"""Every move of a breaker, by the figures that make it: where it leads, and who is told."""

from datetime import UTC, date, datetime
from itertools import pairwise

from tests.risk_pool.core.driver import pool_of

# dongli: bank 3 % warn, 5 % stop, resume below 4 % at two month-ends; pool 50 / 30 / 40 %.
MONTHS_OF_A_BANK = (
    # (bad of 1,000,000.00 covered, where the bank stands then, what is told)
    ("0.00", "normal", ()),
    ("40000.00", "warned", ("bank.warned.v1",)),
    ("0.00", "normal", ()),
    ("100000.00", "suspended", ("bank.suspended.v1",)),
    ("35000.00", "suspended", ()),
    ("35000.00", "warned", ("bank.resumed.v1",)),
    ("100000.00", "suspended", ("bank.suspended.v1",)),
    ("10000.00", "suspended", ()),
    ("10000.00", "normal", ("bank.resumed.v1",)),
)
JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
BOOKINGS_OF_A_POOL = (
    # (paid in, or a fee where below zero; its day; where the pool stands then, what is told)
    (1_000, JANUARY, "normal", "open", ()),
    (-550, JANUARY, "warned", "open", ("pool.warned.v1",)),  # 450 of 1,000
    (200, JANUARY, "normal", "open", ()),  # 650 of 1,200
    (-400, JANUARY, "suspended", "stopped", ("pool.stopped.v1",)),  # 250 of 1,200
    (250, JANUARY, "suspended", "stopped", ()),  # 500 of 1,450
    (300, JANUARY, "warned", "open", ("pool.resumed.v1",)),  # 800 of 1,750
    (-400, FEBRUARY, "suspended", "stopped", ("pool.stopped.v1",)),  # 400 of 1,750
    (1_000, FEBRUARY, "normal", "open", ("pool.resumed.v1",)),  # 1,400 of 2,750
)


async def test_a_bank_is_warned_suspended_and_resumed_by_every_way_its_figures_can_take(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("good")
        await pool.covers("bad")
        said = 0
        for number, (bad, stands, tells) in enumerate(MONTHS_OF_A_BANK, start=1):
            good = f"{1_000_000 - float(bad):.2f}"
            month = f"2026-{number:02d}"
            await pool.hears(
                pool.position("good", month, good),
                pool.position("bad", month, bad, risk_class="substandard"),
            )

            (bank,) = (await pool.stands())["banks"]
            assert (month, bank["breaker"], bank["evaluated_month"]) == (month, stands, month)
            told = [one for one in await pool.said() if one["type"].startswith("bank.")]
            assert (month, tuple(one["type"] for one in told[said:])) == (month, tells)
            assert all(one["bad_principal"] == bad for one in told[said:])
            said = len(told)

        answer = (await pool.auditor.get("/pools/dongli/banks")).json()
    looks = [(one["source"], one["target"]) for one in reversed(answer["banks"][0]["history"])]
    stood = ["normal", *(stands for _, stands, _ in MONTHS_OF_A_BANK)]
    assert looks == list(pairwise(stood))


async def test_a_pool_is_warned_stopped_and_resumed_by_every_way_its_balance_can_take(running):
    async with pool_of(running, "ICBC") as pool:
        await pool.service.context.clock.set(datetime(2026, 3, 1, 4, tzinfo=UTC))
        said = 0
        for amount, day, breaker, state, tells in BOOKINGS_OF_A_POOL:
            book = pool.paid_in if amount > 0 else pool.fee
            await book(f"{abs(amount)}.00", on=day)

            now = await pool.stands()
            assert (amount, now["breaker"], now["state"]) == (amount, breaker, state)
            told = [one for one in await pool.said() if one["type"].startswith("pool.")][1:]
            assert (amount, tuple(one["type"] for one in told[said:])) == (amount, tells)
            assert all(one["available"] == now["available"] for one in told[said:])
            said = len(told)
