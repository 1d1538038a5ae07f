"""A claim for a loan paid out in parts: it follows what is owed, and lets go of what was undrawn."""

from datetime import date
from uuid import UUID

from services.risk_pool.queries.caps import figures
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_claims import code_of, lending

SHARE = {"amount": "1000000.01", "ip_share_bp": 5_000}


async def two_of_three(pool, name: str = "parts") -> None:
    """700,000.01 of 1,000,000.01 in two draws; the rest may be drawn until the end of June."""
    await pool.pays_in_parts(name, "400000.00", **SHARE)
    await pool.hears(pool.draw(name, "300000.01", "700000.01"))


async def test_a_claim_after_two_of_three_draws_is_split_as_if_it_had_been_paid_out_at_once(
    running,
):
    async with claims_of(running) as pool:
        await lending(pool)
        await two_of_three(pool)
        await pool.hears(pool.approval("at once", **SHARE))
        await pool.hears(pool.disbursement("at once", amount="700000.01"))
        for name in ("parts", "at once"):
            await pool.goes_bad(name, "2026-02", "650000.01", overdue_days=92)
        await pool.it_is("2026-03-05")
        parts, once = await pool.coverage("parts"), await pool.coverage("at once")
        assert parts["covered"] == once["covered"] == "325000.01"
        assert (parts["reserved"], once["reserved"]) == ("150000.00", "0.00")
        reserved = (await pool.balances())["reserved:ICBC"]
        assert reserved == "150000.00"

        too_much = await pool.bank("ICBC").post(
            "/claims", json=pool.claim_of("parts", "700000.01", overdue_days=95)
        )
        assert code_of(too_much) == (422, "claim-not-admissible")
        claims = [await pool.approves(name, "650000.01", overdue_days=95)
                  for name in ("parts", "at once")]  # fmt: skip

        split = [[(one["party"], one["amount"]) for one in claim["shares"]] for claim in claims]
        assert split[0] == split[1]
        assert dict(split[0])["pool"] != "0.00"
        gone = await pool.coverage("parts")
        assert (gone["state"], gone["covered"], gone["reserved"], gone["draws_until"]) == (
            "claimed", "0.00", "0.00", None,
        )  # fmt: skip
        released = [
            (one["reason"], one["amount"]) for one in await pool.said("coverage.released.v1")
        ]
        assert released == [("claimed", "475000.01"), ("claimed", "325000.01")]
        assert "reserved:ICBC" not in await pool.balances()

        # The third draw comes too late: it covers nothing, and says why.
        await pool.hears(pool.draw("parts", "300000.00", "1000000.01", no=3))
        assert await pool.incidents() == ["drawn-after-claim"]
        assert (await pool.coverage("parts"))["covered"] == "0.00"


async def test_each_draw_counts_as_lent_in_its_own_year(running):
    async with claims_of(running) as pool:
        await two_of_three(pool)
        await pool.hears(
            pool.draw("parts", "100000.00", "800000.01", no=3, on=date(2027, 1, 4)),
            pool.disbursement("parts"),
        )
        await pool.hears(pool.draw("parts", "50000.00", "850000.01", no=4, on=date(2027, 1, 5)))
        await pool.hears(
            pool.draw_undone("parts", "50000.00", "800000.01", no=4, on=date(2027, 1, 6))
        )

        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            lent = {}
            for year in (2026, 2027):
                claim_id = UUID(int=year)
                claim = {
                    "id": claim_id, "pool_code": "dongli", "programme": "dongli",
                    "bank_code": "ICBC", "claimed_on": date(year, 6, 1),
                }  # fmt: skip
                lent[year] = (await figures(conn, [claim]))[claim_id]

    assert lent == {
        2026: {"bank_year_lending": 70_000_001, "term_disbursed": 80_000_001},
        2027: {"bank_year_lending": 10_000_000, "term_disbursed": 80_000_001},
    }
