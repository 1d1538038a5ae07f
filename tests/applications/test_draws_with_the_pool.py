"""A loan paid out in parts, with both services: each hears what the other really says."""

from datetime import UTC, datetime
from typing import Any

from services.applications.handlers.draw_ends import end_draws
from tests.applications.office import position
from tests.applications.test_with_the_pool import Town, town  # noqa: F401


async def covered(town: Town, case: Any) -> tuple[str, str, str]:  # noqa: F811
    await town.settled()
    found = (await town.pool.as_("au", "auditor").get(f"/coverages/{case['id']}")).json()
    return found["covered"], found["reserved"], found["outstanding"]


async def test_a_loan_is_drawn_mended_reported_and_ended_through_both_services(
    town: Town,  # noqa: F811
):
    office = town.office
    case = await town.approved()
    await office.registers(case)
    await office.post(
        office.bank(), case, "disbursement",
        {
            "loan_no": "JJ-1", "amount": "400000.00", "disbursed_on": "2026-03-02",
            "matures_on": "2027-03-02", "draws_until": "2026-06-30",
        },
    )  # fmt: skip
    assert await covered(town, case) == ("400000.00", "600000.00", "400000.00")

    await office.draws(case, "300000.00", "PZ-2")
    await office.draws(case, "200000.00", "PZ-3")
    assert await covered(town, case) == ("900000.00", "100000.00", "900000.00")
    await office.bank().post(f"/loans/{case['id']}/draws/3/undo/request", json={"reason": "退汇"})
    await office.reviewer().post(f"/loans/{case['id']}/draws/3/undo")
    assert await covered(town, case) == ("700000.00", "300000.00", "700000.00")

    await office.moves_clock(datetime(2026, 4, 2, 1, tzinfo=UTC))
    await office.draws(case, "50000.00", "PZ-4")
    await office.reports("2026-03", position(principal="650000.00"))
    assert await covered(town, case) == ("700000.00", "250000.00", "700000.00")

    await office.moves_clock(datetime(2026, 7, 20, 1, tzinfo=UTC))
    context = office.service.context
    await end_draws(context.database, context.working_days, context.clock.now)
    assert await covered(town, case) == ("700000.00", "0.00", "700000.00")
    await office.reports("2026-06", position(principal="0.00"))
    assert await covered(town, case) == ("0.00", "0.00", "0.00")
    incidents = (await town.pool.as_("au", "auditor").get("/incidents")).json()["items"]
    assert incidents == []
    assert await office.state(case) == "repaid"
