"""A loan paid out in parts: what is to be drawn yet stays reserved, and counts as room taken."""

import asyncio
from datetime import date

import pytest

from shared.life_cycle import Actor
from shared.postgres.pools_seen import look_as
from tests.risk_pool.core.driver import DRAWS_UNTIL, Pool, pool_of

CHECKER = Actor("qian", "钱", frozenset({"finance_checker"}))


async def stands(pool: Pool, name: str = "loan") -> tuple[str, str, str, str | None]:
    """Covered, reserved, owed, and until when the rest may be drawn."""
    found = await pool.coverage(name)
    return found["covered"], found["reserved"], found["outstanding"], found["draws_until"]


async def exposure(pool: Pool) -> dict[str, str]:
    """What the ledger says is held and covered, and their sum."""
    kinds = ("reserved:", "covered:", "capacity")
    return {name: fen for name, fen in (await pool.balances()).items() if name.startswith(kinds)}


async def audited(pool: Pool) -> None:
    """Everything that is booked adds up, and to what the coverages say."""
    from services.risk_pool.audit.verify import audit_pool, opened

    url = pool.service.context.database.url.replace("//risk_pool", "//postgres", 1)
    async with opened(url) as conn:
        report = await audit_pool(conn, pool.code)
    assert report is not None and report.passed, [c for c in report.checks if not c.passed]


