"""A loan and its renewal are one debt: as much cover as the larger of the two, to the fen."""

from datetime import date
from typing import Any

from services.risk_pool.audit.verify import audit_pool, opened
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.core.driver import pool_of

# dongli: 10,000,000.00 a borrower; the pool's capacity and the bank's part of it are far above.
FIRM = "91120110MA05TQXX00"
LINE = {"ICBC": "9500000.00"}


async def used(pool: Any) -> tuple[str, str, str, str]:
    """What is covered, what is held, what of both is counted once, and the used of the ceiling."""
    stands = await pool.stands()
    ceiling = next(one for one in stands["ceilings"] if one["limit"] == "maximum_leverage")
    return (
        stands["covered"], stands["reserved"], stands["counted_once"], ceiling["used"],
    )  # fmt: skip


async def test_a_renewal_is_judged_with_the_rest_of_the_loan_as_one_debt(running: Any):
    async with pool_of(running, "ICBC", "CCB", paid_in="10000000.00", lines=LINE) as pool:
        await pool.covers("old", amount="6000000.00", uscc=FIRM)
        await pool.covers("other", amount="1500000.00", uscc=FIRM, bank="CCB")
        before = await used(pool)
        assert before == ("7500000.00", "0.00", "0.00", "7500000.00")

        # A fen above the firm's 10,000,000.00 with what is left of the loan counted once: declined,
        # and the loan keeps its cover.
        await pool.approved("greedy", amount="8500000.01", uscc=FIRM, renews="old")
        assert (await pool.coverage("greedy"))["state"] == "waiting"
        (limit,) = (await pool.coverage("greedy"))["limits"]
        assert (limit["limit"], limit["used"]) == ("borrower_cap", "1500000.00")
        await pool.hears(pool.withdrawal("greedy"))
        assert (await pool.coverage("old"))["covered"] == "6000000.00"
        assert await used(pool) == before

        # To the fen it is held; it uses 2,500,000.00 more than the loan has.
        approval = pool.approval("new", amount="8500000.00", uscc=FIRM, renews="old")
        await pool.hears(approval)
        held = await pool.coverage("new")
        assert (held["state"], held["reserved"]) == ("reserved", "8500000.00")
        step = held["explanation"]["steps"][0]
        assert (step["rule"], step["result"]) == ("renewal", "6000000.00")
        assert await used(pool) == ("7500000.00", "8500000.00", "6000000.00", "10000000.00")
        bank = next(one for one in (await pool.stands())["banks"] if one["bank_code"] == "ICBC")
        assert (bank["counted_once"], bank["room"]) == ("6000000.00", "1000000.00")
        # Nothing is left for the firm, and said again it is held once.
        await pool.hears(approval)
        await pool.approved("more", amount="0.01", uscc=FIRM, bank="CCB")
        assert (await pool.coverage("more"))["state"] == "waiting"
        await pool.hears(pool.withdrawal("more"))

        # The firm repays a part before: the room passes to the renewal, not to anybody else.
        await pool.hears(pool.position("old", "2026-01", "5000000.00"))
        assert await used(pool) == ("6500000.00", "8500000.00", "5000000.00", "10000000.00")
        await pool.hears(pool.disbursement("new", amount="8500000.00", on=date(2026, 2, 10)))
        assert await used(pool) == ("15000000.00", "0.00", "5000000.00", "10000000.00")

        # Still out at the end of the month: somebody is to look at it.
        await pool.hears(pool.position("old", "2026-02", "5000000.00"))
        incidents = (await pool.auditor.get("/incidents")).json()["items"]
        assert [one["kind"] for one in incidents] == ["renewed-still-out", "approved-again"]
        await pool.hears(pool.position("old", "2026-02", "0.00"), pool.repayment("old"))
        assert await used(pool) == ("10000000.00", "0.00", "0.00", "10000000.00")

        # What is explained adds up, then and now.
        for day, parts in (("", 2), ("@2026-02-10", 3)):
            figure = f"/explanations/limit/dongli/maximum_leverage/used{day}"
            told = (await pool.auditor.get(figure)).json()
            assert told["amount"] == "10000000.00", told
            assert len(told["parts"]) == parts
        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")
        assert report is not None and report.passed


