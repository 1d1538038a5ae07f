"""续贷: a loan is renewed by a case of its own, with the rights that the loan has, and no one else's."""

import asyncio
from typing import Any

import pytest

from services.applications.api.requests import SubmissionBody
from services.applications.queries.surroundings import surroundings_of_new
from tests.applications.office import (
    CCB,
    FIRM,
    ICBC,
    OTHER_FIRM,
    Office,
    nothing_found,
    position,
    right,
    submission,
)
from tests.applications.test_right_enquiries import asks, named


@pytest.fixture
def pledged() -> dict[str, Any]:
    """The right that the loan and its renewal have."""
    return right()


async def chain(office: Office, case: Any, *, by: Any = None) -> Any:
    answer = await (by or office.bank()).get(f"/applications/{case['id']}/chain")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def holders(office: Office) -> list[tuple[str, int]]:
    async with office.service.context.database.begin("*") as conn:
        rows = await conn.fetch(
            """select a.number, place from held_rights join applications as a
                   on a.id = application_id order by place, a.number"""
        )
    return [(row["number"], row["place"]) for row in rows]


def codes(case: Any) -> set[str]:
    return {one["code"] for one in case["findings"]}


async def pays_out(office: Office, case: Any, loan_no: str) -> None:
    """An accepted renewal goes the whole way to a loan."""
    await office.reserves(case)
    await office.registers(case)
    today = office.now.date()
    await office.post(
        office.bank(),
        case,
        "disbursement",
        {
            "loan_no": loan_no, "amount": "1000000.00", "disbursed_on": str(today),
            "matures_on": str(today.replace(year=today.year + 1)),
            "lists_checked": nothing_found(today),
        },
    )  # fmt: skip


async def both_are_one_debt(office: Office) -> None:
    """Loan and renewal of 1,000,000.00 each: what is said of the firm, and beside another case of it."""
    other = right("202110123499.1")
    verdict = await office.bank().post("/pre-checks", json=submission(collateral=[other]))
    lines = {line["check"]: line for line in verdict.json()["checks"]}
    assert lines["borrower-cap"]["figures"]["value"] == "2,000,000.00", lines["borrower-cap"]
    async with office.service.context.database.begin("*") as conn:
        case = SubmissionBody.model_validate(submission()).as_submission()
        today = office.now.date()
        (known,) = await surroundings_of_new(conn, [case], bank_code=ICBC, today=today)
        around = known.around
    assert around is not None
    assert (around.borrower_balance_fen, around.borrower_live_cases) == (100_000_000, 1)
    (firm,) = (await office.reviewer().get("/firms", params={"q": FIRM})).json()["items"]
    assert firm["outstanding_principal"] == "1000000.00", firm
    (sums,) = (await office.reviewer().get("/statistics")).json()["loans"]
    assert (sums["outstanding"], sums["disbursed"]) == ("1000000.00", "2000000.00"), sums


async def test_a_loan_and_its_renewal_have_one_right_and_a_third_case_collides_to_the_end(
    office: Office, pledged: Any
):
    old = await office.lends(collateral=[pledged])
    renewal = await office.submits(renews=old["id"], collateral=[pledged])
    assert await holders(office) == [(old["number"], 0), (renewal["number"], 1)]

    third = {"bank": CCB, "collateral": [pledged], "expect": "returned_for_correction"}
    assert codes(await office.submits(**third)) == {"right-already-pledged"}
    # One chain, one renewal: the second is told by which case the loan is renewed.
    again = await office.submits(
        renews=old["id"], collateral=[pledged], expect="returned_for_correction"
    )
    assert codes(again) == {"renewed-already", "right-already-pledged"}
    assert renewal["number"] in again["findings"][0]["zh"]

    # What is mended takes its place again; what is taken back leaves the loan its right.
    amended = submission(renews=old["id"], collateral=[pledged], amount="900000.00")
    await office.post(office.bank(), renewal, "amend", amended)
    assert await holders(office) == [(old["number"], 0), (renewal["number"], 1)]
    await office.post(office.bank(), renewal, "withdraw", {"reason": "企业另有安排"})
    assert await holders(office) == [(old["number"], 0)]

    second = await office.submits(renews=old["id"], collateral=[pledged])
    await pays_out(office, second, "JJ-2")
    (told,) = await office.said("loan.renewed.v1")
    assert (told.number, told.renewed_by_number) == (old["number"], second["number"])
    assert (told.outstanding_principal_fen, str(told.report_repaid_by)) == (
        100_000_000,
        "2026-04-10",
    )
    await both_are_one_debt(office)
    shown = await chain(office, second)
    assert [one["number"] for one in shown["items"]] == [
        old["number"], renewal["number"], again["number"], second["number"],
    ], "also those that came to nothing"  # fmt: skip
    assert shown["first"] == old["id"]
    # Paid out in March: its report is due on 10 April.
    assert [one["report_repaid_by"] for one in shown["items"]] == [
        "2026-04-10", None, None, None,
    ]  # fmt: skip
    assert [one["renewed_by"] for one in shown["items"]] == [
        second["id"], None, None, None,
    ]  # fmt: skip

    # Both are out: the bank confirms that it is so, or reports what is true.
    both = await office.reports("2026-03", position("JJ-1"), position("JJ-2"))
    assert [
        [one["code"] for one in verdict["to_confirm"]] for verdict in both["verdicts"]
    ] == [["renewed-still-out"], []]  # fmt: skip
    over = await office.reports("2026-03", position("JJ-1", "0.00"))
    assert over["verdicts"][0]["state"] == "repaid"
    assert await holders(office) == [(second["number"], 0)]
    assert codes(await office.submits(**third)) == {"right-already-pledged"}

    # Reported by mistake: the loan has its right again, beside its renewal; nobody has lost anything.
    back = position("JJ-1", "500000.00", confirmed=["reopens-repaid", "renewed-still-out"])
    assert (await office.reports("2026-03", back))["verdicts"][0]["accepted"]
    assert await holders(office) == [(second["number"], 0), (old["number"], 1)]
    # The same the other way round.
    both = (position("JJ-2", "0.00"), position("JJ-2", confirmed=["reopens-repaid"]))
    for one, held in zip(
        both, ([(old["number"], 0)], [(old["number"], 0), (second["number"], 1)]), strict=True
    ):
        assert (await office.reports("2026-03", one))["verdicts"][0]["accepted"]
        assert await holders(office) == held
    assert codes(await office.submits(**third)) == {"right-already-pledged"}


