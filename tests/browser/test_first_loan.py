"""Nobody calls the API: a county goes from nothing to its first approved loan in the console alone,
and a reviewer's hour goes from the papers to the printed sheet, the clerk's side with it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Rooms
from tests.browser.ways import approves, fills, recommends, says, submits
from tests.console.house import House
from zhidai.demo.paper import pdf

TODAY = "2026-03-02"


@pytest.fixture
def house(empty_house: House) -> House:
    """What `rooms` serves in this file."""
    return empty_house


async def test_a_county_goes_from_nothing_through_a_reviewers_hour_to_its_first_approved_loan(
    rooms: Rooms, tmp_path: Path
):
    async with rooms.visitor() as page:
        await sets_up(page)
        await rooms.house.settled()
    await brings_money(rooms)
    async with rooms.visitor("icbc-operator") as page:
        case = await submits(page, tmp_path)
    async with rooms.visitor("reviewer-lin") as page:
        await studies_and_asks(page, case)
    async with rooms.visitor("icbc-operator") as page:
        await answers(page, case, tmp_path)
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(case)
        said = page.get_by_role("row", name=re.compile("以应收账款偿还"))
        await said.get_by_role("link").click()
        await expect(page.get_by_role("img", name=re.compile("第 1 页"))).to_be_visible()
        await page.goto(case)
        await recommends(page, "材料齐全，还款来源已说明，建议入库")
    async with rooms.visitor("approver-zhao") as page:
        await page.goto(case)
        await approves(page, "同意入库", lists_of=TODAY)
        await rooms.house.settled()
        await page.reload()
        await expect(page.locator("h1 + .tag")).to_have_text("已预留额度")
        link = page.get_by_role("link", name="审批表（PDF）")
        sheet = await page.request.get(str(await link.get_attribute("href")))
        assert (await sheet.body()).startswith(b"%PDF")
    async with rooms.visitor("icbc-operator") as page:
        await page.goto("/inbox")
        await expect(page.get_by_text("已预留额度").first).to_be_visible()
    assert rooms.complaints == []


async def sets_up(page: Page) -> None:
    """Bank, programme by two persons, pool and line, each on its form."""
    await page.goto("/")
    await page.get_by_role("button", name="开始设置").click()
    await fills(page, code="ICBC", name="中国工商银行天津分行", uscc="91100000100003962T")
    await page.get_by_role("button", name="登记银行").click()
    await says(page, "银行已登记。")
    await page.get_by_role("button", name="换成吴刚").click()
    # What the programme's sentences leave open is named, and accepted by name.
    await page.get_by_role("button", name="提出方案版本").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    for box in await page.locator("[name=accepts]").all():
        await box.check()
    await page.get_by_role("button", name="提出方案版本").click()
    await says(page, "版本已提出")
    await page.get_by_role("button", name="换成何敏").click()
    await page.get_by_role("button", name="发布", exact=True).click()
    await says(page, "版本已发布")
    await page.goto("/setup")
    await page.get_by_role("button", name="换成吴刚").click()
    await expect(page.get_by_role("button", name="开立资金池")).to_be_visible()
    await fills(page, programme="dongli", code="dongli", name="东丽资金池",
                opened_on="2026-01-01", contributor_role="district",
                contributor_code="DL-FIN", contributor_name="东丽区财政局")  # fmt: skip
    await page.get_by_role("button", name="开立资金池").click()
    await says(page, "资金池已开立。")
    await page.get_by_role("link", name="办理").click()
    await fills(page, amount="50,000,000.00", valid_from="2026-01-01")
    await page.get_by_role("button", name="约定银行额度").click()
    await says(page, "额度已约定。")


async def brings_money(rooms: Rooms) -> None:
    """One of finance enters the county's contribution, another releases it."""
    async with rooms.visitor("finance-sun") as page:
        await page.goto("/pools/dongli/cash/new")
        await fills(page, kind="contribution", amount="18,000,000.00", value_date="2026-01-05",
                    bank_reference="2026010500001", party_code="DL-FIN")  # fmt: skip
        await page.locator("main form button.main-action").click()
        await expect(page).to_have_url(re.compile(r"/cash/[0-9a-f-]{36}"))
        entry = page.url
    async with rooms.visitor("finance-qian") as page:
        await page.goto(entry)
        await page.get_by_role("button", name="放行入账").click()
        await says(page, "已放行入账")
        await rooms.house.settled()


async def studies_and_asks(page: Page, case: str) -> None:
    """A reviewer takes the case, reads a paper, notes on its page and writes to the bank."""
    await page.goto("/queue")
    await page.get_by_role("link", name=re.compile(r"^DL-2026-\d+$")).first.click()
    await expect(page).to_have_url(re.compile(case))
    await page.get_by_role("button", name="领取").click()
    await says(page, "已领取")
    await page.get_by_role("link", name=re.compile(r"\.pdf$")).first.click()
    await expect(page.get_by_text("第 1 / 2 页")).to_be_visible()
    await page.get_by_label("批注第 1 页").fill("还款来源未说明")
    await page.get_by_role("button", name="添加批注").click()
    await expect(page.get_by_text("还款来源未说明")).to_be_visible()
    await page.goto(case)
    await page.get_by_text("致函银行", exact=True).first.click()
    await page.locator("#words-letter").fill("请说明还款来源，并附佐证材料")
    await page.locator("[name=due_on]").last.fill("2026-03-05")
    await page.get_by_role("button", name="致函银行").click()
    await says(page, "已致函银行")


async def answers(page: Page, case: str, folder: Path) -> None:
    """The bank's clerk finds the letter in the inbox and answers it with a paper."""
    proof = folder / "应收账款.pdf"
    proof.write_bytes(pdf("应收账款", "佐证"))
    await page.goto("/inbox")
    await expect(page.get_by_text("收到主管部门函件").first).to_be_visible()
    await page.goto(case)
    await expect(page.get_by_text("请说明还款来源")).to_be_visible()
    await page.locator("details", has_text="答复").last.locator("summary").click()
    answer = page.locator("form[action$='/answer']")
    await answer.locator("textarea").fill("以应收账款偿还")
    await answer.locator("input[type=file]").set_input_files(proof)
    await expect(answer.locator("input[name=sha256]")).not_to_have_value("")
    await answer.locator("button.main-action").click()
    await says(page, "已答复。")
    await expect(page.get_by_text("以应收账款偿还")).to_be_visible()
