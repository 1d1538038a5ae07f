"""A census of rights: valid rows are kept, every wrong one says field, code and words."""

import csv
import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from services.applications.domain.census import find_heading, read_row
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


async def brings(who: Any, content: bytes, *, status: int = 201, name: str = "普查.csv") -> Any:
    answer = await who.post("/right-imports", content=content, params={"file_name": name})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_valid_rows_are_kept_and_each_wrong_one_says_what_is_wrong(office: Office):
    wrong = [
        ["发明专利", "202310123456.7", "", "", "", "914403001922038217", "好", "2018-13-40", ""],
        ["商标", "12345678", "", "", "", "", "有效", "", ""],
        ["", "", "9", "", "", "", "", "", ""],
        ["发明", "2.01811564288E+11", "", "", "", "", "有效", "", ""],
        ["发明专利", "201811564288.X", "", "又一次", "", "", "", "", ""],
        ["外观设计", "201811564288.X", "", "", "", "", "", "2027-01-01", "2020-01-01"],
        ["软著", "2014SR001852", "", "", "", "", "", "2027-01-01", "2020-01-01"],
    ]
    rows = [["东丽区知识产权普查"], HEAD, GOOD, MARK, [], *wrong]

    done = await brings(office.reviewer(), as_csv(*rows, encoding="gb18030"))

    assert (done["kept"], done["unchanged"], done["refused"]) == (2, 0, 7)
    found = {
        one["line"]: sorted((fault["field"], fault["code"]) for fault in one["faults"])
        for one in done["rows"]
        if one["outcome"] == "refused"
    }
    assert found == {
        6: [("filed_on", "not-a-day"), ("legal_status", "status-unknown"),
            ("number", "patent-check-digit"), ("owner_uscc", "uscc-check-digit")],
        7: [("nice_class", "nice-class")],
        8: [("kind", "required"), ("number", "required")],
        9: [("number", "number-shortened")],
        10: [("number", "named-twice")],
        11: [("number", "patent-other-kind")],
        12: [("expires_on", "ends-before-it-begins"), ("filed_on", "in-future")],
    }  # fmt: skip
    kept = (await office.bank(CCB).get("/rights")).json()["items"]
    assert [(one["number"], one["legal_status"], one["expires_on"]) for one in kept] == [
        ("201811564288.X", "in_force", "2038-12-19"),
        ("12345678", "in_force", "2027-03-01"),
    ]

    mended = await office.reviewer().get(f"/right-imports/{done['id']}/wrong-rows")
    lines = list(csv.reader(io.StringIO(mended.content.decode("utf-8-sig"))))
    assert lines[0][:3] == ["错误", "原行号", "权利种类"]
    assert lines[4][1:4] == ["9", "发明", "2.01811564288E+11"]
    assert "文本格式" in lines[4][0]


async def test_the_same_list_again_changes_nothing_and_a_new_word_is_added(office: Office):
    reviewer = office.reviewer()
    await brings(reviewer, as_csv(HEAD, GOOD, MARK))

    again = await brings(reviewer, as_xlsx(HEAD, GOOD, MARK), name="普查.xlsx")
    assert (again["kept"], again["unchanged"]) == (0, 2)
    lapsed = [*GOOD[:6], "未缴年费", *GOOD[7:]]
    changed = await brings(reviewer, as_csv(HEAD, lapsed, MARK))
    assert (changed["kept"], changed["unchanged"]) == (1, 1)

    (one,) = (await reviewer.get("/rights", params={"kind": "invention"})).json()["items"]
    assert one["legal_status"] == "lapsed"
    page = (await reviewer.get(f"/rights/{one['id']}")).json()
    assert [said["legal_status"] for said in page["statements"]] == ["lapsed", "in_force"]
    listed = (await reviewer.get("/right-imports")).json()["items"]
    assert [one["kept"] for one in listed] == [1, 0, 2]


async def test_a_banks_list_is_its_own(office: Office):
    done = await brings(office.bank(CCB), as_csv(HEAD, GOOD))

    assert (await office.bank().get("/rights")).json()["items"] == []
    assert (await office.bank().get(f"/right-imports/{done['id']}")).status_code == 404
    assert len((await office.bank(CCB).get("/rights")).json()["items"]) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"\xd0\xcf\x11\xe0old", b"PK\x03\x04broken", "名称,备注\n一,二\n".encode(), b"\xff\xfe\x00\xd8"],
)  # fmt: skip
async def test_what_is_no_table_is_refused_whole(office: Office, content: bytes):
    answer = await brings(office.reviewer(), content, status=422)
    assert answer["code"] == "sheet-unreadable"


async def test_the_template_can_be_filled_in_and_brought_in(office: Office):
    answer = await office.reviewer().get("/right-import-template")
    done = await brings(office.reviewer(), answer.content, name="模板.xlsx")
    assert (done["kept"], done["refused"]) == (1, 0)


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
    heading = find_heading([["权利种类", "专利号", "申请日"]])

    said = read_row(["发明", "201811564288.X", cell], heading, reference="", today=TODAY)

    assert isinstance(said, Said)
    assert said.filed_on == day


def test_a_patents_number_that_became_a_figure_is_refused_with_the_cure():
    heading = find_heading([["种类", "号码"]])

    faults = read_row(["发明", 201510958772], heading, reference="", today=TODAY)

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
    ]
    table = as_csv(["东丽区知识产权普查"], HEAD, GOOD, *many, *wrong, encoding="gb18030")
    looked = await finished(
        office, await sent(office, table, by=reviewer, kind="rights", only_check=True), by=reviewer
    )
    assert counted(looked) == {"read": 604, "fine": 601, "wrong": 3}
    assert (await reviewer.get("/rights")).json()["items"] == []

    file = await sent(office, table, by=reviewer, kind="rights")
    assert counted(await finished(office, file, by=reviewer)) == {
        "read": 604,
        "taken": 601,
        "wrong": 3,
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
