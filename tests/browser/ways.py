"""What people do in the console, step by step, in a real browser: walks are made of these."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.applications.office import FIRM, PAPERS, patent
from zhidai.demo.paper import pdf

BORROWER = "珠海格力电器股份有限公司"


async def fills(page: Page, **fields: str) -> None:
    """Type into a form, by the names of its fields; a list is chosen from by value."""
    for name, value in fields.items():
        field = page.locator(f"main form [name={name}]")
        if await field.evaluate("(one) => one.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)


async def says(page: Page, words: str) -> None:
    """The page tells that it is done."""
    await expect(page.get_by_role("status")).to_contain_text(words)


async def fills_an_application(page: Page) -> None:
    """Everything that the form of an application under `dongli` asks for, but its papers and the
    firm's number."""
    for label, value in (
        ("名称", BORROWER), ("成立日期", "2015-06-01"), ("所在地区代码", "120110"),
        ("金额（元）", "1000000.00"), ("期限（月）", "12"),
        ("年利率（%）", "3.85"), ("号码", patent()), ("权利名称", "一种投放广告的方法"),
        ("权利人", BORROWER), ("申请日", "2022-05-01"),
        ("到期日", "2042-05-01"), ("评估价值（元）", "12000000.00"),
        ("评估机构", "天津某资产评估有限公司"), ("评估基准日", "2026-01-15"),
    ):  # fmt: skip
        await page.get_by_label(label, exact=True).fill(value)
    for label, chosen in (
        ("中小企业", "是"), ("贷款用途", "研究开发"), ("还款方式", "到期一次还本"),
        ("首贷", "是"), ("另有其他担保", "否"), ("种类", "发明专利"), ("评估方法", "收益法"),
    ):  # fmt: skip
        await page.get_by_label(label, exact=True).first.select_option(label=chosen)


async def uploads_all_papers(page: Page, folder: Path) -> None:
    """A file for each paper that the form asks for, and the form refers to it."""
    rows = page.locator("#papers ~ * tr, section:has(#papers) tbody tr")
    for n, kind in enumerate(PAPERS):
        file = folder / f"{kind}.pdf"
        file.write_bytes(pdf(kind, "原件", pages=2))
        await rows.nth(n).locator("input[type=file]").set_input_files(file)
        stored = rows.nth(n).locator("select[name=paper_reference] option:checked")
        await expect(stored).to_have_text(file.name)


async def submits(page: Page, folder: Path) -> str:
    """A clerk writes an application, uploads its papers and files it: the case's path."""
    await page.goto("/intake")
    await page.get_by_label("资金池与模式").select_option("dongli:direct")
    await page.get_by_role("button", name="开始填写").click()
    await page.get_by_label("社会信用代码", exact=True).fill(FIRM)
    await fills_an_application(page)
    await uploads_all_papers(page, folder)
    await page.get_by_role("button", name="检查", exact=True).click()
    await expect(page.get_by_text("检查通过")).to_be_visible()
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.get_by_text("申请已提交并受理")).to_be_visible()
    return "/" + page.url.split("/", 3)[3].split("?")[0].split("#")[0]


async def opens_action(page: Page, name: str) -> None:
    """Unfold what a case offers."""
    await page.locator("#actions").get_by_text(name, exact=True).first.click()


async def recommends(page: Page, opinion: str) -> None:
    """A reviewer's opinion on a case he has taken."""
    await opens_action(page, "提出同意意见")
    await page.get_by_label("意见", exact=True).fill(opinion)
    await page.get_by_role("button", name="提出同意意见").click()
    await says(page, "等待另一人审批")


async def approves(page: Page, opinion: str, *, lists_of: str) -> None:
    """Another person approves, having looked at the lists on that day."""
    await opens_action(page, "批准")
    await page.get_by_label("意见", exact=True).fill(opinion)
    for looked_at in await page.get_by_label("查询日期：").all():
        await looked_at.fill(lists_of)
    await page.get_by_role("button", name="批准", exact=True).click()
    await says(page, "已批准")
