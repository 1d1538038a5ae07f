"""Setting a pool up by a table: checked first, valid rows kept, each wrong one named; nothing twice."""

from tests.console.house import House

HEAD = "代码,角色,名称,额度（元）,额度自,备注\n"
ROWS = (
    "BOC,银行,中国银行东丽支行,30000000.00,2026-03-02,首期\n"
    "TJ-DB,融资担保机构,天津市融资担保有限公司,,,\n"
    "ICBC,银行,中国工商银行天津分行,,,\n"
    "ABC,银行家,中国农业银行东丽支行,,,\n"
    "CCB,保险公司,另一名称,,,\n"
    "JT,银行,交通银行东丽支行,三千万,2026-03-02,\n"
)


async def parties(house: House) -> set[str]:
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    return {one["code"] for one in (await manager.get("/pools/dongli/parties")).json()["items"]}


async def test_a_table_is_checked_then_its_good_rows_are_taken_and_the_others_named(house: House):
    before = await parties(house)
    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens("/setup-import")
        template = await manager.client.get("/setup-import/template")
        assert template.text.startswith("\ufeff代码,角色,名称,额度（元）")

        page = await manager.sends_file(
            page, "/setup-import", (HEAD + ROWS).encode(), "参与方.csv", pool="dongli", do="check"
        )

        assert "尚未登记" in page.text and await parties(house) == before
        for words in ("角色", "额度", "须经合作协议", "TJ-DB"):
            assert words in page.text
        page = await manager.sends(page, "/setup-import", do="take")
        assert "登记结果" in page.text, page.text
    assert await parties(house) - before == {"TJ-DB"}, "a line needs an agreement: money has moved"


async def test_over_http_each_row_has_its_result_and_the_same_table_does_nothing_twice(
    house: House,
):
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    table = (HEAD + ROWS).encode("gb18030")

    async def brings(**query: str) -> dict[str, list[str]]:
        answer = await manager.post("/pools/dongli/party-imports", params=query, content=table)
        assert answer.status_code == 201, answer.text
        return {one["code"] or str(one["line"]): [one["outcome"], *(
            fault["code"] for fault in one["faults"])] for one in answer.json()["rows"]}  # fmt: skip

    checked = await brings(only_check="true")
    taken = await brings()
    again = await brings()

    same = {
        "ICBC": ["known"], "5": ["wrong", "choice-unknown"], "CCB": ["wrong", "party-differs"],
        "7": ["wrong", "amount-in-wan"], "BOC": ["wrong", "line-by-agreement"],
    }  # fmt: skip
    assert checked == same | {"TJ-DB": ["fine"]}
    assert taken == same | {"TJ-DB": ["taken"]}
    assert again == same | {"TJ-DB": ["known"]}
    nobody = house.person("risk_pool", "qian", "finance_checker")
    assert (await nobody.post("/pools/dongli/party-imports", content=table)).status_code == 403
    empty = await manager.post("/pools/dongli/party-imports", content=b"a,b\n1,2\n")
    assert (empty.status_code, empty.json()["code"]) == (422, "sheet-unreadable")


async def test_banks_come_in_by_a_table_of_the_admin_each_row_with_its_result(house: House):
    table = (
        "代码,名称,统一社会信用代码\n"
        "NEW-1,天津农村商业银行,91120000103069430R\n"
        "ICBC,中国工商银行天津分行,91100000100003962T\n"
        "CCB,中国建设银行,911100001000044477\n"
        "NEW-2,滨海银行,911100001000044477\n"
        "NEW-3,无号银行,123\n"
    ).encode()
    admin = house.person("applications", "admin", "admin")

    async with house.logged_in("admin") as visitor:
        page = await visitor.opens("/setup-import")
        template = await visitor.client.get("/setup-import/template?of=bank")
        assert template.text.startswith("\ufeff代码,名称,统一社会信用代码")
        page = await visitor.sends_file(
            page, "/setup-import", table, "银行.csv", of="bank", do="check"
        )
        assert "尚未登记" in page.text
        assert (await admin.get("/banks/NEW-1")).status_code == 404, "a check keeps nothing"
        page = await visitor.sends(page, "/setup-import", do="take")
        assert "登记结果" in page.text, page.text

    again = (await admin.post("/bank-imports", content=table)).json()["rows"]
    assert [[one["code"] or one["line"], one["outcome"], *(fault["field"] for fault in one["faults"])]
            for one in again] == [
        ["NEW-1", "known"], ["ICBC", "known"], ["CCB", "wrong", "/code"], ["NEW-2", "wrong", "/uscc"],
        [6, "wrong", "/uscc"],
    ]  # fmt: skip
    manager = house.person("applications", "manager-wu", "pool_manager")
    assert (await manager.post("/bank-imports", content=table)).status_code == 403
