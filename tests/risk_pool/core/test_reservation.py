"""Capacity is held two-phase, under every limit at once, whatever comes together or late."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from shared.schemes import library
from tests.agreements import agreed
from tests.risk_pool.core.driver import Pool, arrived, pool_of, yuan


async def limits_of(pool, name):
    return [limit["limit"] for limit in (await pool.coverage(name))["limits"]]


async def test_a_loan_that_fits_exactly_is_held_and_a_fen_more_is_not(running):
    # 1,000,000.00 paid in, ten times leverage, four tenths for one bank: 4,000,000.00
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("exact", amount="2000000.00")
        await pool.approved("rest", amount="2000000.00")
        await pool.approved("fen", amount="0.01")

        assert (await pool.coverage("rest"))["state"] == "reserved"
        assert (await pool.coverage("fen"))["state"] == "waiting"
        assert await limits_of(pool, "fen") == ["bank_share_of_capacity"]


async def test_all_limits_that_bind_are_named_the_tightest_first_with_their_figures(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00", lines={"ICBC": "3000000.00"}) as pool:
        await pool.approved("first", amount="2500000.00")
        await pool.approved("big", amount="12000000.00")

        declined = await pool.coverage("big")
        (told,) = await pool.said("coverage.declined.v1")
        bank = pool.bank("ICBC")
        its_own = (await bank.get(f"/coverages/{pool.loans['big']}")).json()
        feed = (await bank.get("/events", params={"limit": 1000})).json()["items"]

    # Its own line a bank reads in figures, of the others the names alone: here and in its feed.
    (said,) = [one["data"] for one in feed if one["type"] == "coverage.declined.v1"]
    for limits in (its_own["limits"], said["limits"]):
        assert [one["limit"] for one in limits] == [one["limit"] for one in declined["limits"]]
        assert limits[0]["used"] == "2500000.00"
        assert {one.get("used") for one in limits[1:]} == {None}
        assert "1,000,000.00" not in str(limits[1:])
    steps = {one["rule"]: one for one in its_own["explanation"]["steps"]}
    assert "1,000,000.00" not in str(its_own["explanation"]), "what the pool has"
    assert len(steps) == len(declined["explanation"]["steps"])
    assert [limit["limit"] for limit in declined["limits"]] == [
        "bank_line",
        "bank_share_of_capacity",
        "maximum_leverage",
        "pool_balance",
        "borrower_cap",
    ]
    assert [limit["limit"] for limit in told["limits"]] == [
        limit["limit"] for limit in declined["limits"]
    ]
    assert declined["limits"][0]["allowed"] == "3000000.00"
    assert declined["limits"][0]["used"] == "2500000.00"
    assert declined["limits"][0]["requested"] == "12000000.00"
    assert declined["explanation"]["steps"]


async def test_only_the_ip_share_of_a_mixed_pledge_takes_capacity(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("mixed", amount="3333333.33", ip_share_bp=3_333)

        assert (await pool.coverage("mixed"))["reserved"] == "1111000.00"


async def test_requests_of_one_batch_see_what_the_earlier_ones_hold(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="1000000.00") as pool:
        await pool.hears(
            pool.approval("a", amount="2500000.00"),
            pool.approval("b", amount="2000000.00"),
            pool.approval("c", amount="1500000.00"),
            pool.approval("d", bank="CCB", amount="2500000.00"),
        )

        states = {name: (await pool.coverage(name))["state"] for name in "abcd"}

        assert await limits_of(pool, "c") == ["waiting_line"]

    # What is left for the bank is b's to wait for; another bank is not held up.
    assert states == {"a": "reserved", "b": "waiting", "c": "waiting", "d": "reserved"}


async def test_two_loans_of_one_borrower_share_the_borrowers_cap(running):
    async with pool_of(running, "ICBC", "CCB", "ABC", paid_in="10000000.00") as pool:
        await pool.approved("one", amount="6000000.00", uscc="91120110MA05TQXX00")
        await pool.approved("two", bank="CCB", amount="5000000.00", uscc="91120110MA05TQXX00")
        await pool.approved("other", bank="ABC", amount="4000000.00", uscc="91120110MA05TQXX00")

        assert await limits_of(pool, "two") == ["borrower_cap"]
        assert await limits_of(pool, "other") == ["waiting_line"], "it does not overtake"


async def test_a_bank_that_is_no_party_and_a_mode_that_is_none_are_declined_in_words(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("stranger", bank="XBANK")
        await pool.approved("mode", mode="unheard-of")
        await pool.approved("early", approved_on=date(2020, 1, 1))

        assert await limits_of(pool, "stranger") == ["bank_not_in_pool"]
        assert await limits_of(pool, "mode") == ["no_such_scheme"]
        assert await limits_of(pool, "early") == ["scheme_not_published"]


async def test_a_line_that_has_ended_or_been_replaced_counts_by_the_day_of_approval(running):
    async with pool_of(
        running, "ICBC", paid_in="10000000.00", lines={"ICBC": "1000000.00"}
    ) as pool:
        february = {"line": "3000000.00", "valid_from": "2026-02-01"}
        await agreed(pool.finance, pool.checker, "dongli", "ICBC", **february)
        await pool.approved("february", amount="500000.00", approved_on=date(2026, 2, 1))
        await pool.approved("january", amount="2000000.00", approved_on=date(2026, 1, 31))
        await pool.approved("again", amount="2000000.00", approved_on=date(2026, 2, 1))

        assert (await pool.coverage("february"))["state"] == "reserved"
        january = await pool.coverage("january")
        assert [(one["limit"], one["allowed"]) for one in january["limits"]] == [
            ("bank_line", "1000000.00")
        ]
        assert await limits_of(pool, "again") == ["waiting_line"], "its own line would do"


async def test_a_waiting_case_that_is_approved_again_is_asked_anew(running):
    async with pool_of(running, "ICBC", paid_in="100000.00") as pool:
        await pool.approved("case")
        assert (await pool.coverage("case"))["state"] == "waiting"
        await pool.paid_in("1000000.00", on=date(2026, 1, 2))

        await pool.approved("case")
        held = await pool.coverage("case")

    assert (held["state"], held["limits"]) == ("reserved", [])
    assert [move["action"] for move in held["history"]] == ["wait", "reserve"]


async def test_what_is_drawn_in_part_frees_the_rest(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("case", amount="1000000.00", ip_share_bp=5_000)
        await pool.hears(pool.disbursement("case", amount="600000.00"))

        assert (await pool.coverage("case"))["covered"] == "300000.00"
        assert (await pool.balances())["capacity"] == "300000.00"
        assert await pool.incidents() == []


async def test_what_is_drawn_beyond_the_hold_is_not_covered_and_people_are_told(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("case", amount="1000000.00")
        await pool.hears(pool.disbursement("case", amount="1200000.00"))

        assert (await pool.coverage("case"))["covered"] == "1000000.00"
        assert await pool.incidents() == ["disbursed-more"]


@pytest.mark.parametrize("way", ["withdrawal", "expiry"])
async def test_a_case_that_is_withdrawn_or_expires_frees_its_capacity(running, way):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("case")
        await pool.hears(getattr(pool, way)("case"))

        released = await pool.coverage("case")
        assert released["state"] == "released"
        assert (await pool.balances()).get("capacity") is None
        (told,) = await pool.said("coverage.released.v1")
        assert told["amount"] == "1000000.00"


@pytest.mark.parametrize("way", ["withdrawal", "expiry"])
async def test_nothing_is_held_for_a_case_whose_end_was_heard_before_its_approval(running, way):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.hears(getattr(pool, way)("lost"))
        await pool.hears(pool.approval("lost"), pool.approval("other"))

        told = await pool.said("coverage.reserved.v1")
        assert [one["loan_id"] for one in told] == [str(pool.loans["other"])]
        assert (await pool.balances())["reserved:ICBC"] == "1000000.00"
        assert await pool.incidents() == []


@pytest.mark.parametrize("way", ["withdrawal", "expiry"])
async def test_capacity_is_free_from_the_day_it_happened_and_not_from_the_day_it_was_heard(
    running, way
):
    # 23:59 in Shanghai on the last day of January, heard long after.
    happened = datetime(2026, 1, 31, 15, 59, tzinfo=UTC)
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("case")
        await pool.hears(getattr(pool, way)("case"), at=happened)

        transfers = (await pool.auditor.get(f"/pools/{pool.code}/transfers")).json()["items"]
        (release,) = [one for one in transfers if one["kind"] == "release"]
        assert release["business_date"] == "2026-01-31"


async def test_late_and_contradicting_facts_change_nothing_and_are_shown_to_people(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.approved("gone")
        await pool.hears(pool.withdrawal("gone"))
        await pool.hears(pool.disbursement("gone"))  # after the release
        await pool.covers("live")
        before = await pool.balances()
        await pool.hears(pool.withdrawal("live"))
        await pool.hears(pool.approval("live"))
        await pool.hears(pool.disbursement("live", amount="5.00"))
        await pool.hears(pool.disbursement("unheard"))
        await pool.hears(pool.position("unheard", "2026-02", "1.00"))
        await pool.approved("held")
        await pool.hears(pool.position("held", "2026-02", "1.00"))
        await pool.hears(pool.repayment("held"))
        await pool.hears(pool.withdrawal("held"))

        assert await pool.incidents() == [
            "disbursed-after-release",
            "withdrawn-after-disbursement",
            "approved-again",
            "disbursed-again",
            "disbursed-without-coverage",
            "position-without-coverage",
            "position-before-disbursement",
            "repaid-before-disbursement",
        ]
        assert await pool.balances() == before
        assert (await pool.coverage("gone"))["state"] == "released"


async def test_many_reservations_at_once_never_pass_a_limit(running):
    async with pool_of(running, "ICBC", "CCB", "ABC", paid_in="1000000.00") as pool:
        asked = [
            pool.approval(f"{bank}{n}", bank=bank, amount="700000.00")
            for n in range(10)
            for bank in ("ICBC", "CCB", "ABC")
        ]

        await asyncio.gather(*(pool.hears(event) for event in asked))

        stands = await pool.stands()
        held = yuan(stands["reserved"])
        assert held <= yuan("10000000.00")
        # 14 × 700,000.00 = 9,800,000.00; three banks with at most five each (4,000,000.00)
        assert held == yuan("9800000.00")
        assert all(yuan(bank["reserved"]) <= yuan("4000000.00") for bank in stands["banks"])


async def test_an_event_heard_twice_is_one_reservation(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        again = pool.approval("case")
        envelope = arrived(again)
        from services.risk_pool.consumer import ROUTES
        from shared.messaging.consumer import Consumer

        context = pool.service.context
        consumer = Consumer(context.database, ROUTES, service="risk_pool", now=context.clock.now)
        for _ in range(2):
            await consumer.receive("applications", [envelope])

        assert (await pool.balances())["reserved:ICBC"] == "1000000.00"
        assert await pool.incidents() == []


async def test_batches_over_two_pools_in_opposite_order_do_not_lock_each_other_out(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        other = Pool(pool.service, "youxian")
        await other.opened("ICBC")
        await other.paid_in("10000000.00")

        def batch(n):
            one = pool.approval(f"d{n}", amount="10000.00")
            two = other.approval(f"y{n}", amount="10000.00", mode=MODES["youxian"])
            return (one, two) if n % 2 else (two, one)

        await asyncio.gather(*(pool.hears(*batch(n)) for n in range(10)))

        assert (await pool.balances())["reserved:ICBC"] == "100000.00"
        assert (await other.balances())["reserved:ICBC"] == "100000.00"


MODES = {name: next(iter(library.load(name).modes)) for name in ("dongli", "youxian")}


@pytest.mark.parametrize(
    ("programme", "mode"),
    [(name, mode) for name in MODES for mode in library.load(name).modes],
)
async def test_every_mode_of_the_two_pools_holds_and_covers_a_loan(running, programme, mode):
    async with pool_of(running, "ICBC", paid_in="50000000.00", code=programme) as pool:
        await pool.approved("a", amount="1000000.00", mode=mode)
        held = await pool.coverage("a")
        await pool.hears(pool.disbursement("a"))
        covered = await pool.coverage("a")

    assert (held["state"], held["limits"]) == ("reserved", [])
    assert (covered["state"], covered["covered"]) == ("active", "1000000.00")
    assert held["scheme_version"].startswith(f"{programme}/{mode}@")
