"""Exposure follows the monthly positions."""

from datetime import date

from shared.contracts.applications import LoanExtendedV1
from tests.risk_pool.core.driver import pool_of


async def covered(pool):
    return (await pool.balances()).get("covered:ICBC", "0.00")


async def test_covered_principal_is_the_outstanding_times_the_ip_share_rounded_half_up(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a", amount="1000000.00", ip_share_bp=5_000)

        await pool.hears(pool.position("a", "2026-01", "333333.33"))

        assert await covered(pool) == "166666.67"


async def test_a_correction_of_the_same_month_is_a_new_version_and_moves_the_difference(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-01", "700000.00"))
        await pool.hears(pool.position("a", "2026-01", "800000.00"))
        await pool.hears(pool.position("a", "2026-01", "800000.00"))

        assert await covered(pool) == "800000.00"
        (position,) = (await pool.coverage("a"))["positions"]
        assert (position["version"], position["outstanding_principal"]) == (3, "800000.00")
        answer = await pool.auditor.get("/pools/dongli/transfers", params={"kind": "position"})
        assert [item["reference"].split(":", 2)[2] for item in answer.json()["items"]] == [
            "2026-01:2",
            "2026-01:1",
        ]


async def test_a_late_position_of_an_older_month_is_kept_but_moves_nothing(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-03", "500000.00"))
        await pool.hears(pool.position("a", "2026-02", "900000.00"))

        assert await covered(pool) == "500000.00"
        positions = (await pool.coverage("a"))["positions"]
        assert [one["month"] for one in positions] == ["2026-02", "2026-03"]


async def test_cover_never_grows_beyond_what_was_paid_out(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-01", "1500000.00"))

        assert await covered(pool) == "1000000.00"
        assert await pool.incidents() == ["position-above-cover"]


async def test_a_position_belongs_to_its_month_s_end_in_the_ledger(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-02", "600000.00", reported_on=date(2026, 3, 5)))

        def at(day):
            return pool.auditor.get("/pools/dongli/balances", params={"as_of": day})

        before, after = (await at("2026-02-27")).json(), (await at("2026-02-28")).json()

    def of(answer):
        return next(a["balance"] for a in answer["accounts"] if a["account"] == "covered:ICBC")

    assert (of(before), of(after)) == ("1000000.00", "600000.00")


async def test_what_concerns_a_settled_month_is_booked_on_the_first_open_day(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a")
        async with pool.service.context.database.begin("*") as conn:
            await conn.execute("update pools set closed_until = '2026-02-28'")

        await pool.hears(pool.position("a", "2026-02", "600000.00"))

        answer = await pool.auditor.get("/pools/dongli/transfers", params={"kind": "position"})
        assert answer.json()["items"][0]["business_date"] == "2026-03-01"


async def test_a_batch_of_positions_is_one_booking_in_order(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        names = [f"l{n}" for n in range(40)]
        await pool.hears(*(pool.approval(name, amount="100000.00") for name in names))
        await pool.hears(*(pool.disbursement(name, amount="100000.00") for name in names))

        await pool.hears(*(pool.position(name, "2026-01", "90000.00") for name in names))

        assert await covered(pool) == "3600000.00"
        answer = await pool.auditor.get(
            "/pools/dongli/transfers", params={"kind": "position", "limit": 200}
        )
        moments = {item["booked_at"] for item in answer.json()["items"]}
        assert len(answer.json()["items"]) == 40 and len(moments) == 1


async def test_an_extension_moves_the_maturity_of_what_is_covered_and_nothing_else(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a")
        before = await pool.coverage("a")

        await pool.hears(
            LoanExtendedV1(
                **vars(pool.case("a")), kind="extension", matured_on=date(2027, 3, 2),
                matures_on=date(2027, 9, 2), decided_on=date(2026, 12, 1), reason="回款周期延长",
            )
        )  # fmt: skip

        after = await pool.coverage("a")
        assert after["matures_on"] == "2027-09-02"
        for same in ("state", "covered", "outstanding", "risk_class", "overdue_days"):
            assert after[same] == before[same]
