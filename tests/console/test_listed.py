"""Lists of firms in the console: brought in, a name judged, credit repaired; and a bank's quality."""

import asyncio

from tests.applications.lists.driver import HEAD, as_csv, named
from tests.console.house import House
from tests.papers import stores

NAMELESS = named("珠海格力电器股份有限公司", "")


async def test_a_list_comes_in_a_name_is_judged_and_credit_is_repaired(house: House):
    case = await house.has_loan()
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens("/register/list-imports")
        refused = await reviewer.sends_file(page, "/register/list-imports", b"", "")
        assert refused.status == 422
        wrong = named("甲公司", "914403001922038217")
        done = await reviewer.sends_file(
            page, "/register/list-imports", as_csv(HEAD, NAMELESS, wrong), "失信.csv",
            list="judgment_defaulter", day="2026-03-02", source="中国执行信息公开网",
            whole="true",
        )  # fmt: skip
        async with asyncio.timeout(30):
            while "处理完毕" not in done.text:
                done = await reviewer.opens(done.path)
        assert "新列入 1" in done.text
        assert "未按完整名单处理" in done.text
        link = next(one for one in done.links if one.endswith("wrong-rows"))
        assert "914403001922038217" in (await reviewer.client.get(link)).text
        template = await reviewer.client.get("/register/list-imports/template.xlsx")
        assert template.content[:2] == b"PK"

        found = await reviewer.opens("/register/matches?unsaid=true")
        assert "同名待确认" in found.text
        entry = next(one for one in found.links if one.startswith("/register/listed/"))
        shown = await reviewer.opens(entry)
        says = next(one for one in shown.actions if one.endswith("/verdict"))
        empty = await reviewer.sends(shown, says, reason="")
        assert empty.status == 422
        said = await reviewer.sends(shown, says, verdict="same_firm", reason="法定代表人一致")
        assert "确认为该企业 法定代表人一致" in said.text
        page = await reviewer.opens(f"/cases/{case['id']}")
        assert "失信名单" in page.text
        assert "失信被执行人" in (await reviewer.opens("/register/listed?q=格力")).text
    await house.settled()
    clerk = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    (paper,) = await stores(clerk, "evidence")
    async with house.logged_in("icbc-operator") as bank:
        assert "被列入失信被执行人" in (await bank.opens("/inbox")).text
        shown = await bank.opens(entry)
        assert "法定代表人一致" not in shown.text
        asks = next(one for one in shown.actions if one.endswith("/repair"))
        asked = await bank.sends(shown, asks, reason="已履行完毕", paper_reference=paper["id"])
        assert "信用修复申请已提交" in asked.text
        assert not [one for one in asked.actions if one.startswith("/register/repairs/")]
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens("/register/repairs?state=requested")
        link = next(one for one in page.links if one.startswith("/register/repairs/"))
        page = await reviewer.opens(link)
        page = await reviewer.sends(page, f"{link}/recommend", opinion="已核实")
        assert "已提出意见" in page.text
    async with house.logged_in("approver-zhao") as approver:
        page = await approver.opens(link)
        page = await approver.sends(page, f"{link}/approve", opinion="同意")
        assert "已修复" in page.text
        assert "信用修复" in (await approver.opens(entry)).text


async def test_a_banks_quality_is_seen_by_itself_and_by_the_bureau(house: House):
    case = await house.has_loan()
    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens("/quality")
        assert "质押登记号缺失或异常 1 1 100.00%" in page.text
        link = next(one for one in page.links if "odd_registration_numbers" in one)
        assert case["number"] in (await bank.opens(link.replace("&amp;", "&"))).text
        assert (await bank.opens("/quality/ICBC/no_such")).status == 404
        assert (await bank.opens("/quality/CCB")).status == 404
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens("/quality")
        assert "/quality/ICBC" in page.links
        assert case["number"] not in (await reviewer.opens("/quality/ICBC")).text
