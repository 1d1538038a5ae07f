"""A bank whose covered loans go bad is warned, suspended and resumed; a pool that runs low, too."""

from datetime import UTC, date, datetime

from services.risk_pool.main import watch_banks_without_loans
from tests.risk_pool.core.driver import pool_of

# dongli: bank 3 % warn, 5 % stop, resume below 4 % at two month-ends; pool 50 / 30 / 40 %.


async def bank(pool, code="ICBC"):
    return next(one for one in (await pool.stands())["banks"] if one["bank_code"] == code)


async def month(pool, month_, **bad):
    """Every loan reports one million; those named are bad by that much."""
    for name in pool.loans:
        outstanding = bad.get(name, "1000000.00")
        risk_class = "substandard" if name in bad else "normal"
        await pool.hears(pool.position(name, month_, outstanding, risk_class=risk_class))


async def ten_loans(pool):
    for n in range(10):
        await pool.covers(f"l{n}")


async def test_a_bank_is_warned_suspended_and_resumed_after_two_good_month_ends(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await ten_loans(pool)

        await month(pool, "2026-01", l0="400000.00")  # 0.4 of 9.4 million: 4.26 %
        assert (await bank(pool))["breaker"] == "warned"
        await month(pool, "2026-02", l0="600000.00")  # 0.6 of 9.6: 6.25 %
        assert (await bank(pool))["breaker"] == "suspended"
        await pool.approved("refused")
        refused = await pool.coverage("refused")
        assert [limit["limit"] for limit in refused["limits"]] == ["bank_suspended"]
        del pool.loans["refused"]

        await month(pool, "2026-03", l0="100000.00")  # 1.1 %: the first good month-end
        assert (await bank(pool))["breaker"] == "suspended"
        await month(pool, "2026-04", l0="450000.00")  # 4.8 %: between the lines, begins anew
        await month(pool, "2026-05", l0="100000.00")
        assert (await bank(pool))["breaker"] == "suspended"
        await month(pool, "2026-06", l0="100000.00")
        assert (await bank(pool))["breaker"] == "normal"
        await pool.approved("taken")
        assert (await pool.coverage("taken"))["state"] == "reserved"

        told = [one["type"] for one in await pool.said() if one["type"].startswith("bank.")]
        assert told == ["bank.warned.v1", "bank.suspended.v1", "bank.resumed.v1"]
        (suspended,) = await pool.said("bank.suspended.v1")
        assert (suspended["bad_principal"], suspended["covered_principal"]) == (
            "600000.00",
            "9600000.00",
        )
        assert suspended["line_bp"] == 500 and suspended["on"] == "2026-02-28"


async def test_a_figure_on_the_line_does_not_trip_it(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("good", amount="970000.00")
        await pool.covers("bad", amount="30000.00")

        await pool.hears(
            pool.position("good", "2026-01", "970000.00"),
            pool.position("bad", "2026-01", "30000.00", risk_class="loss"),
        )

        assert (await bank(pool))["bad_ratio_bp"] == 300
        assert (await bank(pool))["breaker"] == "normal"


async def test_a_month_is_looked_at_once_when_its_last_position_has_come(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await ten_loans(pool)

        await pool.hears(pool.position("l0", "2026-01", "1000000.00", risk_class="doubtful"))
        assert (await bank(pool))["breaker"] == "normal", "one bad loan of ten, nine unheard"
        await pool.hears(*(pool.position(f"l{n}", "2026-01", "1000000.00") for n in range(1, 10)))
        assert (await bank(pool))["breaker"] == "suspended"
        await pool.hears(pool.position("l0", "2026-01", "1000000.00"))
        assert (await bank(pool))["breaker"] == "suspended", "a correction counts the next month"

        answer = (await pool.auditor.get("/pools/dongli/banks")).json()
        assert len(answer["banks"][0]["history"]) == 1


async def test_the_order_of_positions_and_batches_does_not_matter(running):
    outcomes = []
    for size in (1, 3, 10):
        async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
            await ten_loans(pool)
            events = [
                pool.position(
                    f"l{n}", "2026-01", "900000.00", risk_class="loss" if n == 3 else "normal"
                )
                for n in range(10)
            ]
            if size == 3:
                events.reverse()
            for start in range(0, 10, size):
                await pool.hears(*events[start : start + size])
            stand = await bank(pool)
            outcomes.append((stand["breaker"], stand["bad"], stand["covered"]))

    assert outcomes == [("suspended", "900000.00", "9000000.00")] * 3


async def test_the_last_missing_loan_may_also_be_repaid(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("a")
        await pool.covers("b")
        await pool.hears(pool.position("a", "2026-01", "1000000.00", risk_class="loss"))
        assert (await bank(pool))["breaker"] == "normal"

        await pool.hears(pool.repayment("b", on=date(2026, 1, 31)))

        assert (await bank(pool))["breaker"] == "suspended"


async def test_a_suspended_bank_without_loans_is_resumed_by_the_calendar(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-01", "1000000.00", risk_class="loss"))
        await pool.hears(pool.repayment("a"))
        assert (await bank(pool))["breaker"] == "suspended"

        for day in (datetime(2026, 3, 1, 4, tzinfo=UTC), datetime(2026, 4, 1, 4, tzinfo=UTC)):
            await pool.service.context.clock.set(day)
            await watch_banks_without_loans(pool.service.context)
            await watch_banks_without_loans(pool.service.context)

        assert (await bank(pool))["breaker"] == "normal"
        assert len(await pool.said("bank.resumed.v1")) == 1


async def test_a_pool_that_runs_low_warns_stops_and_takes_entries_again_above_its_resume_line(
    running,
):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.fee("500000.00")
        assert (await pool.stands())["breaker"] == "normal", "on the line is not below it"
        await pool.fee("0.01")
        assert (await pool.stands())["breaker"] == "warned"
        await pool.fee("200000.00")
        stopped = await pool.stands()
        assert (stopped["breaker"], stopped["state"]) == ("suspended", "stopped")
        await pool.approved("refused", amount="10000.00")
        refused = await pool.coverage("refused")
        assert [limit["limit"] for limit in refused["limits"]] == ["pool_stopped"]

        await pool.paid_in("150000.00")  # 449,999.99 of 1,150,000.00: 39.1 %
        assert (await pool.stands())["state"] == "stopped"
        await pool.paid_in("50000.00")  # 499,999.99 of 1,200,000.00: 41.7 %
        assert (await pool.stands())["state"] == "open"

        told = [one["type"] for one in await pool.said() if one["type"].startswith("pool.")]
        assert told == ["pool.opened.v1", "pool.warned.v1", "pool.stopped.v1", "pool.resumed.v1"]
