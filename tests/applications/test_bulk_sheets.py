"""What Chinese spreadsheets really hold is read as it is meant, or refused with the cure."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.applications.bulk import (
    as_csv,
    as_xlsx,
    counted,
    filled,
    gone_through,
    mended,
    reasons,
    rows_of,
    sent,
    under,
)
from tests.applications.office import FIRM, Office, patent
from tests.papers import document

TEMPLATE = "/pools/dongli/modes/direct/template"
DIRTY: dict[str, Any] = {
    "银行业务编号": "ＸＤ-1",
    "资金池代码": "dongli",
    "合作模式": "direct",
    "统一社会信用代码": "".join(chr(ord(one) + 0xFEE0) for one in FIRM),
    "企业名称": "珠海格力电器股份有限公司   ",
    "成立日期": "2015年6月1日",
    "中小微企业": "是",
    "注册地行政区划代码": "１２０１１０",
    "贷款金额（万元）": "１００",
    "期限（月）": "12",
    "年利率": "3.85%",
    "用途": "研究开发 ",
    "还款方式": "到期一次还本付息",
    "有其他担保": "否",
    "首贷": "是",
    "质物1种类": "发明专利",
    "质物1号码": "",
    "质物1名称": "一种投放广告的方法",
    "质物1权利人名称": "珠海格力电器股份有限公司",
    "质物1申请日": "44682",
    "质物1届满日": "2042/5/1",
    "质物1评估价值(万元)": "1,200",
    "质物1评估方法": "收益法",
    "质物1评估机构": "天津某资产评估有限公司",
    "质物1评估基准日": "20260115",
    **{f"材料：{name}": document(kind)["sha256"] for name, kind in (
        ("营业执照", "business_licence"), ("知识产权证书", "ip_certificates"),
        ("财务报表", "financial_statements"), ("贷款用途说明", "purpose_statement"),
        ("银行审批意见", "bank_approval"),
    )},
    "客户经理": "张三",
}  # fmt: skip
"""Days in four forms, columns in 万元, full-width digits, blanks, a column that says nothing to us."""


def dirty(**changes: Any) -> dict[str, Any]:
    return {**DIRTY, "质物1号码": patent(), **changes}


async def names(office: Office) -> list[str]:
    text = (await office.bank().get(f"{TEMPLATE}.csv")).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1]


async def test_the_template_filled_in_is_a_file_that_is_taken(office: Office):
    """Both forms; the second row of names and the third of units are no cases."""
    text = (await office.bank().get(f"{TEMPLATE}.csv")).content.decode("utf-8-sig")
    head = list(csv.reader(io.StringIO(text)))[:3]
    file = await gone_through(office, as_csv([*head, *under(head[1], filled(), filled())]))
    assert counted(file) == {"read": 2, "taken": 2}, await reasons(office, file)

    book = load_workbook(io.BytesIO((await office.bank().get(f"{TEMPLATE}.xlsx")).content))
    sheet = book["填报"]
    lists = {str(one.sqref).partition(":")[0] for one in sheet.data_validations.dataValidation}
    assert len(lists) > 10
    for place, value in enumerate(under(head[1], filled())[0], start=1):
        sheet.cell(4, place).value = value
    kept = io.BytesIO()
    book.save(kept)
    file = await gone_through(office, kept.getvalue())
    assert counted(file) == {"read": 1, "taken": 1}
    assert [row["line"] for row in await rows_of(office, file)] == [4]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
async def test_full_width_digits_days_in_every_form_and_columns_in_wan_are_read(
    office: Office, encoding: str
):
    row = dirty()
    total = ["合计", *[""] * (len(row) - 1)]
    table = [["知识产权质押贷款申请表"], [], list(row), list(row.values()), [], total]

    file = await gone_through(office, as_csv(table, encoding))

    assert counted(file) == {"read": 1, "taken": 1}, await reasons(office, file)
    (taken,) = await rows_of(office, file)
    case = await office.case({"id": taken["subject_id"]})
    assert (taken["reference"], taken["line"]) == ("ＸＤ-1", 4)
    assert (case["amount"], case["borrower"]["uscc"]) == ("1000000.00", FIRM)
    assert case["borrower"]["registered_on"] == "2015-06-01"
    right = case["collateral"][0]
    assert (right["filed_on"], right["expires_on"]) == ("2022-05-01", "2042-05-01")
    assert right["valuation"]["amount"] == "12000000.00"


async def test_merged_headings_real_days_and_numbers_of_a_workbook_are_read(office: Office):
    row = dirty(**{"成立日期": date(2015, 6, 1), "期限（月）": 12, "年利率": 0.0385,
                   "贷款金额（万元）": 100, "质物1申请日": date(2022, 5, 1)})  # fmt: skip
    above = [None if name.startswith("质物1") else name for name in row]
    below = [name.removeprefix("质物1") if name.startswith("质物1") else None for name in row]
    rights = [n for n, name in enumerate(row) if name.startswith("质物1")]
    book = as_xlsx(
        [above, below, list(row.values())], [(0, rights[0], 0, rights[-1], "质物1")]
    )  # fmt: skip

    file = await gone_through(office, book)

    assert counted(file) == {"read": 1, "taken": 1}, await reasons(office, file)


async def test_a_long_number_that_a_spreadsheet_has_broken_is_refused_with_the_cure(
    office: Office,
):
    rows = [
        dirty(统一社会信用代码="9.11E+17"),
        dirty(**{"贷款金额（万元）": "100万元"}),
        dirty(质物1号码=2022100000012345678, 用途="炒股", 成立日期="去年"),
    ]
    file = await gone_through(office, as_xlsx([list(DIRTY), *[list(one.values()) for one in rows]]))

    assert counted(file) == {"read": 3, "wrong": 3}
    assert await reasons(office, file) == {
        2: {"统一社会信用代码": "number-lost-digits"},
        3: {"贷款金额(万元)": "amount-in-wan"},
        4: {
            "质物1号码": "number-lost-digits",
            "用途": "choice-unknown",
            "成立日期": "day-malformed",
        },
    }
    (first, *_) = await rows_of(office, file, outcome="wrong")
    assert "文本" in first["faults"][0]["zh"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_rows_to_mend_are_a_file_of_the_same_form_that_goes_in_when_mended(
    office: Office, form: str
):
    rows = [dirty(银行业务编号=""), dirty(银行业务编号="", 用途="炒股")]
    table = [list(DIRTY), *[list(one.values()) for one in rows]]
    file = await gone_through(office, as_csv(table) if form == "csv" else as_xlsx(table))
    assert counted(file) == {"read": 2, "taken": 1, "wrong": 1}

    back = await mended(office, file)
    if form == "csv":
        given = list(csv.reader(io.StringIO(back.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(back)).active
        assert sheet is not None
        given = [[cell or "" for cell in one] for one in sheet.iter_rows(values_only=True)]
    assert given[0][-2:] == ["原行号", "原因"] and len(given) == 2
    assert given[1][-2] == "3" and "用途" in given[1][-1] and "choice-unknown" in given[1][-1]

    given[1][given[0].index("用途")] = "研究开发"
    again = await gone_through(office, as_csv(given) if form == "csv" else as_xlsx(given))
    assert counted(again) == {"read": 1, "taken": 1}, await reasons(office, again)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "sheet-unreadable"),
        (b"\xff\x00\xfe" * 50, "sheet-unreadable"),
    ],
)
async def test_what_is_no_table_is_refused_as_it_comes_or_says_why_afterwards(
    office: Office, content: bytes, code: str
):
    answer = await office.bank().post("/bulk-files", content=content, params={"name": "a.xls"})
    said = answer.json()
    if answer.status_code == 202:
        file = await gone_through(office, content)
        assert file["progress"] == "refused"
        said = file["refusal"]
    assert said["code"] == code


async def test_a_table_without_headings_is_refused_and_one_broken_midway_keeps_what_was_read(
    office: Office,
):
    nothing = await gone_through(office, as_csv([["a", "b"], ["1", "2"]]))
    assert nothing["refusal"]["code"] == "sheet-unreadable"
    twice = [[*DIRTY, "用途"], [*dirty().values(), "研究开发"]]
    refusal = (await gone_through(office, as_csv(twice)))["refusal"]
    assert refusal["zh"] == "表头重复：purpose"
    good = [list(dirty(银行业务编号="").values()) for _ in range(12)]
    file = await gone_through(office, as_csv([list(DIRTY), *good]) + b"x" * 2_000_000)
    assert (file["progress"], counted(file)) == ("refused", {"read": 12, "taken": 12})


async def test_the_template_of_positions_is_what_positions_are_read_from(office: Office):
    await office.lends(loan_no="JJ-1")
    await office.moves_clock(days=40)
    for form in ("csv", "xlsx"):
        answer = await office.bank().get(f"/templates/positions.{form}?month=2026-03")
        assert answer.status_code == 200
    text = (await office.bank().get("/templates/positions.csv")).content.decode("utf-8-sig")
    head = list(csv.reader(io.StringIO(text)))
    row = {"month": "2026-03", "loan_no": "ＪＪ-1", "outstanding_principal": "￥900,000",
           "overdue_days": "0", "risk_class": "正常"}  # fmt: skip
    file = await sent(office, as_csv([*head, *under(head[1], row)]), kind="positions")
    file = await gone_through(office, as_csv([*head, *under(head[1], row)]), kind="positions")
    assert counted(file) == {"read": 1, "known": 1}, await reasons(office, file)
