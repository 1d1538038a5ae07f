"""Warnings that other facts raise: lists, rights in danger, cover that is missing, and what was before."""

from datetime import date
from typing import Any

from services.risk_pool.main import look_back_for_warnings
from shared.contracts.cover_calls import CoverCallChangedV1
from shared.contracts.listed_firms import FirmListedV1
from shared.contracts.rights import RightEndangeredV1
from tests.risk_pool.bad_loans.driver import asks, reads, somebody
from tests.risk_pool.bad_loans.test_warnings import GONE, known
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_listed_firms import told


def of_loan(loan: Any) -> dict[str, Any]:
    names = ("loan_id", "number", "bank_code", "pool_code", "borrower_uscc", "borrower_name")
    return {name: loan[name] for name in names}


async def test_lists_rights_in_danger_and_missing_cover_raise_a_warning_once_for_a_loan(running):
    async with claims_of(running) as pool:
        await pool.covers("a")
        await pool.covers("out", amount="2000000.00")
        row = (await pool.auditor.get(f"/coverages/{pool.loans['a']}")).json()

        def danger(code: str, found_on: str) -> RightEndangeredV1:
            return RightEndangeredV1(
                **of_loan(row), right_kind="invention", right_number="201811564288.X",
                right_name="一种装置", danger=code, danger_zh="年费逾期", danger_en="A fee is late.",
                due_on=date(2026, 1, 20), found_on=date.fromisoformat(found_on),
            )  # fmt: skip

        def cover(what: str, on: str, **more: Any) -> CoverCallChangedV1:
            return CoverCallChangedV1(
                **of_loan(row), call_id=pool.loans["a"], what=what, on=date.fromisoformat(on),
                cover_by=date(2026, 2, 4), shortfall_fen=25_000_001, **more,
            )  # fmt: skip

        async def of(cause: str) -> list[tuple[str, str, int]]:
            return [one[1:] for one in await known(pool) if one[0] == cause]

        await pool.hears(danger("fee-due", "2026-01-21"))
        assert await of("right_in_danger") == [], "what lies ahead is no sign yet"
        late = danger("fee-overdue", "2026-01-21")
        await pool.hears(late, late)
        assert await of("right_in_danger") == [("orange", "raised", 1)]
        await pool.hears(danger("right-ended", "2026-01-22"), danger("preserved", "2026-01-23"))
        assert await of("right_in_danger") == [("red", "raised", 3)], "the worse one stands"

        await pool.hears(cover("asked", "2026-01-21"), cover("answered", "2026-01-21"))
        assert await of("cover_short") == [("orange", "raised", 1)]
        await pool.hears(cover("overdue", "2026-02-05"))
        assert await of("cover_short") == [("red", "raised", 2)]
        short = (await pool.auditor.get("/warnings", params={"cause": "cover_short"})).json()
        one = await reads(pool, f"/warnings/{short['items'][0]['id']}")
        assert one["facts"] == {"shortfall": "250000.01", "cover_by": "2026-02-04"}
        await asks(somebody(pool, "pool_manager"), f"/warnings/{one['id']}/close", GONE)
        await pool.hears(cover("concluded", "2026-02-06", outcome="left_open"))
        assert await of("cover_short") == [("red", "closed", 2)]
        await pool.hears(cover("concluded", "2026-02-06", outcome="escalated"))
        assert await of("cover_short") == [("red", "raised", 3)]

        listed = FirmListedV1(**told(row), live_loans=())
        await pool.hears(listed, listed)
        assert await of("listed") == [("red", "raised", 1)], "of the loans of the firm"
        other = listed.model_copy(update={"bank_code": "CCB"})
        await pool.hears(other)
        assert len(await of("listed")) == 1


async def test_what_was_reported_before_the_register_began_is_looked_at_once(running):
    async with claims_of(running) as pool:
        await pool.covers("a")
        context = pool.service.context
        async with context.database.begin("*") as conn:
            await conn.execute("delete from warning_looks")
            await conn.execute("update coverages set position_month = '2026-01', overdue_days = 31")
        for _ in range(2):
            await look_back_for_warnings(context)
        assert await known(pool) == [("overdue", "orange", "raised", 1)]
