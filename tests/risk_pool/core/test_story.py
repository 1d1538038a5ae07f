"""From an empty pool to a loan in cover, over HTTP and events, on a real database."""

from datetime import date

from tests.risk_pool.core.driver import pool_of


async def test_a_pool_takes_money_holds_capacity_covers_a_loan_and_lets_it_go(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="10000000.00") as pool:
        await pool.approved("a", amount="2000000.00", ip_share_bp=7_500)
        held = await pool.coverage("a")
        assert (held["state"], held["reserved"]) == ("reserved", "1500000.00")
        assert held["reserved_until"] == "2026-03-12"
        assert await pool.balances() == {
            "capacity": "1500000.00",
            "cash": "10000000.00",
            "contribution:DL-FIN": "10000000.00",
            "reserved:ICBC": "1500000.00",
        }

        await pool.hears(pool.disbursement("a", amount="2000000.00"))
        covered = await pool.coverage("a")
        assert (covered["state"], covered["covered"]) == ("active", "1500000.00")

        await pool.hears(pool.position("a", "2026-02", "1200000.00", reported_on=date(2026, 3, 3)))
        assert (await pool.balances())["covered:ICBC"] == "900000.00"

        await pool.hears(pool.repayment("a"))
        gone = await pool.coverage("a")
        assert (gone["state"], gone["release_reason"]) == ("released", "repaid")
        assert "covered:ICBC" not in await pool.balances()
        assert [move["action"] for move in gone["history"]] == ["reserve", "activate", "release"]
        assert [one["type"] for one in await pool.said()] == [
            "scheme.published.v1",
            "pool.opened.v1",
            "coverage.reserved.v1",
            "coverage.activated.v1",
            "coverage.released.v1",
        ]
