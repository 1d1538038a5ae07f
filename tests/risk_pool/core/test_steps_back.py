"""A zero or a disbursement that was a mistake, and a disbursement that is told late."""

from datetime import UTC, date, datetime

import pytest

from tests.risk_pool.core.driver import pool_of, yuan


async def transfers(pool):
    answer = (await pool.auditor.get("/pools/dongli/transfers", params={"limit": 200})).json()
    return [
        (one["kind"], one["debit"], one["credit"], one["amount"])
        for one in reversed(answer["items"])
        if one["kind"] != "contribution"
    ]


async def test_a_loan_that_was_not_repaid_after_all_is_in_cover_again_to_the_fen(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("loan", amount="1000000.01", ip_share_bp=5_000)
        before = await pool.balances()
        await pool.hears(pool.repayment("loan", on=date(2026, 1, 31)))
        await pool.hears(pool.reopening("loan", "600000.03", on=date(2026, 2, 3)))

        back = await pool.coverage("loan")
        assert (back["state"], back["covered"], back["outstanding"]) == (
            "active", "300000.02", "600000.03",
        )  # fmt: skip
        assert (back["released_on"], back["release_reason"]) == (None, None)
        (told,) = await pool.said("coverage.reopened.v1")
        assert (told["amount"], told["reopened_on"], told["reason"]) == (
            "300000.02", "2026-02-03", "月报误报为零",
        )  # fmt: skip
        assert (await transfers(pool))[-1] == ("reopen", "covered:ICBC", "capacity", "300000.02")

        await pool.hears(pool.repayment("loan", on=date(2026, 3, 1)))
        await pool.hears(pool.reopening("loan", "1000000.01", on=date(2026, 3, 2)))
        assert await pool.balances() == before, "repaid and reopened twice, nothing is made or lost"
        await pool.hears(pool.repayment("loan", on=date(2026, 4, 1)))
        assert (await pool.balances()).get("covered:ICBC") is None


async def test_what_was_let_go_for_another_reason_is_not_reopened(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("withdrawn")
        await pool.hears(pool.withdrawal("withdrawn"))
        await pool.hears(pool.reopening("withdrawn", "1.00"))

        assert (await pool.coverage("withdrawn"))["state"] == "released"
        assert await pool.incidents() == ["reopened-after-release"]


async def test_a_disbursement_that_never_was_is_a_reservation_again_and_can_be_paid_out_anew(
    running,
):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("loan", amount="500000.00")
        await pool.hears(pool.position("loan", "2026-01", "400000.00"))
        await pool.hears(pool.undoing("loan"))

        held = await pool.coverage("loan")
        assert (held["state"], held["reserved"], held["covered"], held["disbursed_on"]) == (
            "reserved", "400000.00", "0.00", None,
        )  # fmt: skip
        assert held["waiting_for"]["due_on"] == held["reserved_until"] is not None
        assert (await pool.said("coverage.reserved.v1"))[-1]["amount"] == "400000.00"

        await pool.hears(pool.disbursement("loan", amount="300000.00", on=date(2026, 1, 25)))
        paid = await pool.coverage("loan")
        assert (paid["state"], paid["covered"]) == ("active", "300000.00")
        assert (await pool.balances())["capacity"] == "300000.00"


async def test_a_disbursement_undone_after_the_hold_has_run_out_frees_its_room(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("loan", amount="500000.00")
        await pool.hears(pool.undoing("loan", on=date(2026, 11, 1)))

        free = await pool.coverage("loan")
        assert (free["state"], free["reserved"], free["release_reason"]) == (
            "released", "0.00", "undone",
        )  # fmt: skip
        (told,) = await pool.said("coverage.released.v1")
        assert (told["reason"], told["amount"]) == ("undone", "500000.00")
        assert (await pool.balances()).get("capacity") is None


def at_nine(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


async def run_out(pool, amount="500000.00") -> date:
    """A loan's capacity has run out unused; the last day on which it was held."""
    await pool.approved("loan", amount=amount)
    last = date.fromisoformat((await pool.coverage("loan"))["reserved_until"])
    await pool.hears(pool.expiry("loan"))
    return last


async def test_paid_out_on_the_last_held_day_and_filed_the_next_morning_is_covered(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        last = await run_out(pool)
        morning = at_nine(date.fromordinal(last.toordinal() + 1))
        await pool.hears(pool.disbursement("loan", amount="500000.00", on=last), at=morning)

        covered = await pool.coverage("loan")
        assert (covered["state"], covered["covered"], covered["disbursed_on"]) == (
            "active", "500000.00", last.isoformat(),
        )  # fmt: skip
        assert covered["release_reason"] is None
        assert await pool.incidents() == []
        (told,) = await pool.said("coverage.activated.v1")
        assert told["amount"] == "500000.00"
        assert (await pool.balances())["covered:ICBC"] == "500000.00"
        await pool.hears(pool.repayment("loan", on=date(2026, 12, 1)))
        assert (await pool.balances()).get("covered:ICBC") is None


@pytest.mark.parametrize(("paid_after", "told_after"), [(1, 1), (0, 30)])
async def test_paid_out_after_the_hold_or_told_after_the_time_for_filing_is_not_covered(
    running, paid_after, told_after
):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        last = await run_out(pool)
        paid = date.fromordinal(last.toordinal() + paid_after)
        told = at_nine(date.fromordinal(last.toordinal() + told_after))
        await pool.hears(pool.disbursement("loan", amount="500000.00", on=paid), at=told)

        assert (await pool.coverage("loan"))["state"] == "released"
        assert await pool.incidents() == ["disbursed-after-release"]


async def test_told_late_when_others_have_taken_the_room_it_is_not_covered(running):
    async with pool_of(running, "ICBC", paid_in="125000.00") as pool:
        last = await run_out(pool, amount="250000.00")
        for n in (1, 2):
            await pool.approved(f"other{n}", amount="250000.00")
        assert yuan((await pool.balances())["reserved:ICBC"]) == yuan("500000.00")
        morning = at_nine(date.fromordinal(last.toordinal() + 1))
        await pool.hears(pool.disbursement("loan", amount="250000.00", on=last), at=morning)

        assert (await pool.coverage("loan"))["state"] == "released"
        assert await pool.incidents() == ["disbursed-late-no-room"]
