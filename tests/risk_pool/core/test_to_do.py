"""What waits for whom until when, in the pool: reports, months, claims, and the money of claims."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.risk_pool.handlers.to_do import CASES, watch_what_waits
from shared.contracts.registry import EVENTS
from shared.postgres.database import EVERYWHERE
from shared.waits.pruned import prune
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.waits import stand_as_their_cases_do


async def to_do(person: Any, **wanted: Any) -> list[tuple[str, str, str | None]]:
    answer = await person.get("/to-do", params=wanted)
    assert answer.status_code == 200, answer.text
    return [(one["case_kind"], one["number"], one["due_on"]) for one in answer.json()["items"]]


async def it_is(pool: Claims, day: str) -> None:
    await pool.service.context.clock.set(
        datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=UTC)
    )
    await watch_what_waits(pool.service.context)
    await watch_what_waits(pool.service.context)


async def reminders(pool: Claims) -> list[tuple[str, str, str, int, tuple[str, ...]]]:
    """Everything told of days that are near or past: (kind, number, bank, level, the bureau's roles)."""
    async with pool.service.context.database.begin("*") as conn:
        rows = await conn.fetch(
            """select type, body from event_feed
               where type in ('pool-deadline.approaching.v1', 'pool-deadline.passed.v1')
               order by position"""
        )
    told = [EVENTS[row["type"]].model_validate_json(row["body"]) for row in rows]
    return [(one.case_kind, one.number, one.bank_code, one.level, one.to_roles) for one in told]


async def stands_as_the_cases_do(pool: Claims) -> None:
    await stand_as_their_cases_do(pool.service.context.database, CASES)


async def test_seven_silent_months_are_told_to_the_bank_to_finance_and_to_those_above(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("reported", bank="ICBC", amount="1000000.00")
        await pool.covers("silent", bank="CCB", amount="1000000.00")
        for month in range(2, 9):
            last = f"2026-{month - 1:02}"
            await it_is(pool, f"2026-{month:02}-01")
            await pool.hears(pool.position("reported", last, "1000000.00"))
            for day in (6, 9, 11, 20, 27):
                await it_is(pool, f"2026-{month:02}-{day:02}")
        icbc, ccb = pool.bank("ICBC"), pool.bank("CCB")
        assert await to_do(icbc) == []
        assert await to_do(ccb) == [
            ("monthly_report", "2026-01", "2026-02-10"), ("monthly_report", "2026-02", "2026-03-10"),
            ("monthly_report", "2026-03", "2026-04-10"), ("monthly_report", "2026-04", "2026-05-11"),
            ("monthly_report", "2026-05", "2026-06-10"), ("monthly_report", "2026-06", "2026-07-10"),
            ("monthly_report", "2026-07", "2026-08-10"),
        ]  # fmt: skip
        assert [one[:2] for one in await to_do(pool.maker)] == [
            ("month_to_sign", f"2026-{month:02}") for month in range(1, 8)
        ]
        # The table of who was told what, by month: ICBC nothing; CCB before, after and again with
        # its bureau; a report that is missing for long goes to the leader.
        told = await reminders(pool)
        assert "ICBC" not in {bank for _, _, bank, _, _ in told}
        assert [(level, roles) for kind, number, _, level, roles in told
                if (kind, number) == ("monthly_report", "2026-05")] == [
            (2, ()), (3, ()), (4, ("pool_manager",)), (5, ("pool_manager", "leader")),
        ]  # fmt: skip
        assert [(level, roles) for kind, number, _, level, roles in told
                if (kind, number) == ("month_to_sign", "2026-05")] == [
            (1, ("finance_maker", "finance_checker")),
            (3, ("finance_maker", "finance_checker")),
            (4, ("finance_maker", "finance_checker", "pool_manager")),
            (5, ("finance_maker", "finance_checker", "pool_manager", "leader")),
        ]  # fmt: skip
        # Reported at last: it leaves the list, and nothing is told of it again.
        await pool.hears(pool.position("silent", "2026-01", "1000000.00"))
        before = len(await reminders(pool))
        await it_is(pool, "2026-08-28")
        assert ("monthly_report", "2026-01", "2026-02-10") not in await to_do(ccb)
        assert len(await reminders(pool)) == before


async def test_a_banks_time_to_claim_stands_in_its_list_until_it_claims(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("bad", amount="1000000.00")
        await it_is(pool, "2026-06-01")
        assert ("claim_to_file" in {one[0] for one in await to_do(pool.bank("ICBC"))}) is False
        await pool.goes_bad("bad", "2026-05", "800000.00")
        await it_is(pool, "2026-06-02")
        (waits,) = await to_do(pool.bank("ICBC"), kind="claim_to_file")
        # Reported as substandard at the end of May: six months from then.
        assert waits[2] == "2026-11-30"
        assert await to_do(pool.bank("CCB"), kind="claim_to_file") == []
        claim = await pool.files("bad", "800000.00", overdue_days=123)
        await it_is(pool, "2026-06-03")
        assert await to_do(pool.bank("ICBC"), kind="claim_to_file") == []

        # From the claim to its money: one after the other, and nowhere twice.
        assert [one[0] for one in await to_do(pool.maker, kind="claim")] == ["claim"]
        await stands_as_the_cases_do(pool)
        claim = await pool.reviews(claim)
        await stands_as_the_cases_do(pool)
        assert await to_do(pool.maker, kind="claim") == []
        assert [one[1] for one in await to_do(pool.checker, kind="claim")] == [claim["number"]]
        assert (await pool.approves_now(claim)).status_code == 200
        await stands_as_the_cases_do(pool)
        assert await to_do(pool.checker, kind="claim") == []
        (payment,) = await to_do(pool.maker, kind="claim")
        assert payment[2] is not None
        await pool.pays(claim)
        await stands_as_the_cases_do(pool)
        assert await to_do(pool.maker, kind="claim") == []
        figures = (await pool.maker.get("/to-do/figures")).json()
        assert {one["case_kind"] for one in figures["kinds"]} == {"month_to_sign"}
        assert figures["overdue"] == 4

        await pool.settles("2026-01", "preview")
        await watch_what_waits(pool.service.context)
        await ended_waits_are_kept_three_years_and_those_with_an_amount_thirty(pool)


async def ended_waits_are_kept_three_years_and_those_with_an_amount_thirty(pool: Claims) -> None:
    database, now = pool.service.context.database, pool.service.context.clock.now()

    async def left(years: int) -> tuple[int, int, int]:
        await prune(database, now=now + timedelta(days=366 * years), at_once=1)
        async with database.looking(EVERYWHERE) as conn:
            row = await conn.fetchrow(
                """select count(*) filter (where ended_at is null),
                          count(*) filter (where ended_at is not null and amount_fen is null),
                          count(*) filter (where ended_at is not null and amount_fen is not null)
                   from waits"""
            )
        return tuple(row)

    still_open, plain, with_money = await left(3)
    assert still_open and plain and with_money
    assert await left(4) == (still_open, 0, with_money)
    assert await left(31) == (still_open, 0, 0)


async def test_a_previewed_month_waits_once_until_the_same_day_for_who_is_to_go_on_with_it(running):
    async with claims_of(running, "ICBC") as pool:
        await pool.covers("loan", amount="1000000.00")
        await it_is(pool, "2026-02-02")
        await pool.hears(pool.position("loan", "2026-01", "1000000.00"))
        (begins,) = await to_do(pool.maker)
        assert begins[:2] == ("month_to_sign", "2026-01")

        await pool.settles("2026-01", "preview")
        await it_is(pool, "2026-02-03")
        assert await to_do(pool.maker) == [("settlement", "2026-01", begins[2])]
        assert await to_do(pool.checker) == []

        # Previewed by a version in which a month had no day of its own: once, too, until the same day.
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            for table, where in (("settlements", "true"), ("waits", "case_kind = 'settlement'")):
                await conn.execute(f"update {table} set due_on = null where {where}")
        assert await to_do(pool.maker) == [("settlement", "2026-01", None)]
        await it_is(pool, "2026-02-04")
        assert await to_do(pool.maker) == [("settlement", "2026-01", begins[2])]

        await pool.settles("2026-01", "confirm")
        await it_is(pool, "2026-02-05")
        assert await to_do(pool.maker) == []
        assert await to_do(pool.checker) == [("settlement", "2026-01", begins[2])]
        await stands_as_the_cases_do(pool)
