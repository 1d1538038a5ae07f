"""Renewals in a file of many rows: judged and held as single ones are."""

from typing import Any

from tests.applications.bulk import (
    as_csv,
    counted,
    filled,
    gone_through,
    lines,
    reasons,
    rows_of,
    under,
)
from tests.applications.office import CCB, Office, position, right, submission
from tests.applications.test_renewals import chain, holders

LARGE = {"valuation": right()["valuation"] | {"amount": "40000000.00"}}


async def codes(office: Office, file: Any) -> dict[int, set[str]]:
    """Line → what is against it."""
    return {line: set(found.values()) for line, found in (await reasons(office, file)).items()}


async def test_renewals_of_a_file_hold_the_second_place_and_are_one_debt_with_their_loans_to_the_fen(
    office: Office,
):
    first, second, strange = right(**LARGE), right(), right()
    old = await office.lends(collateral=[first], amount="9000000.00")
    small = await office.lends(loan_no="JJ-2", collateral=[second])
    theirs = await office.lends(loan_no="JJ-3", bank=CCB, collateral=[strange])
    await office.said()

    rows = [
        # The firm owes 1,000,000.00 beside it and may owe 10,000,000.00.
        submission(renews=old["id"], collateral=[first], amount="9000000.01"),
        submission(renews=old["id"], collateral=[first], amount="9000000.00", reference="XU-1"),
        # 9,000,000.00, the 600,000.00 left of the loan, and these 400,000.00; with a right of its own.
        submission(renews="ｊｊ-2", collateral=[second, right()], amount="400000.00"),
        submission(renews=theirs["id"], collateral=[strange]),
        submission(renews=theirs["number"]),
        submission(renews="JJ-99", tenor_months=24),
        # Neither a right that somebody else has, nor one loan twice.
        submission(renews=small["id"], collateral=[strange]),
        submission(renews=old["number"], collateral=[right()], amount="900000.00"),
        submission(collateral=[second]),
        {**submission(renews=theirs["id"]), "amount": "1e6"},
    ]  # fmt: skip
    assert counted(await gone_through(office, lines(rows[1:3]), only_check=True)) == {
        "read": 2, "fine": 2,
    }  # fmt: skip
    file = await gone_through(office, lines(rows))

    assert await codes(office, file) == {
        1: {"borrower-over-cap"},
        4: {"renewed-unknown"},
        5: {"renewed-unknown"},
        6: {"renewed-unknown"},
        7: {"right-already-pledged", "renewed-already"},
        8: {"renewed-already"},
        # The firm has no room for a case that is no renewal.
        9: {"right-already-pledged", "borrower-over-cap"},
        10: {"not-an-amount", "renewed-unknown"},
    }
    taken = await rows_of(office, file, outcome="taken")
    assert [one["line"] for one in taken] == [2, 3]
    large, little = (one["number"] for one in taken)
    assert await holders(office) == [
        *sorted([*((one["number"], 0) for one in (old, small, theirs)), (little, 0)]),
        (large, 1),
        (little, 1),
    ]
    renewal = await office.case({"id": taken[1]["subject_id"]})
    assert (renewal["state"], renewal["renews"]) == ("accepted", small["id"])
    assert [one["number"] for one in (await chain(office, renewal))["items"]] == [
        small["number"], little,
    ]  # fmt: skip

    # Sent again, nothing is done twice; another file finds what this one has taken.
    late = submission(renews=small["id"], collateral=[right()], amount="400000.00")
    again = await gone_through(office, lines([*rows[1:3], late]))
    assert counted(again) == {"read": 3, "known": 2, "wrong": 1}
    assert await codes(office, again) == {3: {"renewed-already"}}

    # The loan is reported repaid: its right is the renewal's.
    await office.reports("2026-03", position("JJ-2", "0.00"))
    assert (little, 1) not in await holders(office)
    assert (await holders(office)).count((little, 0)) == 2


async def test_a_table_names_the_loan_by_its_number(office: Office):
    pledged = right()
    old = await office.lends(collateral=[pledged])
    heads = [*filled(), "renews"]
    renewal = filled(pledged["number"], renews="jj-1", amount="900,000.00")
    file = await gone_through(office, as_csv([heads, *under(heads, renewal)]))

    (taken,) = await rows_of(office, file, outcome="taken")
    assert (await office.case({"id": taken["subject_id"]}))["renews"] == old["id"]
    text = (await office.bank().get("/pools/dongli/modes/direct/template.csv")).text
    assert "所续贷款" in text and "续贷填写所续贷款的借据号或申请编号" in text
