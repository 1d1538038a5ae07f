"""A programme with escrow: the pool's part is paid into escrow, and the months go on."""

from tests.cash import settle_items
from tests.risk_pool.claims.driver import amounts, claims_of
from tests.risk_pool.claims.test_adjustments import current, gets, reversed_by


async def claimed(pool):
    """A claim of 900,000.00 of which the pool sets aside 80 %."""
    await pool.covers("a", mode="escrow", amount="1000000.00")
    for month in ("2026-01", "2026-02"):
        await pool.goes_bad("a", month, "900000.00", overdue_days=95)
    await pool.it_is("2026-03-05")
    return await pool.approves("a", "900000.00", overdue_days=100)


async def test_an_escrow_claim_is_paid_into_escrow_recovered_and_its_months_settle(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await claimed(pool)
        assert amounts(claim["shares"]) == {"pool": "720000.00", "bank": "180000.00"}
        assert [(one["payee"], one["kind"]) for one in claim["money_path"]] == [
            ("escrow", "escrow")
        ]
        assert (await pool.balances())["payable:escrow"] == "720000.00"
        await pool.pays(claim)
        back = await pool.recovers(claim, "100000.00", on="2026-03-05")
        assert amounts(back["shares"]) == {"pool": "80000.00", "bank": "20000.00"}

        await pool.it_is("2026-04-02")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.settles(month)
        await settle_items(pool.maker, pool.checker, pool.code, "2026-04-02")

        held = await pool.balances()
        assert held["cash"] == "19360000.00"
        assert current(held, "escrow") == current(held, "ICBC") == "0.00"


async def test_an_escrow_claim_found_wrong_comes_back_from_escrow(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        await pool.recovers(claim, "100000.00", on="2026-03-05")

        done = await reversed_by(pool, claim)

        assert gets(done["effect"])[pool.code] == "640000.00"
        held = await pool.balances()
        assert "claims" not in held and "recoveries" not in held
        assert current(held, "escrow") == "-720000.00"
        assert current(held, "ICBC") == "0.00"
