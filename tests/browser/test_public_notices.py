"""The pages of public notices before axe-core, on a phone and on paper; those for everybody in both languages."""

import re

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
from tests.console.house import did
from tests.console.test_public_notices import on_its_step


async def on_notice(rooms: Rooms) -> tuple[str, str]:
    """A list that hangs: the path of the bureau's page, and its number."""
    house = rooms.house
    claim = await on_its_step(house)
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    second = house.person("risk_pool", "approver-zhao", "approver")
    body = {"title": "2026 年第一批知识产权质押融资风险补偿公示", "claims": [claim["id"]],
            "opens_on": "2026-05-10"}  # fmt: skip
    notice = await did(maker.post("/pools/dongli/public-notices", json=body))
    await did(second.post(f"/public-notices/{notice['id']}/approve", json={}))
    return f"/public-notices/{notice['id']}", notice["number"]


async def test_axe_finds_nothing_on_the_pages_of_public_notices(rooms: Rooms):
    inside, number = await on_notice(rooms)
    outside, found = f"/public/notices/{number}", []
    phone = {"width": 320, "height": 640}
    async with rooms.visitor(viewport=phone) as page:
        for path in ("/public/notices", outside, f"{outside}/objections", "/public/objections"):
            for language in ("zh", "en"):
                await page.goto(f"{path}?lang={language}")
                found += await violations(page)
                assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
        await page.goto(f"{outside}/objections")
        await page.fill("#text", "该企业已于去年停产，与公示内容不符，请核查。")
        await page.fill("#name", "李明")
        await page.fill("#contact", "13800000000")
        await page.click("main button.main-action")
        await page.wait_for_url(re.compile(r"/public/objections/[A-Z0-9]+-V-"))
        found += await violations(page)
        await page.goto(outside)
        await page.emulate_media(media="print")
        assert not await page.locator("header.top").is_visible()
        assert (await page.pdf()).startswith(b"%PDF")
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(inside)
        objection = await page.locator('a[href^="/objections/"]').first.get_attribute("href")
        new = "/pools/dongli/public-notices/new"
        for path in ("/public-notices", inside, new, f"{new}?corrects={inside[-36:]}",
                     "/objections", objection):  # fmt: skip
            await page.goto(path)
            found += await violations(page)
    assert found == []
    assert rooms.complaints == []
