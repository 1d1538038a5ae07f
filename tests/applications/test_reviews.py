"""Reviewers and approvers: two persons, one queue, and what each may do."""

import asyncio

import pytest

from tests.applications.office import CCB, Office, nothing_found, right, submission


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_who_recommends_a_case_cannot_also_approve_or_reject_it(office: Office):
    both = office.staff("sun", "reviewer", "approver")
    case = await office.submits()
    await office.post(both, case, "take")
    await office.post(both, case, "recommend", {"opinion": "建议批准"})

    agreed = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    for step, body in (("approve", agreed), ("reject", {"reason": "不同意"})):
        answer = await both.post(f"/applications/{case['id']}/{step}", json=body)
        assert code(answer) == (409, "second-person-required")
    assert (await office.case(case, by=both))["pending_actions"] == ["withdraw_opinion"]

    await office.post(office.approver("li"), case, "approve", agreed)
    assert await office.state(case) == "approved"


async def test_a_reviewer_without_the_approvers_role_cannot_approve(office: Office):
    case = await office.submits()
    await office.recommends(case)

    answer = await office.reviewer("zhao").post(
        f"/applications/{case['id']}/approve", json={"opinion": "同意"}
    )

    assert code(answer) == (403, "forbidden")


async def test_a_case_cannot_be_approved_before_it_is_recommended(office: Office):
    case = await office.submits()

    answer = await office.approver().post(
        f"/applications/{case['id']}/approve", json={"opinion": "同意"}
    )

    assert code(answer) == (409, "not-possible-now")


async def test_a_reviewer_cannot_reject_what_is_the_approvers_to_decide(office: Office):
    case = await office.submits()
    await office.recommends(case)

    answer = await office.reviewer("zhao").post(
        f"/applications/{case['id']}/reject", json={"reason": "不行"}
    )

    assert code(answer) == (403, "role-missing")


async def test_only_who_has_taken_a_case_works_on_it(office: Office):
    case = await office.submits()
    await office.post(office.reviewer("wang"), case, "take")

    for step, body in (
        ("recommend", {"opinion": "建议批准"}),
        ("return", {"reasons": ["缺评估报告"]}),
        ("reject", {"reason": "不行"}),
        ("release", None),
    ):
        answer = await office.reviewer("zhao").post(f"/applications/{case['id']}/{step}", json=body)
        assert code(answer) == (409, "taken-by-another"), step
    again = await office.reviewer("zhao").post(f"/applications/{case['id']}/take")
    assert code(again) == (409, "taken-by-another")
    assert (await office.case(case, by=office.reviewer("zhao")))["pending_actions"] == []


