"""The pages of disputed lines and of a restated month in a real Chromium."""

from tests.browser.conftest import Rooms
from tests.browser.test_access import looked_at
from tests.console.house import did
from tests.console.test_disputes import LINES, MAY, may_is_posted


async def disputed(rooms: Rooms) -> str:
    """A line of May is disputed, and finance has proposed what to do; the dispute's page."""
    await may_is_posted(rooms.house)
    bank = rooms.house.person("risk_pool", "icbc-operator", "bank_operator", institution="ICBC")
    maker = rooms.house.person("risk_pool", "finance-sun", "finance_maker")
    at = f"{MAY}/statements/ICBC/disputes"
    (line,) = (await did(bank.get(at)))["lines"]
    body = {"line": line["seq"], "right": "4000.00", "reason": "评估费 1,000 元已在前案扣除"}
    filed = await did(bank.post(at, json=body))
    path = f"/disputes/{filed['id']}"
    proposed = {"verdict": "uphold_in_part", "amount": "600.00", "reason": "发票显示 600 元属实"}
    await did(maker.post(f"{path}/propose", json=proposed))
    return path


async def test_the_pages_of_disputes_are_for_everybody_and_fit_a_desk_and_a_phone(rooms: Rooms):
    dispute = await disputed(rooms)
    pages = ["/pools/dongli/disputes", LINES, dispute, f"{MAY}/parties/ICBC", "/pools/dongli/cash"]

    found = await looked_at(rooms, "finance-qian", pages, english=False)
    async with rooms.visitor("finance-qian") as page:
        await page.goto(dispute)
        await page.locator("summary", has_text="决定").click()
        await page.locator("textarea[name=opinion]").fill("同意")
        await page.get_by_role("button", name="决定", exact=True).click()
        await page.wait_for_selector("text=决定结果")
    pages.append(f"{MAY}/restated")
    found += await looked_at(rooms, "finance-sun", pages, english=True)

    assert found == []
    for width in (1366, 320):
        async with rooms.visitor("finance-sun", viewport={"width": width, "height": 800}) as page:
            for path in pages:
                await page.goto(path)
                wide = await page.evaluate("() => document.documentElement.scrollWidth")
                assert wide <= width, (path, wide)
    assert rooms.complaints == []
