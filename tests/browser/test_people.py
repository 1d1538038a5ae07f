"""People, their pools and several rows at once in a real browser: well made, on a phone too."""

from playwright.async_api import expect

from tests.browser.conftest import Rooms
from tests.browser.test_days import is_well_made


async def test_who_comes_is_seen_a_pool_is_given_and_a_whole_page_is_ticked(rooms: Rooms):
    for _ in range(3):
        await rooms.house.has_case()
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto("/queue")
        await page.get_by_label("选中本页全部").check()
        rows = page.locator('input[name="rows"]')
        assert [await rows.nth(at).is_checked() for at in range(await rows.count())] == [True] * 3
        await page.get_by_role("button", name="领取：先核对").click()
        await expect(page.locator("#chosen")).to_contain_text("已选 3 行")
        await is_well_made(page)
    async with rooms.visitor("manager-wu") as page:
        await page.goto("/people")
        await page.get_by_role("link", name="约定林晓的经办范围").click()
        await expect(page.locator("#person")).to_have_value("reviewer-lin")
        await page.get_by_label("东丽区知识产权质押融资风险补偿资金池").check()
        await page.get_by_label("理由").fill("东丽区业务由其经办")
        await page.get_by_role("button", name="提出", exact=True).click()
        await expect(page.locator("h1")).to_contain_text("第 1 号经办范围")
        await is_well_made(page)
        await page.goto("/people")
        await is_well_made(page)
        for path in ("/objections", "/public-notices"):
            await page.goto(path)
            await is_well_made(page)
    async with rooms.visitor("icbc-admin") as page:
        await expect(page.locator("h1")).to_contain_text("人员与经办范围")
        await is_well_made(page)
    async with rooms.visitor("admin") as page:
        await page.goto("/setup-import")
        await is_well_made(page)
        await page.goto("/inbox/receivers")
    assert rooms.complaints == []
