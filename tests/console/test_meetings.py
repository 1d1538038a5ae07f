"""Levels of approval in the console: a meeting is called, voted and concluded, and the leader signs."""

from tests.applications.levels import MET, with_levels
from tests.applications.office import Office
from tests.console.house import House
from tests.papers import stores

LOOKED = ["2026-03-02"] * 4


async def test_a_large_case_goes_by_its_meeting_and_its_signature_on_the_pages_alone(house: House):
    await with_levels(Office(house.services["applications"]))
    case = await house.has_case(amount=MET)
    path = f"/cases/{case['id']}"
    async with (
        house.logged_in("reviewer-lin") as lin, house.logged_in("approver-zhao") as zhao,
        house.logged_in("manager-wu") as wu, house.logged_in("leader-gao") as gao,
    ):  # fmt: skip
        page = await lin.sends(await lin.opens(path), f"{path}/take")
        assert "须经" in page.text or "联合评审会" in page.text
        await lin.sends(page, f"{path}/recommend", opinion="可以")
        for person in (zhao, wu, gao):
            await person.opens("/queue")

        page = await zhao.opens(path)
        assert "超过 800,000.00 元" in page.text and "尚未通过" in page.text
        # The pool's room, its bank's part and its borrower, before and after, and the ceiling.
        assert "办理前后" in page.text and "单户企业余额" in page.text
        assert "10,000,000.00" in page.text and "企业在您可见的各资金池的贷款本金" in page.text
        early = await zhao.sends(page, f"{path}/approve", opinion="同意", list_checked_on=LOOKED)
        assert early.status == 409 and "召集联合评审会" in early.text

        page = await wu.opens("/meetings")
        refused = await wu.sends(
            page, "/meetings", pool_code="dongli", held_on="2026-03-02", place="三楼",
            quorum="2", members=["approver-zhao"], cases=[case["id"]],
        )  # fmt: skip
        assert refused.status == 422 and "须且只能有一名主持人" in refused.text
        page = await wu.sends(
            refused, "/meetings", chair="leader-gao", secretary="manager-wu",
            members=["approver-zhao"], cases=[case["id"]],
        )  # fmt: skip
        assert "会议已召集" in page.text and case["number"] in page.text
        meeting = page.path
        # Only who has called it changes it; what is wrong is said, and what was typed stays.
        assert f"{meeting}/change" not in (await zhao.opens(meeting)).actions
        wrong = await wu.sends(page, f"{meeting}/change", held_on="2026-01-05", reason="换会议室")
        assert (
            wrong.status == 422
            and "会议日期早于今日" in wrong.text
            and 'value="换会议室"' in wrong.html
        )
        page = await wu.sends(wrong, f"{meeting}/change", held_on="2026-03-02", place="二楼会议室")
        assert "会议已变更" in page.text and "三楼 → 二楼会议室" in page.text
        await house.settled()
        news = await zhao.opens("/inbox")
        assert "联合评审会已变更" in news.text and "地点：三楼 → 二楼会议室" in news.text
        assert "联合评审会已变更" not in (await lin.opens("/inbox")).text
        for person, vote in ((gao, "for"), (zhao, "abstain")):
            page = await person.opens(meeting)
            page = await person.sends(page, f"{meeting}/votes", vote=vote, reason="订单可核")
            assert "已投票" in page.text and f"{meeting}/votes" not in page.actions
        (paper,) = await stores(
            house.person("applications", "manager-wu", "pool_manager"), "联合评审会纪要"
        )
        page = await wu.opens(meeting)
        page = await wu.sends(page, f"{meeting}/minutes", text="通过", sha256=paper["sha256"])
        page = await wu.sends(page, f"{meeting}/propose")
        assert "结论已提出" in page.text and f"{meeting}/conclude" not in page.actions
        page = await zhao.sends(await zhao.opens(meeting), f"{meeting}/conclude")
        assert "通过" in page.text and "同意 1，反对 0，弃权 1" in page.text

        page = await zhao.opens(path)
        page = await zhao.sends(page, f"{path}/approve", opinion="同意", list_checked_on=LOOKED)
        assert "待会签" in page.text and f"{path}/countersign" not in page.actions
        queue = await gao.opens("/queue?who=signature")
        assert case["number"] in queue.text
        page = await gao.opens(path)
        page = await gao.sends(page, f"{path}/countersign", opinion="同意放款")
        assert "已会签" in page.text and "高岚" in page.text
        await house.reaches(case, "capacity_reserved")


async def test_the_words_of_a_template_are_looked_at_before_they_are_kept(house: House):
    case = await house.has_case()
    async with house.logged_in("manager-wu") as wu, house.logged_in("reviewer-lin") as lin:
        page = await wu.opens("/desk")
        words = {"step": "recommend", "title": "齐全", "text": "{企业}申请 {金额}，建议批准"}
        seen = await wu.sends(page, "/desk/templates", **words | {"text": "{利率}"})
        assert seen.status == 422 and "没有占位符 {利率}" in seen.text
        seen = await wu.sends(seen, "/desk/templates", do="preview", **words)
        assert "东丽示例科技有限公司申请 3,000,000.00 元，建议批准" in seen.text
        await wu.sends(seen, "/desk/templates", do="keep", **words)

        page = await lin.opens(f"/cases/{case['id']}")
        page = await lin.sends(page, f"/cases/{case['id']}/take")
        offered = next(one for one in page.links if one.startswith("?template="))
        begun = await lin.opens(f"/cases/{case['id']}{offered}")
        assert "珠海格力电器股份有限公司申请 1,000,000.00 元，建议批准" in begun.html
