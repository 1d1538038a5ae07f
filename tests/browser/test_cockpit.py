"""The cockpit before a real browser: charts over their tables, on a wall, on a phone and on paper."""

from playwright.async_api import Page

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations

VALUES = """() => [...document.querySelectorAll("[data-chart]")].map((place) => {
    const chart = echarts.getInstanceByDom(place);
    const table = document.getElementById(place.dataset.of);
    const heads = [...table.tHead.rows[0].cells];
    const at = heads.findIndex((one) => one.dataset.drawn);
    const scale = {money: 10000, percent: 100, count: 1}[heads[at].dataset.unit];
    const said = [...table.tBodies[0].rows].map((row) => row.cells[at].dataset.n / scale);
    const drawn = chart.getOption().series[0].data.map((one) => one.value);
    const pixels = place.querySelector("canvas").getContext("2d")
        .getImageData(0, 0, place.clientWidth, place.clientHeight).data;
    return {of: place.dataset.of, said, drawn, inked: pixels.some((one) => one > 0)};
})"""


async def opened(page: Page, at: str = "/cockpit?period=2026") -> None:
    """The cockpit with its charts drawn."""
    await page.goto(at)
    await page.wait_for_selector("#cockpit[data-drawn]")


async def test_each_chart_is_drawn_of_its_table_and_each_figure_opens(rooms: Rooms):
    await rooms.house.has_claim(amount="1234567.89")
    async with rooms.visitor("leader-gao") as page:
        await opened(page)

        charts = await page.evaluate(VALUES)
        assert len(charts) >= 10
        for one in charts:
            assert one["inked"], one["of"]
            assert one["drawn"], one["of"]
            if one["of"] != "table-areas":  # of a tree its middle level is left to the table
                assert one["drawn"] == one["said"], one["of"]
        assert not await page.locator("details.figures[open]").count()
        assert await violations(page) == []
        await page.locator("details.figures summary").first.click()
        await page.locator("#table-funnel tr:has([data-key=lent]) a").last.click()
        await page.wait_for_url("**/reports/loans?**")
        assert "1,234,567.89" in await page.inner_text("main")
        assert await violations(page) == []

        await opened(page)
        canvas = page.locator("[data-of=table-banks] canvas")
        await canvas.scroll_into_view_if_needed()
        box = await canvas.bounding_box()
        assert box is not None
        # A line leads where its figure leads, its name as well as its bar.
        await page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)
        await page.wait_for_url("**/reports/loans?**by=bank**")
    assert rooms.complaints == []


async def test_it_fits_a_phone_and_a_wall_by_night_and_lies_open_on_paper(rooms: Rooms):
    await rooms.house.has_loan()
    async with rooms.visitor("leader-gao", viewport={"width": 390, "height": 844}) as page:
        await opened(page)
        wide = "document.documentElement.scrollWidth"
        assert await page.evaluate(wide) == 390
        await page.locator("details.figures").evaluate_all(
            "all => all.forEach((one) => one.open = true)"
        )
        assert await page.evaluate(wide) == 390, "wide tables scroll by themselves"

        await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        await page.emulate_media(media="print")
        shut = "details.figures:not([open])"
        assert await page.locator(shut).count() == 0
        await page.emulate_media(media="screen")
        await page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert await page.locator(shut).count() >= 9

        await page.set_viewport_size({"width": 1920, "height": 1080})
        await page.emulate_media(color_scheme="dark")
        await page.clock.install()
        await opened(page, "/cockpit?period=2026&screen=true")
        assert await page.evaluate("document.documentElement.scrollHeight") <= 1080
        assert await page.evaluate(wide) == 1920
        assert not await page.locator("nav.side").is_visible()
        assert await violations(page) == []
        await rooms.house.has_loan("CCB", amount="500000.00")
        before = await page.inner_text(".headline")
        await page.clock.run_for(61_000)
        await page.wait_for_function(
            "said => document.querySelector('.headline').innerText !== said", arg=before
        )
        assert "150.00" in await page.inner_text(".headline")
    assert rooms.complaints == []


async def test_english_readers_have_the_same_figures(rooms: Rooms):
    await rooms.house.has_loan()
    async with rooms.visitor("leader-gao") as page:
        await opened(page)
        figures = await page.locator(".headline .large").all_inner_texts()
        await page.click('button[value="en"]')
        await page.wait_for_selector("text=From demand to claim")
        assert await page.locator(".headline .large").all_inner_texts() == figures
        assert await violations(page) == []
    assert rooms.complaints == []
