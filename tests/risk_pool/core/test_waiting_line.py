"""Who finds no room waits in line, and is served in order when room appears."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from tests.agreements import agreed
from tests.risk_pool.core.driver import Pool, pool_of

# dongli: ten times leverage, four tenths of the capacity for one bank, 10,000,000.00 a borrower.


async def states(pool, *names):
    return [(await pool.coverage(name))["state"] for name in names]


async def full(pool: Pool) -> None:
    """100,000.00 paid in: 1,000,000.00 of capacity, 400,000.00 a bank; three banks take it all."""
    taken = [
        *(("ICBC", "200000.00"), ("ICBC", "200000.00"), ("CCB", "200000.00"), ("CCB", "200000.00")),
        *(("ABC", "100000.00"), ("ABC", "100000.00")),
    ]
    names = [f"{bank} {n}" for n, (bank, _) in enumerate(taken)]
    for name, (bank, amount) in zip(names, taken, strict=True):
        await pool.approved(name, bank=bank, amount=amount)
    assert await states(pool, *names) == ["reserved"] * len(names)


async def test_room_that_is_freed_goes_to_the_first_in_line_whatever_the_others_would_fit(running):
    async with pool_of(running, "ICBC", "CCB", "ABC", "BOC", paid_in="100000.00") as pool:
        await full(pool)
        await pool.approved("large", bank="ABC", amount="150000.00")
        await pool.approved("small", bank="BOC", amount="10000.00")
        assert await pool.line() == [(1, "large"), (2, "small")]
        told = [
            (one["place"], one["waits_until"]) for one in await pool.said("coverage.declined.v1")
        ]
        assert [place for place, _ in told] == [1, 2]

        await pool.hears(pool.withdrawal("CCB 2"))

        assert await states(pool, "large", "small") == ["reserved", "reserved"]
        assert await pool.line() == []
        reserved = [one["number"] for one in await pool.said("coverage.reserved.v1")][6:]
        assert reserved == [(await pool.coverage(name))["number"] for name in ("large", "small")]
        assert (await pool.balances())["capacity"] == "960000.00"


async def test_a_smaller_one_does_not_overtake_the_one_that_the_same_limit_blocks(running):
    async with pool_of(running, "ICBC", "CCB", "ABC", "BOC", paid_in="100000.00") as pool:
        await full(pool)
        await pool.approved("large", bank="BOC", amount="150000.00")
        await pool.approved("small", bank="ABC", amount="50000.00")

        await pool.hears(pool.withdrawal("ABC 4"))
        await pool.approved("new", bank="BOC", amount="1000.00")

        assert await states(pool, "large", "small", "new") == ["waiting"] * 3
        assert await pool.line() == [(1, "large"), (2, "small"), (3, "new")]
        small = await pool.coverage("small")
        assert [one["limit"] for one in small["limits"]] == ["waiting_line"]


async def test_a_bank_at_its_own_limit_does_not_hold_up_the_others(running):
    async with pool_of(
        running, "ICBC", "CCB", paid_in="100000.00", lines={"ICBC": "100000.00"}
    ) as pool:
        await pool.approved("at its line", bank="ICBC", amount="100000.01")
        await pool.approved("behind it", bank="ICBC", amount="1000.00")
        await pool.approved("another bank", bank="CCB", amount="150000.00")

        assert await states(pool, "at its line", "behind it", "another bank") == [
            "waiting", "waiting", "reserved",
        ]  # fmt: skip


WAYS = (
    "contribution", "balance", "repayment", "position", "smaller loan", "withdrawal", "expiry",
    "undone", "line", "order",
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_whatever_makes_room_serves_the_line_by_the_same_move(running, way):
    lines = {"ICBC": "100000.00"} if way == "line" else None
    async with pool_of(running, "ICBC", "CCB", paid_in="100000.00", lines=lines) as pool:
        if way in ("repayment", "position", "undone"):
            await pool.covers("first", amount="200000.00")
            await pool.covers("second", amount="200000.00")
        elif way in ("withdrawal", "expiry", "smaller loan"):
            await pool.approved("first", amount="200000.00")
            await pool.approved("second", amount="200000.00")
        elif way == "order":
            await by_order(pool, "suspend")
        elif way == "balance":
            await pool.fee("60000.00")
        await pool.approved("waits", amount="300000.00" if way == "contribution" else "150000.00")
        assert await states(pool, "waits") == ["waiting"]
        await pool.serves_its_line()
        assert await states(pool, "waits") == ["waiting"], "nothing has changed"

        if way == "contribution":
            await pool.paid_in("50000.00")
        elif way == "balance":
            await pool.paid_in("60000.00")
        elif way == "repayment":
            await pool.hears(pool.repayment("first", on=date(2026, 1, 25)))
        elif way == "position":
            await pool.hears(pool.position("first", "2026-01", "40000.00"))
        elif way == "smaller loan":
            await pool.hears(pool.disbursement("first", amount="50000.00"))
        elif way == "undone":
            await pool.hears(pool.undoing("first"))
            await pool.hears(pool.withdrawal("first"))
        elif way in ("withdrawal", "expiry"):
            await pool.hears(getattr(pool, way)("first"))
        elif way == "order":
            await by_order(pool, "resume")
        else:
            await agreed(pool.finance, pool.checker, "dongli", "ICBC", line="400000.00")

        # Nobody walks the line by itself: the move that made room has served it.
        assert await states(pool, "waits") == ["reserved"]


@pytest.mark.parametrize("end", ["withdrawal", "rejection", "expiry"])
async def test_who_leaves_the_line_lets_those_behind_in_at_once(running, end):
    async with pool_of(running, "ICBC", "CCB", "ABC", "BOC", paid_in="100000.00") as pool:
        await full(pool)
        await pool.hears(pool.withdrawal("ABC 4"))
        await pool.approved("large", bank="BOC", amount="150000.00")
        await pool.approved("small", bank="ABC", amount="50000.00")
        assert await pool.line() == [(1, "large"), (2, "small")]

        await pool.hears(getattr(pool, end)("large"))

        assert await states(pool, "large", "small") == ["released", "reserved"]
        assert await pool.line() == []


async def test_a_bank_that_good_reports_lift_is_served_by_the_report_that_lifts_it(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("bad", amount="100000.00")
        await pool.hears(
            pool.position("bad", "2026-01", "100000.00", risk_class="loss", overdue_days=10)
        )
        await pool.approved("waits", amount="150000.00")
        assert await states(pool, "waits") == ["waiting"]
        assert "bank_suspended" in {
            one["limit"] for one in (await pool.coverage("waits"))["limits"]
        }

        for month in ("2026-02", "2026-03", "2026-04", "2026-05"):
            await pool.hears(pool.position("bad", month, "100000.00"))
            if await states(pool, "waits") == ["reserved"]:
                break

        (told,) = await pool.said("bank.resumed.v1")
        assert (
            told["on"] == f"{month}-{30 if month[-1] == '4' else 31 if month != '2026-02' else 28}"
        )
        assert await states(pool, "waits") == ["reserved"]


async def by_order(pool: Pool, order: str) -> None:
    """Two persons suspend or resume the bank."""
    proposed = await pool.manager.post(
        "/pools/dongli/breaker-orders",
        json={"bank_code": "ICBC", "order": order, "reason": "风控系统"},
    )
    approver = pool.service.as_("wu", "approver")
    answer = await approver.post(f"/breaker-orders/{proposed.json()['id']}/confirm")
    assert answer.status_code == 200, answer.text


async def test_capacity_is_held_from_the_day_on_which_the_line_is_served(running):
    async with pool_of(running, "ICBC", paid_in="1000.00") as pool:
        await pool.approved("waits", amount="100000.00", approved_on=date(2026, 1, 11))
        waits = await pool.coverage("waits")
        await pool.service.context.clock.set(datetime(2026, 2, 2, 4, tzinfo=UTC))
        await pool.paid_in("1000000.00")
        await pool.serves_its_line()

        served = await pool.coverage("waits")
        (transfer,) = [
            one
            for one in (await pool.auditor.get("/pools/dongli/transfers")).json()["items"]
            if one["kind"] == "reserve"
        ]

    longer = date.fromisoformat(served["reserved_until"]) - date.fromisoformat(
        waits["waiting_for"]["due_on"]
    )
    assert longer.days == 22, "from the second of February, not from the eleventh of January"
    assert served["waiting_for"]["due_on"] == served["reserved_until"]
    assert (transfer["business_date"], transfer["amount"]) == ("2026-02-02", "100000.00")


async def test_who_waits_until_the_approval_is_no_longer_valid_leaves_the_line(running):
    async with pool_of(running, "ICBC", paid_in="1000.00") as pool:
        await pool.approved("waits", amount="100000.00", approved_on=date(2026, 1, 11))
        await pool.approved("younger", amount="100000.00", approved_on=date(2026, 1, 12))
        last = date.fromisoformat((await pool.coverage("waits"))["waiting_for"]["due_on"])

        await pool.service.context.clock.set(
            datetime(last.year, last.month, last.day, 4, tzinfo=UTC)
        )
        await pool.serves_its_line()
        assert await pool.line() == [(1, "waits"), (2, "younger")]
        tomorrow = date.fromordinal(last.toordinal() + 1)
        await pool.service.context.clock.set(
            datetime(tomorrow.year, tomorrow.month, tomorrow.day, 4, tzinfo=UTC)
        )
        await pool.paid_in("1000000.00")
        await pool.serves_its_line()

        assert await states(pool, "waits", "younger") == ["released", "reserved"]
        (told,) = await pool.said("coverage.released.v1")
        assert (told["reason"], told["amount"]) == ("expired", "0.00")


async def test_what_can_never_fit_is_declined_and_does_not_wait(running):
    async with pool_of(running, "ICBC", paid_in="100000000.00") as pool:
        await pool.approved("too much for any borrower", amount="10000000.01")
        await pool.approved("a stranger's", bank="XBANK")

        assert await states(pool, "too much for any borrower", "a stranger's") == ["declined"] * 2
        assert await pool.line() == []


async def test_two_walks_of_the_line_at_once_serve_nobody_twice(running):
    async with pool_of(running, "ICBC", "CCB", "ABC", paid_in="100.00") as pool:
        names = [f"{bank}{n}" for n in range(6) for bank in ("ICBC", "CCB", "ABC")]
        await pool.hears(*(pool.approval(one, bank=one[:-1], amount="50000.00") for one in names))
        await pool.paid_in("99900.00")

        await asyncio.gather(*(pool.serves_its_line() for _ in range(3)))

        # 1,000,000.00 of capacity: eighteen of 50,000.00 are 900,000.00.
        assert (await pool.balances())["capacity"] == "900000.00"
        assert len(await pool.said("coverage.reserved.v1")) == len(names)


async def test_a_bank_sees_its_own_cases_in_line_with_their_places(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="1000.00") as pool:
        for name, bank in (("one", "ICBC"), ("two", "CCB"), ("three", "ICBC")):
            await pool.approved(name, bank=bank, amount="100000.00")

        assert await pool.line(pool.bank("ICBC")) == [(1, "one"), (3, "three")]
        assert await pool.line(pool.bank("CCB")) == [(2, "two")]
        line = "/pools/dongli/waiting-line"
        seen = (await pool.bank("ICBC").get(line)).json()["items"][0]["limits"]
        known = (await pool.auditor.get(line)).json()["items"][0]["limits"]
        assert [one["limit"] for one in seen] == [one["limit"] for one in known]
        assert {one["allowed"] for one in seen} == {None}, "what the pool has is not a bank's"
        assert "1,000.00" in known[-1]["zh"] and "1,000.00" not in str(seen)
        await pool.hears(pool.withdrawal("one"))
        assert await pool.line(pool.bank("CCB")) == [(1, "two")]
        assert (await pool.coverage("three"))["line_place"] == 2
