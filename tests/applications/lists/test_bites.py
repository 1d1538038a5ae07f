"""What stands on a list that the scheme names stops the firm, until it is repaired or long ago."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.applications.domain.listed_firms import Listed
from services.applications.domain.lists_checked import ListChecked
from shared.contracts.listed_firms import FirmClearedV1, FirmListedV1
from tests.applications.lists.driver import NAMESAKE, brings, entries, named, of_namesake
from tests.applications.office import FIRM, ICBC, OTHER_FIRM, Office, nothing_found
from tests.applications.test_disbursing import paid_out


def codes(answer: Any) -> list[str]:
    assert (answer.status_code, answer.json()["code"]) == (409, "no-longer-eligible"), answer.text
    return [one["code"] for one in answer.json()["findings"]]


async def does(office: Office, who: Any, case: Any, step: str, **body: Any) -> Any:
    return await who.post(f"/applications/{case['id']}/{step}", json=body)


async def test_a_firm_on_a_list_of_the_scheme_is_stopped_at_every_step(office: Office):
    first, second, third = [await office.submits() for _ in range(3)]
    await office.recommends(second)
    await office.reserves(third)
    await office.registers(third)
    await office.post(office.reviewer(), first, "take")

    await brings(office, named())

    refiled = await office.submits(expect="returned_for_correction")
    (finding,) = refiled["findings"]
    assert (finding["code"], finding["evidence"]["listed_on"], finding["evidence"]["source"]) == (
        "on-list-judgment-defaulter", "2026-02-11", "中国执行信息公开网",
    )  # fmt: skip
    looked = nothing_found(office.now.date())
    told = await does(office, office.reviewer(), first, "recommend", opinion="建议")
    assert codes(told) == ["on-list-judgment-defaulter"]
    told = await does(
        office, office.approver(), second, "approve", opinion="同意", lists_checked=looked
    )
    assert codes(told) == ["on-list-judgment-defaulter"]
    told = await does(office, office.bank(), third, "disbursement", **paid_out())
    assert codes(told) == ["on-list-judgment-defaulter"]
    checks = (await office.reviewer().get(f"/applications/{first['id']}/checks")).json()
    assert "on-list-judgment-defaulter" in str(checks)


async def test_a_list_that_the_scheme_does_not_name_stops_nobody(office: Office):
    case = await office.submits()
    await brings(office, named(), list="abnormal_operation")
    await office.reserves(case)
    listed = await office.said(FirmListedV1.type)
    assert [(one.list_name, one.bank_code) for one in listed] == [("abnormal_operation", ICBC)]


async def test_the_register_looks_by_itself_where_it_holds_a_list_whole_and_fresh(office: Office):
    lists = ["seriously_dishonest", "judgment_defaulter", "ip_dishonest"]
    for name in lists:
        await brings(office, named("无关公司", ""), list=name, whole=True)
    await brings(office, named("无关公司", ""), list="bad_credit_record")
    case = await office.submits()
    await office.recommends(case)

    silent = await does(office, office.approver(), case, "approve", opinion="同意")
    assert [one["evidence"]["list"] for one in silent.json()["findings"]] == ["bad_credit_record"]
    by_hand = [one for one in nothing_found(office.now.date()) if one["name"][:3] == "bad"]
    await office.moves_clock(days=14)
    by_hand[0]["checked_on"] = str(office.now.date())
    await office.post(
        office.approver(), case, "approve", {"opinion": "同意", "lists_checked": by_hand}
    )

    kept = (await office.case(case))["history"][-1]["detail"]["lists_checked"]
    assert sorted((one["name"], one["checked_on"], one["by_register"]) for one in kept) == [
        ("bad_credit_record", "2026-03-16", False),
        ("ip_dishonest", "2026-03-02", True),
        ("judgment_defaulter", "2026-03-02", True),
        ("seriously_dishonest", "2026-03-02", True),
    ]
    await office.hears(office.reserved(case))
    await office.registers(case)
    await office.moves_clock(days=1)
    day = str(office.now.date())
    stale = await does(
        office, office.bank(), case, "disbursement",
        **paid_out(disbursed_on=day, matures_on="2027-03-10", lists_checked=by_hand),
    )  # fmt: skip
    assert set(codes(stale)) == {"list-not-checked"}, (
        "a list of fifteen days ago is looked at again"
    )
    assert len(codes(stale)) == 3


async def test_a_name_alone_is_only_possibly_the_firm_until_a_person_says_so(office: Office):
    await brings(office, named("津海（机床）有限公司", ""), named(NAMESAKE, ""), whole=True)
    case = await office.submits(**of_namesake())
    await office.post(office.reviewer(), case, "take")
    told = await does(office, office.reviewer(), case, "recommend", opinion="建议")
    assert codes(told) == ["list-match-open"]
    assert await office.said(FirmListedV1.type) == []
    (match,) = (await office.reviewer().get("/listed-firm-matches?unsaid=true")).json()["items"]
    assert (match["by"], match["borrower_uscc"], match["verdict"]) == ("name", OTHER_FIRM, None)

    async def says(verdict: str, *, firm: str = OTHER_FIRM, status: int = 201) -> Any:
        body = {"borrower_uscc": firm, "verdict": verdict, "reason": "核对身份证号"}
        path = f"/listed-firms/{match['entry_id']}/verdicts"
        answer = await office.reviewer().post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    await says("same_firm", firm=FIRM, status=404)
    await says("ruled_out")
    done = await does(office, office.reviewer(), case, "recommend", opinion="建议")
    assert done.status_code == 200, done.text
    page = await says("same_firm")
    assert [one["verdict"] for one in page["said"]] == ["same_firm", "ruled_out"]
    looked = nothing_found(office.now.date())
    told = await does(
        office, office.approver(), case, "approve", opinion="同意", lists_checked=looked
    )
    assert codes(told) == ["on-list-judgment-defaulter"]
    await says("ruled_out")
    await says("same_firm")
    heard = await office.said(FirmListedV1.type, FirmClearedV1.type)
    assert [(one.type, getattr(one, "why", None)) for one in heard] == [
        ("firm.listed.v1", None), ("firm.cleared.v1", "ruled_out"), ("firm.listed.v1", None),
    ]  # fmt: skip
    mine = (await office.bank().get("/listed-firm-matches")).json()["items"]
    assert [(one["verdict"], one["reason"]) for one in mine] == [("same_firm", None)]


async def test_a_bank_reads_of_the_register_what_is_about_its_own_firms(office: Office):
    await office.submits()
    await brings(office, named(), named("无关公司", ""))
    other, own = await entries(office)
    if own["name"] == "无关公司":
        other, own = own, other

    (seen,) = (await office.bank().get("/listed-firms")).json()["items"]
    assert seen["id"] == own["id"]
    assert (await office.bank().get(f"/listed-firms/{own['id']}")).json()["matches"]
    assert (await office.bank().get(f"/listed-firms/{other['id']}")).status_code == 404
    foreign = office.bank("CCB-TJ")
    assert (await foreign.get("/listed-firms")).json()["items"] == []
    assert (await foreign.get(f"/listed-firms/{own['id']}")).status_code == 404
    assert (await foreign.get("/listed-firm-matches")).json()["items"] == []


async def test_banks_with_loans_of_a_listed_firm_hear_of_it_once_and_of_its_end(office: Office):
    loan = await office.lends()
    await office.said()
    await brings(office, named())
    await brings(office, named())
    (listed,) = await office.said(FirmListedV1.type)
    assert (listed.live_loans, listed.institution) == ((loan["number"],), ICBC)
    await brings(office, named(removed_on="2026-02-20"))
    (cleared,) = await office.said(FirmClearedV1.type)
    assert (cleared.why, str(cleared.ended_on)) == ("removed", "2026-02-20")
    refiled = await office.submits(expect="returned_for_correction")
    assert [one["code"] for one in refiled["findings"]] == ["on-list-judgment-defaulter"], (
        "in the last three years it stood there"
    )


def listed(**changes: Any) -> Listed:
    values: dict[str, Any] = {
        "entry_id": uuid4(), "list_name": "judgment_defaulter", "uscc": FIRM,
        "listed_on": date(2020, 1, 1), "list_date": date(2020, 1, 2), "source": "x",
    }  # fmt: skip
    return Listed(**values | changes)


@pytest.mark.parametrize(
    ("changes", "years", "counts"),
    [
        ({}, None, True),
        ({"listed_on": date(2026, 3, 3)}, 3, False),
        ({"ended_on": date(2026, 3, 3)}, None, True),
        ({"ended_on": date(2026, 3, 2)}, None, False),
        ({"ended_on": date(2026, 3, 2), "why_ended": "removed"}, 3, True),
        ({"ended_on": date(2023, 3, 3), "why_ended": "not_named"}, 3, True),
        ({"ended_on": date(2023, 3, 2), "why_ended": "not_named"}, 3, False),
        ({"ended_on": date(2026, 3, 2), "why_ended": "credit_repair"}, 3, False),
    ],
)
def test_an_entry_counts_while_it_stands_and_for_the_years_looked_back_unless_repaired(
    changes: dict[str, Any], years: int | None, counts: bool
):
    assert listed(**changes).counts(date(2026, 3, 2), lookback_years=years) is counts


def test_a_look_says_who_looked():
    day = date(2026, 3, 2)
    look = ListChecked(name="ip_dishonest", checked_on=day, found=False, by_register=True)
    assert look.as_data()["by_register"] is True
    assert isinstance(listed().entry_id, UUID)