async def test_two_reviewers_who_take_a_case_in_the_same_moment_do_not_both_have_it(
    office: Office,
):
    case = await office.submits()

    answers = await asyncio.gather(
        *(office.reviewer(name).post(f"/applications/{case['id']}/take") for name in "abcdef")
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert len((await office.case(case))["history"]) == 3


async def test_the_queue_shows_each_person_what_they_can_work_on_oldest_first(office: Office):
    first, second, third = [await office.submits() for _ in range(3)]
    await office.post(office.reviewer("wang"), first, "take")
    await office.recommends(second)

    async def queue(person) -> list[str]:
        return [row["id"] for row in (await person.get("/queue")).json()["items"]]

    assert await queue(office.reviewer("wang")) == [third["id"], first["id"]]
    assert await queue(office.reviewer("zhao")) == [third["id"]]
    assert await queue(office.approver("li")) == [second["id"]]
    assert await queue(office.staff("wang", "approver")) == []
    assert (await office.bank().get("/queue")).status_code == 403


async def test_the_queue_turns_its_pages_and_its_lamps_by_working_days(office: Office):
    cases = [await office.submits(pool_code="youxian", borrower=at_youxian()) for _ in range(5)]

    seen, cursor = [], None
    while True:
        page = await office.reviewer().get(
            "/queue",
            params={"limit": 2, "pool": "youxian"} | ({"cursor": cursor} if cursor else {}),
        )
        seen += [row["id"] for row in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == [case["id"] for case in cases]

    async def lamp() -> tuple[str, int]:
        row = (await office.reviewer().get("/queue")).json()["items"][0]
        return row["lamp"], row["working_days_left"]

    assert await lamp() == ("green", 5)
    await office.moves_clock(days=3)
    assert await lamp() == ("yellow", 2)
    await office.moves_clock(days=5)
    assert await lamp() == ("red", -1)


def at_youxian() -> dict:
    return submission()["borrower"] | {"region_code": "510704"}


async def test_a_returned_case_goes_to_the_bank_with_every_reason_and_leaves_the_queue(
    office: Office,
):
    case = await office.submits()
    await office.post(office.reviewer(), case, "take")

    await office.post(
        office.reviewer(),
        case,
        "return",
        {"reasons": ["评估报告缺页", {"text": "利率写错", "field": "/annual_rate_bp"}]},
    )

    shown = await office.case(case, by=office.bank())
    assert shown["state"] == "returned_for_correction"
    assert [(f["zh"], f["field"]) for f in shown["findings"]] == [
        ("评估报告缺页", ""),
        ("利率写错", "/annual_rate_bp"),
    ]
    assert shown["pending_actions"] == ["resubmit", "withdraw"]
    assert shown["waiting_for"]["role"] == "bank_operator"
    event = (await office.said("application.returned.v1"))[0]
    assert (event.by, len(event.reasons)) == ("reviewer", 2)
    assert shown["history"][-1]["reason"] == "评估报告缺页；利率写错"


async def test_an_approver_may_send_a_case_back_and_it_needs_a_new_review(office: Office):
    case = await office.submits()
    await office.recommends(case)
    await office.post(office.approver(), case, "return", {"reasons": ["请补充说明"]})
    await office.bank().post(f"/applications/{case['id']}/resubmit", json=submission())

    shown = await office.case(case)

    assert (shown["state"], shown["recommended_by"], shown["assigned_to"]) == (
        "accepted",
        None,
        None,
    )


@pytest.mark.parametrize("step", ["recommend", "approve", "reject", "withdraw", "return"])
async def test_a_decision_needs_its_words(office: Office, step: str):
    case = await office.submits()
    person = {"approve": office.approver(), "withdraw": office.bank()}.get(step, office.reviewer())

    for body in ({}, {"opinion": "  ", "reason": "  ", "reasons": []}):
        answer = await person.post(f"/applications/{case['id']}/{step}", json=body)
        assert code(answer) == (422, "invalid-request")


async def test_if_match_is_honoured_on_a_decision(office: Office):
    case = await office.submits()
    etag = (await office.reviewer().get(f"/applications/{case['id']}")).headers["ETag"]
    path = f"/applications/{case['id']}/take"

    stale = await office.reviewer().post(path, headers={"If-Match": '"1"'})
    assert code(stale) == (412, "stale")
    taken = await office.reviewer().post(path, headers={"If-Match": etag})
    assert (taken.status_code, taken.headers["ETag"]) == (200, '"3"')


async def test_a_bank_is_changed_only_by_who_has_seen_its_newest_version(office: Office):
    admin, path = office.staff("chen", "admin"), f"/banks/{CCB}"
    etag = (await admin.get(path)).headers["ETag"]

    assert (await admin.patch(path, json={"name": "建行"})).status_code == 428
    changed = await admin.patch(path, json={"name": "建行"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (
        200,
        "建行",
        2,
    )
    assert (
        await admin.patch(path, json={"name": "x"}, headers={"If-Match": etag})
    ).status_code == 412
    assert (await admin.patch(path, json={}, headers={"If-Match": '"2"'})).status_code == 422
    taken = {"uscc": "91100000100003962T"}
    assert (await admin.patch(path, json=taken, headers={"If-Match": '"2"'})).status_code == 409
    assert (await office.bank().patch(path, json={"name": "x"})).status_code == 403


async def test_a_bank_is_registered_once(office: Office):
    answer = await office.staff("chen", "admin").post(
        "/banks", json={"code": CCB, "name": "建行", "uscc": "911100001000054748"}
    )

    assert code(answer) == (409, "bank-exists")


async def test_approval_says_everything_the_pool_needs(office: Office):
    case = await office.submits(
        mode="insured",
        parties={"insurer": "PICC-TJ", "appraiser": "PG-1"},
        has_other_collateral=True,
        other_collateral=[{"kind": "guarantee", "description": "保证", "amount": "9000000.00"}],
        ip_share_bp=6_000,
        attributes={"is_high_tech_enterprise": True},
        collateral=[
            right(),
            right(
                kind="trademark_right",
                number="7654321",
                nice_class=11,
                filed_on="2020-01-01",
                expires_on="2030-01-01",
            ),
        ],
    )
    await office.approves(case)

    event = (await office.said("application.approved.v1"))[0]

    assert event.model_dump(mode="json", exclude={"loan_id"}) == {
        "number": case["number"],
        "bank_code": "ICBC-TJ",
        "pool_code": "dongli",
        "borrower_uscc": "91440400192548256N",
        "borrower_name": "珠海格力电器股份有限公司",
        "amount": "1000000.00",
        "ip_share_bp": 6_000,
        "ip_amount": None,
        "tenor_months": 12,
        "annual_rate_bp": 385,
        "programme": "dongli",
        "mode": "insured",
        "parties": {"insurer": "PICC-TJ", "appraiser": "PG-1"},
        "approved_on": "2026-03-02",
        "is_first_loan": True,
        "is_multi_ip_type": True,
        "attributes": {"is_high_tech_enterprise": True, "ip_kind": "several"},
        "applied": None,
        "paid_out": None,
        "renews": None,
        "amount_reason": "",
        "conditions": [],
    }


async def test_every_move_is_kept_with_who_when_and_why_and_can_never_be_changed(office: Office):
    case = await office.submits()
    await office.recommends(case)
    moves = (await office.reviewer().get(f"/applications/{case['id']}/history")).json()["items"]

    assert [(m["action"], m["subject"], m["role"], m["source"], m["target"]) for m in moves] == [
        ("submit", "clerk-ICBC-TJ", "bank_operator", None, "submitted"),
        ("accept", "system", "system", "submitted", "accepted"),
        ("take", "wang", "reviewer", "accepted", "under_review"),
        ("recommend", "wang", "reviewer", "under_review", "recommended"),
    ]
    assert moves[-1]["reason"] == "材料齐全，建议批准"
    for statement in ("update case_moves set reason = 'x'", "delete from case_moves"):
        with pytest.raises(Exception, match="only added to"):
            async with office.service.context.database.begin("*") as conn:
                await conn.execute(statement)
