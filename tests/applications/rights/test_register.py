"""The register of rights: one row per right in its canonical form, every fact with who said it."""

from typing import Any

import pytest

from tests.applications.office import CCB, FIRM, ICBC, OTHER_FIRM, Office, nothing_found, right
from tests.papers import stores

PATENT = "201811564288.X"
TERM = {"filed_on": "2018-12-20", "expires_on": "2038-12-19"}


async def listed(who: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await who.get("/rights", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def page_of(who: Any, number: str = PATENT) -> dict[str, Any]:
    (one,) = await listed(who, q=number)
    answer = await who.get(f"/rights/{one['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def says(who: Any, *, status: int = 201, **said: Any) -> Any:
    body = {"kind": "invention", "number": PATENT, "source": "entry", "as_of": "2026-03-02", **said}
    answer = await who.post("/rights", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def fact(page: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in page["facts"] if one["field"] == name)


async def test_a_right_appears_when_a_case_names_it_in_whatever_spelling(office: Office):
    first = await office.submits(collateral=[right(f"ｚｌ {PATENT}", **TERM)])
    await office.submits(
        bank=CCB, expect="returned_for_correction", collateral=[right(PATENT, **TERM)]
    )

    (one,) = await listed(office.reviewer(), q="ZL201811564288X")
    page = await page_of(office.reviewer())

    assert (one["number"], one["name"], one["pledged"]) == (PATENT, "一种投放广告的方法", True)
    assert [said["number_as_given"] for said in page["statements"]] == [PATENT, f"ｚｌ {PATENT}"]
    owner = fact(page, "owner_uscc")
    assert owner["value"] == FIRM
    assert (owner["by"]["source"], owner["by"]["as_of"]) == ("case", "2026-03-02")
    assert owner["by"]["said_by_name"] == "clerk-CCB-TJ"
    assert [(case["number"], case["holds"]) for case in page["cases"]][1] == (first["number"], True)


async def test_a_bank_s_later_case_does_not_talk_over_what_the_bureau_has_looked_up(office: Office):
    await office.submits(collateral=[right(PATENT, **TERM)])
    await says(office.reviewer(), source="extract", as_of="2026-03-01", expires_on="2027-01-31")

    await office.submits(
        bank=CCB, expect="returned_for_correction", collateral=[right(PATENT, **TERM)]
    )

    told = fact(await page_of(office.reviewer()), "expires_on")
    assert (told["value"], told["by"]["source"]) == ("2027-01-31", "extract")
    assert {one["value"] for one in told["others"]} == {TERM["expires_on"]}


async def test_a_bank_sees_its_own_pledge_and_of_others_only_that_there_is_one(office: Office):
    case = await office.submits(collateral=[right(PATENT, **TERM)])

    assert await listed(office.bank(CCB)) == []
    own = await page_of(office.bank(ICBC))
    assert [(one["number"], one["value"]) for one in own["cases"]] == [
        (case["number"], "12000000.00")
    ]
    assert not own["pledged_elsewhere"]

    unknown = await office.bank(CCB).get(f"/rights/{own['id']}")
    assert unknown.status_code == 404
    await says(office.reviewer(), legal_status="in_force")
    seen = await page_of(office.bank(CCB))
    assert (seen["pledged"], seen["pledged_elsewhere"], seen["cases"]) == (True, True, [])
    assert [one["source"] for one in seen["statements"]] == ["entry"]
    assert case["number"] not in str(seen)
    assert ICBC not in str(seen)
    assert "格力" not in str(seen)


async def test_what_holds_is_the_youngest_word_and_who_differs_is_shown(office: Office):
    await office.submits(collateral=[right(PATENT, **TERM)])
    (extract,) = await stores(office.reviewer(), "登记簿副本")
    await says(
        office.reviewer(), source="extract", reference="登记簿副本第1号", document=extract["id"],
        owner_uscc=OTHER_FIRM, owner_name="广西柳工机械股份有限公司", legal_status="in_force",
        fees_paid_to="2026-12-20", as_of="2026-03-02",
    )  # fmt: skip
    await says(office.reviewer(), owner_uscc=FIRM, as_of="2025-01-01", note="旧记载")

    page = await page_of(office.reviewer())

    owner = fact(page, "owner_uscc")
    assert owner["value"] == OTHER_FIRM
    assert owner["by"]["document_id"] == extract["id"]
    assert sorted((one["source"], one["value"]) for one in owner["others"]) == [
        ("case", FIRM), ("entry", FIRM),
    ]  # fmt: skip
    assert fact(page, "fees_paid_to")["value"] == "2026-12-20"
    assert fact(page, "expires_on")["others"] == []
    assert len(page["statements"]) == 3, "nothing is overwritten"
    withdrawn = await office.reviewer().post(f"/documents/{extract['id']}/withdraw")
    assert withdrawn.status_code == 409, "the register refers to it"


@pytest.mark.parametrize("table", ["right_statements", "right_burdens", "right_burden_ends"])
async def test_what_was_said_cannot_be_changed(office: Office, table: str):
    await says(office.reviewer(), legal_status="in_force")
    for statement in (f"update {table} set said_by = ''", f"delete from {table}"):
        with pytest.raises(Exception, match=r"only added to|permission denied"):
            async with office.service.context.database.begin("*") as conn:
                await conn.execute(statement)


async def test_every_fault_of_a_statement_is_told_at_once(office: Office):
    answer = await says(
        office.bank(), status=422, as_of="2026-03-03", filed_on="2027-01-01",
        granted_on="2020-01-01", expires_on="2019-01-01",
        document="0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10",
    )  # fmt: skip
    assert {(one["pointer"], one["code"]) for one in answer["errors"]} == {
        ("#/as_of", "in-future"),
        ("#/filed_on", "in-future"),
        ("#/expires_on", "ends-before-it-begins"),
        ("#/granted_on", "granted-before-filed"),
        ("#/document", "document-not-stored"),
    }
    nothing = await says(office.bank(), status=422)
    assert [one["code"] for one in nothing["errors"]] == ["nothing-said"]
    refused = await office.staff("zhou", "auditor").post("/rights", json={})
    assert refused.status_code == 403


async def test_a_burden_is_entered_and_ended_by_who_entered_it(office: Office):
    right_id = (await says(office.reviewer(), legal_status="in_force"))["id"]
    body = {"burden": "preservation", "party": "天津三中院", "began_on": "2026-02-20"}
    added = await office.reviewer().post(f"/rights/{right_id}/burdens", json=body)
    assert added.status_code == 201, added.text
    (burden,) = added.json()["burdens"]

    end = f"/right-burdens/{burden['id']}/end"
    ending = {"ended_on": "2026-03-01", "reason": "法院裁定解除保全"}
    foreign = await office.bank(CCB).post(end, json=ending)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not-your-entry")
    early = await office.reviewer().post(end, json=ending | {"ended_on": "2026-01-01"})
    assert early.status_code == 422
    ended = await office.reviewer().post(end, json=ending)
    assert ended.json()["burdens"][0]["ended_on"] == "2026-03-01"
    again = await office.reviewer().post(end, json=ending)
    assert (again.status_code, again.json()["code"]) == (409, "burden-ended")
    ahead = await office.reviewer().post(
        f"/rights/{right_id}/burdens", json=body | {"began_on": "2026-03-03"}
    )
    assert ahead.json()["errors"][0]["code"] == "in-future"


async def test_the_list_is_searched_filtered_and_read_page_by_page(office: Office):
    await office.submits(collateral=[right(PATENT, **TERM)])
    await says(office.reviewer(), number="202010566088.9", legal_status="lapsed",
               owner_uscc=OTHER_FIRM, owner_name="广西柳工机械股份有限公司")  # fmt: skip
    await says(office.reviewer(), kind="trademark_right", number="012345678", nice_class=9,
               name="知 贷")  # fmt: skip
    reviewer = office.reviewer()

    async def numbers(**query: Any) -> list[str]:
        return [one["number"] for one in await listed(reviewer, **query)]

    assert await numbers() == [PATENT, "202010566088.9", "12345678"]
    assert await numbers(kind="trademark_right") == ["12345678"]
    assert await numbers(legal_status="lapsed") == ["202010566088.9"]
    assert await numbers(pledged="true") == [PATENT]
    assert await numbers(owner=OTHER_FIRM) == ["202010566088.9"]
    assert await numbers(q="（柳工）".strip("（）")) == ["202010566088.9"]
    assert await numbers(q="知贷") == ["12345678"]
    assert await numbers(q="100%_") == []
    seen, cursor = [], None
    while True:
        answer = (await reviewer.get("/rights", params={"limit": 1, "cursor": cursor or ""})).json() \
            if cursor else (await reviewer.get("/rights", params={"limit": 1})).json()  # fmt: skip
        seen += [one["number"] for one in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == await numbers()


async def test_a_firm_has_its_loans_rights_and_looks_at_lists_as_far_as_one_sees(office: Office):
    case = await office.submits(collateral=[right(PATENT, **TERM)])
    await office.recommends(case)
    look = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    await office.post(office.approver(), case, "approve", look)
    other = await office.submits(bank=CCB)

    async def firm(who: Any) -> Any:
        answer = await who.get(f"/firms/{FIRM}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    everything = await firm(office.reviewer())
    assert {one["number"] for one in everything["cases"]} == {case["number"], other["number"]}
    assert {one["bank_code"] for one in everything["described"]} == {ICBC, CCB}
    assert PATENT in {one["number"] for one in everything["rights"]}
    assert {one["found"] for one in everything["lists"]} == {False}
    own = await firm(office.bank(CCB))
    assert [one["number"] for one in own["cases"]] == [other["number"]]
    assert (own["lists"], PATENT in str(own), ICBC in str(own)) == ([], False, False)
    found = (await office.reviewer().get("/firms", params={"q": "珠海格力"})).json()["items"]
    assert [(one["uscc"], one["cases"], one["borrows"]) for one in found] == [(FIRM, 2, True)]
    unknown = await office.reviewer().get(f"/firms/{OTHER_FIRM}")
    assert unknown.status_code == 404


async def test_the_admin_sees_no_business(office: Office):
    for path in ("/rights", "/firms", f"/firms/{FIRM}"):
        assert (await office.staff("chen", "admin").get(path)).status_code == 403
