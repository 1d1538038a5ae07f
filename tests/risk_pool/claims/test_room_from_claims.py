"""Room that claims, recoveries and adjustments make goes to who waits in line, by the same move."""

from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_claims import bad_loan

# dongli: ten times leverage, four tenths of the capacity for one bank, 10,000,000.00 a borrower.


async def state(pool, name):
    return (await pool.coverage(name))["state"]


async def test_an_approved_claim_frees_its_loans_room_for_the_first_in_line(running):
    async with claims_of(running, paid_in="500000.00") as pool:
        await pool.covers("other", amount="1000000.00")
        await bad_loan(pool, amount="1000000.00", outstanding="1000000.00")
        claim = await pool.files("a", "1000000.00", overdue_days=95)
        await pool.readies(claim)
        await pool.approved("waits", amount="500000.00", approved_on=pool.today())
        assert await state(pool, "waits") == "waiting"

        answer = await pool.approves_now(claim)

        assert answer.status_code == 200, answer.text
        assert await state(pool, "waits") == "reserved"


async def test_a_confirmed_recovery_makes_the_pool_larger_for_the_first_in_line(running):
    async with claims_of(running, paid_in="250000.00") as pool:
        await pool.covers("other", amount="500000.00")
        await bad_loan(pool, amount="500000.00", outstanding="500000.00")
        claim = await pool.approves("a", "500000.00", overdue_days=95)
        assert claim["pool_pays"] == "50000.00"
        await pool.approved("waits", amount="400000.00", approved_on=pool.today())
        assert await state(pool, "waits") == "waiting"

        await pool.recovers(claim, "400000.00", on=str(pool.today()))

        assert await state(pool, "waits") == "reserved"
