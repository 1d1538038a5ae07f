"""An application is written by the keyboard in a real browser: a file uploaded, kept, filed; axe agrees."""

from playwright.async_api import expect

from tests.applications.office import FIRM, PAPERS
from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
from tests.browser.ways import BORROWER, fills_an_application
from zhidai.demo.paper import pdf


async def test_a_clerk_writes_keeps_and_files_an_application_without_a_mouse(
    rooms: Rooms, tmp_path
):
    report = tmp_path / "评估报告.pdf"
    report.write_bytes(pdf("评估报告"))
    async with rooms.visitor("icbc-operator") as page:
        await page.goto("/intake")
        assert await violations(page) == []
        await page.get_by_label("资金池与模式").select_option("dongli:direct")
        await page.get_by_role("button", name="开始填写").press("Enter")
        await page.get_by_label("名称", exact=True).fill(BORROWER)
        # Enter in a field keeps what there is, and files nothing.
        await page.get_by_label("社会信用代码", exact=True).fill(FIRM)
        await page.get_by_label("社会信用代码", exact=True).press("Enter")
        await expect(page.get_by_text("草稿已保存")).to_be_visible()
        await fills_an_application(page)
        rows = page.locator("#papers ~ * tr, section:has(#papers) tbody tr")
        for n in range(len(PAPERS) - 1):
            chosen = rows.nth(n).locator("select[name=paper_reference]")
            await chosen.select_option(index=1 + n)
        last = rows.nth(len(PAPERS) - 1)
        await last.locator("input[type=file]").set_input_files(report)
        stored = last.locator("select[name=paper_reference]")
        await expect(stored.locator("option:checked")).to_have_text("评估报告.pdf")
        assert await violations(page) == []
        wide = "() => document.documentElement.scrollWidth <= window.innerWidth"
        assert await page.evaluate(wide)
        await page.get_by_role("button", name="检查", exact=True).press("Enter")
        await expect(page.get_by_text("检查通过")).to_be_visible()
        await page.get_by_role("button", name="提交", exact=True).press("Enter")
        await expect(page.get_by_text("申请已提交并受理")).to_be_visible()
        await page.get_by_role("link", name="修改后提交").press("Enter")
        await page.get_by_label("期限（月）").fill("10")
        await page.get_by_role("button", name="修改后提交").press("Enter")
        await expect(page.get_by_role("cell", name="10", exact=True)).to_be_visible()
        assert await violations(page) == []
    assert rooms.complaints == []
