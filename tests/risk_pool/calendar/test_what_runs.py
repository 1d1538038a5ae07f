"""The days of claims, of their steps and of months to sign move with the calendar of working days."""

from typing import Any

from services.risk_pool.handlers.calendar_recount import recount_deadlines
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claim_steps import reviewed
from tests.risk_pool.claims.test_claims import bad_loan

FREE = "2026-03-11"
"""A Wednesday: in the middle of what runs in these tests."""


async def is_free(pool: Claims, day: str) -> None:
    """Two persons say that a day is free; every process has learnt it, and what runs is counted anew."""
    context = pool.service.context
    body = {"days": [{"day": day, "is_working": False}], "reason": "全区停工一天"}
    made = await pool.service.as_("adam", "admin").post("/calendar/changes", json=body)
    assert made.status_code == 201, made.text
    where = f"/calendar/changes/{made.json()['number']}/approve"
    done = await pool.service.as_("li", "approver").post(where, json={})
    assert done.status_code == 200, done.text
    async with context.database.begin(EVERYWHERE) as conn:
        context.working_days.learn(await load_working_days(conn))
        await conn.execute("update calendar_changes_taken set settles_at = now()")
    await recount_deadlines(context)


async def to_do(pool: Claims, kind: str) -> list[Any]:
    answer = await pool.auditor.get("/to-do", params={"whose": "all"})
    return [one["due_on"] for one in answer.json()["items"] if one["case_kind"] == kind]


async def test_a_claim_and_its_next_step_keep_their_working_days(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{claim['id']}"
        assert claim["waiting_for"]["due_on"] == "2026-03-12"

        await is_free(pool, FREE)

        assert (await pool.maker.get(where)).json()["waiting_for"]["due_on"] == "2026-03-13"
        assert await to_do(pool, "claim") == ["2026-03-13"]


async def test_a_step_that_runs_moves_on_the_claims_own_page_too(running):
    async with claims_of(running) as pool:
        claim = await reviewed(pool)
        assert claim["steps"][0]["due_on"] == "2026-03-12"

        await is_free(pool, FREE)

        moved = (await pool.maker.get(f"/claims/{claim['id']}")).json()
        assert (moved["steps"][0]["due_on"], moved["waiting_for"]["due_on"]) == (
            "2026-03-13", "2026-03-13",
        )  # fmt: skip


async def test_a_month_to_be_signed_moves_and_one_that_is_posted_stays(running):
    async with claims_of(running) as pool:
        await pool.it_is("2026-03-05")
        await pool.settles("2026-01")
        month = await pool.settles("2026-02", "preview", "confirm")
        where = "/pools/dongli/settlements"
        posted = (await pool.maker.get(f"{where}/2026-01")).json()["waiting_for"]
        assert month["waiting_for"]["due_on"] == "2026-03-17"

        await is_free(pool, FREE)

        moved = (await pool.maker.get(f"{where}/2026-02")).json()
        assert moved["waiting_for"]["due_on"] == "2026-03-18"
        assert (await pool.maker.get(f"{where}/2026-01")).json()["waiting_for"] == posted
