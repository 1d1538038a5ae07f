"""Lists and the palette by keyboard alone, before axe, and on a phone."""

from playwright.async_api import expect

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations

LISTS = ("/cases", "/queue", "/loans", "/claims", "/recoveries", "/warnings", "/register/rights",
         "/register/firms", "/settlements", "/disputes", "/meetings", "/demands",
         "/register/cover-calls", "/register/around")  # fmt: skip


async def test_the_palette_leads_by_keys_alone_to_any_page_and_to_a_case_by_its_number(
    rooms: Rooms,
):
    case = await rooms.house.has_case()
    async with rooms.visitor("reviewer-lin") as page:
        await page.keyboard.press("Control+k")
        words = page.get_by_role("combobox")
        await expect(words).to_be_focused()
        await expect(page.get_by_role("option", name="待办队列")).to_be_visible()
        await page.keyboard.type(case["number"].lower())
        await expect(page.get_by_role("option", name=case["number"])).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/cases/{case['id']}")

        await page.keyboard.press("Control+k")
        await page.keyboard.type("风险")
        second = page.locator("#palette").get_by_role("option").nth(1)
        await expect(second).to_contain_text("风险")
        await page.keyboard.press("ArrowDown")
        await expect(second).to_have_attribute("aria-selected", "true")
        leads_to = await second.get_attribute("data-href")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{leads_to}")
    assert rooms.complaints == []


async def test_a_list_is_ordered_by_keys_and_its_chips_are_taken_away(rooms: Rooms):
    for amount in ("3000000.00", "1000000.00"):
        await rooms.house.has_case(amount=amount)
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto("/cases?bank=ICBC")
        head = page.get_by_role("columnheader", name="金额")
        await head.get_by_role("link").focus()
        await page.keyboard.press("Enter")
        await expect(head).to_have_attribute("aria-sort", "ascending")
        first = page.locator("tr[data-row]").first
        await expect(first).to_contain_text("1,000,000.00")
        await head.get_by_role("link").focus()
        await page.keyboard.press("Enter")
        await expect(head).to_have_attribute("aria-sort", "descending")
        await expect(first).to_contain_text("3,000,000.00")
        assert await violations(page) == []
        chip = page.get_by_role("link", name="取消此条件")
        await chip.focus()
        await page.keyboard.press("Enter")
        await expect(chip).to_have_count(0)
        assert "sort=-amount" in page.url
    assert rooms.complaints == []


async def test_no_list_scrolls_sideways_on_a_phone(rooms: Rooms):
    await rooms.house.has_claim()
    async with rooms.visitor("reviewer-lin", viewport={"width": 390, "height": 844}) as page:
        for path in (*LISTS, "/find?q=珠海"):
            await page.goto(path)
            await page.evaluate(
                "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
            )
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= 390, path
            assert await violations(page) == [], path
    assert rooms.complaints == []


async def test_rows_are_ticked_and_checked_by_keys_and_taken_without_scripts(rooms: Rooms):
    cases = [await rooms.house.has_case(), await rooms.house.has_case()]
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto("/queue")
        for case in cases:
            await page.get_by_role("checkbox", name=f"选择 {case['number']}").focus()
            await page.keyboard.press("Space")
        assert await violations(page) == []
        await page.get_by_role("button", name="批量领取：先核对").click()
        await expect(page.get_by_text("已选 2 行，可办理 2 行")).to_be_visible()
        await expect(page.locator(".totals")).to_contain_text("2,000,000.00")
        assert await violations(page) == []
        await page.set_viewport_size({"width": 390, "height": 800})
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, "no page scrolls sideways"
    async with rooms.visitor("reviewer-lin", java_script_enabled=False) as page:
        await page.goto("/queue")
        for case in cases:
            await page.get_by_role("checkbox", name=f"选择 {case['number']}").check()
        await page.get_by_role("button", name="批量领取：先核对").click()
        await page.get_by_role("button", name="批量领取（勾选的各行）").click()
        await expect(page.get_by_text("批量领取：已办理 2 行，未办理 0 行")).to_be_visible()
    assert rooms.complaints == []
