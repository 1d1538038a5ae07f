"""A bank amends a case before anybody has taken it: a new revision, judged anew, the old one kept."""

from typing import Any

import pytest

from tests.applications.office import CCB, ICBC, Office, patent, right, submission
from tests.applications.test_whose_rows import rows_seen

FIRST = "1000000.00"


async def filed(office: Office, **changes: Any) -> tuple[Any, dict[str, Any]]:
    body = submission(**changes)
    answer = await office.bank().post("/applications", json=body)
    assert answer.json()["state"] == "accepted", answer.text
    await office.said()
    return answer.json(), body


async def amend(office: Office, case: Any, body: Any, **more: Any) -> Any:
    return await office.bank(**more).post(f"/applications/{case['id']}/amend", json=body)


async def revisions(office: Office, case: Any, person: Any = None) -> Any:
    answer = await (person or office.reviewer()).get(f"/applications/{case['id']}/revisions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_an_amended_case_waits_anew_and_says_what_it_said_before_field_by_field(
    office: Office,
):
    one, another = patent(), patent()
    case, body = await filed(office, collateral=[right(one), right(another)])
    await office.moves_clock(days=2)
    dearer = right(another)
    dearer["valuation"]["amount"] = "9000000.00"
    fresh = patent()
    now = body | {"amount": "800000.00", "purpose_note": "伺服控制器研发",
                  "collateral": [dearer, right(fresh)], "documents": body["documents"][::-1]}  # fmt: skip

    answer = await amend(office, case, now)

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["state"], told["revision"], told["version"]) == ("accepted", 2, 4)
    assert told["due_on"] > case["due_on"], "the time for its review begins anew"
    events = await office.said()
    assert [event.type for event in events] == [
        "application.amended.v1", "application.accepted.v1",
    ]  # fmt: skip
    newest, first = await revisions(office, case)
    differences = {item["field"]: (item["old"], item["new"]) for item in newest["differences"]}
    # The right that stays is compared with itself, the dropped one with the one in its place.
    assert differences == {
        "/amount": (FIRST, "800000.00"),
        "/purpose_note": (None, "伺服控制器研发"),
        "/collateral/0/valuation/amount": ("12000000.00", "9000000.00"),
        "/collateral/1/number": (one, fresh),
    }
    assert sorted(events[0].changed) == sorted(differences)
    assert (events[0].amount_fen, events[0].revision) == (80_000_000, 2)
    assert (first["revision"], first["is_first_kept"], first["differences"]) == (1, True, [])
    assert first["said"]["amount"] == FIRST and newest["submitted_name"]
    # What it says is a request that can be sent again.
    again = await office.bank().post("/pre-checks", json=newest["said"],
                                     params={"application": case["id"]})  # fmt: skip
    assert (again.json()["would_be"], again.json()["findings"]) == ("accepted", [])
    own = await office.bank().post("/pre-checks", json=newest["said"])
    assert "right-already-pledged" in {item["code"] for item in own.json()["findings"]}


async def test_an_amended_case_lets_go_of_the_rights_it_dropped_and_takes_those_it_adds(
    office: Office,
):
    dropped, added = patent(), patent()
    case, body = await filed(office, collateral=[right(dropped)])

    await amend(office, case, body | {"collateral": [right(added)]})

    other = office.bank(CCB)
    free = await other.post("/applications", json=submission(collateral=[right(dropped)]))
    taken = await other.post("/applications", json=submission(collateral=[right(added)]))
    assert free.json()["state"] == "accepted"
    assert [one["code"] for one in taken.json()["findings"]] == ["right-already-pledged"]
    # And the other way: what the other bank holds now is no right to be amended to.
    back = await amend(office, case, body)
    assert back.json()["state"] == "returned_for_correction"
    assert [one["code"] for one in back.json()["findings"]] == ["right-already-pledged"]
    again = await other.post("/applications", json=submission(collateral=[right(added)]))
    assert again.json()["state"] == "accepted", "a returned case holds nothing"
    newest, *_ = await revisions(office, case)
    assert (newest["revision"], len(newest["differences"])) == (3, 1)


async def test_a_case_is_amended_only_while_nobody_has_it_and_by_its_own_bank(office: Office):
    case, body = await filed(office)
    more = body | {"tenor_months": 10}

    same = await amend(office, case, body)
    stranger = await amend(office, case, more, code=CCB)
    other_pool = await amend(office, case, more | {"pool_code": "youxian"})
    await office.post(office.reviewer(), case, "take")
    taken = await amend(office, case, more)
    released = await office.post(office.reviewer(), case, "release")
    late = await amend(office, case, more)

    assert (same.status_code, same.json()["code"]) == (422, "nothing-amended")
    assert stranger.status_code == 404
    assert (other_pool.status_code, other_pool.json()["code"]) == (409, "pool-fixed")
    assert taken.status_code == 409
    assert released and late.status_code == 200, late.text
    hidden = await office.bank(CCB).get(f"/applications/{case['id']}/revisions")
    assert hidden.status_code == 404


async def test_a_returned_case_that_is_mended_keeps_what_it_said_before(office: Office):
    body = submission(tenor_months=24)
    case = (await office.bank().post("/applications", json=body)).json()
    assert case["state"] == "returned_for_correction"

    mended = await office.bank().post(
        f"/applications/{case['id']}/resubmit", json=body | {"tenor_months": 12}
    )

    assert mended.json()["state"] == "accepted"
    url = office.service.context.database.url
    for institution, count in ((ICBC, 1), (CCB, 0), ("*", 1), ("", 0)):
        seen = await rows_seen(url, institution, {"superseded_revisions"})
        assert seen == {"superseded_revisions": count}, institution
    newest, first = await revisions(office, case, office.bank())
    assert newest["differences"] == [{"field": "/tenor_months", "old": 24, "new": 12}]
    assert first["said"]["tenor_months"] == 24


@pytest.mark.parametrize("stated", [{"amount": 1}, {"collateral": []}])
async def test_what_cannot_be_is_refused_as_for_a_submission(office: Office, stated: Any):
    case, body = await filed(office)

    answer = await amend(office, case, body | stated)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert len(await revisions(office, case)) == 1
