"""A person's day each, from the login to the last click, in one story over one house: a loan is filed,
decided, paid out, reported and audited, a month is settled, and everybody begins on the first page."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
from tests.browser.ways import approves, fills, opens_action, recommends, says, submits

JANUARY = "/pools/dongli/settlements/2026-01"


async def test_everybody_does_a_days_work_from_the_first_page_on(rooms: Rooms, tmp_path: Path):
    async with rooms.visitor("icbc-operator") as page:
        case = await files(page, tmp_path)
    await rooms.house.settled()
    async with rooms.visitor("reviewer-lin") as page:
        await reviews(page, case)
    async with rooms.visitor("approver-zhao") as page:
        await decides(page)
    await rooms.house.settled()
    async with rooms.visitor("icbc-operator") as page:
        await pays_out(page)
    await rooms.house.settled()
    async with rooms.visitor("manager-wu") as page:
        await keeps_the_desk(page)
    async with rooms.visitor("leader-gao") as page:
        await looks_from_above(page)
    await settles(rooms)
    await rooms.house.moves_clocks("2026-04-03T09:00:00+08:00")
    async with rooms.visitor("icbc-operator") as page:
        await reports_the_month(page)
    async with rooms.visitor("auditor-zhou") as page:
        await audits(page, case)
    async with rooms.visitor("admin") as page:
        await runs_the_house(page)
    assert rooms.complaints == []


async def first_thing(page: Page, words: str) -> None:
    """Open the nearest thing to do, which is this one."""
    row = page.locator("section:has(#waits) tbody tr").first
    await expect(row).to_contain_text(words)
    await row.get_by_role("link").click()


async def did_last(page: Page, words: str) -> None:
    """The first page names what this person did last."""
    await page.goto("/")
    await expect(page.locator("section:has(#acts) li").first).to_contain_text(words)


async def is_well_made(page: Page) -> None:
    """axe finds nothing, and a phone has nothing to scroll sideways."""
    assert await violations(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    wide = await page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390, (page.url, wide)
    await page.set_viewport_size({"width": 1366, "height": 800})


async def files(page: Page, folder: Path) -> str:
    """A bank's clerk finds an empty desk with the days to come, and files an application."""
    await expect(page.get_by_text("没有等待您办理的事项")).to_be_visible()
    await expect(page.get_by_text("2026年3月末为 2026-03-31")).to_be_visible()
    await is_well_made(page)
    case = await submits(page, folder)
    await did_last(page, "提交")
    return case


async def reviews(page: Page, case: str) -> None:
    """A reviewer takes the case from the first page, and recommends it."""
    await first_thing(page, "格力")
    await expect(page).to_have_url(re.compile(case))
    await page.get_by_role("button", name="领取").click()
    await says(page, "已领取")
    await recommends(page, "材料齐全，建议入库")
    await did_last(page, "提出同意意见")
    await page.get_by_role("link", name="本月我办理的步骤 2").click()
    await expect(page.get_by_text("材料齐全，建议入库")).to_be_visible()
    await is_well_made(page)


async def decides(page: Page) -> None:
    """Another person approves it from the first page."""
    await first_thing(page, "格力")
    await approves(page, "同意入库", lists_of="2026-03-02")
    await did_last(page, "批准")


async def pays_out(page: Page) -> None:
    """The clerk enters the pledge and the disbursement."""
    await first_thing(page, "格力")
    await opens_action(page, "登记质押")
    await page.locator("[name=registration_no]").fill("Y2026120000001")
    await page.get_by_role("button", name="登记质押", exact=True).click()
    await says(page, "质押登记已记录")
    await opens_action(page, "登记放款")
    form = page.locator("form[action$='/disburse']")
    for name, value in (("loan_no", "ICBC-77"), ("amount", "1,000,000.00"),
                        ("disbursed_on", "2026-03-02"), ("matures_on", "2027-03-02")):  # fmt: skip
        await form.locator(f"[name={name}]").fill(value)
    for looked_at in await form.locator("[name=list_checked_on]").all():
        await looked_at.fill("2026-03-02")
    await page.get_by_role("button", name="登记放款", exact=True).click()
    await says(page, "放款已记录")
    await did_last(page, "放款")
    await expect(page.get_by_role("link", name="在保余额 100.00")).to_be_visible()


