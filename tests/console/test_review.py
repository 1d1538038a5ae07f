"""From the queue to the second person's decision, as people do it."""

from uuid import uuid4

from tests.console.house import House
from tests.console.page import Page


async def test_one_person_recommends_and_another_approves(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"

    async with house.logged_in("reviewer-he") as first:
        queue = await first.opens("/queue")
        assert case["number"] in queue.text
        taken = await first.sends(queue, f"{path}/take")
        assert (taken.path, taken.status) == (path, 200)
        assert "已领取" in taken.text
        recommended = await first.sends(taken, f"{path}/recommend", opinion="材料齐全")
        assert "等待另一人审批" in recommended.text

        # 何敏 has both roles. No button is offered; a form written by hand meets the four eyes.
        assert f"{path}/approve" not in recommended.actions
        assert "须由另一人审批" in recommended.text
        forged = taken.form(f"{path}/recommend") | {"_etag": "", "_once": str(uuid4())}
        refused = Page(
            await first.client.post(f"{path}/approve", data=forged | {"opinion": "我自己同意"})
        )
        assert refused.status == 409
        assert "须由另一人办理" in refused.text
        assert "请由另一位有权限的人员登录后办理" in refused.text

    async with house.logged_in("approver-zhao") as second:
        queue = await second.opens("/queue")
        assert case["number"] in queue.text
        page = await second.opens(path)
        unlooked = await second.sends(page, f"{path}/approve", opinion="同意入库")
        assert unlooked.status == 409 and "查询名单：失信被执行人" in unlooked.text, unlooked.text
        looked = ["2026-03-02"] * 4
        approved = await second.sends(unlooked, f"{path}/approve", list_checked_on=looked)
        assert "已批准" in approved.text
        await house.reaches(case, "capacity_reserved")
        reserved = await second.opens(path)
        assert "已预留额度" in reserved.text
        assert "同意入库" in reserved.text and "材料齐全" in reserved.text


async def test_a_reviewer_without_the_role_sees_no_button_to_approve(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        taken = await reviewer.sends(page, f"{path}/take")
        recommended = await reviewer.sends(taken, f"{path}/recommend", opinion="可以")
        assert f"{path}/approve" not in recommended.actions
        # What is left is to take the own opinion back.
        assert [one for one in recommended.actions if one.startswith(path)] == [
            f"{path}/withdraw_opinion"
        ]

        # Who writes the form by hand is refused by the service all the same.
        forged = taken.form(f"{path}/recommend")
        answer = await reviewer.client.post(f"{path}/approve", data=forged)
        assert answer.status_code == 403
        assert "您的角色不能进行此操作" in answer.text


async def test_a_case_goes_back_with_several_reasons_each_at_its_field(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        page = await reviewer.sends(page, f"{path}/take")
        more = await reviewer.sends(page, f"{path}/return", _more="yes")
        assert (more.status, len(more.form(f"{path}/return")["reason_text"])) == (200, 4)
        empty = await reviewer.sends(more, f"{path}/return")
        assert empty.status == 422 and "请写明需补正的事项" in empty.text
        done = await reviewer.sends(
            empty,
            f"{path}/return",
            reason_field=["/collateral/0/valuation", "", "/purpose"],
            reason_text=["评估报告缺少附件", "", "请说明资金用途"],
        )
        assert "退回补正" in done.text
        assert "评估报告缺少附件" in done.text and "请说明资金用途" in done.text
        assert "权利 1 · 评估" in done.text

    async with house.logged_in("icbc-operator") as bank:
        start = await bank.opens("/")
        assert case["number"] in start.text
        seen = await bank.opens(path)
        assert "评估报告缺少附件" in seen.text
        assert f"{path}/withdraw" in seen.actions


async def test_a_double_click_acts_once(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        one, other = await reviewer.twice(page, f"{path}/take")
        assert (one.status, other.status) == (200, 200)
        history = (await reviewer.opens(path)).text
        assert history.count("林晓 审查 领取") == 1


async def test_going_back_and_sending_an_old_page_again_says_what_has_changed(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"

    async with house.logged_in("reviewer-lin") as one, house.logged_in("reviewer-he") as other:
        old = await one.opens(path)
        await other.sends(await other.opens(path), f"{path}/take")
        late = await one.sends(old, f"{path}/take")
        assert late.status == 412
        assert "页面已显示最新内容" in late.text
        assert "何敏" in late.text


async def test_the_case_page_has_everything_that_decides_it(house: House):
    case = await house.has_case(amount="1234567.89")
    async with house.logged_in("approver-zhao") as approver:
        page = await approver.opens(f"/cases/{case['id']}")

    for words in (
        "1,234,567.89",
        "珠海格力电器股份有限公司",
        "91440400192548256N",
        "发明专利",
        "12,000,000.00",
        "质押率",
        "营业执照",
        "东丽区知识产权质押融资风险补偿资金池",
        "18,000,000.00",
        "等待：审查人员领取",
    ):
        assert words in page.text, words


async def test_what_the_machine_found_is_shown_with_its_source(house: House):
    case = await house.has_case(documents=[])
    assert case["state"] == "returned_for_correction"

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(f"/cases/{case['id']}")

    assert len(case["findings"]) >= 5
    for finding in case["findings"]:
        assert finding["zh"] in page.text
        assert finding["source"] in page.text
    assert "补正并重新提交本申请" in page.text