async def test_what_may_not_be_renewed_is_said_with_every_reason(office: Office, pledged: Any):
    old = await office.lends(collateral=[pledged])
    other = {"uscc": OTHER_FIRM, "name": "广西柳工机械股份有限公司"}
    strange = await office.submits(
        renews=old["id"],
        borrower=submission()["borrower"] | other,
        collateral=[right(owner_uscc=OTHER_FIRM, owner_name="广西柳工机械股份有限公司")],
        expect="returned_for_correction",
    )
    assert codes(strange) == {"renewed-of-other-firm"}
    begun = await office.submits()
    early = await office.submits(renews=begun["id"], expect="returned_for_correction")
    assert codes(early) == {"renewed-not-live"}

    # Another bank's case is none: it hears no more than of one that is not there.
    for path, body in (("/applications", submission(renews=old["id"])), ("/pre-checks", None)):
        answer = await office.bank(CCB).post(path, json=body or submission(renews=old["id"]))
        told = answer.json()
        if path == "/applications":
            assert answer.status_code == 422
            assert [(one["pointer"], one["code"]) for one in told["errors"]] == [
                ("#/renews", "renewed-unknown")
            ]
        else:
            assert [one["code"] for one in told["wrong_fields"]] == ["renewed-unknown"]
    assert (await office.bank(CCB).get(f"/applications/{old['id']}/chain")).status_code == 404

    # What is left of the loan is one debt with its renewal, the larger of both, and one case.
    checked = await office.bank().post(
        "/pre-checks", json=submission(renews=old["id"], collateral=[pledged])
    )
    lines = {one["check"]: one for one in checked.json()["checks"]}
    assert lines["borrower-cap"]["figures"]["value"] == "1,000,000.00"
    assert lines["may-be-renewed"]["standing"] == "passed"
    assert checked.json()["would_be"] == "accepted"


async def test_of_two_renewals_at_once_one_is_taken(office: Office, pledged: Any):
    old = await office.lends(collateral=[pledged])
    body = submission(renews=old["id"], collateral=[pledged])
    answers = await asyncio.gather(
        *(office.bank().post("/applications", json=body) for _ in range(4))
    )
    assert [one.status_code for one in answers] == [201] * 4
    states = sorted(one.json()["state"] for one in answers)
    assert states == ["accepted", *["returned_for_correction"] * 3]
    assert len(await holders(office)) == 2


async def test_a_chain_goes_on_only_where_the_loan_before_is_over(office: Office, pledged: Any):
    old = await office.lends(collateral=[pledged])
    renewal = await office.submits(renews=old["id"], collateral=[pledged])
    await pays_out(office, renewal, "JJ-2")
    again = await office.submits(
        renews=renewal["id"], collateral=[pledged], expect="returned_for_correction"
    )
    assert codes(again) == {"renewed-chain-open", "right-already-pledged"}
    await office.reports("2026-03", position("JJ-1", "0.00"), position("JJ-2"))
    body = submission(renews=renewal["id"], collateral=[pledged])
    mended = await office.post(office.bank(), again, "resubmit", body)
    assert mended["state"] == "accepted"
    assert [one["number"] for one in (await chain(office, old))["items"]] == [
        old["number"], renewal["number"], again["number"],
    ]  # fmt: skip
    told = (await asks(office.bank(), named(pledged["number"])))["rights"][0]
    assert (told["pledged"], told["case_number"]) == (True, renewal["number"])
