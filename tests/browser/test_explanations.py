"""An explanation is read without scrolling sideways, in a narrow column too."""

from tests.browser.conftest import Rooms

TOO_WIDE = """boxes => boxes.filter(box => box.scrollWidth > box.clientWidth)
                           .map(box => `${box.scrollWidth} > ${box.clientWidth}`)"""


async def test_the_steps_of_an_explanation_fit_their_box_at_1366_px(rooms: Rooms):
    claim = await rooms.house.has_claim()
    pages = (f"/cases/{claim['loan_id']}", f"/claims/{claim['id']}")
    found = 0

    async with rooms.visitor("finance-qian") as page:
        for path in pages:
            await page.goto(path)
            await page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
            boxes = ".scroll:has(> table.steps)"
            found += await page.locator(boxes).count()
            assert await page.eval_on_selector_all(boxes, TOO_WIDE) == [], path
    assert found > 0
    assert rooms.complaints == []
