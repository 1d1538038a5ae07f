"""The page that asks whether rights are pledged, and the record of who asked."""

from urllib.parse import quote

from tests.applications.office import right
from tests.console.house import CCB, House

PATENT = "201811564288.X"


async def test_a_bank_asks_in_any_spelling_and_is_told_yes_or_no(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case = await house.has_case(collateral=[pledged])
    async with house.logged_in("ccb-operator") as clerk:
        page = await clerk.opens("/rights")
        assert "还没有查询" in page.text
        asked = await clerk.sends(
            page, "/rights", kind="invention", numbers=f"ｚｌ {PATENT}\n\n202010566088.9\n"
        )

        assert asked.status == 200
        assert f"ｚｌ {PATENT} {PATENT} 发明专利 是" in asked.text
        assert "202010566088.9 202010566088.9 发明专利 否" in asked.text
        assert case["number"] not in asked.text
        record = await clerk.opens("/rights")
        assert "中国建设银行天津分行 " in record.text
        assert f"ｚｌ {PATENT} 是" in record.text
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/rights")
        assert CCB not in page.text and "中国建设银行" not in page.text
        own = await clerk.sends(page, "/rights", kind="invention", numbers=PATENT)
        assert case["number"] in own.text
    async with house.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens("/rights")
        assert "/rights" not in page.actions
        assert "中国建设银行天津分行 " in page.text
        assert "中国工商银行天津分行 " in page.text


async def test_a_wrong_number_is_told_and_what_was_typed_stays(house: House):
    async with house.logged_in("ccb-operator") as clerk:
        page = await clerk.opens("/rights")
        wrong = await clerk.sends(page, "/rights", kind="invention", numbers="202310123456.7")

        assert wrong.status == 422
        assert "校验位错误" in wrong.text
        assert wrong.form("/rights")["numbers"] == "202310123456.7"


async def test_a_case_is_found_in_the_list_by_its_right_and_its_firm_in_any_spelling(house: House):
    pledged = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case = await house.has_case(collateral=[pledged])
    async with house.logged_in("reviewer-lin") as reviewer:
        for q in (
            f"ZL {PATENT}",
            "２０１８１１５６４２８８－ｘ",
            "珠海 格力",
            case["number"].lower(),
        ):
            assert case["number"] in (await reviewer.opens(f"/cases?q={quote(q)}")).text, q
        nothing = await reviewer.opens("/cases?q=202010566088.9")
        assert case["number"] not in nothing.text
