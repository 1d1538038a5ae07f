"""A register's extract comes as a file: compared row by row, and taken over by persons alone."""

from datetime import date, timedelta
from typing import Any

from services.applications.domain.extract_rows import ExtractRow, read_extract
from services.applications.handlers.right_watch import watch_rights
from shared.contracts.rights import RightEndangeredV1
from tests.applications.bulk import as_csv, as_xlsx, finished, lines, sent
from tests.applications.office import CCB, Office, right

PATENT = "201811564288.X"
TERM = {"filed_on": "2018-12-20", "expires_on": "2038-12-19"}
HEAD = ["专利号", "发明名称", "专利权人", "法律状态", "缴费有效期至", "专利权届满日", "质押登记号",
        "质权登记日", "质权人", "被许可人", "许可方式", "财产保全"]  # fmt: skip
OURS = ["ＺＬ２０１８１１５６４２８８．Ｘ", "", "珠海格力电器股份有限公司", "", "", "2038年12月19日",
        "Y2026120000123", "2026-03-02", "中国工商银行天津分行", "", "", "无"]  # fmt: skip


async def brings(
    office: Office, rows: list[list[Any]], *, by: Any = None, day: str = "2026-03-02", **params: Any
) -> Any:
    by = by or office.bank()
    table = as_csv([["专利登记簿副本查询结果"], HEAD, *rows], encoding="gb18030")
    file = await sent(office, table, by=by, kind="extracts", register="patent", day=day,
                      name="副本.csv", **params)  # fmt: skip
    await finished(office, file, by=by)
    return await extract(file["id"], by)


