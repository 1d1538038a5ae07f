"""A case as two panes: facts and papers left, the decision right and in sight, on a phone below."""

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
from tests.console.house import House, did


async def recommended(house: House, bank: str = "ICBC") -> dict[str, Any]:
    """A case that waits for the second person."""
    case = await house.has_case(bank)
    path = f"/applications/{case['id']}"
    first = house.person("applications", "reviewer-lin", "reviewer")
    await did(first.post(f"{path}/take", json={}))
    await did(first.post(f"{path}/recommend", json={"opinion": "权属清晰，建议入库"}))
    return case


async def box(page: Page, selector: str) -> dict[str, float]:
    """Where an element stands in the window."""
    found = await page.locator(selector).bounding_box()
    assert found is not None
    return dict(found)


async def approves(page: Page) -> None:
    """What the second person does, with what he decides on still in sight."""
    await page.locator("#actions").get_by_text("批准", exact=True).first.click()
    await page.get_by_label("意见", exact=True).fill("同意入库")
    for looked_at in await page.get_by_label("查询日期：").all():
        await looked_at.fill("2026-03-02")
    await page.get_by_role("button", name="批准", exact=True).click()


async def test_the_second_person_decides_case_after_case_with_the_figures_in_sight(rooms: Rooms):
    one, two = [await recommended(rooms.house, bank) for bank in ("ICBC", "CCB")]
    async with rooms.visitor("approver-zhao", viewport={"width": 1366, "height": 768}) as page:
        await page.goto("/queue?sort=number")
        await page.get_by_role("link", name=one["number"], exact=True).click()
        facts, decision = await box(page, ".case-facts"), await box(page, ".case-decision")
        assert facts["x"] + facts["width"] <= decision["x"], "the decision stands at the right"
        await expect(page.locator(".said-before blockquote")).to_have_text("权属清晰，建议入库")
        await expect(page.locator(".change-bar").first).to_be_visible()

        await page.evaluate("window.scrollTo(0, 1500)")
        stays = await box(page, ".case-decision")
        assert 0 <= stays["y"] < 40 and stays["y"] + stays["height"] <= 768
        await page.get_by_text("以表格查看").click()
        await expect(page.locator(".before-after table")).to_be_visible()

        await approves(page)
        await expect(page.get_by_role("status")).to_contain_text("已批准")
        following = page.locator(".after-it").get_by_role("link", name="下一件")
        await expect(page.locator(".after-it")).to_contain_text(two["number"])
        await following.click()
        await expect(page.locator("h1")).to_contain_text(two["number"])
        await approves(page)
        await expect(page.locator(".after-it")).to_contain_text("没有等待您办理的事项了")
        assert await violations(page) == []
    assert rooms.complaints == []


async def test_on_a_phone_it_is_one_column_and_all_of_it_works_without_scripts(rooms: Rooms):
    case = await recommended(rooms.house)
    phone = {"width": 390, "height": 800}
    async with rooms.visitor("approver-zhao", viewport=phone, java_script_enabled=False) as page:
        await page.goto(f"/cases/{case['id']}")
        facts, decision = await box(page, ".case-facts"), await box(page, ".case-decision")
        assert facts["y"] + facts["height"] <= decision["y"]
        assert decision["width"] <= 390
        await page.get_by_role("link", name="到办理处").click()
        assert 0 <= (await box(page, ".case-decision"))["y"] < 400
        await approves(page)
        await expect(page.get_by_role("status")).to_contain_text("已批准")
        await expect(page.locator(".way-of-case .is-now")).to_contain_text("进行中")


async def test_pages_of_all_sorts_of_cases_fit_a_phone_and_axe_finds_nothing(rooms: Rooms):
    house = rooms.house
    claim = await house.has_claim()
    recovery = await house.has_recovery(claim)
    returned = await house.has_case(documents=[])
    cash = house.person("risk_pool", "finance-sun", "finance_maker")
    entry = await did(cash.post("/pools/dongli/cash-entries", json={
        "kind": "interest", "amount": "1234.56", "value_date": "2026-05-18"}))  # fmt: skip
    firm = f"/register/firms/{(await did(cash.get('/claims/' + claim['id'])))['borrower_uscc']}"
    pages = {
        "finance-qian": [f"/claims/{claim['id']}", f"/recoveries/{recovery['id']}",
                         f"/cash/{entry['id']}"],
        "reviewer-lin": [f"/cases/{returned['id']}", f"/cases/{claim['loan_id']}", firm],
        "icbc-operator": [f"/cases/{returned['id']}?do=withdraw#actions"],
        "admin": ["/parked"],
    }  # fmt: skip
    found: list[str] = []
    for subject, paths in pages.items():
        async with rooms.visitor(subject, viewport={"width": 390, "height": 800}) as page:
            for path in paths:
                await page.goto(path)
                await page.evaluate(
                    """() => document.querySelectorAll("details").forEach((one) => {
                           one.removeAttribute("name"); one.open = true; })"""
                )
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= 390, (path, wide)
                found += await violations(page)
            if subject == "icbc-operator":
                await expect(page.locator(".way-of-case .is-returned")).to_contain_text("已退回")
    assert found == []
    assert rooms.complaints == []
