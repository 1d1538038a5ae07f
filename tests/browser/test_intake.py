"""An application is written by the keyboard in a real browser: a file uploaded, kept, filed; axe agrees."""

from playwright.async_api import expect

from tests.applications.office import FIRM, PAPERS, patent
from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
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
        await page.get_by_label("名称", exact=True).fill("珠海格力电器股份有限公司")
        # Enter in a field keeps what there is, and files nothing.
        await page.get_by_label("社会信用代码", exact=True).fill(FIRM)
        await page.get_by_label("社会信用代码", exact=True).press("Enter")
        await expect(page.get_by_text("草稿已保存")).to_be_visible()
        for label, value in (
            ("成立日期", "2015-06-01"), ("所在地区代码", "120110"),
            ("金额（元）", "1000000.00"), ("期限（月）", "12"),
            ("年利率（%）", "3.85"), ("号码", patent()), ("权利名称", "一种投放广告的方法"),
            ("权利人", "珠海格力电器股份有限公司"), ("申请日", "2022-05-01"),
            ("到期日", "2042-05-01"), ("评估价值（元）", "12000000.00"),
            ("评估机构", "天津某资产评估有限公司"), ("评估基准日", "2026-01-15"),
        ):  # fmt: skip
            await page.get_by_label(label, exact=True).fill(value)
        for label, chosen in (
            ("中小企业", "是"), ("贷款用途", "研究开发"), ("还款方式", "到期一次还本"),
            ("首贷", "是"), ("另有其他担保", "否"), ("种类", "发明专利"), ("评估方法", "收益法"),
        ):  # fmt: skip
            await page.get_by_label(label, exact=True).first.select_option(label=chosen)
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
