"""Submitting over HTTP: what is accepted, what comes back, what is refused and how."""

import asyncio
import json
from uuid import uuid4

import pytest

from tests.applications.office import (
    CCB,
    ICBC,
    OTHER_FIRM,
    Office,
    patent,
    right,
    submission,
)


def pointers(answer) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_a_good_case_is_accepted_into_the_queue(office: Office):
    case = await office.submits()

    assert case["findings"] == []
    # Five working days from Monday 2 March: the scheme's first review.
    assert case["due_on"] == "2026-03-09"
    queued = (await office.reviewer().get("/queue")).json()["items"]
    assert [(row["id"], row["lamp"], row["working_days_left"]) for row in queued] == [
        (case["id"], "green", 5)
    ]


async def test_a_case_with_findings_comes_back_with_all_of_them_and_can_be_mended(office: Office):
    bad = right(expires_on="2026-02-01", owner_uscc=OTHER_FIRM)
    case = await office.submits(
        expect="returned_for_correction", collateral=[bad], documents=[], tenor_months=24
    )

    assert {finding["code"] for finding in case["findings"]} == {
        "right-ended",
        "owner-is-not-borrower",
        "tenor-too-long",
        "document-missing",
        "right-ends-before-loan",
    }
    returned = (await office.said("application.returned.v1"))[0]
    assert len(returned.reasons) == len(case["findings"])

    answer = await office.bank().post(f"/applications/{case['id']}/resubmit", json=submission())
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["revision"]) == ("accepted", 2)
    shown = await office.case(case)
    assert shown["collateral"][0]["expires_on"] == "2042-05-01"
    assert [move["action"] for move in shown["history"]] == [
        "submit",
        "return",
        "resubmit",
        "accept",
    ]
    assert shown["history"][1]["detail"]["findings"] == [f["code"] for f in case["findings"]]


async def test_what_was_first_submitted_is_kept_beside_the_mended_case(office: Office):
    case = await office.submits(expect="returned_for_correction", documents=[])
    await office.bank().post(f"/applications/{case['id']}/resubmit", json=submission())

    async with office.service.context.database.begin("*") as conn:
        revisions = await conn.fetch(
            "select revision, count(*) from collateral where application_id = $1 group by 1",
            case["id"],
        )
    assert {row["revision"] for row in revisions} == {1, 2}


async def test_a_case_cannot_change_its_pool_when_it_is_mended(office: Office):
    case = await office.submits(expect="returned_for_correction", documents=[])

    answer = await office.bank().post(
        f"/applications/{case['id']}/resubmit", json=submission(pool_code="youxian")
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "pool-fixed")


async def test_a_right_pledged_in_another_banks_live_case_is_found_without_naming_it(
    office: Office,
):
    taken = right()
    first = await office.submits(collateral=[taken])

    second = await office.submits(
        bank=CCB, expect="returned_for_correction", collateral=[right(), taken]
    )

    finding = second["findings"][0]
    assert (finding["code"], finding["field"]) == (
        "right-already-pledged",
        "/collateral/1/number",
    )
    told = json.dumps(second, ensure_ascii=False)
    assert ICBC not in told and first["id"] not in told and first["number"] not in told


async def test_the_same_trademark_number_in_another_class_is_another_right(office: Office):
    def mark(nice_class: int):
        return right(
            kind="trademark_right", number="12345678", nice_class=nice_class,
            valuation={**right()["valuation"], "amount": "3000000.00"},
        )  # fmt: skip

    await office.submits(collateral=[mark(9)])

    await office.submits(bank=CCB, collateral=[mark(35)])
    await office.submits(bank=CCB, expect="returned_for_correction", collateral=[mark(9)])


@pytest.mark.parametrize("end", ["withdraw", "reject"])
async def test_a_right_is_free_again_when_its_case_has_ended(office: Office, end: str):
    taken = right()
    case = await office.submits(collateral=[taken])
    if end == "withdraw":
        await office.post(office.bank(), case, "withdraw", {"reason": "企业不再需要"})
    else:
        await office.post(office.reviewer(), case, "take")
        await office.post(office.reviewer(), case, "reject", {"reason": "不符合条件"})

    await office.submits(bank=CCB, collateral=[taken])


async def test_of_many_cases_with_one_right_in_the_same_moment_one_holds_it(office: Office):
    taken = right()
    answers = await asyncio.gather(
        *(
            office.bank(bank).post("/applications", json=submission(collateral=[right(), taken]))
            for bank in [ICBC, CCB] * 6
        )
    )

    assert {answer.status_code for answer in answers} == {201}
    states = sorted(answer.json()["state"] for answer in answers)
    assert states == ["accepted"] + ["returned_for_correction"] * 11
    numbers = {answer.json()["number"] for answer in answers}
    assert len(numbers) == 12


async def test_a_suspended_bank_and_a_stopped_pool_take_no_new_cases(office: Office):
    from datetime import date

    from shared.contracts.risk_pool import (
        BankResumedV1,
        BankSuspendedV1,
        PoolResumedV1,
        PoolStoppedV1,
    )

    day = date(2026, 3, 1)
    figures = {"bad_principal_fen": 6, "covered_principal_fen": 100, "line_bp": 500, "on": day}
    money = {"available_fen": 1, "paid_in_fen": 10, "on": day}
    bank = {"pool_code": "dongli", "bank_code": ICBC}
    await office.hears(
        BankSuspendedV1(**bank, **figures), PoolStoppedV1(pool_code="dongli", **money)
    )

    case = await office.submits(expect="returned_for_correction")
    assert [f["code"] for f in case["findings"]] == ["pool-stopped", "bank-suspended"]
    other = await office.submits(bank=CCB, expect="returned_for_correction")
    assert [f["code"] for f in other["findings"]] == ["pool-stopped"]
    pools = (await office.bank().get("/pools")).json()["items"]
    assert (pools[0]["stopped_on"], pools[0]["suspended_on"]) == ("2026-03-01", "2026-03-01")
    assert (await office.bank(CCB).get("/pools")).json()["items"][0]["suspended_on"] is None

    await office.hears(BankResumedV1(**bank, **figures), PoolResumedV1(pool_code="dongli", **money))
    await office.submits()


