"""Pledge registration and disbursement: what must hold, told all at once."""

from datetime import UTC, date, datetime, timedelta

from services.applications.handlers.expiry import expire_reservations
from shared.contracts.risk_pool import BankSuspendedV1, PoolStoppedV1
from tests.applications.office import ICBC, Office, nothing_found, right

DAY = "2026-03-02"


def faults(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def entry(number: int, **changes):
    return {
        "collateral_no": number,
        "registration_no": f"Y{number}",
        "registry": "CNIPA",
        "registered_on": DAY,
        **changes,
    }


async def pledged(office: Office, **more):
    case = await office.submits(**more)
    await office.reserves(case, until=date(2026, 4, 30))
    await office.registers(case)
    return case


def paid_out(**changes):
    return {
        "loan_no": "JJ-9",
        "amount": "1000000.00",
        "disbursed_on": DAY,
        "matures_on": "2027-03-02",
        "lists_checked": nothing_found(date.fromisoformat(DAY)),
        **changes,
    }


async def test_every_right_is_registered_once_between_approval_and_today(office: Office):
    case = await office.submits(collateral=[right(), right()])
    await office.reserves(case)
    path = f"/applications/{case['id']}/pledge-registration"

    wrong = [entry(1), entry(1), entry(3, registered_on="2026-03-03")]
    answer = await office.bank().post(path, json={"registrations": wrong})
    assert faults(answer) == [
        ("#/registrations/1/collateral_no", "collateral-named-twice"),
        ("#/registrations/2/collateral_no", "collateral-unknown"),
        ("#/registrations/2/registered_on", "in-future"),
        ("#/registrations", "collateral-not-registered"),
    ]
    early = [entry(1, registered_on="2026-03-01"), entry(2)]
    answer = await office.bank().post(path, json={"registrations": early})
    assert faults(answer) == [("#/registrations/0/registered_on", "too-early")]

    good = await office.bank().post(path, json={"registrations": [entry(1), entry(2)]})
    assert good.json()["state"] == "pledge_registered"
    event = (await office.said("pledge.registered.v1"))[0]
    assert event.registration_numbers == ("Y1", "Y2")


async def test_a_loan_that_does_not_fit_its_approval_is_refused_with_every_fault(office: Office):
    case = await pledged(office)

    answer = await office.bank().post(
        f"/applications/{case['id']}/disbursement",
        json=paid_out(
            amount="1000000.01",
            disbursed_on="2026-03-01",
            matures_on="2027-03-03",
            lists_checked=[],
        ),
    )

    assert faults(answer) == [
        ("#/amount", "above-approved-amount"),
        ("#/disbursed_on", "too-early"),
        ("#/matures_on", "beyond-tenor"),
    ]


async def test_a_loan_ends_after_it_begins_and_before_its_first_right_does(office: Office):
    short = right(filed_on="2016-06-01", expires_on="2027-03-02", number="201610000001.0")
    from shared.identifiers import patent_check

    short["number"] = f"201610000001.{patent_check('201610000001')}"
    case = await pledged(office, collateral=[short])
    path = f"/applications/{case['id']}/disbursement"

    backwards = await office.bank().post(path, json=paid_out(matures_on=DAY))
    assert faults(backwards) == [("#/matures_on", "matures-before-disbursement")]
    await office.moves_clock(days=2)
    late = paid_out(disbursed_on="2026-03-04", matures_on="2027-03-03")
    assert faults(await office.bank().post(path, json=late)) == [
        ("#/matures_on", "right-ends-before-loan")
    ]
    good = await office.bank().post(
        path, json=paid_out(disbursed_on="2026-03-04", matures_on="2027-03-02")
    )
    assert good.json()["state"] == "disbursed"


async def runs_out(office: Office) -> None:
    context = office.service.context
    await expire_reservations(context.database, context.working_days, context.clock.now)


async def test_what_was_paid_out_on_the_last_held_day_is_filed_the_next_morning(office: Office):
    case = await office.submits()
    await office.reserves(case, until=date(2026, 3, 5))
    await office.registers(case)

    await office.moves_clock(days=4)
    await runs_out(office)
    path = f"/applications/{case['id']}/disbursement"
    beyond = await office.bank().post(path, json=paid_out(disbursed_on="2026-03-06"))
    assert faults(beyond) == [("#/disbursed_on", "reservation-over")]
    filed = await office.bank().post(path, json=paid_out(disbursed_on="2026-03-05"))

    assert (filed.status_code, filed.json()["state"]) == (200, "disbursed")


async def test_capacity_that_is_no_longer_held_runs_out_once_the_filing_term_is_over(
    office: Office,
):
    # Dongli files within ten working days: of 5 March by the 19th.
    case = await office.submits()
    await office.reserves(case, until=date(2026, 3, 5))
    await office.registers(case)

    await office.moves_clock(datetime(2026, 3, 19, 1, tzinfo=UTC))
    await runs_out(office)
    assert await office.state(case) == "pledge_registered"
    await office.moves_clock(days=1)
    await runs_out(office)

    assert await office.state(case) == "expired"
    gone = await office.bank().post(
        f"/applications/{case['id']}/disbursement", json=paid_out(disbursed_on="2026-03-05")
    )
    assert (gone.status_code, gone.json()["code"]) == (409, "not-possible-now")


async def test_a_loan_that_is_filed_late_is_refused_with_the_last_day(office: Office):
    case = await pledged(office)
    await office.moves_clock(datetime(2026, 3, 17, 1, tzinfo=UTC))

    answer = await office.bank().post(f"/applications/{case['id']}/disbursement", json=paid_out())

    assert faults(answer) == [("#/disbursed_on", "filed-late")]
    assert "2026-03-16" in answer.text


async def test_a_valuation_that_has_grown_old_stops_approval_and_disbursement_with_nothing_done(
    office: Office,
):
    old = right()
    old["valuation"] = old["valuation"] | {"valued_on": "2025-03-04"}
    late = await office.submits(collateral=[old])
    await office.recommends(late)
    stale = right()
    stale["valuation"] = stale["valuation"] | {"valued_on": "2025-03-20"}
    case = await pledged(office, collateral=[stale])
    await office.said()
    before = [await office.case(one) for one in (late, case)]

    await office.moves_clock(datetime(2026, 3, 23, 1, tzinfo=UTC))
    looked = nothing_found(office.now.date())
    answers = [
        await office.approver().post(
            f"/applications/{late['id']}/approve", json={"opinion": "同意", "lists_checked": looked}
        ),
        await office.bank().post(
            f"/applications/{case['id']}/disbursement",
            json=paid_out(disbursed_on="2026-03-23", matures_on="2027-03-23", lists_checked=looked),
        ),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "no-longer-eligible")
        assert [one["code"] for one in answer.json()["findings"]] == ["valuation-stale"]
    after = [await office.case(one) for one in (late, case)]
    assert [(one["state"], one["version"]) for one in after] == [
        (one["state"], one["version"]) for one in before
    ]
    assert await office.said() == []


async def test_a_stopped_pool_and_a_suspended_bank_are_both_told_at_disbursement(office: Office):
    case = await pledged(office)
    day = date(2026, 3, 3)
    await office.hears(
        PoolStoppedV1(pool_code="dongli", available_fen=1, paid_in_fen=2, on=day),
        BankSuspendedV1(
            pool_code="dongli", bank_code=ICBC, bad_principal_fen=1, covered_principal_fen=2,
            line_bp=500, on=day,
        ),
    )  # fmt: skip
    await office.moves_clock(days=2)
    path = f"/applications/{case['id']}/disbursement"
    later = paid_out(disbursed_on="2026-03-04", matures_on="2027-03-04")

    stopped = await office.bank().post(path, json=later)
    assert [one["code"] for one in stopped.json()["findings"]] == ["pool-stopped", "bank-suspended"]
    # What was paid out the day before was paid out of an open pool.
    assert (await office.bank().post(path, json=paid_out())).status_code == 200


async def test_a_firm_found_on_a_list_since_its_approval_gets_no_covered_loan(office: Office):
    case = await pledged(office)
    path = f"/applications/{case['id']}/disbursement"
    clean = nothing_found(date.fromisoformat(DAY))
    found_on = "judgment_defaulter"

    before = nothing_found(date(2026, 3, 1))[:1]
    early = await office.bank().post(path, json=paid_out(lists_checked=before))
    assert faults(early) == [("#/lists_checked/0/checked_on", "too-early")]
    hit = [one | {"found": one["name"] == found_on} for one in clean]
    found = await office.bank().post(path, json=paid_out(lists_checked=hit))
    assert [one["code"] for one in found.json()["findings"]] == ["on-list-judgment-defaulter"]

    paid = await office.bank().post(path, json=paid_out(lists_checked=clean))
    assert paid.status_code == 200
    kept = (await office.case(case))["history"][-1]["detail"]["lists_checked"]
    assert kept == [one | {"by_register": False} for one in clean]


async def test_a_loan_number_is_used_once_by_a_bank(office: Office):
    await office.lends(loan_no="JJ-9")
    case = await pledged(office)

    answer = await office.bank().post(f"/applications/{case['id']}/disbursement", json=paid_out())

    assert faults(answer) == [("#/loan_no", "loan-no-used")]


async def test_less_than_was_approved_may_be_paid_out_and_is_what_is_covered(office: Office):
    case = await pledged(office)

    await office.post(office.bank(), case, "disbursement", paid_out(amount="800000.00"))

    event = (await office.said("loan.disbursed.v1"))[0]
    assert (event.amount_fen, event.loan_no, event.annual_rate_bp) == (80_000_000, "JJ-9", 385)
    loan = (await office.bank().get(f"/loans/{case['id']}")).json()
    assert (loan["outstanding_principal"], loan["last_month"]) == ("800000.00", None)
    shown = await office.case(case)
    assert shown["waiting_for"]["due_on"] == "2026-04-10"
    assert date.fromisoformat(loan["disbursed_on"]) + timedelta(365) == date(2027, 3, 2)


async def test_paid_out_on_the_last_held_day_it_may_be_told_in_the_time_for_filing(office: Office):
    case = await office.submits()
    await office.reserves(case, until=date(2026, 3, 4))
    await office.registers(case)
    await office.moves_clock(days=4)
    path = f"/applications/{case['id']}/disbursement"

    after = await office.bank().post(path, json=paid_out(disbursed_on="2026-03-05"))
    assert faults(after)[0] == ("#/disbursed_on", "reservation-over")
    told = await office.bank().post(path, json=paid_out(disbursed_on="2026-03-04"))

    assert told.json()["state"] == "disbursed"
    assert await office.said("application.expired.v1") == []