async def test_a_reservation_outlives_the_first_draw_and_moves_with_the_others_to_the_fen(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        # A third of 1,000,000.01: 333,333.34 is covered of the whole.
        await pool.pays_in_parts(
            "loan", "333333.34", amount="1000000.01", ip_amount="333333.34", ip_share_bp=3_333
        )
        assert await stands(pool) == ("111111.11", "222222.23", "333333.34", "2026-06-30")
        assert await exposure(pool) == {
            "reserved:ICBC": "222222.23", "covered:ICBC": "111111.11", "capacity": "333333.34",
        }  # fmt: skip
        shown = await pool.stands()
        assert (shown["reserved"], shown["undrawn"]) == ("222222.23", "222222.23")
        await pool.approved("held", amount="1000.00")
        shown = await pool.stands()
        assert (shown["reserved"], shown["undrawn"]) == ("223222.23", "222222.23")
        await pool.hears(pool.withdrawal("held"))

        await pool.hears(pool.draw("loan", "333333.33", "666666.67"))
        await pool.hears(pool.draw("loan", "333333.34", "1000000.01", no=3, on=date(2026, 3, 1)))

        assert await stands(pool) == ("333333.34", "0.00", "1000000.01", "2026-06-30")
        assert await exposure(pool) == {"covered:ICBC": "333333.34", "capacity": "333333.34"}
        assert await pool.incidents() == []
        await audited(pool)


async def test_what_is_to_be_drawn_is_room_that_nobody_else_gets_until_the_draws_end(running):
    async with pool_of(
        running, "ICBC", "CCB", paid_in="100000.00", lines={"ICBC": "100000.00"}
    ) as pool:
        await pool.pays_in_parts("loan", "40000.00", amount="100000.00")
        await pool.approved("other", amount="60000.00")
        assert (await pool.coverage("other"))["state"] == "waiting"
        await pool.hears(pool.draw("loan", "10000.00", "50000.00"))
        assert (await pool.coverage("other"))["state"] == "waiting"
        await pool.approved("smaller", amount="50000.00")

        await pool.hears(pool.draws_end("loan"))

        # 50,000.00 are free, in the same transaction; the first in line asks for more.
        assert await stands(pool) == ("50000.00", "0.00", "50000.00", None)
        assert await pool.line() == [(1, "other"), (2, "smaller")]
        await pool.hears(pool.withdrawal("other"))
        assert (await pool.coverage("smaller"))["state"] == "reserved"
        await audited(pool)


async def test_the_end_of_draws_serves_who_waits_for_the_room(running):
    async with pool_of(running, "ICBC", paid_in="100000.00", lines={"ICBC": "1000.00"}) as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        await pool.approved("waits", amount="600.00")
        assert (await pool.coverage("waits"))["state"] == "waiting"

        await pool.hears(pool.draws_end("loan"))

        assert (await pool.coverage("waits"))["reserved"] == "600.00"
        assert (await exposure(pool))["capacity"] == "1000.00"


async def test_repayment_frees_what_is_covered_and_what_was_to_be_drawn(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        await pool.hears(pool.repayment("loan", on=date(2026, 3, 1)))

        freed = await pool.coverage("loan")
        assert (freed["state"], freed["reserved"], freed["covered"]) == ("released", "0.00", "0.00")
        (told,) = await pool.said("coverage.released.v1")
        assert (told["reason"], told["amount"]) == ("repaid", "1000.00")
        assert await exposure(pool) == {}

        # Reopened, it is in cover as far as it was drawn; nothing more may be.
        await pool.hears(pool.reopening("loan", "400.00", on=date(2026, 3, 2)))
        assert await stands(pool) == ("400.00", "0.00", "400.00", None)
        await pool.hears(pool.draw("loan", "100.00", "500.00", on=date(2026, 3, 3)))
        assert await stands(pool) == ("400.00", "0.00", "500.00", None)
        assert await pool.incidents() == ["drawn-after-end"]
        await audited(pool)


async def test_a_disbursement_undone_holds_the_whole_again_or_frees_the_whole(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        for name, on in (("held", date(2026, 1, 22)), ("free", date(2026, 11, 1))):
            await pool.pays_in_parts(name, "400.00", amount="1000.00")
            await pool.hears(pool.undoing(name, on=on))

        held, free = await pool.coverage("held"), await pool.coverage("free")
        assert (held["state"], held["reserved"], held["draws_until"]) == (
            "reserved", "1000.00", None,
        )  # fmt: skip
        assert (free["state"], free["reserved"], free["release_reason"]) == (
            "released", "0.00", "undone",
        )  # fmt: skip
        assert (await pool.said("coverage.released.v1"))[-1]["amount"] == "1000.00"
        assert await exposure(pool) == {"reserved:ICBC": "1000.00", "capacity": "1000.00"}

        await pool.hears(
            pool.disbursement("held", amount="300.00", draws_until=DRAWS_UNTIL),
        )
        assert await stands(pool, "held") == ("300.00", "700.00", "300.00", "2026-06-30")
        await audited(pool)


async def test_a_draw_taken_back_is_held_again_or_free_where_it_cannot_be_drawn(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        await pool.hears(pool.draw("loan", "600.00", "1000.00"))
        await pool.hears(pool.draw_undone("loan", "600.00", "400.00"))
        assert await stands(pool) == ("400.00", "600.00", "400.00", "2026-06-30")

        await pool.hears(pool.draw("loan", "500.00", "900.00", no=3))
        await pool.hears(pool.draw_undone("loan", "500.00", "400.00", no=3, until=None))
        assert await stands(pool) == ("400.00", "100.00", "400.00", "2026-06-30")
        assert (await exposure(pool))["capacity"] == "500.00"
        await audited(pool)


async def test_what_comes_late_or_twice_does_nothing_or_is_shown(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        drawn = pool.draw("loan", "100.00", "500.00")
        await pool.hears(drawn)
        before, booked = await stands(pool), await pool.balances()
        await pool.hears(drawn)
        assert await pool.incidents() == ["drawn-again"]
        undone = pool.draw_undone("loan", "100.00", "400.00")
        for event in (undone, undone, pool.draw("loan", "100.00", "500.00", no=3)):
            await pool.hears(event)
        assert (await stands(pool), await pool.balances()) == (before, booked)
        for _ in range(2):
            await pool.hears(pool.draws_end("loan"))
        assert await stands(pool) == ("500.00", "0.00", "500.00", None)
        assert await pool.incidents() == ["drawn-again"]
        await audited(pool)


async def test_more_than_was_held_is_not_covered_and_people_are_shown(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("more", "400.00", amount="1000.00")
        await pool.hears(pool.draw("more", "700.00", "1100.00"))
        assert await stands(pool, "more") == ("1000.00", "0.00", "1100.00", "2026-06-30")
        await pool.covers("at once", amount="1000.00")
        await pool.hears(pool.draw("at once", "1.00", "1001.00"))
        assert await stands(pool, "at once") == ("1000.00", "0.00", "1001.00", None)

        assert await pool.incidents() == ["drawn-more", "drawn-after-end"]
        await audited(pool)


async def test_a_draw_and_a_claim_at_once_one_wins_and_the_other_leaves_its_reason(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        for n in range(4):
            name = f"loan{n}"
            await pool.pays_in_parts(name, "400.00", amount="1000.00")
            await asyncio.gather(
                pool.hears(pool.draw(name, "100.00", "500.00")), pool.claims_cover(name, CHECKER)
            )
            found = await pool.coverage(name)
            assert (found["state"], found["covered"], found["reserved"]) == (
                "claimed", "0.00", "0.00",
            )  # fmt: skip
            actions = [move["action"] for move in found["history"]]
            answer = await pool.auditor.get("/incidents", params={"loan_id": pool.loans[name]})
            told = [one["kind"] for one in answer.json()["items"]]
            assert (("draw" in actions), told) in ((True, []), (False, ["drawn-after-claim"]))
            released = (await pool.said("coverage.released.v1"))[-1]
            assert released["amount"] == "1000.00"
        assert await exposure(pool) == {}
        await audited(pool)


async def test_a_report_of_a_month_before_a_draw_leaves_the_draw_in_cover(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        await pool.hears(pool.draw("loan", "100.00", "500.00", on=date(2026, 2, 3)))

        await pool.hears(pool.position("loan", "2026-01", "300.00", drawn_since="100.00"))
        found = await pool.coverage("loan")
        assert (found["covered"], found["outstanding"]) == ("400.00", "400.00")
        assert [one["covered_principal"] for one in found["positions"]] == ["300.00"]
        await pool.hears(pool.position("loan", "2026-02", "350.00"))
        assert (await pool.coverage("loan"))["covered"] == "350.00"
        await pool.hears(pool.draw("loan", "500.00", "1000.00", no=3, outstanding="850.00"))
        assert await stands(pool) == ("850.00", "0.00", "850.00", "2026-06-30")
        assert await pool.incidents() == []
        await audited(pool)


async def test_a_fen_that_two_roundings_leave_is_booked_and_does_not_drift(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        # Half of odd fen: the covered part of what is owed rounds by itself.
        await pool.pays_in_parts("loan", "0.03", amount="0.11", ip_share_bp=5_000)
        assert await stands(pool) == ("0.02", "0.04", "0.03", "2026-06-30")
        await pool.hears(pool.position("loan", "2026-01", "0.02"))
        assert (await stands(pool))[0] == "0.01"
        await pool.hears(pool.draw("loan", "0.02", "0.05", outstanding="0.04"))

        assert await stands(pool) == ("0.02", "0.03", "0.04", "2026-06-30")
        assert await exposure(pool) == {
            "covered:ICBC": "0.02", "reserved:ICBC": "0.03", "capacity": "0.05",
        }  # fmt: skip
        await audited(pool)


@pytest.mark.parametrize(("line", "reserved", "until"), [("1000.00", "600.00", "2026-06-30"),
                                                         ("700.00", "0.00", None)])  # fmt: skip
async def test_told_in_time_after_the_hold_ran_out_the_draws_are_held_where_there_is_room(
    running, line: str, reserved: str, until: str | None
):
    from tests.risk_pool.core.test_steps_back import at_nine, run_out

    async with pool_of(running, "ICBC", paid_in="1000000.00", lines={"ICBC": "1000.00"}) as pool:
        last = await run_out(pool, amount="1000.00")
        taken = {"1000.00": None, "700.00": "300.00"}[line]
        if taken:
            await pool.approved("other", amount=taken)
        morning = at_nine(date.fromordinal(last.toordinal() + 1))
        await pool.hears(
            pool.disbursement("loan", amount="400.00", on=last, draws_until=DRAWS_UNTIL),
            at=morning,
        )

        assert await stands(pool) == ("400.00", reserved, "400.00", until)
        await audited(pool)


async def test_a_bank_sees_the_draws_of_its_own_loans_only(running):
    import asyncpg

    async with pool_of(running, "ICBC", "CCB", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        await pool.hears(pool.draw("loan", "100.00", "500.00"))
        conn = await asyncpg.connect(pool.service.context.database.url)
        seen = {}
        for institution in ("ICBC", "CCB", "", "*"):
            async with conn.transaction():
                await look_as(conn, institution)
                seen[institution] = await conn.fetchval("select count(*) from draws")
        await conn.close()

    assert seen == {"ICBC": 1, "CCB": 0, "": 0, "*": 1}
