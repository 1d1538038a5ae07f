"""A bank's clerk, with what goes wrong and is mended: findings at their fields, a claim, a statement that
is disputed, and by which way one is told."""

from pathlib import Path
from uuid import UUID

from playwright.async_api import Page, expect

from tests.applications.office import FIRM
from tests.browser.conftest import Rooms
from tests.browser.test_days import is_well_made
from tests.browser.ways import fills, fills_an_application, says
from tests.console.house import ICBC, did
from tests.console.test_disputes import LINES, may_is_posted
from tests.console.test_receivers import ROBOT
from zhidai.demo.paper import pdf


async def test_a_banks_clerk_mends_claims_disputes_and_says_how_he_is_told(
    rooms: Rooms, tmp_path: Path
):
    async with rooms.visitor("icbc-operator") as page:
        await mends_at_the_field(page)
    loan = await rooms.house.has_bad_loan()
    async with rooms.visitor("icbc-operator") as page:
        claim = await claims(page, str(loan["id"]), tmp_path)
    await rooms.house.settled()
    bank = rooms.house.person("risk_pool", "icbc-operator", "bank_operator", institution=ICBC)
    await may_is_posted(rooms.house, await did(bank.get(f"/claims/{claim}")))
    async with rooms.visitor("icbc-operator") as page:
        await disputes(page)
        await says_how_he_is_told(page)
    assert rooms.complaints == []


async def mends_at_the_field(page: Page) -> None:
    """What the machine finds stands at the field; mended there, it is gone, and the rest is kept."""
    await page.goto("/intake")
    await page.get_by_label("资金池与模式").select_option("dongli:direct")
    await page.get_by_role("button", name="开始填写").click()
    await page.get_by_label("社会信用代码", exact=True).fill(FIRM)
    await fills_an_application(page)
    rate = page.get_by_label("年利率（%）", exact=True)
    await rate.fill("13.85")
    await page.get_by_role("button", name="检查", exact=True).click()
    await expect(rate).to_have_attribute("aria-invalid", "true")
    await is_well_made(page)
    await rate.fill("3.85")
    await page.get_by_role("button", name="检查", exact=True).click()
    await expect(rate).not_to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("金额（元）", exact=True)).to_have_value("1000000.00")


async def claims(page: Page, loan: str, folder: Path) -> str:
    """A claim is checked, its papers are chosen and it is filed: its id."""
    await page.goto(f"/cases/{loan}")
    await page.get_by_role("link", name="提出补偿申请").first.click()
    await fills(page, overdue_days="30", risk_class="substandard",
                outstanding_principal="1,000,000.00")  # fmt: skip
    await page.get_by_role("button", name="预审").click()
    await expect(page.get_by_text("申请表").first).to_be_visible()
    rows = page.locator("section:has(#papers) tbody tr")
    for n in range(await rows.count()):
        file = folder / f"材料{n}.pdf"
        file.write_bytes(pdf(f"材料{n}", "原件"))
        await rows.nth(n).locator("input[type=file]").set_input_files(file)
        await expect(rows.nth(n).locator("[name=paper_filename]")).to_have_value(file.name)
    await is_well_made(page)
    await page.get_by_role("button", name="提交", exact=True).click()
    await says(page, "补偿申请已提交")
    return str(UUID(page.url.split("/claims/")[1].split("?")[0]))


async def disputes(page: Page) -> None:
    """A statement is read, and one line of it disputed; what is wrong of it stands at the field."""
    await page.goto(LINES.removesuffix("/disputes"))
    await expect(page.get_by_text("5,000.00").first).to_be_visible()
    await is_well_made(page)
    await page.get_by_role("link", name="对账单逐行与争议").first.click()
    await page.get_by_role("link", name="提出争议").first.click()
    await fills(page, right="5,000.01", reason="评估费 1,000 元已在前案扣除")
    await page.get_by_role("button", name="提出争议").click()
    await expect(page.locator("#right-wrong")).to_contain_text("5,000.00")
    await expect(page.locator("[name=reason]")).to_have_value("评估费 1,000 元已在前案扣除")
    await fills(page, right="4,000.00")
    await page.get_by_role("button", name="提出争议").click()
    await says(page, "已提出争议")
    await is_well_made(page)


async def says_how_he_is_told(page: Page) -> None:
    """A group robot, by day and on working days only, for amounts from a million."""
    await page.goto("/inbox/receivers")
    section = page.locator("section:has(#robots)")
    await section.get_by_text("新增群机器人").click()
    await section.locator("[name=url]").fill(ROBOT["url"])
    await section.locator("[name=secret]").fill(ROBOT["secret"])
    await section.locator("select[name=roles]").select_option(label="银行经办")
    await section.locator("select[name=event_types]").select_option(label="补偿批准")
    await section.locator("[name=least_amount]").fill("1,000,000")
    await section.get_by_role("button", name="新增").click()
    await expect(section.get_by_text("1,000,000.00 元起")).to_be_visible()
    await is_well_made(page)
