"""What is to be done by a day stands in the list, and leaves it, with the move that changes the fact: the
scheduler does not look in between, and would change nothing."""

from typing import Any

from services.risk_pool.handlers.duties import DUTIES
from services.risk_pool.handlers.to_do import watch_what_waits
from tests.agreements import agreed
from tests.cash import released, reversed_by_two
from tests.risk_pool.cash.test_open_items import ITEM, owing
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.core.test_to_do import it_is, to_do
from tests.waits import no_look_would_change


async def has(pool: Claims, person: Any, kind: str) -> list[tuple[str, str | None]]:
    """What stands in somebody's list of a kind; by the law that no look would change it."""
    context = pool.service.context
    await no_look_would_change(
        context.database, DUTIES, now=context.clock.now(), working_days=context.working_days
    )
    return [one[1:] for one in await to_do(person, kind=kind)]


async def test_a_report_and_the_time_to_claim_by_the_banks_own_facts(running):
    async with claims_of(running, "ICBC") as pool:
        bank = pool.bank("ICBC")
        await it_is(pool, "2026-03-02")
        # It was paid out in January: the report of February is asked for from now on.
        await pool.covers("bad", amount="1000000.00")
        await pool.covers("other", amount="1000000.00")
        assert await has(pool, bank, "monthly_report") == [("2026-02", "2026-03-10")]
        await pool.hears(pool.position("other", "2026-02", "1000000.00"))
        assert await has(pool, bank, "monthly_report") == [("2026-02", "2026-03-10")]
        assert await has(pool, bank, "claim_to_file") == []
        await pool.goes_bad("bad", "2026-02", "800000.00")
        assert await has(pool, bank, "monthly_report") == []
        ((number, last_day),) = await has(pool, bank, "claim_to_file")
        assert last_day == "2026-08-28"

        claim = await pool.files("bad", "800000.00", overdue_days=123)
        assert await has(pool, bank, "claim_to_file") == []
        taken_back = await bank.post(
            f"/claims/{claim['id']}/withdraw", json={"reason": "重新整理材料"}
        )
        assert taken_back.status_code == 200, taken_back.text
        assert await has(pool, bank, "claim_to_file") == [(number, last_day)]
        # Cured: nothing is to be claimed any more. The look that follows has nothing to add.
        await pool.hears(pool.position("bad", "2026-02", "800000.00"))
        assert await has(pool, bank, "claim_to_file") == []


async def test_a_month_what_it_leaves_and_an_agreement_by_the_moves_of_the_bureau(running):
    async with claims_of(running) as pool:
        await owing(pool)
        bank = pool.bank("ICBC")
        # Begun by previews; what they have left is owed from the posting on.
        assert await has(pool, pool.maker, "month_to_sign") == []
        assert await has(pool, pool.maker, "receivable") == [(ITEM, "2026-04-17")]
        assert await has(pool, bank, "owed_by_bank") == [(ITEM, "2026-04-17")]
        paid = await released(
            pool.maker, pool.checker, "dongli", "receipt", "400.00", "2026-04-02", item=ITEM
        )
        assert await has(pool, pool.maker, "receivable") == await has(pool, bank, "owed_by_bank")
        assert await has(pool, bank, "owed_by_bank") == []
        await reversed_by_two(pool.maker, pool.checker, paid, reason="退汇")
        assert await has(pool, bank, "owed_by_bank") == [(ITEM, "2026-04-17")]

        first = await agreed(pool.maker, pool.checker, "dongli", "ICBC", valid_to="2026-05-15")
        leader = pool.service.as_("sun", "pool_manager")
        assert await has(pool, leader, "agreement_ends") == [(first["number"], "2026-05-15")]
        await agreed(
            pool.maker, pool.checker, "dongli", "ICBC",
            valid_from="2026-05-16", valid_to="2027-05-15", reference="合作协议 2027",
        )  # fmt: skip
        assert await has(pool, leader, "agreement_ends") == []

        before = await _rows(pool)
        await watch_what_waits(pool.service.context)
        assert await _rows(pool) == before


async def _rows(pool: Claims) -> list[Any]:
    async with pool.service.context.database.begin("*") as conn:
        return await conn.fetch(
            "select id, case_kind, due_on, set_at, ended_at from waits order by id"
        )
