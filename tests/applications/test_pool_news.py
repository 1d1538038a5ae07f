"""What the pool says: capacity, releases, claims; in batches, late, twice."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from shared.contracts.pool_cases import ClaimPaidV1
from shared.contracts.risk_pool import (
    CoverageDeclinedV1,
    CoverageReleasedV1,
    LimitReached,
    PoolOpenedV1,
)
from tests.applications.office import ICBC, Office, counted, position, right


def coverage(case, **more):
    return {
        "pool_code": "dongli",
        "loan_id": case["id"],
        "number": case["number"],
        "bank_code": ICBC,
        "amount_fen": 100_000_000,
        **more,
    }


def declined(case, **more) -> CoverageDeclinedV1:
    limit = LimitReached(
        limit="maximum_leverage",
        allowed_fen=1_000,
        used_fen=900,
        requested_fen=200,
        zh="放大倍数已满",
        en="leverage",
    )
    return CoverageDeclinedV1(**coverage(case, limits=(limit,), **more))


def paid(case) -> ClaimPaidV1:
    return ClaimPaidV1(
        pool_code="dongli",
        loan_id=case["id"],
        number=case["number"],
        bank_code=ICBC,
        claim_id=uuid4(),
        claim_number="DL-C-2026-0001",
        paid_fen=1,
        paid_on=date(2026, 3, 2),
    )


async def test_a_declined_case_names_the_limits_that_bind(office: Office):
    case = await office.submits()
    await office.approves(case)
    await office.hears(declined(case))

    shown = await office.case(case)

    assert shown["state"] == "capacity_declined"
    assert shown["declined_limits"][0]["limit"] == "maximum_leverage"
    assert shown["declined_limits"][0]["requested"] == "2.00"
    # What the pool has and others have used is not the bank's to read.
    its_own = (await office.case(case, by=office.bank()))["declined_limits"][0]
    assert (its_own["limit"], its_own["requested"]) == ("maximum_leverage", "2.00")
    assert its_own["allowed"] is its_own["used"] is None
    assert shown["declined_limits"][0]["used"] is not None
    assert shown["history"][-1]["reason"] == "放大倍数已满"
    await office.post(office.approver("zhou"), case, "reject", {"reason": "额度不足"})
    assert await office.state(case) == "rejected"


async def test_a_case_that_waits_in_the_pools_line_says_its_place_and_is_reserved_in_its_turn(
    office: Office,
):
    case = await office.submits()
    await office.approves(case)
    await office.hears(declined(case, waiting=True, place=3, waits_until=date(2026, 5, 1)))

    shown = await office.case(case)
    assert shown["state"] == "capacity_declined"
    assert shown["waiting_for"]["due_on"] == "2026-05-01"
    assert shown["history"][-1]["reason"] == "排队等候额度，第 3 位：放大倍数已满"

    await office.hears(office.reserved(case))
    served = await office.case(case)
    assert (served["state"], served["declined_limits"]) == ("capacity_reserved", [])


async def test_a_reserved_case_waits_for_its_bank_until_the_day_capacity_is_held(office: Office):
    case = await office.submits()
    await office.reserves(case, until=date(2026, 4, 30))

    shown = await office.case(case, by=office.bank())

    assert shown["state"] == "capacity_reserved"
    assert shown["pending_actions"] == ["register_pledge", "withdraw"]
    assert (shown["waiting_for"]["role"], shown["waiting_for"]["due_on"]) == (
        "bank_operator",
        "2026-04-30",
    )
    assert shown["scheme_version"].startswith("dongli/")


async def test_a_batch_moves_many_cases_each_by_its_own_news(office: Office):
    cases = [await office.submits() for _ in range(6)]
    for case in cases:
        await office.approves(case)

    await office.hears(*(declined(c) if i % 2 else office.reserved(c) for i, c in enumerate(cases)))

    assert [await office.state(case) for case in cases] == [
        "capacity_reserved",
        "capacity_declined",
    ] * 3


async def test_a_batch_takes_as_many_statements_for_many_cases_as_for_one(office: Office):
    cases = [await office.submits() for _ in range(6)]
    for case in cases:
        await office.approves(case)

    with counted(office) as one:
        await office.hears(office.reserved(cases[0]))
    with counted(office) as many:
        await office.hears(*(office.reserved(case) for case in cases[1:]))

    # Beside the cases and their events: what waits now, its deadlines, and what registers have to enter.
    assert len(one) == len(many) == 5
    assert {await office.state(case) for case in cases} == {"capacity_reserved"}


async def test_news_that_comes_too_late_changes_nothing(office: Office):
    case = await office.submits()
    await office.approves(case)
    await office.post(office.bank(), case, "withdraw", {"reason": "企业不再需要"})
    before = await office.case(case)

    await office.hears(office.reserved(case), declined(case), paid(case))
    await office.hears(CoverageReleasedV1(**coverage(case, reason="withdrawn")))

    after = await office.case(case)
    assert (after["state"], after["version"]) == ("withdrawn", before["version"])
    assert after["reserved_until"] is None and after["declined_limits"] == []


async def test_the_same_event_heard_twice_is_applied_once(office: Office):
    case = await office.submits()
    await office.approves(case)
    event, ids = office.reserved(case), [uuid4()]

    await office.hears(event, ids=ids)
    await office.hears(event, ids=ids)
    await office.hears(event)

    actions = [move["action"] for move in (await office.case(case))["history"]]
    assert actions.count("reserve") == 1


async def test_news_of_a_case_nobody_knows_is_passed_over(office: Office):
    unknown = {"id": str(uuid4()), "number": "DL-2020-000001"}

    await office.hears(office.reserved(unknown), paid(unknown))


async def test_an_approval_runs_out_when_capacity_is_no_longer_held(office: Office):
    held = right()
    kept = await office.submits()
    registered = await office.submits()
    waiting = await office.submits(collateral=[held])
    for case, until in (
        (kept, date(2026, 6, 1)),
        (registered, date(2026, 4, 30)),
        (waiting, date(2026, 4, 30)),
    ):
        await office.reserves(case, until=until)
    await office.registers(registered)
    await office.said()

    # What was paid out on 30 April may be filed until 18 May, the tenth working day.
    await office.moves_clock(datetime(2026, 5, 18, 1, tzinfo=UTC))
    assert [await office.state(case) for case in (kept, registered, waiting)] == [
        "capacity_reserved",
        "pledge_registered",
        "capacity_reserved",
    ]
    await office.moves_clock(days=1)

    assert [await office.state(case) for case in (kept, registered, waiting)] == [
        "capacity_reserved",
        "expired",
        "expired",
    ]
    assert {event.number for event in await office.said("application.expired.v1")} == {
        registered["number"],
        waiting["number"],
    }
    await office.submits(collateral=[held])


async def test_what_the_pool_lets_run_out_has_run_out_here_too(office: Office):
    case = await office.submits()
    await office.reserves(case)

    await office.hears(CoverageReleasedV1(**coverage(case, reason="expired")))

    assert await office.state(case) == "expired"


@pytest.mark.parametrize("reason", ["repaid", "claimed", "withdrawn"])
async def test_other_releases_leave_a_loan_as_it_is(office: Office, reason: str):
    case = await office.lends()

    await office.hears(CoverageReleasedV1(**coverage(case, reason=reason)))

    assert await office.state(case) == "disbursed"


async def test_a_compensated_loan_is_still_reported_and_stays_compensated(office: Office):
    case = await office.lends()
    await office.reports("2026-03", position(overdue_days=95, risk_class="substandard"))
    await office.hears(paid(case))
    await office.moves_clock(days=40)

    answer = await office.reports("2026-04", position(principal="0.00"))

    assert answer["accepted"] == 1
    assert await office.state(case) == "claimed"
    assert await office.said("loan.repaid.v1") == []


async def test_two_pools_whose_names_begin_alike_have_letters_of_their_own(office: Office):
    await office.hears(
        PoolOpenedV1(
            pool_code="dali", name="大理资金池", programme="dongli", opened_on=date(2026, 1, 1)
        )
    )

    numbers = [(await office.submits(pool_code=code))["number"] for code in ("dongli", "dali")]

    assert numbers == ["DL-2026-000001", "DL2-2026-000001"]
