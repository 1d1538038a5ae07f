"""Writing the words of a notice in a browser: fields by a click, the look of it while typing."""

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations

PAGE = "/templates/claim.returned.v1"


async def test_a_field_is_written_by_a_click_and_what_it_looks_like_is_shown_while_typing(
    rooms: Rooms,
):
    async with rooms.visitor("admin") as page:
        await page.goto("/templates")
        assert await violations(page) == []
        await page.goto(f"{PAGE}?reader=bank")
        await page.fill("#title_zh", "退回 ")
        await page.get_by_role("button", name="企业名称 borrower_name").last.click()
        assert await page.input_value("#title_zh") == "退回 {{ borrower_name }}"
        shown = page.locator("[data-preview-body] .letter h3").first
        await shown.wait_for()
        assert (await shown.inner_text()).startswith("退回 天津")
        await page.fill("#text_en", "{{ wages }}")
        await (
            page.get_by_text("The event has no field wages")
            .or_(page.get_by_text("该消息没有栏目 wages"))
            .wait_for()
        )
        await page.fill("#text_en", "Returned: {{ number }}")
        await page.fill("#why", "统一用语")
        await shown.wait_for()
        await page.get_by_role("button", name="提交草稿").click()
        await page.get_by_text("草稿已提交").wait_for()
        assert await violations(page) == []
    async with rooms.visitor("manager-wu", viewport={"width": 360, "height": 700}) as page:
        await page.goto(PAGE)
        await page.get_by_role("button", name="批准生效").click()
        await page.get_by_text("已生效").wait_for()
        assert await violations(page) == []
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360
        await page.get_by_role("button", name="English").click()
        await page.goto(PAGE)
    assert rooms.complaints == []
