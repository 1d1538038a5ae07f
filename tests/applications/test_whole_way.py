"""A case from its submission to the end of its loan, over the API and the pool's events."""

from shared.contracts.pool_cases import ClaimPaidV1
from tests.applications.office import ICBC, Office, position


async def test_a_case_goes_the_whole_way_from_submission_to_repayment(office: Office):
    case = await office.lends()
    assert case["number"] == "DL-2026-000001"

    await office.reports("2026-03", position())
    assert await office.state(case) == "disbursed"
    await office.reports("2026-03", position(principal="0.00"))

    shown = await office.case(case)
    assert shown["state"] == "repaid"
    assert [move["action"] for move in shown["history"]] == [
        "submit",
        "accept",
        "take",
        "recommend",
        "approve",
        "reserve",
        "register_pledge",
        "disburse",
        "repay",
    ]
    assert [event.type for event in await office.said()] == [
        "application.submitted.v1",
        "application.accepted.v1",
        "application.approved.v1",
        "pledge.registered.v1",
        "loan.disbursed.v1",
        "loan.position-reported.v1",
        "loan.position-reported.v1",
        "loan.repaid.v1",
    ]


async def test_a_loan_falls_overdue_is_compensated_and_closed_by_an_approver(office: Office):
    case = await office.lends()
    await office.reports("2026-06", position(overdue_days=95, risk_class="substandard"))
    assert await office.state(case) == "overdue"

    await office.hears(
        ClaimPaidV1(
            pool_code="dongli",
            loan_id=case["id"],
            number=case["number"],
            bank_code=ICBC,
            claim_id=case["id"],
            claim_number="DL-C-2026-0001",
            paid_fen=40_000_000,
            paid_on=office.now.date(),
        )
    )
    assert await office.state(case) == "claimed"
    await office.post(office.approver(), case, "close", {"reason": "追偿终结"})

    assert await office.state(case) == "closed"
