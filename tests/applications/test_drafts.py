"""A bank's clerks write an application together: saved, resumed, checked, filed once, seen by nobody
else; what is given must be of its form, what is missing is said at once."""

from typing import Any
from uuid import uuid4

from services.applications.handlers import drafts
from tests.applications.office import CCB, ICBC, Office, patent, right, submission
from tests.applications.test_whose_rows import rows_seen

TITLE = {"title": "津澜 研发贷款", "programme": "dongli"}


async def saved(office: Office, said: Any, **more: Any) -> Any:
    answer = await office.bank(**more).post("/drafts", json={**TITLE, "application": said})
    assert answer.status_code == 201, answer.text
    return answer


async def programme_of(office: Office) -> str:
    pools = (await office.bank().get("/pools")).json()["items"]
    return str(next(one["programme"] for one in pools if one["code"] == "dongli"))


async def test_clerks_write_it_together_and_nobody_overwrites_unseen(office: Office):
    TITLE["programme"] = await programme_of(office)
    first, colleague = office.bank(), office.bank(subject="clerk-two")
    half = {"pool_code": "dongli", "borrower": {"name": "天津津澜智能装备有限公司"},
            "collateral": [{"kind": "trademark_right", "name": "津澜"}], "amount": None}  # fmt: skip

    answer = await saved(office, half)
    draft, at = answer.json(), f"/drafts/{answer.json()['id']}"
    more = {**TITLE, "title": "津澜", "application": {**draft["application"], "tenor_months": 12}}
    unseen = await colleague.put(at, json=more)
    second = await colleague.put(at, json=more, headers={"If-Match": answer.headers["etag"]})
    stale = await first.put(at, json=more, headers={"If-Match": answer.headers["etag"]})

    assert draft["application"] == {name: half[name] for name in half if name != "amount"}
    assert (unseen.status_code, stale.status_code) == (428, 412)
    assert second.status_code == 200, second.text
    shown = await first.get(at)
    assert shown.json()["application"]["tenor_months"] == 12
    assert (shown.json()["version"], shown.headers["etag"]) == (2, '"2"')
    assert shown.json()["saved_name"] != draft["saved_name"]
    (await first.post("/drafts", json=TITLE)).raise_for_status()
    page = (await first.get("/drafts", params={"limit": 1})).json()
    rest = (await first.get("/drafts", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [one["items"][0]["title"] for one in (page, rest)] == [TITLE["title"], "津澜"]
    assert rest["next_cursor"] is None
    # Neither another bank nor the bureau, nor the bank's own checker.
    for person, code in (
        (office.bank(CCB), 404), (office.reviewer(), 403),
        (office._person("zhou", "bank_checker", institution=ICBC), 403),
    ):  # fmt: skip
        assert (await person.get(at)).status_code == code
        assert (await person.post(f"{at}/submit")).status_code == code
    assert (await office.bank(CCB).get("/drafts")).json()["items"] == []
    url = office.service.context.database.url
    for institution, count in ((ICBC, 2), (CCB, 0), ("*", 0), ("", 0)):
        seen = await rows_seen(url, institution, {"application_drafts"})
        assert seen == {"application_drafts": count}, institution
    gone = await first.delete(at, headers={"If-Match": '"2"'})
    assert (gone.status_code, (await first.get(at)).status_code) == (204, 404)


async def test_what_is_given_must_be_of_its_form_and_all_that_is_not_is_said_at_once(
    office: Office,
):
    TITLE["programme"] = await programme_of(office)
    wrong = {
        "amount": 5, "tenor_months": "12", "borrower": {"uscc": "9144"}, "unknown": 1,
        "collateral": [{"number": "20221"}, {"kind": "invention", "number": "20221"}],
        "documents": [{"kind": "business_licence", "document": "no"}],
        "attributes": {"nonsense": True},
    }  # fmt: skip

    refused = await office.bank().post("/drafts", json={**TITLE, "application": wrong})
    no_pool = await office.bank().post("/drafts", json={**TITLE, "programme": "nowhere"})
    other = {**TITLE, "application": {"pool_code": "nowhere"}}
    other_pool = await office.bank().post("/drafts", json=other)

    assert refused.status_code == 422
    assert {one["pointer"].removeprefix("#/application") for one in refused.json()["errors"]} == {
        "/amount", "/tenor_months", "/borrower/uscc", "/unknown", "/collateral/1/number",
        "/documents/0/document", "/attributes/nonsense",
    }  # fmt: skip
    assert no_pool.json()["errors"][0]["code"] == "programme-unknown"
    assert other_pool.json()["errors"][0]["code"] == "pool-of-another-programme"


async def test_a_draft_is_checked_by_field_and_filed_once_the_way_of_every_application(
    office: Office,
):
    TITLE["programme"] = await programme_of(office)
    clerk, whole = office.bank(), submission(collateral=[right(patent())])
    half = {name: value for name, value in whole.items() if name not in ("mode", "amount")}
    half["collateral"] = [{**whole["collateral"][0], "valuation": None}]
    answer = await saved(office, half)
    at = f"/drafts/{answer.json()['id']}"

    gaps = (await clerk.post(f"{at}/check")).json()
    refused = await clerk.post(f"{at}/submit")

    missing = {"/mode", "/amount", "/collateral/0/valuation"}
    assert gaps["would_be"] == "refused"
    assert {one["field"] for one in gaps["wrong_fields"]} == missing
    assert refused.status_code == 422
    assert {one["pointer"].removeprefix("#") for one in refused.json()["errors"]} == missing
    assert (await clerk.get(at)).json()["application_id"] is None

    whole_now = {**TITLE, "application": whole}
    (await clerk.put(at, json=whole_now, headers={"If-Match": '"1"'})).raise_for_status()
    assert (await clerk.post(f"{at}/check")).json()["would_be"] == "accepted"
    await office.said()
    key = {"Idempotency-Key": str(uuid4())}
    filed, again = [await clerk.post(f"{at}/submit", headers=key) for _ in range(2)]
    assert filed.status_code == 201, filed.text
    assert filed.json() == again.json() and filed.json()["state"] == "accepted"
    assert [event.type for event in await office.said()] == [
        "application.submitted.v1", "application.accepted.v1",
    ]  # fmt: skip
    became = (await clerk.get(at)).json()
    assert became["application_id"] == filed.json()["id"]
    twice = await clerk.post(f"{at}/submit")
    changed = await clerk.put(at, json=whole_now, headers={"If-Match": f'"{became["version"]}"'})
    assert (twice.status_code, changed.status_code) == (409, 409)
    assert twice.json()["application_id"] == filed.json()["id"]
    listed = [(await clerk.get("/drafts", params={"filed": said})).json()["items"]
              for said in ("true", "false")]  # fmt: skip
    assert [len(one) for one in listed] == [1, 0]


async def test_drafts_that_nobody_touches_go_and_those_in_use_and_all_cases_stay(office: Office):
    TITLE["programme"] = await programme_of(office)
    old, used = (await saved(office, {})).json(), (await saved(office, submission())).json()
    other = (await saved(office, {}, code=CCB)).json()
    case = (await office.bank().post(f"/drafts/{used['id']}/submit")).json()
    await office.moves_clock(days=181)
    young = (await saved(office, {})).json()

    database, now = office.service.context.database, office.service.context.clock.now
    # The service's own round may have come first.
    await drafts.prune(database, now, kept_days=180)

    assert (await office.bank().get(f"/drafts/{young['id']}")).status_code == 200
    for gone, bank in ((old, ICBC), (used, ICBC), (other, CCB)):
        assert (await office.bank(bank).get(f"/drafts/{gone['id']}")).status_code == 404
    assert (await office.bank().get(f"/applications/{case['id']}")).status_code == 200


async def test_what_a_case_is_to_say_next_is_a_draft_handed_in_on_the_revision_it_began_with(
    office: Office,
):
    TITLE["programme"] = await programme_of(office)
    clerk, first = office.bank(), submission(collateral=[right()])
    case = (await clerk.post("/applications", json=first)).json()
    amends = {**TITLE, "amends": case["id"]}
    half = {name: value for name, value in first.items() if name != "amount"}

    strange = await office.bank(CCB).post("/drafts", json=amends)
    draft = (await clerk.post("/drafts", json={**amends, "application": half})).json()
    twice = await office.bank(subject="clerk-two").post("/drafts", json=amends)

    assert strange.json()["errors"][0]["code"] == "case-unknown"
    assert (twice.status_code, twice.json()["code"]) == (409, "draft-there")
    assert twice.json()["draft_id"] == draft["id"]
    assert (draft["amends"], draft["amends_revision"]) == (case["id"], 1)
    at = f"/drafts/{draft['id']}"
    gaps = (await clerk.post(f"{at}/check")).json()
    # Its own rights are no obstacle.
    assert [one["field"] for one in gaps["wrong_fields"]] == ["/amount"]
    assert gaps["findings"] == []
    other = {**TITLE, "amends": draft["id"], "application": half}
    moved = await clerk.put(at, json=other, headers={"If-Match": '"1"'})
    assert moved.json()["errors"][0]["code"] == "draft-of-another-case"
    whole = {**TITLE, "application": first | {"amount": "2900000.00"}}
    (await clerk.put(at, json=whole, headers={"If-Match": '"1"'})).raise_for_status()
    await office.said()

    done = await clerk.post(f"{at}/submit")

    assert done.status_code == 201, done.text
    assert (done.json()["id"], done.json()["revision"]) == (case["id"], 2)
    assert [one.type for one in await office.said()] == [
        "application.amended.v1", "application.accepted.v1",
    ]  # fmt: skip
    assert (await clerk.get(at)).json()["application_id"] == case["id"]
    of_case = {"amends": case["id"], "filed": "false"}
    assert (await clerk.get("/drafts", params=of_case)).json()["items"] == []
    # Another one, while a colleague hands the case in by another way, is handed in by nobody.
    late = (await clerk.post("/drafts", json={**amends, "application": half})).json()
    mended = first | {"amount": "2800000.00"}
    (await clerk.post(f"/applications/{case['id']}/amend", json=mended)).raise_for_status()
    again = {**TITLE, "application": first | {"amount": "2700000.00"}}
    saved_again = await clerk.put(f"/drafts/{late['id']}", json=again, headers={"If-Match": '"1"'})
    assert saved_again.status_code == 200, saved_again.text
    outdated = await clerk.post(f"/drafts/{late['id']}/submit")
    assert (outdated.status_code, outdated.json()["code"]) == (409, "case-revised")
    # Once somebody reviews it, nothing is amended; the draft is still there.
    await clerk.delete(f"/drafts/{late['id']}", headers={"If-Match": '"2"'})
    kept = (await clerk.post("/drafts", json={**amends, **again})).json()
    await office.post(office.reviewer(), case, "take")
    closed = await clerk.post(f"/drafts/{kept['id']}/submit")
    assert (closed.status_code, closed.json()["code"]) == (409, "not-possible-now")
    assert (await clerk.get(f"/drafts/{kept['id']}")).json()["amends"] == case["id"]
