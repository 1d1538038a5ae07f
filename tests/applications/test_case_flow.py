"""What was demanded, filed and approved in each month, how long that took, and the cases behind it."""

from datetime import date

from shared.money import format_fen, parse_fen
from tests.applications.demands.stories import posts
from tests.applications.office import CCB, Office

MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


async def flow(office: Office, **query):
    answer = await office.staff("zheng", "leader").get("/case-flow", params=MARCH | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_month_says_what_was_demanded_filed_and_approved_and_how_long_it_took(
    office: Office,
):
    assert office.now.date() == date(2026, 3, 2)
    await posts(office.reviewer(), amount="3000000.00")
    quick = await office.submits()
    slow = await office.submits(bank=CCB, amount="2000000.00")
    await office.submits(amount="400000.00", documents=[], expect="returned_for_correction")
    await office.approves(quick)
    await office.moves_clock(days=4)
    await office.approves(slow)

    found = await flow(office)

    assert found["total"] == {
        "month": None,
        "demands": 1, "demands_amount": "3000000.00",
        "filed": 3, "filed_amount": "3400000.00",
        "approved": 2, "approved_amount": "3000000.00",
        "median_days": 0, "ninth_days": 4,
    }  # fmt: skip
    assert found["months"] == [found["total"] | {"month": "2026-03"}]
    assert (await flow(office, pool="youxian"))["total"]["filed"] == 0
    for counted in ("filed", "approved"):
        cases = await every_case(office, counted)
        assert len(cases) == found["total"][counted]
        total = sum(parse_fen(one["amount"]) for one in cases)
        assert format_fen(total) == found["total"][f"{counted}_amount"]
    assert {one["days"] for one in await every_case(office, "approved")} == {0, 4}


async def test_a_bank_is_told_nothing_of_it_and_days_run_forwards(office: Office):
    assert (await office.bank().get("/case-flow")).status_code == 403
    answer = await office.staff("zheng", "leader").get(
        "/case-flow", params={"first": "2026-03-02", "last": "2026-03-01"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "ends-before-it-begins"


async def every_case(office: Office, counted: str):
    """Page by page."""
    found, cursor = [], None
    while True:
        asked = MARCH | {"counted": counted, "limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = await office.staff("zheng", "leader").get("/case-flow/cases", params=asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found