async def test_no_claim_is_taken_for_a_loan_and_its_renewal_while_both_are_out(running: Any):
    async with claims_of(running) as pool:
        await pool.covers("old", uscc=FIRM)
        await pool.hears(pool.approval("new", uscc=FIRM, renews="old"))
        await pool.hears(pool.disbursement("new"))
        for name in ("old", "new"):
            await pool.goes_bad(name, "2026-05", "1000000.00")

        async def against(name: str) -> list[str]:
            answer = await pool.bank("ICBC").post(
                "/claims/pre-checks", json=pool.claim_of(name, "1000000.00")
            )
            assert answer.status_code == 200, answer.text
            rows = answer.json()["checks"]
            return [one["code"] for one in rows if one["result"] == "fail"]

        assert "one-debt-once" in await against("old")
        assert "one-debt-once" in await against("new")
        await pool.hears(pool.position("old", "2026-05", "0.00"), pool.repayment("old"))
        assert "one-debt-once" not in await against("new")


async def test_breaker_and_monthly_statement_count_a_loan_and_its_renewal_once(running: Any):
    async with claims_of(running) as pool:
        await pool.covers("old", uscc=FIRM)
        await pool.covers("third", amount="3000000.00")
        await pool.hears(pool.approval("new", amount="1500000.00", uscc=FIRM, renews="old"))
        await pool.hears(pool.disbursement("new", amount="1500000.00", on=date(2026, 2, 10)))
        await pool.hears(
            *(pool.position(name, "2026-01", fen) for name, fen in (
                ("old", "1000000.00"), ("third", "3000000.00"))),
            pool.position("old", "2026-02", "900000.00", risk_class="substandard", overdue_days=95),
            pool.position("third", "2026-02", "3000000.00"),
        )  # fmt: skip

        async def look() -> tuple[str, str, str, int]:
            (own,) = (await pool.auditor.get("/pools/dongli/banks")).json()["banks"]
            last = own["history"][0]
            return last["month"], last["part"], last["whole"], last["loans"]

        # Of the two the larger, 1,500,000.00; the 900,000.00 that is bad stays bad.
        await pool.hears(pool.position("new", "2026-02", "1500000.00"))
        assert await look() == ("2026-02", "900000.00", "4500000.00", 3)

        await pool.it_is("2026-03-04")
        await pool.settles("2026-01")
        await pool.settles("2026-02", "preview")
        told = (await pool.maker.get("/pools/dongli/settlements/2026-02")).json()
        (loans,) = (one["loans"] for one in told["statements"] if one["party_code"] == "ICBC")
        assert (loans["covered"], loans["outstanding"], loans["overdue"]) == (
            "4500000.00", "4500000.00", "900000.00",
        )  # fmt: skip
        assert (loans["once_covered"], loans["once_outstanding"]) == ("900000.00", "900000.00")
        by_class = {one["risk_class"]: (one["loans"], one["covered"]) for one in loans["by_class"]}
        assert by_class == {"substandard": (1, "900000.00"), "normal": (2, "3600000.00")}

        for kind in ("pdf", "xlsx", "csv"):
            at = f"/pools/dongli/settlements/2026-02/statements/ICBC.{kind}"
            assert (await pool.maker.get(at)).status_code == 200, kind

        # Both bad: what both hold is bad once.
        await pool.hears(
            pool.position(
                "old", "2026-03", "900000.00", risk_class="substandard", overdue_days=126
            ),
            pool.position("new", "2026-03", "1500000.00", risk_class="doubtful", overdue_days=95),
            pool.position("third", "2026-03", "3000000.00"),
        )
        assert await look() == ("2026-03", "1500000.00", "4500000.00", 3)
