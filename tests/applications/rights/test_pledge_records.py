"""Registered pledges in the fields of the national record: a period's, whole or with what they lack."""

import csv
import io
from datetime import date
from uuid import UUID

import openpyxl

from services.applications.domain.pledge_record import record_of
from shared.http.pages import encode_cursor
from tests.applications.office import CCB, Office, right
from tests.applications.rights.test_pledges import ENTRY, PATENT, does, pledge_of, pledged

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


async def test_a_periods_pledges_are_exported_with_their_ends_and_what_each_lacks(office: Office):
    case, pledge = await pledged(office)
    bare = right()
    other = await office.lends(collateral=[bare | {"owner_uscc": None}], bank=CCB)
    await does(office.bank(), pledge, "change")
    await does(office.reviewer(), pledge, "invalidate")
    reviewer = office.reviewer()

    rows = (await reviewer.get("/pledge-records", params=YEAR)).json()["items"]

    one, two = rows
    assert (one["case_id"], two["case_id"]) == (case["id"], other["id"])
    assert {name: value for name, value in one["record"].items() if value} == {
        "kind_code": "3",
        "registration_no": pledge["registration_no"],
        "name": pledge["right_name"],
        "pledgor": one["record"]["pledgor"],
        "pledgee": one["record"]["pledgee"],
        "pledgee_uscc": one["record"]["pledgee_uscc"],
        "pledgor_uscc": one["record"]["pledgor_uscc"],
        "term_from": pledge["registered_on"],
        "term_until": pledge["term_until"] or one["record"]["term_until"],
        "change_item": "质权人名称",
        "change_before": "工行天津分行",
        "change_after": "工行天津市分行",
        "change_on": "2026-03-02",
        "invalid_on": "2026-03-02",
        "invalid_reason": ENTRY["reason"],
        "right_number": PATENT,
        "secured_amount": "1000000.00",
        "registry": pledge["registry"],
        "changes": "1",
    }
    assert [field["name"] for field in two["missing"]] == ["pledgor_uscc"]

    answer = await reviewer.get("/pledge-records/export.csv", params=YEAR)
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (len(table), table[0][-1], table[2][-1]) == (
        3, "缺失栏目", "出质人统一社会信用代码",
    )  # fmt: skip
    answer = await reviewer.get("/pledge-records/export.xlsx", params=YEAR)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [cell.value for cell in book["缺失"][2]][:4] == [
        "3", two["record"]["registration_no"], "出质人统一社会信用代码", "pledgor_uscc",
    ]  # fmt: skip
    assert "假定" in str([row[2].value for row in book["栏目说明"].rows])

    for asker, bank, seen in (
        (office.bank(CCB), None, [other["id"]]),
        (office.bank(CCB), "ICBC-TJ", []),
        (reviewer, "ICBC-TJ", [case["id"]]),
    ):
        query = YEAR | ({"bank": bank} if bank else {})
        found = (await asker.get("/pledge-records", params=query)).json()["items"]
        assert [row["case_id"] for row in found] == seen
    own = await office.bank(CCB).get("/pledge-records/export.csv", params=YEAR)
    own_lines = list(csv.reader(io.StringIO(own.content.decode("utf-8-sig"))))
    assert [line[1] for line in own_lines[1:]] == [two["record"]["registration_no"]]
    own = await office.bank(CCB).get("/pledge-records/export.xlsx", params=YEAR)
    assert openpyxl.load_workbook(io.BytesIO(own.content))["质押登记"].max_row == 2
    page = (await reviewer.get("/pledge-records", params=YEAR | {"limit": 1})).json()
    rest = await reviewer.get("/pledge-records", params=YEAR | {"cursor": page["next_cursor"]})
    assert [row["case_id"] for row in rest.json()["items"]] == [other["id"]]
    far = encode_cursor(UUID(case["id"]), 2**40)
    rest = await reviewer.get("/pledge-records", params=YEAR | {"cursor": far})
    assert [row["case_id"] for row in rest.json()["items"]] == [other["id"]]
    for query in ({"from": "2025-01-01", "to": "2025-12-31"}, YEAR | {"pool": "nowhere"}):
        assert (await reviewer.get("/pledge-records", params=query)).json()["items"] == []
    backwards = await reviewer.get(
        "/pledge-records", params={"from": "2026-02-01", "to": "2026-01-01"}
    )
    assert backwards.status_code == 422
    assert (await pledge_of(office, case))["state"] == "invalid"


def test_a_kind_that_the_record_has_no_code_for_is_told_as_missing():
    pledge = {
        "kind": "ic_layout_design", "registration_no": "BS-1", "right_name": "布图", "owner_name": "甲",
        "bank_name": "乙", "registered_on": date(2026, 3, 2), "term_until": None, "matures_on": None,
        "right_number": "BS.2026", "nice_class": 0, "owner_uscc": "9", "bank_uscc": "9",
        "amount_fen": 100, "register_name": "国家知识产权局",
    }  # fmt: skip
    assert [one.name for one in record_of(pledge, []).missing] == ["kind_code", "term_until"]
