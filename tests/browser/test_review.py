"""A reviewer's and an approver's day in a real browser."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Rooms


async def test_two_persons_bring_a_case_through(rooms: Rooms):
    case = await rooms.house.has_case()

    async with rooms.visitor("reviewer-he") as page:
        await page.get_by_role("link", name="待办队列").click()
        await page.get_by_role("link", name=case["number"], exact=True).click()
        await page.get_by_role("button", name="领取").click()
        await expect(page.get_by_role("status")).to_have_text("已领取，请审查。")
        await page.locator("#actions").get_by_text("提出同意意见", exact=True).first.click()
        await page.get_by_label("意见", exact=True).fill("材料齐全，建议入库")
        await page.get_by_role("button", name="提出同意意见").click()
        await expect(page.get_by_role("status")).to_contain_text("等待另一人审批")
        # The same person is told why there is nothing to press, and is refused all the same.
        await expect(page.get_by_text("按四眼原则，须由另一人审批")).to_be_visible()
        refused = await page.evaluate(
            """async (path) => {
                 const body = new URLSearchParams();
                 body.set("_token", document.querySelector("[name=_token]").value);
                 body.set("_once", crypto.randomUUID());
                 body.set("opinion", "我自己同意");
                 const answer = await fetch(path, {method: "POST", body});
                 return [answer.status, await answer.text()];
               }""",
            f"/cases/{case['id']}/approve",
        )
        assert refused[0] == 409
        assert "须由另一人办理" in refused[1]

    async with rooms.visitor("approver-zhao") as page:
        await page.goto("/queue")
        await page.get_by_role("link", name=case["number"], exact=True).click()
        await page.locator("#actions").get_by_text("批准", exact=True).first.click()
        await page.get_by_label("意见", exact=True).fill("同意入库")
        for looked_at in await page.get_by_label("查询日期：").all():
            await looked_at.fill("2026-03-02")
        await page.get_by_role("button", name="批准", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("已批准")
        # Back and reload show the case, they do not decide again.
        await page.reload()
        await rooms.house.reaches(case, "capacity_reserved")
        await page.reload()
        await expect(page.locator("h1 + .tag")).to_have_text("已预留额度")
    assert rooms.complaints == []


async def test_everything_is_done_by_the_keyboard(rooms: Rooms):
    case = await rooms.house.has_case()

    async with rooms.visitor() as page:
        await page.goto("/login")
        keys = page.keyboard
        await keys.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await keys.press("Enter")
        await expect(page.locator("#main")).to_be_focused()
        await keys.press("Tab")
        await expect(page.locator('button[value="reviewer-lin"]')).to_be_focused()
        await keys.press("Enter")
        await expect(page).to_have_url(rooms.url + "/")
        await page.wait_for_load_state()  # Keys are heard once the page's script is there.

        await keys.press("g")
        await keys.press("q")
        await expect(page).to_have_url(rooms.url + "/queue")
        await page.wait_for_load_state()
        await keys.press("j")
        await expect(page.get_by_role("link", name=case["number"], exact=True)).to_be_focused()
        await keys.press("Enter")
        await expect(page).to_have_url(re.compile("/cases/"))
        await page.wait_for_load_state()
        await keys.press("a")
        await expect(page.get_by_role("button", name="领取")).to_be_focused()
        await keys.press("Enter")
        await expect(page.get_by_role("status")).to_be_focused()
        await page.wait_for_load_state()
        await keys.press("a")
        focused = page.locator(":focus")
        while "提出同意意见" not in await focused.inner_text():
            await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.locator("textarea:focus")).to_have_count(1)
        await keys.type("材料齐全，可以入库")
        # Past the conditions, of which there are none.
        await keys.press("Tab")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("等待另一人审批")
        await page.wait_for_load_state()

        await keys.press("?")
        await expect(page.locator("dialog#keys")).to_be_visible()
        await keys.press("Escape")
        await expect(page.locator("dialog#keys")).not_to_be_visible()
    assert rooms.complaints == []


async def test_single_letter_keys_can_be_switched_off(rooms: Rooms):
    async with rooms.visitor("reviewer-lin") as page:
        await page.keyboard.press("?")
        await page.get_by_label("启用单键快捷键").uncheck()
        await page.keyboard.press("Escape")
        await page.keyboard.press("?")
        await expect(page.locator("dialog#keys")).not_to_be_visible()
        await page.keyboard.press("g")
        await page.keyboard.press("q")
        await expect(page).to_have_url(rooms.url + "/")


async def test_all_of_it_works_without_scripts(rooms: Rooms):
    case = await rooms.house.has_case()

    async with rooms.visitor("reviewer-lin", java_script_enabled=False) as page:
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_role("button", name="领取").click()
        await page.get_by_text("退回补正", exact=True).first.click()
        await page.get_by_role("button", name="再加一条").click()
        assert await page.locator("[name=reason_text]").count() == 4
        await page.get_by_label("第 1 条理由").fill("请补充评估报告附件")
        await page.get_by_label("第 1 条涉及的栏目").select_option("/collateral/0/valuation")
        await page.get_by_role("button", name="退回补正").click()
        await expect(page.get_by_role("status")).to_contain_text("已退回银行补正")
        await expect(page.get_by_role("list").get_by_text("请补充评估报告附件")).to_be_visible()
        await page.get_by_role("button", name="快捷键").click()
        await expect(page).to_have_url(re.compile("/keys"))


async def test_a_double_click_sends_a_form_once(rooms: Rooms):
    case = await rooms.house.has_case()

    async with rooms.visitor("reviewer-lin") as page:
        sent: list[str] = []
        page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_role("button", name="领取").dblclick()
        await expect(page.get_by_role("status")).to_be_visible()
        assert len(sent) == 1
