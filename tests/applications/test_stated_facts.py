"""Facts of a loan over HTTP: typed, dated, kept with who stated them, told to the pool."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.applications.domain.submission import RightKey
from shared.contracts.risk_pool import PoolOpenedV1
from tests.applications.office import (
    PAPERS,
    Office,
    document,
    nothing_found,
    right,
    submission,
)
from tests.applications.values import RIGHT, case
from tests.publishing import heard

PROGRAMMES = ("gd_jiangmen", "gd_zhuhai_tech", "gd_shenzhen")


@pytest.fixture
async def guangdong(office: Office) -> Office:
    """Pools under programmes that ask for facts."""
    await office.hears(*(heard(programme) for programme in PROGRAMMES))
    await office.hears(
        *(
            PoolOpenedV1(pool_code=code, name=code, programme=code, opened_on=date(2026, 1, 1))
            for code in PROGRAMMES
        )
    )
    return office


async def sends(office: Office, **changes: Any) -> Any:
    return await office.bank().post("/applications", json=submission(**changes))


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def against(answer: Any) -> dict[str, str]:
    assert answer.status_code == 201, answer.text
    return {one["field"]: one["code"] for one in answer.json()["findings"]}


async def test_unknown_names_and_wrong_types_are_field_errors_all_at_once(guangdong: Office):
    answer = await sends(
        guangdong,
        pool_code="gd_jiangmen",
        mode="bank",
        attributes={"revenue": True, "is_smal": True, "bank_score": 90, "is_small": "yes"},
    )

    assert faults(answer) == {
        "#/attributes/revenue": "not-an-amount",
        "#/attributes/is_smal": "unknown-fact",
        "#/attributes/bank_score": "fact-of-the-bureau",
        "#/attributes/is_small": "not-a-boolean",
    }
    assert "年营业收入" in answer.text


async def test_a_ratio_that_can_be_read_in_two_ways_is_asked_back_and_never_a_failure(
    guangdong: Office,
):
    answer = await sends(guangdong, pool_code="dongli", attributes={"unsecured_share": "0.60"})

    assert faults(answer) == {"#/attributes/unsecured_share": "ratio-ambiguous"}


async def test_a_fact_of_the_claim_is_not_stated_at_the_application(guangdong: Office):
    answer = await sends(
        guangdong,
        pool_code="gd_zhuhai_tech",
        mode="direct",
        attributes={"unsecured_share": "60"},
    )

    assert faults(answer) == {"#/attributes/unsecured_share": "fact-of-another-day"}


async def test_a_fact_that_the_mode_needs_and_nobody_states_is_a_finding_that_names_it(
    guangdong: Office,
):
    answer = await sends(guangdong, pool_code="gd_shenzhen", mode="direct")

    found = against(answer)
    assert found["/attributes/total_debt"] == "total-debt-not-stated"
    assert sum(code.endswith("not-stated") for code in found.values()) == 1

    answer = await sends(guangdong, pool_code="gd_jiangmen", mode="bank")

    assert against(answer)["/attributes/revenue"] == "revenue-not-stated"


async def test_a_mended_case_no_longer_lacks_the_fact(guangdong: Office):
    body = {"pool_code": "gd_jiangmen", "mode": "bank"}
    case = (await sends(guangdong, **body)).json()

    mended = await guangdong.bank().post(
        f"/applications/{case['id']}/resubmit",
        json=submission(**body, attributes={"revenue": "20000000.00"}),
    )

    assert "/attributes/revenue" not in {one["field"] for one in mended.json()["findings"]}


async def test_facts_are_kept_with_who_stated_them_when_and_as_of_which_day(office: Office):
    case = await office.submits(
        attributes={"is_high_tech_enterprise": True, "revenue": "30000000.5", "in_territory": True}
    )

    shown = await office.case(case)

    assert shown["attributes"] == {
        "is_high_tech_enterprise": True,
        "revenue": "30000000.50",
        "in_territory": True,
    }
    told = {one["name"]: one for one in shown["stated_facts"]}
    assert told["revenue"] | {"stated_at": ""} == {
        "name": "revenue",
        "value": "30000000.50",
        "at": "approval",
        "on": "2026-03-02",
        "stated_by": "clerk-ICBC-TJ",
        "stated_by_name": told["revenue"]["stated_by_name"],
        "stated_at": "",
        "source": "",
    }
    assert told["in_territory"]["source"]

    await office.approves(case)
    event = (await office.said("application.approved.v1"))[0]
    assert event.attributes == shown["attributes"] | {"ip_kind": "invention"}


async def test_facts_as_of_the_disbursement_are_told_with_it(office: Office):
    case = await office.submits()
    await office.reserves(case)
    await office.registers(case)
    paid = {
        "loan_no": "JJ-1",
        "amount": "1000000.00",
        "disbursed_on": "2026-03-02",
        "matures_on": "2027-03-02",
        "lists_checked": nothing_found(date(2026, 3, 2)),
    }
    where = f"/applications/{case['id']}/disbursement"

    wrong = await office.bank().post(where, json=paid | {"attributes": {"unsecured_share": 0}})
    assert faults(wrong) == {"#/attributes/unsecured_share": "not-a-ratio"}
    early = await office.bank().post(where, json=paid | {"attributes": {"in_territory": True}})
    assert faults(early) == {"#/attributes/in_territory": "fact-of-another-day"}

    await office.post(
        office.bank(), case, "disbursement", paid | {"attributes": {"unsecured_share": "1/3"}}
    )

    event = (await office.said("loan.disbursed.v1"))[0]
    assert event.attributes == {"unsecured_share": "1/3"}
    (fact,) = (await office.case(case))["stated_facts"]
    assert (fact["name"], fact["value"], fact["at"]) == ("unsecured_share", "1/3", "disbursement")


async def test_a_wrong_fact_is_named_together_with_the_other_wrong_fields(guangdong: Office):
    answer = await sends(
        guangdong, tenor_months=0, amount="a lot", attributes={"revenue": 1, "no_such": True}
    )

    assert faults(answer) == {
        "#/tenor_months": "too-small",
        "#/amount": "not-an-amount",
        "#/attributes/revenue": "not-an-amount",
        "#/attributes/no_such": "unknown-fact",
    }


async def test_a_mode_says_which_facts_it_asks_for(guangdong: Office):
    answer = (await guangdong.bank().get("/pools/gd_zhuhai_tech/modes/direct/facts")).json()

    (fact,) = answer["facts"]
    assert fact == {
        "name": "unsecured_share", "kind": "ratio", "zh": "信用部分占比",
        "en": "unsecured share of the loan", "unit_zh": "百分比", "unit_en": "percent",
        "by": "bank", "at": "claim", "at_zh": "申请补偿时", "at_en": "at the claim",
        "required": True, "source": fact["source"],
    }  # fmt: skip
    assert fact["source"] and answer["version"].startswith("gd_zhuhai_tech/direct@")
    assert answer["schemas"]["claim"]["required"] == ["unsecured_share"]
    assert answer["schemas"]["approval"]["properties"] == {}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/pools/nowhere/modes/direct/facts", 404, "not-found"),
        ("/pools/dongli/modes/nothing/facts", 404, "no-such-scheme"),
        ("/pools/dongli/modes/direct/facts?on=1999-01-01", 409, "scheme-not-published"),
    ],
)
async def test_where_no_measures_hold_there_is_no_list_of_facts(office, path, status, code):
    answer = await office.bank().get(path)

    assert answer.json()["code"] == code, answer.text
    assert answer.status_code == status


async def test_the_template_has_a_column_for_every_fact_and_opens_in_a_spreadsheet(
    guangdong: Office,
):
    answer = await guangdong.bank().get("/pools/gd_jiangmen/modes/bank/template.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    zh, names, units, begun = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    column = names.index("attributes.revenue")
    assert (zh[column], units[column]) == ("企业年营业收入", "元")
    assert begun[:3] == ["", "gd_jiangmen", "bank"]

    of_claim = await guangdong.bank().get(
        "/pools/gd_zhuhai_tech/modes/direct/template.csv", params={"at": "claim"}
    )
    assert "attributes.unsecured_share" in of_claim.content.decode("utf-8-sig")


async def test_the_description_of_the_api_types_every_fact_of_the_vocabulary(office: Office):
    described = (await office.service.anonymous().get("/openapi.json")).json()

    facts = described["components"]["schemas"]["SubmissionBody"]["properties"]["attributes"]

    assert facts["additionalProperties"] is False
    assert facts["properties"]["is_small"]["type"] == "boolean"
    assert facts["properties"]["total_debt"]["pattern"].startswith("^(0|")
    assert "1/3" in facts["properties"]["unsecured_share"]["examples"]
    assert "bank_score" not in facts["properties"]


MIXED = {
    "has_other_collateral": True,
    "other_collateral": [{"kind": "real_estate", "description": "厂房", "amount": "2000000.00"}],
    "amount": "3000000.00",
}


async def test_an_ip_amount_says_the_share_exactly(office: Office):
    case = await office.submits(**MIXED, ip_amount="1000000.00", documents=mixed_papers())
    await office.recommends(case)
    agreed = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    await office.post(office.approver(), case, "approve", agreed)

    event = (await office.said("application.approved.v1"))[0]

    assert (event.ip_share_bp, event.ip_amount_fen) == (3_333, 100_000_000)
    assert event.ip_share * 3 == 1
    assert (await office.case(case))["ip_amount"] == "1000000.00"


@pytest.mark.parametrize("share_bp", [3_333, 3_334])
async def test_a_share_beside_the_amount_may_be_rounded_either_way(office: Office, share_bp: int):
    answer = await sends(office, **MIXED, ip_amount="1000000.00", ip_share_bp=share_bp)

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"ip_amount": "1000000.00", "ip_share_bp": 3_400},
            {"#/ip_share_bp": "ip-share-disagrees"},
        ),
        ({"ip_amount": "3000000.01"}, {"#/ip_amount": "ip-amount-above-loan"}),
        ({"ip_amount": "0.00"}, {"#/ip_amount": "too-small"}),
    ],
)
async def test_an_ip_amount_that_cannot_be_is_a_field_error(office: Office, changes, found):
    assert faults(await sends(office, **MIXED, **changes)) == found


async def test_without_other_collateral_the_ip_amount_is_the_whole_loan(office: Office):
    answer = await sends(office, ip_amount="999999.99")

    assert against(answer) == {"/ip_amount": "ip-share-contradicts"}

    whole = await sends(office, ip_amount="1000000.00", collateral=[right()])
    assert against(whole) == {}


def mixed_papers() -> list[dict[str, str]]:
    return [document(kind) for kind in (*PAPERS, "ip_share_clause")]


async def test_industry_and_park_are_taken_of_every_mode_and_told_with_the_kind_of_ip(
    office: Office,
):
    labels = {"industry": "C", "park": "东丽经济技术开发区"}
    await office.approves(await office.submits(attributes=labels))

    (approved,) = await office.said("application.approved.v1")
    assert approved.attributes == {
        "industry": "C",
        "park": "东丽经济技术开发区",
        "ip_kind": "invention",
    }


async def test_an_industry_that_there_is_not_and_a_park_without_a_name_are_field_errors(
    office: Office,
):
    wrong = await sends(office, attributes={"industry": "制造业", "park": " "})
    by_the_system = await sends(office, attributes={"ip_kind": "invention"})

    assert faults(wrong) == {
        "#/attributes/industry": "not-an-option",
        "#/attributes/park": "not-a-name",
    }
    assert faults(by_the_system) == {"#/attributes/ip_kind": "unknown-fact"}


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (("invention", "invention"), "invention"),
        (("invention", "utility_model"), "patents"),
        (("invention", "trademark_right"), "several"),
    ],
)
def test_the_kind_of_ip_is_that_of_all_rights_or_several(kinds: tuple[str, ...], kind: str):
    rights = tuple(
        replace(RIGHT, key=RightKey(one, f"number-{place}", 0)) for place, one in enumerate(kinds)
    )

    assert case(collateral=rights).ip_kind == kind
