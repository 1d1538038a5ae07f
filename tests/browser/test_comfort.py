"""What is typed is never lost: the session ended, another tab was faster, the window was closed; and the
pages by night."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.conftest import Rooms
from tests.browser.test_access import OF_COLOURS, violations
from tests.browser.ways import opens_action

# Asked while the answer is awaited, a browser waits for the page that is to come.
REMEMBERS_WHAT_IS_BUSY = """new MutationObserver(() => {
    for (const button of document.querySelectorAll("button"))
        if (button.textContent.includes("正在")) sessionStorage.busy = button.textContent.trim()
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true})"""
WORDS = "企业经营正常，权利有效，建议同意。第二段：附注说明。"


async def test_a_session_that_ended_while_one_wrote_keeps_every_word(rooms: Rooms):
    case = await rooms.house.has_case()
    sessions = rooms.house.console.state.console.sessions
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_role("button", name="领取", exact=True).click()
        await opens_action(page, "提出同意意见")
        await page.get_by_label("意见", exact=True).fill(WORDS)
        await sessions.end_where(by="admin", subject="reviewer-lin")
        await page.get_by_role("button", name="提出同意意见").click()
        await expect(page.get_by_text("您填写的内容已保留")).to_be_visible()
        await page.click('button[value="reviewer-lin"]')
        await expect(page.get_by_role("heading", name="您上次填写的内容")).to_be_visible()
        await expect(page.locator("main dd").filter(has_text=WORDS)).to_be_visible()
        await page.get_by_role("button", name="提交", exact=True).click()
        await expect(page.get_by_role("status").first).to_contain_text("等待另一人审批")
    assert rooms.complaints == []


async def test_a_draft_of_an_opinion_is_there_again_and_gone_once_it_is_given(rooms: Rooms):
    case = await rooms.house.has_case()
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_role("button", name="领取", exact=True).click()
        await opens_action(page, "提出同意意见")
        await page.get_by_label("意见", exact=True).press_sequentially("写到一半")
        await expect(page.get_by_text("已为您保留")).to_be_visible()

    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await opens_action(page, "提出同意意见")
        await expect(page.get_by_label("意见", exact=True)).to_have_value("写到一半")
        await expect(page.get_by_text("已恢复您")).to_be_visible()
        await page.get_by_label("意见", exact=True).fill(WORDS)
        await page.get_by_role("button", name="提出同意意见").click()
        await expect(page.get_by_role("status").first).to_contain_text("等待另一人审批")
    place = f"/cases/{case['id']}/recommend"
    kept = rooms.house.console.state.console.drafts
    assert await kept.find("reviewer-lin", place) == ""
    assert rooms.complaints == []


async def test_of_two_tabs_the_second_is_told_who_was_faster_and_keeps_its_words(rooms: Rooms):
    case = await rooms.house.has_case()
    async with rooms.visitor("reviewer-lin") as first:
        await first.goto(f"/cases/{case['id']}")
        await first.get_by_role("button", name="领取", exact=True).click()
        second = await first.context.new_page()
        for page in (first, second):
            await page.goto(f"/cases/{case['id']}")
            await opens_action(page, "提出同意意见")
            await page.get_by_label("意见", exact=True).fill(WORDS)
        await first.get_by_role("button", name="提出同意意见").click()
        await expect(first.get_by_role("status").first).to_contain_text("等待另一人审批")
        await second.get_by_role("button", name="提出同意意见").click()
        told = second.get_by_role("region", name="您打开本页之后，已有人办理")
        await expect(told).to_contain_text("林晓")
        await expect(told).to_contain_text("提出同意意见")
        await expect(second.get_by_text(WORDS).first).to_be_attached()
    assert rooms.complaints == []


async def test_axe_finds_nothing_by_night(rooms: Rooms):
    claim = await rooms.house.has_claim()
    waiting = await rooms.house.has_case("CCB")
    found: list[str] = []
    for subject, paths in {
        "reviewer-lin": ["/", "/queue", "/cases?bank=CCB", f"/cases/{waiting['id']}", "/inbox", "/views"],
        "finance-sun": ["/pools/dongli", f"/claims/{claim['id']}", "/settlements", "/cockpit",
                        "/reports", "/pools/dongli/cash", "/pools/dongli/breakers"],
    }.items():  # fmt: skip
        async with rooms.visitor(subject, color_scheme="dark") as page:
            for path in paths:
                await page.goto(path)
                ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert ground != "rgb(255, 255, 255)", path
                found += await violations(page, OF_COLOURS)
    assert found == []


async def test_a_slow_answer_is_waited_for_in_sight_and_back_leads_to_a_form_that_can_be_sent(
    rooms: Rooms,
):
    case = await rooms.house.has_case()

    async def slow(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.evaluate(REMEMBERS_WHAT_IS_BUSY)
        await page.route("**/take", slow)
        await page.get_by_role("button", name="领取", exact=True).click()
        await expect(page.get_by_role("status").first).to_contain_text("已领取")
        assert await page.evaluate("sessionStorage.busy") == "正在提交…"

        await page.go_back()
        await expect(page.get_by_role("button", name="正在提交")).to_have_count(0)
    assert rooms.complaints == []


async def test_words_beside_a_chosen_file_are_there_again_and_a_lost_line_is_told_in_words(
    rooms: Rooms,
):
    case = await rooms.house.has_case()
    sessions = rooms.house.console.state.console.sessions
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_text("致函银行", exact=True).first.click()
        words = page.locator("#words-letter")
        await words.press_sequentially("请补充还款来源")
        form = page.locator("form", has=words)
        await expect(form.get_by_text("已为您保留")).to_be_visible()

        await page.goto(f"/cases/{case['id']}")
        await page.get_by_text("致函银行", exact=True).first.click()
        await words.focus()
        await expect(words).to_have_value("请补充还款来源")
        file = {"name": "附件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        await page.route("**/papers", lambda route: route.abort())
        await page.locator("#file-letter").set_input_files(file)
        told = "文件没有传上去，请再选一次。"
        await expect(page.locator("#file-letter")).to_have_js_property("validationMessage", told)
        await page.unroute("**/papers")

        await sessions.end_where(by="admin", subject="reviewer-lin")
        await page.locator("#file-letter").set_input_files(file)
        await form.get_by_role("button", name="致函银行", exact=True).click()
        await expect(page.get_by_text("您填写的内容已保留")).to_be_visible()
        await page.click('button[value="reviewer-lin"]')
        await expect(page.locator("main dd").filter(has_text="请补充还款来源")).to_be_visible()