async def test_wrong_shapes_and_check_digits_come_back_all_at_once(office: Office):
    bad = submission(
        amount="1e9",
        tenor_months=-3,
        annual_rate_bp="385",
        collateral=[right("202310123456.7"), right(kind="utility_model"), right(nice_class=9)],
    )
    bad["borrower"]["uscc"] = "914403001922038217"
    bad["borrower"]["registered_on"] = 20150601
    bad["documents"][0]["sha256"] = "abc"
    bad["surprise"] = 1

    answer = await office.bank().post("/applications", json=bad)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointers(answer) == {
        "#/amount": "not-an-amount",
        "#/tenor_months": "too-small",
        "#/annual_rate_bp": "not-an-integer",
        "#/borrower/uscc": "uscc-check-digit",
        "#/borrower/registered_on": "not-a-date",
        "#/collateral/0/number": "patent-check-digit",
        "#/collateral/1/number": "patent-other-kind",
        "#/collateral/2/nice_class": "nice-class",
        "#/documents/0/sha256": "malformed",
        "#/surprise": "unknown-field",
    }
    english = await office.bank().post("/applications", json=bad, headers={"Accept-Language": "en"})
    assert english.json()["errors"][0]["message"] != answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"pool_code": ', 400, "not-json"),
        (b'{"amount": NaN}', 422, None),
        (b"\xff\xfe", 400, "not-json"),
        (b"[]", 422, "invalid-request"),
        (b"", 422, "invalid-request"),
        (b'"' + b"x" * (40 * 1024 * 1024) + b'"', 413, "body-too-large"),
        (b"[" * 100_000, 400, "not-json"),
    ],
    ids=["cut", "nan", "not-utf8", "list", "empty", "40-mb", "deep"],
)
async def test_what_is_no_application_at_all_is_a_clear_problem(
    office: Office, body: bytes, status: int, code: str | None
):
    answer = await office.bank().post(
        "/applications", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code


async def test_text_that_cannot_be_stored_is_a_problem_and_not_a_failure(office: Office):
    nul = submission()
    nul["borrower"]["name"] = "a\x00b"
    lone = json.dumps(submission(purpose_note="x")).replace('"x"', '"\\ud800"')

    first = await office.bank().post("/applications", json=nul)
    second = await office.bank().post(
        "/applications", content=lone, headers={"Content-Type": "application/json"}
    )

    assert pointers(first) == {"#/borrower/name": "control-character"}
    assert second.status_code in (400, 422)


async def test_an_unknown_pool_is_the_field_that_is_wrong(office: Office):
    answer = await office.bank().post("/applications", json=submission(pool_code="nowhere"))

    assert answer.status_code == 422
    assert pointers(answer) == {"#/pool_code": "pool-unknown"}


async def test_an_institution_that_is_no_registered_bank_cannot_submit(office: Office):
    answer = await office.bank("NOBODY").post("/applications", json=submission())

    assert (answer.status_code, answer.json()["code"]) == (409, "bank-unknown")


async def test_only_a_banks_operator_submits(office: Office):
    assert (await office.reviewer().post("/applications", json=submission())).status_code == 403
    assert (
        await office.service.anonymous().post("/applications", json=submission())
    ).status_code == 401


async def test_the_same_key_gives_the_same_answer_and_one_case(office: Office):
    body, key = submission(), {"Idempotency-Key": str(uuid4())}

    first = await office.bank().post("/applications", json=body, headers=key)
    again = await office.bank().post("/applications", json=body, headers=key)
    other = await office.bank().post("/applications", json=submission(amount="2.00"), headers=key)

    assert again.status_code == 201 and again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await office.bank().get("/applications")).json()["items"]) == 1


async def test_numbers_go_by_pool_and_year_and_none_is_given_twice(office: Office):
    answers = await asyncio.gather(
        *(
            office.bank().post("/applications", json=submission(pool_code=pool))
            for pool in ["dongli", "youxian"] * 60
        )
    )
    numbers = {answer.json()["number"] for answer in answers}
    assert len(numbers) == 120
    assert {number[:8] for number in numbers} == {"DL-2026-", "YX-2026-"}

    await office.moves_clock(days=365)
    later = await office.submits(
        collateral=[right(patent(), valuation={**right()["valuation"], "valued_on": "2027-01-15"})]
    )
    assert later["number"] == "DL-2027-000001"


async def test_a_firm_is_kept_as_its_bank_last_described_it(office: Office):
    await office.submits()
    changed = submission()["borrower"] | {"region_code": "120110", "name": "格力电器"}
    await office.submits(
        borrower=changed, collateral=[right(owner_name="格力电器")], amount="500000.00"
    )

    async with office.service.context.database.begin("*") as conn:
        rows = await conn.fetch("select name from borrowers")
    assert [row["name"] for row in rows] == ["格力电器"]
    listed = (await office.bank().get("/applications", params={"q": "珠海格力"})).json()["items"]
    assert len(listed) == 1
