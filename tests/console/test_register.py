"""The pages of rights and firms: found from the case, every fact with who said it."""

import asyncio

from services.applications.handlers.right_watch import watch_rights
from tests.applications.office import FIRM, right
from tests.console.house import House

PATENT = "201811564288.X"


async def test_from_the_case_to_its_right_and_its_firm_and_what_is_said_there_stays(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case = await house.has_case(collateral=[pledged])
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(f"/cases/{case['id']}")
        link = next(one for one in page.links if one.startswith("/register/find"))
        shown = await reviewer.opens(link.replace("&amp;", "&"))
        assert "珠海格力电器股份有限公司" in shown.text
        assert "质权存续" in shown.text
        say = next(one for one in shown.actions if one.endswith("/say"))

        wrong = await reviewer.sends(shown, say, as_of="2027-01-01", legal_status="in_force")
        assert wrong.status == 422
        assert "日期晚于今日" in wrong.text
        done = await reviewer.sends(
            shown, say, legal_status="fee_overdue", fees_paid_to="2025-12-20",
            owner_name="格力电器（合肥）有限公司", reference="专利登记簿副本",
        )  # fmt: skip
        assert "已记入登记簿" in done.text
        assert "欠费（宽限期） 2026-03-02 登记簿副本 专利登记簿副本" in done.text
        assert "不一致 珠海格力电器股份有限公司" in done.text

        lay = next(one for one in done.actions if one.endswith("/burden"))
        laid = await reviewer.sends(done, lay, burden="preservation", party="天津三中院")
        assert "财产保全 天津三中院" in laid.text
        end = next(one for one in laid.actions if one.endswith("/end"))
        assert "已记为解除" in (await reviewer.sends(laid, end, reason="裁定解除")).text

        found = await reviewer.opens("/register/rights?q=ZL201811564288X&legal_status=fee_overdue")
        assert PATENT in found.text
        firm = await reviewer.opens(f"/register/firms/{FIRM}")
        assert f"{case['number']} 中国工商银行天津分行" in firm.text
        assert PATENT in firm.text
        assert FIRM in (await reviewer.opens("/register/firms?q=格力")).text


async def test_a_related_firm_is_recorded_and_ended_on_the_page_of_the_firm(house: House):
    await house.has_case()
    at = f"/register/firms/{FIRM}"
    async with house.logged_in("reviewer-lin") as lin, house.logged_in("icbc-operator") as clerk:
        page = await lin.opens(at)
        wrong = await lin.sends(
            page,
            f"{at}/related",
            group_name="格力系",
            from_day="2027-01-01",
            reason="公示系统",
            basis="same_controller",
        )
        assert wrong.status == 422
        assert "日期晚于今日" in wrong.text
        assert wrong.form(f"{at}/related")["group_name"] == "格力系"
        done = await lin.sends(wrong, f"{at}/related", from_day="2026-03-01")
        assert "关联关系已登记" in done.text and "同一实际控制人" in done.text
        end = next(one for one in done.actions if one.endswith("/end"))
        ended = await lin.sends(done, end, reason="股权转让")
        assert "关联关系已终止" in ended.text and "股权转让" in ended.text
        assert "关联企业" not in (await clerk.opens(at)).text


async def test_another_bank_reads_neither_the_case_nor_the_firm(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    await house.has_case(collateral=[pledged])
    async with house.logged_in("ccb-operator") as clerk:
        assert PATENT not in (await clerk.opens("/register/rights")).text
        assert (await clerk.opens(f"/register/firms/{FIRM}")).status == 404


async def test_an_extract_is_brought_in_and_what_differs_is_taken_over(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    await house.has_loan(collateral=[pledged])
    here = "/register/extracts"
    table = (
        "专利号,专利权人,法律状态,缴费有效期至,财产保全\n"
        f"ZL{PATENT},珠海格力电器股份有限公司,有效,2026-12-20,天津三中院\n"
        f"ZL{PATENT},珠海格力电器股份有限公司,无人知晓,,\n"
    ).encode("gb18030")
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(here)
        assert (await clerk.sends_file(page, here, b"", "")).status == 422
        shown = await clerk.sends_file(page, here, table, "副本.csv", register="patent",
                                       day="2026-03-02")  # fmt: skip
        async with asyncio.timeout(30):
            while "处理完毕" not in shown.text:
                shown = await clerk.opens(shown.path)
        assert "财产保全 不利变化 — 天津三中院" in shown.text
        unreadable = await clerk.opens(f"{shown.path}?result=unreadable")
        assert "法律状态：法律状态无法识别" in unreadable.text
        take = next(one for one in shown.actions if one.endswith("/take-over"))
        endangered = await clerk.opens("/register/endangered")
        assert "仅见于 2026-03-02 的登记簿副本 副本.csv，尚未采用" in endangered.text
        assert f"{shown.path}?bad_news=true" in endangered.links
        nothing = await clerk.sends(shown, take, do="ticked")
        assert nothing.status == 422
        done = await clerk.sends(shown, take, do="all")
        assert "差异已采用" in done.text
        assert "副本.csv" in (await clerk.opens(here)).text
        assert (await clerk.client.get(f"{here}/template.xlsx")).content[:2] == b"PK"
        await house.settled()
        assert "质押权利预警" in (await clerk.opens("/inbox")).text
    async with house.logged_in("reviewer-lin") as reviewer:
        seen = await reviewer.opens(shown.path)
        assert not [one for one in seen.actions if one.endswith("/take-over")], "not the bureau's"
        assert "质押权利预警" in (await reviewer.opens("/inbox")).text
    async with house.logged_in("ccb-operator") as clerk:
        assert (await clerk.opens(shown.path)).status == 404


async def test_a_pledge_is_followed_on_the_page_of_its_case(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case = await house.has_loan(collateral=[pledged])
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{case['id']}")
        assert "顺位 1" in page.text
        assert not [one for one in page.actions if one.endswith("/cancel")], "the debt stands"
        extend = next(one for one in page.actions if one.endswith("/extend"))
        wrong = await clerk.sends(page, extend, term_until="2026-03-03", reason="展期")
        assert wrong.status == 422
        assert "须晚于 2027-03-02" in wrong.text
        done = await clerk.sends(page, extend, term_until="2028-03-02", reason="展期")
        assert "质押登记已更新" in done.text
        assert "已延期" in done.text
        files = await clerk.opens(f"/cases/{case['id']}/pledge-files")
        assert "质押合同编号 待填" in files.text
        link = next(one for one in files.links if one.endswith("patent.xlsx"))
        assert (await clerk.client.get(link)).content[:2] == b"PK"
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(f"/cases/{case['id']}")
        confirm = next(one for one in page.actions if one.endswith("/confirm_cover"))
        assert "质押登记已更新" in (await reviewer.sends(page, confirm, opinion="足额")).text
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{case['id']}")
        cancel = next(one for one in page.actions if one.endswith("/cancel"))
        assert "已注销" in (await clerk.sends(page, cancel, reason="解除质押")).text


async def test_what_a_register_has_still_to_enter_stands_on_the_case_and_in_the_list(house: House):
    case = await house.has_reserved()
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{case['id']}")
        assert (
            "登记期限" in page.text and "办理质押登记" in page.text and "额度预留期内" in page.text
        )
        listed = await clerk.opens("/register/due?duty=register")
        assert case["number"] in listed.text
        late = await clerk.opens("/register/due?late=true")
        assert "没有符合筛选条件的记录" in late.text and "只看逾期" in late.text


async def test_an_endangered_right_is_listed_and_the_bank_enters_what_it_did(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case = await house.has_loan(collateral=[pledged])
    said = {"kind": "invention", "number": PATENT, "source": "extract", "as_of": "2026-03-02",
            "fees_paid_to": "2026-02-20"}  # fmt: skip
    reviewer = house.person("applications", "reviewer-lin", "reviewer")
    assert (await reviewer.post("/rights", json=said)).status_code == 201
    context = house.services["applications"].context
    await watch_rights(context.database, context.clock.now, within_days=90)
    await house.settled()
    async with house.logged_in("icbc-operator") as clerk:
        assert "质押权利预警" in (await clerk.opens("/inbox")).text
        records = await clerk.opens("/register/pledge-records")
        assert case["number"] in records.text and "登记证号" in records.text
        where = next(one for one in records.links if "export.xlsx" in one)
        file = await clerk.client.get(where)
        assert file.status_code == 200 and file.content.startswith(b"PK")
        odd = await clerk.opens("/register/pledge-records?from=2026-05-01&to=2026-04-01")
        assert odd.status == 422 and "止日早于起日" in odd.text
        page = await clerk.opens("/register/endangered")
        assert "年费只缴至 2026-02-20，宽限期至 2026-08-20" in page.text
        assert case["number"] in page.text
        form = next(one for one in page.actions if one.startswith("/register/endangered/"))
        wrong = await clerk.sends(page, form, taken_on="2026-03-03", note="已缴")
        assert wrong.status == 422
        done = await clerk.sends(page, form, note="已代缴第 8 年年费")
        assert "已缴年费：已代缴第 8 年年费" in done.text
    async with house.logged_in("reviewer-lin") as looker:
        page = await looker.opens("/register/endangered?within_days=30")
        assert "已代缴第 8 年年费" in page.text
        assert not [one for one in page.actions if one.startswith("/register/endangered/")]


async def test_a_lower_valuation_shows_the_loan_as_short_of_cover(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case = await house.has_loan(collateral=[pledged])
    async with house.logged_in("reviewer-lin") as reviewer:
        assert "没有担保不足的贷款" in (await reviewer.opens("/register/cover")).text
        page = await reviewer.opens(f"/register/find?kind=invention&number={PATENT}")
        form = next(one for one in page.actions if one.endswith("/value"))
        filled = {"amount": "3,000,000.00", "method": "market", "appraiser": "乙评估"}
        wrong = await reviewer.sends(page, form, **filled, related_to="firm")
        assert wrong.status == 422
        assert "须写明关联关系" in wrong.text
        done = await reviewer.sends(page, form, **filled)
        assert "3,000,000.00 市场法 乙评估" in done.text
        assert "相差 300.00%" in done.text
        cover = await reviewer.opens("/register/cover")
        assert case["number"] in cover.text
        assert "1,000,000.00 1,000,000.00 750,000.00 250,000.00" in cover.text
        values = await reviewer.opens("/register/values")
        assert "发明专利 — 市场法 1" in values.text
