"""A census of rights: valid rows are kept, every wrong one says field, code and words."""

import csv
import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from services.applications.domain.census import read_cells
from services.applications.domain.right_facts import Said
from tests.applications.bulk import counted, finished, lines, sent
from tests.applications.office import CCB, FIRM, Office

HEAD = [
    "权利种类",
    "号码",
    "商标类别",
    "名称",
    "权利人",
    "统一社会信用代码",
    "法律状态",
    "申请日",
    "届满日",
]
GOOD = ["发明专利", "ＺＬ２０１８１１５６４２８８．Ｘ ", "", "一种方法", "珠海格力", FIRM, "有效",
        "2018年12月20日", "2038/12/19"]  # fmt: skip
MARK = ["商标", "012345678", "第09类", "知贷", "", "", "已注册", "20160301", "46447"]
TODAY = date(2026, 3, 2)


def as_csv(*rows: list[Any], encoding: str = "utf-8-sig") -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode(encoding)


def as_xlsx(*rows: list[Any]) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(written)
    return written.getvalue()


async def brings(who: Any, content: bytes, *, status: int = 202, name: str = "普查.csv") -> Any:
    answer = await who.post("/bulk-files", content=content, params={"name": name, "kind": "rights"})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_new_word_of_a_right_is_added_and_a_banks_list_is_its_own(office: Office):
    clerk = office.bank(CCB)
    await finished(office, await brings(clerk, as_csv(HEAD, GOOD, MARK)), by=clerk)
    lapsed = [*GOOD[:6], "未缴年费", *GOOD[7:]]
    changed = await brings(clerk, as_csv(HEAD, lapsed, MARK))
    assert counted(await finished(office, changed, by=clerk)) == {"read": 2, "taken": 1, "known": 1}

    (one,) = (await clerk.get("/rights", params={"kind": "invention"})).json()["items"]
    page = (await clerk.get(f"/rights/{one['id']}")).json()
    assert [said["legal_status"] for said in page["statements"]] == ["lapsed", "in_force"]
    assert (await office.bank().get("/rights")).json()["items"] == []


async def test_what_is_no_table_is_refused_whole_and_the_template_can_be_filled_in(office: Office):
    reviewer = office.reviewer()
    for content in (b"\xd0\xcf\x11\xe0old", b"PK\x03\x04broken", "名称,备注\n一,二\n".encode()):
        answer = await reviewer.post("/bulk-files", content=content, params={"kind": "rights"})
        if answer.status_code == 202:
            seen = await finished(office, answer.json(), by=reviewer)
            assert seen["refusal"]["code"] == "sheet-unreadable"
        else:
            assert (answer.status_code, answer.json()["code"]) == (422, "sheet-unreadable")
    answer = await reviewer.get("/templates/rights.xlsx")
    done = await brings(reviewer, answer.content, name="模板.xlsx")
    assert counted(await finished(office, done, by=reviewer)) == {"read": 1, "taken": 1}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2018-12-20", date(2018, 12, 20)),
        (" ２０１８/１２/２０ ", date(2018, 12, 20)),
        ("2018.12.20", date(2018, 12, 20)),
        ("2018年12月20日", date(2018, 12, 20)),
        ("20181220", date(2018, 12, 20)),
        (43454, date(2018, 12, 20)),
        (datetime(2018, 12, 20, 8), date(2018, 12, 20)),
    ],
)
def test_a_day_is_read_in_every_form_that_spreadsheets_hold(cell: Any, day: date):
    cells = {"kind": "发明", "number": "201811564288.X", "filed_on": cell}

    said = read_cells(cells, reference="", today=TODAY)

    assert isinstance(said, Said)
    assert said.filed_on == day


def test_a_patents_number_that_became_a_figure_is_refused_with_the_cure():
    faults = read_cells({"kind": "发明", "number": 201510958772}, reference="", today=TODAY)

    assert isinstance(faults, tuple)
    assert [(one.field, one.code) for one in faults] == [("number", "check-digit-lost")]


async def test_a_census_of_any_size_comes_as_a_file_of_rows_and_is_gone_through_once(
    office: Office,
):
    reviewer = office.reviewer()
    many = [
        ["商标", str(20_000_000 + n), "9", f"标 {n}", "", "", "有效", "", ""] for n in range(600)
    ]
    wrong = [
        ["发明专利", "202310123456.7", "", "", "", "", "好", "2018-13-40", ""],
        ["软著", "2014SR001852", "", "", "", "", "", "2027-01-01", "2020-01-01"],
        ["商标", "20000000", "第9类", "又一次", "", "", "有效", "", ""],
        ["商标", "12345678", "", "", "", "", "有效", "", ""],
        ["发明", "2.01811564288E+11", "", "", "", "", "有效", "", ""],
        ["外观设计", "201811564288.X", "", "", "", "", "", "2027-01-01", "2020-01-01"],
    ]
    table = as_csv(["东丽区知识产权普查"], HEAD, GOOD, *many, *wrong, encoding="gb18030")
    looked = await finished(
        office, await sent(office, table, by=reviewer, kind="rights", only_check=True), by=reviewer
    )
    assert counted(looked) == {"read": 607, "fine": 601, "wrong": 6}
    assert (await reviewer.get("/rights")).json()["items"] == []

    file = await sent(office, table, by=reviewer, kind="rights")
    assert counted(await finished(office, file, by=reviewer)) == {
        "read": 607,
        "taken": 601,
        "wrong": 6,
    }
    found = (
        await reviewer.get(f"/bulk-files/{file['id']}/rows", params={"outcome": "wrong"})
    ).json()
    codes = {
        row["line"]: {one["column"]: one["code"] for one in row["faults"]} for row in found["items"]
    }
    assert codes == {
        604: {"号码": "patent-check-digit", "法律状态": "status-unknown", "申请日": "not-a-day"},
        605: {"申请日": "in-future", "届满日": "ends-before-it-begins"},
        606: {"号码": "named-twice"},
        607: {"商标类别": "nice-class"},
        608: {"号码": "number-shortened"},
        609: {"号码": "patent-other-kind"},
    }
    kept = (await office.bank(CCB).get("/rights", params={"kind": "invention"})).json()["items"]
    assert [(one["number"], one["expires_on"]) for one in kept] == [
        ("201811564288.X", "2038-12-19")
    ]

    again = await sent(office, as_xlsx(HEAD, GOOD, *many), by=reviewer, kind="rights")
    assert counted(await finished(office, again, by=reviewer)) == {"read": 601, "known": 601}
    own = lines([{"kind": "invention", "number": "201811564288.X", "legal_status": "lapsed"},
                 {"kind": "invention", "patent": "1"}, {"kind": ["a"], "number": True}])  # fmt: skip
    banks = await sent(office, own, by=office.bank(CCB), kind="rights")
    seen = await finished(office, banks, by=office.bank(CCB))
    assert counted(seen) == {"read": 3, "taken": 1, "wrong": 2}
    assert (await office.bank().get(f"/bulk-files/{banks['id']}")).status_code == 404
    assert (await office.bank().get(f"/bulk-files/{file['id']}")).status_code == 404
    refused = await reviewer.post("/bulk-files", content=own, params={"kind": "positions"})
    assert refused.status_code == 403
