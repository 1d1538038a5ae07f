"""Pledge registration and disbursement: what must hold, told all at once."""

from datetime import date, timedelta

from tests.applications.office import Office, right

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
        json=paid_out(amount="1000000.01", disbursed_on="2026-03-01", matures_on="2027-03-03"),
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


async def test_capacity_that_is_no_longer_held_pays_nothing_out(office: Office):
    case = await office.submits()
    await office.reserves(case, until=date(2026, 3, 5))
    await office.registers(case)

    await office.moves_clock(days=3)
    last_day = await office.bank().post(
        f"/applications/{case['id']}/disbursement", json=paid_out(disbursed_on="2026-03-06")
    )
    assert faults(last_day)[0] == ("#/disbursed_on", "in-future")
    await office.moves_clock(days=1)
    over = await office.bank().post(
        f"/applications/{case['id']}/disbursement", json=paid_out(disbursed_on="2026-03-06")
    )
    assert faults(over)[0] == ("#/disbursed_on", "reservation-over")
    await office.moves_clock(days=14)  # dongli: ten working days to file, until the 19th
    gone = await office.bank().post(
        f"/applications/{case['id']}/disbursement", json=paid_out(disbursed_on="2026-03-05")
    )
    assert (gone.status_code, gone.json()["code"]) == (409, "not-possible-now")


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
