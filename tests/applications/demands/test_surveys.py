"""Parks and surveys: what is said of a park stays, a table's rows are kept or say what is wrong."""

import csv
import io
from typing import Any

import openpyxl

from tests.applications.demands.stories import posts
from tests.applications.office import CCB, FIRM, ICBC, OTHER_FIRM, Office, nothing_found
from tests.applications.rights.test_census import as_csv, as_xlsx

HEAD = ["统一社会信用代码", "企业名称", "园区代码", "行业门类", "融资需求金额（万元）", "期限（月）",
        "用途", "联系人", "联系电话", "推送银行", "答复期限", "质物1种类", "质物1号码"]  # fmt: skip
GOOD = [FIRM, "珠海格力", "WQ", "C 制造业", "300", "12", "研究开发", "陈经理", "０２２-12345678",
        "全部", "2026年3月20日", "发明专利", "ZL 2018 1 1564288.X"]  # fmt: skip
PARK = {"name": "武清科技园", "area": "120114", "valid_from": "2020-01-01"}


async def brings(who: Any, kind: str, content: bytes, status: int = 201) -> Any:
    answer = await who.post(f"/surveys/{kind}", content=content,
                            params={"file_name": "调查.xlsx"})  # fmt: skip
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_survey_of_demands_keeps_good_rows_explains_wrong_ones_and_is_known_again(
    office: Office,
):
    reviewer = office.reviewer()
    await reviewer.put("/parks/WQ", json=PARK)
    wrong = ["914403001922038217", "", "NO", "Z", "三百", "12", "研究开发", "陈", "12345678",
             f"{ICBC}，XX", "2026-03-20", "发明专利", "201811564288.1"]  # fmt: skip
    nowhere = [OTHER_FIRM, "柳州某公司", "NO", "", "1.5", "6", "流动资金", "李", "13800000000",
               "XX", "", "", ""]  # fmt: skip

    first = await brings(reviewer, "demands", as_xlsx(HEAD, GOOD, wrong, nowhere))

    assert (first["kept"], first["unchanged"], first["refused"]) == (1, 0, 2)
    found = {row["line"]: {one["field"]: one["code"] for one in row["faults"]}
             for row in first["rows"]}  # fmt: skip
    assert found[2] == {}
    assert found[3].keys() == {"/uscc", "/firm_name", "/industry", "/amount", "/rights/0/number"}
    assert found[4] == {
        "/park_code": "park-unknown", "/banks/0": "bank-unknown", "/answer_by": "missing",
    }  # fmt: skip
    (demand,) = (await reviewer.get("/financing-demands")).json()["items"]
    assert (demand["amount"], demand["term_months"], demand["due_on"], len(demand["offers"])) == (
        "3000000.00", 12, "2026-03-20", 2,
    )  # fmt: skip
    assert demand["rights"][0]["number"] == "201811564288.X"
    assert len(await office.said("demand.offered.v1")) == 2

    back = await reviewer.get(f"/survey-imports/{first['id']}/wrong-rows")
    rows = list(csv.reader(io.StringIO(back.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["企业名称", "", "柳州某公司"]
    assert "园区" in rows[2][-1]
    rows[2][HEAD.index("园区代码")], rows[2][HEAD.index("推送银行")] = "", ""
    second = await brings(reviewer, "demands", as_csv(HEAD, GOOD, rows[2][: len(HEAD)]))
    assert (second["kept"], second["unchanged"], second["refused"]) == (1, 1, 0)
    assert len((await reviewer.get("/financing-demands")).json()["items"]) == 2
    listed = (await reviewer.get("/survey-imports")).json()["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    shown = await reviewer.get(f"/survey-imports/{first['id']}")
    assert shown.json()["rows"] == first["rows"]


async def test_a_table_of_parks_is_kept_once_and_what_was_said_before_stays(office: Office):
    reviewer = office.reviewer()
    head = ["园区代码", "园区名称", "行政区划代码", "设立日期", "撤销日期"]
    park = ["WQ", "武清科技园", "120114", "2020-01-01", ""]
    first = await brings(
        reviewer, "parks", as_csv(head, park, ["坏 码", "x", "1", "2020-01-01", ""])
    )
    assert (first["kept"], first["refused"]) == (1, 1)
    again = await brings(reviewer, "parks", as_csv(head, park))
    assert (again["kept"], again["unchanged"]) == (0, 1)

    await reviewer.put("/parks/WQ", json=PARK | {"name": "武清高新园"})
    shown = (await office.bank().get("/parks/WQ")).json()
    assert [one["name"] for one in shown["editions"]] == ["武清高新园", "武清科技园"]
    assert [one["name"] for one in (await reviewer.get("/parks")).json()["items"]] == ["武清高新园"]
    over = await reviewer.put("/parks/WQ", json=PARK | {"valid_to": "2019-01-01"})
    assert over.json()["errors"][0]["code"] == "ends-before-it-begins"
    assert (await office.bank().put("/parks/WQ", json=PARK)).status_code == 403
    assert (await reviewer.get("/parks/NO")).status_code == 404
    assert (await reviewer.put("/parks/a%20b", json=PARK)).status_code == 404


async def test_a_park_shows_its_demands_and_loans_by_year_under_every_name_it_had(office: Office):
    reviewer = office.reviewer()
    for name in ("武清科技园", "武清高新园"):
        await reviewer.put("/parks/WQ", json=PARK | {"name": name})
    await reviewer.put("/parks/DL", json=PARK | {"name": "东丽园"})
    await posts(reviewer, park_code="WQ", to_all_banks=False, banks=[ICBC])
    for number, (said, bank) in enumerate(
        [("WQ", ICBC), ("武清 科技园", ICBC), ("武清高新园", CCB), ("东丽园", ICBC)]
    ):
        await office.lends(loan_no=f"P-{number}", bank=bank, attributes={"park": said})

    async def years(who: Any, code: str = "WQ") -> tuple[Any, ...]:
        found = (await who.get(f"/parks/{code}/years")).json()
        (year,) = found["years"]
        return (found["stated_as"], *(year[name] for name in (
            "year", "demands", "demanded", "loans", "firms", "lent", "outstanding")))  # fmt: skip

    assert await years(reviewer) == (
        ["WQ", "武清 科技园", "武清高新园"], 2026, 1, "3000000.00", 3, 1, "3000000.00", "3000000.00",
    )  # fmt: skip
    assert await years(office.bank(CCB)) == (
        ["武清高新园"], 2026, 0, "0.00", 1, 1, "1000000.00", "1000000.00",
    )  # fmt: skip
    assert (await years(reviewer, "DL"))[4] == 1
    own = (await office.bank().get("/parks/WQ/loans", params={"year": 2026})).json()["items"]
    assert {one["loan_no"] for one in own} == {"P-0", "P-1"}
    first = (await reviewer.get("/parks/WQ/loans", params={"limit": 2})).json()
    rest = await reviewer.get("/parks/WQ/loans", params={"cursor": first["next_cursor"]})
    assert len(first["items"]) == 2 and len(rest.json()["items"]) == 1
    assert (await reviewer.get("/parks/NO/years")).status_code == 404
    assert (await reviewer.get("/parks/NO/loans")).status_code == 404


async def test_the_templates_are_what_the_reader_reads_and_another_kind_is_not_there(
    office: Office,
):
    reviewer = office.reviewer()
    for kind in ("demands", "parks"):
        answer = await reviewer.get(f"/survey-templates/{kind}")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert (await brings(reviewer, kind, answer.content))["rows"] == []
        assert sheet.cell(2, 1).value in ("uscc", "code")
    for call in (reviewer.get("/survey-templates/x"),
                 reviewer.post("/surveys/x", content=b"a,b")):  # fmt: skip
        assert (await call).status_code == 404
    assert (await office.bank().get("/survey-templates/parks")).status_code == 403
    empty = await reviewer.post("/surveys/parks", content=b"")
    assert empty.status_code == 422


async def test_the_pool_hears_of_a_park_by_the_registers_name_and_code(office: Office):
    await office.reviewer().put("/parks/WQ", json=PARK)
    for said, park in (("WQ", ("武清科技园", "WQ")), ("武清 科技园", ("武清科技园", "WQ")),
                       ("别处", ("别处", None))):  # fmt: skip
        case = await office.submits(attributes={"park": said})
        await office.recommends(case)
        await office.said()
        body = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
        await office.post(office.approver(), case, "approve", body)
        (told,) = await office.said("application.approved.v1")
        assert (told.attributes["park"], told.attributes.get("park_code")) == park
