"""A file of many rows in a real browser: sent, gone through while one looks on, mended; axe agrees."""

from playwright.async_api import expect

from tests.applications.bulk import as_csv, filled, under
from tests.browser.conftest import Rooms
from tests.browser.test_access import violations

HEAD = [*filled(), "reference"]


async def test_a_clerk_sends_a_file_and_sees_what_is_to_be_mended(rooms: Rooms):
    rows = [filled(reference="XD-1"), filled(tenor_months="24", reference="XD-2"),
            filled(purpose="炒股", amount="100万", reference="XD-3")]  # fmt: skip
    file = {"name": "三月.csv", "mimeType": "text/csv",
            "buffer": as_csv([HEAD, *under(HEAD, *rows)])}  # fmt: skip
    async with rooms.visitor("icbc-operator") as page:
        await page.get_by_role("link", name="批量报送").click()
        await page.get_by_label("文件", exact=True).set_input_files(file)
        assert await violations(page) == []
        await page.get_by_role("button", name="提交").click()
        await expect(page.get_by_role("link", name="下载待补正的行")).to_be_visible(timeout=15_000)
        await expect(page.get_by_text("choice-unknown")).to_be_visible()
        assert await violations(page) == []
        wide = "() => document.documentElement.scrollWidth <= window.innerWidth"
        assert await page.evaluate(wide)
        async with page.expect_download() as download:
            await page.get_by_role("link", name="下载待补正的行").click()
        assert (await download.value).suggested_filename == "三月-待补正.csv"
    assert rooms.complaints == []