async def keeps_the_desk(page: Page) -> None:
    """A manager opens a figure to its rows, and enters who is away."""
    await page.get_by_role("link", name="在保余额 100.00").click()
    await expect(page.locator("tbody").get_by_text("格力")).to_be_visible()
    await page.get_by_role("link", name="人员与回避").click()
    form = page.locator("form[action='/desk/absences']")
    await form.locator("[name=subject]").select_option("reviewer-lin")
    await form.locator("[name=delegate]").select_option("reviewer-lin")
    await form.locator("[name=reason]").fill("出差")
    await form.get_by_role("button").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(form.locator("[name=reason]")).to_have_value("出差")


async def looks_from_above(page: Page) -> None:
    """A leader opens what was approved, and goes on to the cockpit."""
    await page.get_by_role("link", name="本月批准金额 100.00").click()
    await expect(page.locator("tbody").get_by_text("格力")).to_be_visible()
    await page.get_by_role("link", name="数字驾驶舱").first.click()
    await page.wait_for_selector("#cockpit[data-drawn]")


async def settles(rooms: Rooms) -> None:
    """One of finance previews and confirms January from the first page, another signs, it is posted."""
    async with rooms.visitor("finance-sun") as page:
        await first_thing(page, "月度结算 2026年1月")
        await page.get_by_role("button", name="计算预览").click()
        await page.get_by_role("button", name="确认", exact=True).click()
        await did_last(page, "确认")
    async with rooms.visitor("finance-qian") as page:
        await first_thing(page, "月度结算 2026年1月")
        await page.get_by_role("button", name="签批", exact=True).click()
        await page.get_by_role("button", name="入账结账", exact=True).click()
        await expect(page.get_by_role("status")).to_be_visible()
        await did_last(page, "入账")


async def reports_the_month(page: Page) -> None:
    """The clerk is told that March is missing, and sends it as a table."""
    await first_thing(page, "月度余额报送 2026年3月")
    await page.get_by_label("内容").select_option("positions")
    head = "month,loan_no,outstanding_principal,overdue_days,risk_class"
    await page.get_by_label("文件", exact=True).set_input_files(
        {"name": "三月.csv", "mimeType": "text/csv",
         "buffer": f"{head}\n2026-03,ICBC-77,900000.00,0,正常\n".encode("utf-8-sig")}
    )  # fmt: skip
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.get_by_text("处理完毕")).to_be_visible(timeout=15_000)
    await page.goto("/")
    await expect(page.locator("section:has(#waits)")).not_to_contain_text("2026年3月")


async def audits(page: Page, case: str) -> None:
    """An auditor draws a sample, reads the trail of what was drawn, and verifies the ledger."""
    await page.get_by_role("link", name="审计", exact=True).click()
    await is_well_made(page)
    await fills(page, kind="case", risk="random", size="5", first="2026-01-01", last="2026-04-03",
                seed="day-of-audit", reason="一季度审计")  # fmt: skip
    await page.get_by_role("button", name="抽样").click()
    await says(page, "样本已抽取")
    await page.get_by_role("link", name="重新抽取并比对").click()
    await says(page, "重新抽取的结果与当时一致")
    await is_well_made(page)
    await page.get_by_role("link", name=re.compile("^全程留痕 DL-2026")).first.click()
    await expect(page).to_have_url(re.compile(case.removeprefix("/cases/")))
    await expect(page.get_by_text("材料齐全，建议入库")).to_be_visible()
    await is_well_made(page)
    pdf = await page.request.get(
        str(await page.get_by_role("link", name="PDF").get_attribute("href"))
    )
    assert (await pdf.body()).startswith(b"%PDF")
    await page.goto("/audit")
    await page.get_by_role("link", name=re.compile("^立即验证")).click()
    await says(page, "验证通过")
    await is_well_made(page)


async def runs_the_house(page: Page) -> None:
    """An admin sees at once that nothing is stuck, and who is logged in."""
    await expect(page.get_by_role("link", name="未送达的通知 0")).to_be_visible()
    await page.get_by_role("link", name=re.compile("搁置的消息")).first.click()
    await expect(page).to_have_url(re.compile("/parked"))
    await page.goto("/sessions?of=all")
    await expect(page.get_by_text("周正").first).to_be_visible()
