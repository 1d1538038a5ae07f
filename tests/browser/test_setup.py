"""A stranger's first quarter of an hour, in a real browser: nothing, then a bank that can submit."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
from tests.browser.ways import fills
from tests.console.house import House
from tests.console.loader import Loader


class Empty:
    """A house in which nothing is set up, with a demo that can be loaded into it."""

    def __init__(self, house: House) -> None:
        self.loader = Loader(house)
        house.console = house.console_with(demo=self.loader)


@pytest.fixture
def empty(empty_house: House) -> Empty:
    """The demo's loader of the house that `rooms` serves."""
    return Empty(empty_house)


@pytest.fixture
def house(empty_house: House, empty: Empty) -> House:
    """What `rooms` serves in this file."""
    return empty_house


async def test_a_stranger_sets_up_a_bank_a_pool_and_its_line(rooms: Rooms):
    found: list[str] = []
    async with rooms.visitor() as page:
        await page.goto("/")
        await expect(page.get_by_role("heading", name="这里还没有数据")).to_be_visible()
        found += await violations(page)
        await page.get_by_role("button", name="开始设置").click()

        await fills(page, code="ICBC", name="中国工商银行天津分行", uscc="91100000100003962X")
        found += await violations(page)
        await page.get_by_role("button", name="登记银行").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        await expect(page.get_by_role("textbox", name="统一社会信用代码")).to_have_attribute(
            "aria-invalid", "true"
        )
        await expect(page.get_by_role("textbox", name="名称")).to_have_value("中国工商银行天津分行")
        found += await violations(page)
        await fills(page, uscc="91100000100003962T")
        await page.get_by_role("button", name="登记银行").click()
        await expect(page.get_by_role("status")).to_have_text("银行已登记。")
        found += await violations(page)

        await page.get_by_role("button", name="换成吴刚").click()
        await page.get_by_role("button", name="提出方案版本").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        found += await violations(page)
        for box in await page.locator("[name=accepts]").all():
            await box.check()
        await page.get_by_role("button", name="提出方案版本").click()
        await expect(page.get_by_role("status")).to_have_text("版本已提出，等待另一人发布。")
        found += await violations(page)
        await page.get_by_role("button", name="换成何敏").click()
        await page.get_by_role("button", name="发布", exact=True).click()
        await expect(page.get_by_role("status")).to_have_text("版本已发布，不能再改。")
        await page.goto("/setup")
        await page.get_by_role("button", name="换成吴刚").click()
        await fills(page, programme="dongli", code="dongli", name="东丽资金池",
                    opened_on="2026-01-01", contributor_role="district",
                    contributor_code="DL-FIN", contributor_name="东丽区财政局")  # fmt: skip
        found += await violations(page)
        await page.get_by_role("button", name="开立资金池").click()
        await expect(page.get_by_role("status")).to_have_text("资金池已开立。")

        await page.get_by_role("link", name="办理").click()
        await fills(page, amount="50,000,000.00", valid_from="2026-01-01")
        found += await violations(page)
        await page.get_by_role("button", name="约定银行额度").click()
        await expect(page.get_by_role("status")).to_have_text("额度已约定。")
        await rooms.house.settled()
        await page.reload()
        await expect(page.get_by_role("heading", name="可以了")).to_be_visible()
        await expect(page.get_by_text("命令照原样运行即可")).to_be_visible()
        found += await violations(page)

        # Afterwards it is reached by the navigation and its key.
        await page.goto("/pools")
        await page.keyboard.press("g")
        await page.keyboard.press("u")
        await expect(page).to_have_url(rooms.url + "/setup")
        for path in ("/setup/party", "/setup/bank"):
            await page.goto(path)
            found += await violations(page)
    assert found == []
    assert rooms.complaints == []


async def test_a_stranger_loads_the_demo_and_is_led_to_the_first_page(rooms: Rooms, empty: Empty):
    async with rooms.visitor() as page:
        await page.goto("/")
        await page.get_by_role("button", name="载入演示数据").click()
        await expect(page).to_have_url(rooms.url + "/demo")
        await empty.loader.is_open.wait()
        await expect(page.locator("main span", has_text="1 / 2")).to_be_visible()
        assert await violations(page) == []
        await empty.loader.ends()
        await expect(page).to_have_url(rooms.url + "/login")
        await page.click('button[value="reviewer-lin"]')
        await expect(
            page.get_by_role("link", name=re.compile(r"^申请 DL-2026-\d+$"))
        ).to_be_visible()
    assert rooms.complaints == []


async def test_without_scripts_the_demos_progress_is_asked_for_again(rooms: Rooms, empty: Empty):
    async with rooms.visitor(java_script_enabled=False) as page:
        await page.goto("/")
        await page.get_by_role("button", name="载入演示数据").click()
        await empty.loader.is_open.wait()
        await page.get_by_role("link", name="刷新").click()
        await expect(page.locator("progress")).to_have_attribute("value", "1")
        await empty.loader.ends()
        await expect(page).to_have_url(rooms.url + "/login")


async def test_the_new_pages_fit_a_small_screen_and_english(rooms: Rooms):
    async with rooms.visitor(viewport={"width": 320, "height": 640}) as page:
        await page.goto("/login")
        await page.get_by_role("button", name="English").click()
        found = await violations(page)
        await page.get_by_role("button", name="Begin the set-up").click()
        for path in ("/setup", "/setup/bank", "/setup/pool", "/programmes", "/programmes/new"):
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
            found += await violations(page)
    assert found == []
