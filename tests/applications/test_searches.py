"""Searches by words and numbers: what is few is gathered, what is many is met on the way, and both are one."""

from typing import Any

import pytest

from services.applications.queries import searched
from shared.postgres import known_names
from tests.applications.office import CCB, Office, right

GREE, TENCENT = "91440400192548256N", "9144030071526726XG"


def firm(uscc: str, name: str) -> dict[str, Any]:
    return {
        "uscc": uscc, "name": name, "is_sme": True, "registered_on": "2015-06-01",
        "region_code": "120110",
    }  # fmt: skip


async def found(who: Any, path: str, q: str) -> set[str]:
    answer = await who.get(path, params={"q": q})
    assert answer.status_code == 200, answer.text
    key = {"/applications": "number", "/firms": "uscc", "/rights": "name"}[path]
    return {one[key] for one in answer.json()["items"]}


@pytest.fixture
async def cases(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    own = await office.submits(
        borrower=firm(GREE, "珠海格力电器股份有限公司"), collateral=[right(name="一种 节能 压缩机")]
    )
    name = "腾讯科技（深圳）有限公司"
    other = await office.submits(
        bank=CCB, borrower=firm(TENCENT, name),
        collateral=[right(owner_uscc=TENCENT, owner_name=name)],
    )  # fmt: skip
    return own, other


async def test_two_signs_in_the_middle_of_a_name_find_firm_case_and_right(office: Office, cases):
    own, other = cases
    reviewer = office.reviewer()

    assert await found(reviewer, "/applications", "格力") == {own["number"]}
    assert await found(reviewer, "/firms", "力电") == {GREE}
    assert await found(reviewer, "/rights", "能压") == {"一种 节能 压缩机"}
    assert await found(reviewer, "/applications", "技(深") == {other["number"]}
    assert await found(reviewer, "/applications", "有限公司") == {own["number"], other["number"]}
    # Both pairs stand in names, but not one behind the other.
    assert await found(reviewer, "/firms", "格力科技") == set()


async def test_a_number_is_found_by_its_beginning_and_by_its_serial(office: Office, cases):
    own, _ = cases
    reviewer, serial = office.reviewer(), own["number"].rpartition("-")[2]

    for q in (own["number"], own["number"][:-1], serial, serial[-3:]):
        assert own["number"] in await found(reviewer, "/applications", q), q
    assert await found(reviewer, "/applications", own["number"]) == {own["number"]}
    assert await found(reviewer, "/applications", GREE[:11]) == {own["number"]}
    assert await found(reviewer, "/firms", TENCENT[:9]) == {TENCENT}


async def test_a_bank_finds_no_name_that_another_has_said(office: Office, cases):
    _, other = cases
    renamed = firm(GREE, "格力电工新名有限公司")
    again = await office.submits(bank=CCB, borrower=renamed)

    assert await found(office.bank(CCB), "/applications", "新名") == {again["number"]}
    for path in ("/applications", "/firms", "/rights"):
        assert await found(office.bank(), path, "新名") == set(), path
        assert await found(office.bank(), path, "腾讯") == set(), path
    assert await found(office.bank(), "/applications", other["number"]) == set()
    assert await found(office.bank(), "/firms", "格力") == {GREE}


@pytest.mark.parametrize("counted", ["names", "rows"])
async def test_what_is_many_is_found_on_the_way_through_the_list_all_the_same(
    office: Office, cases, monkeypatch: pytest.MonkeyPatch, counted: str
):
    asked = [
        (who, path, q)
        for who in (office.reviewer(), office.bank(), office.bank(CCB))
        for path in ("/applications", "/firms", "/rights")
        for q in ("格力", "有限", "压缩", GREE[:4], "DL-2026", "没有")
    ]
    gathered = [await found(*one) for one in asked]
    if counted == "rows":
        monkeypatch.setattr(searched, "MOST", -1)
    else:
        monkeypatch.setattr(known_names, "MOST", -1)
    assert [await found(*one) for one in asked] == gathered
    assert any(gathered)