async def extract(file_id: str, by: Any) -> Any:
    answer = await by.get(f"/register-extracts/{file_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows_of(found: Any, by: Any, **query: Any) -> list[Any]:
    answer = await by.get(f"/register-extracts/{found['id']}/rows", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def came_to(found: Any) -> tuple[int, ...]:
    names = ("agrees", "differs", "unknown_rights", "rows_wrong")
    return tuple(found[name] for name in names)


async def takes(found: Any, by: Any, status: int = 200, **body: Any) -> Any:
    answer = await by.post(f"/register-extracts/{found['id']}/take-over", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def endangered(by: Any) -> Any:
    answer = await by.get("/endangered-rights")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def changed(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(HEAD, OURS, strict=True)]


async def test_each_row_agrees_differs_is_unknown_or_cannot_be_read_and_nothing_is_overwritten(
    office: Office,
):
    await office.lends(collateral=[right(PATENT, **TERM)])
    differs = changed(缴费有效期至="2026-12-20", 质押登记号="Y9", 质权登记日="20260301",
                      被许可人="某软件公司", 许可方式="独占许可")  # fmt: skip
    unknown = ["ZL202310123456.0", *[""] * 2, "有效", *[""] * 8]
    wrong = [["2.01811564288E+11", *[""] * 2, "有效", *[""] * 8],
             changed(法律状态="不知道", 质押登记号="")]  # fmt: skip
    found = await brings(office, [OURS, differs, unknown, *wrong])

    assert came_to(found) == (1, 1, 0, 3), "the check digit of an unknown patent is looked at, too"
    assert (found["register_code"], found["day"], found["to_take"]) == ("patent", "2026-03-02", 2)
    (one,) = await rows_of(found, office.bank(), result="differs")
    assert [(d["field"], d["ours"], d["theirs"], d["standing"]) for d in one["differences"]] == [
        ("fees_paid_to", "", "2026-12-20", "open"),
        ("pledge_no", "Y2026120000123", "Y9", "elsewhere"),
        ("pledged_on", "2026-03-02", "2026-03-01", "elsewhere"),
        ("licence", "", "某软件公司", "open"),
    ]
    unreadable = await rows_of(found, office.bank(), result="unreadable")
    assert [[(f["column"], f["code"]) for f in row["faults"]] for row in unreadable] == [
        [("专利号", "patent-check-digit")],
        [("专利号", "number-shortened")],
        [("法律状态", "status-unknown"), ("质押登记号", "required")],
    ]
    page = f"/rights/{one['right_id']}"
    before = (await office.bank().get(page)).json()
    assert len(before["statements"]) == 1 and before["burdens"] == []
    again = await brings(office, [OURS, differs, unknown, *wrong])
    assert again["id"] == found["id"], "the same extract is brought in once"
    paper = await office.bank().get(f"/documents/{found['document_id']}")
    assert (paper.json()["media_type"], paper.json()["filename"]) == ("text/csv", "副本.csv")

    (fees,) = [d["id"] for d in one["differences"] if d["field"] == "fees_paid_to"]
    (entry,) = [d["id"] for d in one["differences"] if d["field"] == "pledge_no"]
    refused = await takes(found, office.bank(), 422, differences=[fees, entry])
    assert [e["pointer"] for e in refused["errors"]] == ["#/differences/1"]
    await takes(found, office.bank(), 422)
    await takes(found, office.bank(CCB), 404, all_open=True)
    await takes(found, office.reviewer(), 403, all_open=True)
    assert await takes(found, office.bank(), differences=[fees]) == {
        "taken": 1, "older": 0, "left": 0,
    }  # fmt: skip
    assert (await takes(found, office.bank(), all_open=True))["taken"] == 1
    assert (await takes(found, office.bank(), all_open=True))["taken"] == 0
    after = (await office.bank().get(page)).json()
    (fact,) = [fact for fact in after["facts"] if fact["field"] == "fees_paid_to"]
    said = fact["by"]
    assert (fact["value"], said["source"], said["reference"], said["as_of"]) == (
        "2026-12-20", "extract", "副本.csv", "2026-03-02",
    )  # fmt: skip
    assert said["document_id"] == found["document_id"]
    assert [(b["burden"], b["party"]) for b in after["burdens"]] == [
        ("exclusive_licence", "某软件公司")
    ]
    assert (await office.bank(CCB).get(f"/register-extracts/{found['id']}")).status_code == 404
    assert (await office.bank(CCB).get("/register-extracts")).json()["items"] == []
    (listed,) = (await office.reviewer().get("/register-extracts")).json()["items"]
    assert (listed["taken"], listed["to_take"]) == (2, 0)


async def test_bad_news_is_told_to_bank_and_bureau_at_once_and_only_once(office: Office):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    await office.said()
    bad = changed(专利权人="某受让公司", 法律状态="全部无效", 质押登记号="Y1", 质权登记日="2026-01-05",
                  质权人="某担保公司", 财产保全="天津三中院")  # fmt: skip
    found = await brings(office, [bad], by=office.reviewer())

    told = await office.said(RightEndangeredV1.type)
    assert {(one.danger, str(one.due_on)) for one in told if isinstance(one, RightEndangeredV1)} == {
        ("owner-changed", "2026-03-02"), ("right-ended", "2026-03-02"),
        ("preserved", "2026-03-02"), ("pledged-before", "2026-01-05"),
    }  # fmt: skip
    assert {one.number for one in told if isinstance(one, RightEndangeredV1)} == {case["number"]}
    assert found["bad_news"] == 4
    assert {
        (one["code"], one["extract"]["day"]) for one in await endangered(office.reviewer())
    } == {
        (code, "2026-03-02")
        for code in ("owner-changed", "right-ended", "preserved", "pledged-before")
    }
    (seen,) = {str(one["extract"]) for one in await endangered(office.bank())}
    assert "'extract_id': None, 'filename': None" in seen, "the bureau's file is not the bank's"
    assert len(await rows_of(found, office.reviewer(), bad_news=True)) == 1
    assert (await takes(found, office.reviewer(), all_open=True))["taken"] == 4
    context = office.service.context
    await watch_rights(context.database, context.clock.now, within_days=90)
    assert await office.said(RightEndangeredV1.type) == []
    listed = await endangered(office.bank())
    assert {one["code"] for one in listed} == {
        "owner-changed", "right-ended", "preserved", "pledged-before",
    }  # fmt: skip
    assert all(one["alert_id"] and one["extract"] is None for one in listed), "it is held now"


async def test_an_own_pledge_that_the_register_does_not_show_is_told_once_and_listed_until_it_does(
    office: Office,
):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    await office.said()
    none = {"质押登记号": "无", "质权登记日": "", "质权人": ""}
    before = await brings(office, [changed(**none)], day="2026-03-01")
    assert (before["differs"], before["bad_news"]) == (1, 0), "it was entered a day later"
    assert await office.said(RightEndangeredV1.type) == []

    found = await brings(office, [changed(**none, 被许可人="无")])
    (told,) = await office.said(RightEndangeredV1.type)
    assert isinstance(told, RightEndangeredV1)
    assert (told.danger, str(told.due_on), told.number) == (
        "pledge-not-shown", "2026-03-02", case["number"],
    )  # fmt: skip
    assert (found["bad_news"], found["to_take"]) == (1, 0)
    await brings(office, [changed(**none, 法律状态="有效")], by=office.reviewer())
    context = office.service.context
    await watch_rights(context.database, context.clock.now, within_days=90)
    assert await office.said(RightEndangeredV1.type) == []

    (listed,) = await endangered(office.bank())
    assert listed["code"] == "pledge-not-shown" and listed["alert_id"]
    # The register shows another's pledge, and says nothing of ours.
    await office.moves_clock(days=1)
    other = changed(质押登记号="Y7", 质权登记日="2026-03-03", 质权人="某担保公司")
    await brings(office, [other], by=office.reviewer(), day="2026-03-03")
    assert [one["code"] for one in await endangered(office.bank())] == ["pledge-not-shown"]
    await brings(
        office, [changed(被许可人="无", 许可方式="")], by=office.reviewer(), day="2026-03-03"
    )
    assert await endangered(office.bank()) == []


async def test_what_only_an_extract_says_stands_until_something_newer_speaks_of_the_same(
    office: Office,
):
    await office.lends(collateral=[right(PATENT, **TERM)])
    bad = changed(专利权人="某受让公司", 法律状态="全部无效", 财产保全="天津三中院")
    found = await brings(office, [bad], by=office.bank())
    before = await endangered(office.bank())
    assert {one["code"]: one["extract"]["extract_id"] for one in before} == dict.fromkeys(
        ("owner-changed", "right-ended", "preserved"), found["id"]
    )

    # A later one says nothing of status and preservation: it ends the owner's alone.
    await office.moves_clock(days=1)
    await brings(office, [changed(财产保全="")], by=office.reviewer(), day="2026-03-03")
    assert {one["code"] for one in await endangered(office.bank())} == {"right-ended", "preserved"}
    await brings(office, [changed(专利权人="")], by=office.bank(), day="2026-03-03")
    assert {one["code"] for one in await endangered(office.bank())} == {"right-ended"}
    said = {"kind": "invention", "number": PATENT, "source": "entry", "as_of": "2026-03-03"}
    await office.bank().post("/rights", json=said | {"legal_status": "in_force"})
    assert len(await endangered(office.bank())) == 1, "the bank's own word ends nothing"
    await office.reviewer().post("/rights", json=said | {"legal_status": "in_force"})
    assert await endangered(office.bank()) == []


async def test_an_older_extract_is_never_taken_over_a_newer_fact(office: Office):
    await office.submits(collateral=[right(PATENT, **TERM)])
    reviewer = office.reviewer()
    say = {"kind": "invention", "number": PATENT, "source": "extract", "as_of": "2026-02-20"}
    await reviewer.post("/rights", json=say | {"fees_paid_to": "2026-12-20"})
    row = changed(
        法律状态="专利权维持",
        缴费有效期至="2025-12-20",
        质押登记号="",
        质权登记日="",
        质权人="",
        财产保全="",
    )
    older = await brings(office, [row], by=reviewer, day="2026-02-19")
    (one,) = await rows_of(older, reviewer)
    standings = {d["field"]: d["standing"] for d in one["differences"]}
    assert standings == {"legal_status": "open", "fees_paid_to": "older"}

    newer = await brings(office, [row], by=reviewer, day="2026-02-21")
    await reviewer.post(
        "/rights", json=say | {"as_of": "2026-03-01", "legal_status": "in_force",
                               "fees_paid_to": "2027-12-20"}
    )  # fmt: skip
    assert await takes(newer, reviewer, all_open=True) == {"taken": 0, "older": 2, "left": 0}
    (right_,) = (await reviewer.get("/rights")).json()["items"]
    assert right_["fees_paid_to"] == "2027-12-20"


async def test_trademarks_and_copyrights_come_with_the_headings_of_their_registers(office: Office):
    mark = right("12345678", kind="trademark_right", nice_class=9, name="知贷", **TERM)
    await office.submits(collateral=[mark])
    clerk = office.bank()
    marks = as_xlsx([["商标注册号", "国际分类号", "注册人名称", "商标状态", "专用权期限至", "查询日期"],
                     ["第012345678号", "第9类", "珠海格力电器股份有限公司", "已注册",
                      date(2038, 12, 19), date(2026, 3, 1)]])  # fmt: skip
    file = await sent(office, marks, kind="extracts", register="trademark", name="商标.xlsx")
    await finished(office, file)
    found = await extract(file["id"], clerk)
    (one,) = await rows_of(found, clerk)
    assert (one["number"], one["nice_class"], one["as_of"]) == ("12345678", 9, "2026-03-01")
    assert [(d["field"], d["theirs"]) for d in one["differences"]] == [("legal_status", "in_force")]

    work = lines([{"number": "2014SR001852", "owner_name": "甲", "as_of": "2026-03-02"},
                  {"number": "2014SR001852", "owner": "甲"}, {"number": ["x"]}])  # fmt: skip
    file = await sent(office, work, kind="extracts", register="copyright", name="软著.ndjson")
    await finished(office, file)
    found = await extract(file["id"], clerk)
    assert came_to(found) == (0, 0, 1, 2)
    (one,) = await rows_of(found, clerk, result="unknown_right")
    assert (one["kind"], one["right_id"]) == ("software_copyright", None)
    looked = await sent(office, work, kind="extracts", only_check=True, name="软著.ndjson")
    assert (await finished(office, looked))["rows_wrong"] == 3, "no register, no kind"
    assert (await clerk.get(f"/register-extracts/{looked['id']}")).status_code == 404


def test_a_pledge_without_its_number_and_days_ahead_are_refused_and_a_day_is_needed():
    today = date(2026, 3, 2)
    cells = {"number": PATENT, "pledgee": "某行", "preserved_on": str(today + timedelta(days=1))}
    known: dict[str, Any] = {"reference": "", "document_id": None, "today": today}
    faults = read_extract(cells, register="patent", day=today, **known)
    assert isinstance(faults, tuple)
    assert {(one.field, one.code) for one in faults} == {
        ("preserved_on", "in-future"), ("pledge_no", "required"),
    }  # fmt: skip
    (fault,) = read_extract({"number": PATENT}, register="patent", day=None, **known)  # type: ignore[misc]
    assert (fault.field, fault.code) == ("as_of", "extract-day-missing")
    said = read_extract(
        {"number": PATENT, "pledge_no": "无"}, register="patent", day=today, **known
    )
    assert isinstance(said, ExtractRow) and said.there_is_none == {"pledge_no"}
