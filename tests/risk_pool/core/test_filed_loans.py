"""Loans that were filed after they were paid out: held and covered in one, exactly once, or declined."""

from datetime import date

from services.risk_pool.queries.breaker_figures import (
    bank_figures,
    first_disbursed_on,
    whole_months,
)
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.core.driver import pool_of

PAID_ON = date(2026, 1, 6)
NO_LINE = {"lines": {"CCB": "0.01"}}


async def test_a_filed_loan_takes_its_room_once_whatever_is_heard_again_and_pays_no_earlier_day(
    running,
):
    async with pool_of(running, "ICBC", "CCB", paid_in="1000000.00", **NO_LINE) as pool:
        filed = pool.filing(
            "filed", amount="1000.01", outstanding="800.01", on=PAID_ON, ip_share_bp=5_000
        )
        await pool.hears(filed)
        once = await pool.balances()

        await pool.hears(filed, pool.disbursement("filed", amount="1000.01"))

        covered = await pool.coverage("filed")
        assert await pool.balances() == once
        told = [one for one in await pool.said() if "loan_id" in one]
        moves = (await pool.auditor.get("/pools/dongli/transfers")).json()["items"]
        incidents = await pool.incidents()
        # Without room at its bank it is declined, and waits in no line.
        await pool.hears(pool.filing("no room", amount="1000.00", bank="CCB"))
        declined = await pool.coverage("no room")
        line = await pool.line()
        # Of a fen at half its loan half a fen is covered, rounded up; of less nothing.
        await pool.hears(
            pool.filing("a fen", outstanding="0.01", ip_share_bp=5_000),
            pool.filing("nothing", outstanding="0.01", ip_share_bp=4_999),
        )
        smallest, nothing = await pool.coverage("a fen"), await pool.coverage("nothing")

    # 50 % of 800.01 is 400.005.
    assert (covered["state"], covered["covered"], covered["activated"], covered["reserved"]) == (
        "active", "400.01", "400.01", "0.00",
    )  # fmt: skip
    assert (covered["outstanding"], covered["disbursed"]) == ("800.01", "1000.01")
    assert (covered["disbursed_on"], covered["covered_from"]) == ("2026-01-06", "2026-01-11")
    assert [(one["type"], one["amount"], one["activated_on"]) for one in told] == [
        ("coverage.activated.v1", "400.01", "2026-01-11")
    ]
    booked = [(one["kind"], one["amount"], one["business_date"]) for one in moves]
    assert [one for one in booked if one[0] in ("reserve", "activate")] == [
        ("activate", "400.01", "2026-01-11"), ("reserve", "400.01", "2026-01-11"),
    ]  # fmt: skip
    assert incidents == ["approved-again", "disbursed-again"]
    assert (declined["state"], declined["limits"][0]["limit"], line) == (
        "declined",
        "bank_line",
        [],
    )
    assert (smallest["covered"], nothing["state"]) == ("0.01", "declined")
    assert nothing["limits"][0]["limit"] == "nothing_to_cover"


async def test_a_filed_loan_is_asked_for_and_looked_at_from_its_approval_on(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.hears(pool.filing("filed", on=PAID_ON, approved_on=date(2026, 2, 3)))
        await pool.hears(pool.position("filed", "2026-02", "1000000.00"))

        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            months = await whole_months(conn, "dongli", "ICBC", after=None)
            january = await bank_figures(conn, "dongli", "ICBC", "2026-01")
            first = await first_disbursed_on(conn, "dongli", "ICBC")

    assert (months, january.loans, first) == (["2026-02"], 0, date(2026, 2, 3))
