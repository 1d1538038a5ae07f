"""Papers beside the decision, in a real browser: by the keyboard, before axe, at 1366 pixels."""

from playwright.async_api import expect

from tests.applications.office import PAPERS
from tests.browser.conftest import Rooms
from tests.browser.test_access import violations
from tests.papers import document
from zhidai.demo.paper import pdf


async def with_contract(rooms: Rooms):
    """A case with a contract of three pages."""
    clerk = rooms.house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    content = pdf("质押合同", "第一条　甲方将专利权出质给乙方", pages=3)
    kept = await clerk.post("/documents", content=content, params={"name": "质押合同.pdf"})
    paper = {"kind": "pledge_contract", "document": kept.json()["id"]}
    return await rooms.house.has_case(documents=[*map(document, PAPERS), paper])


async def test_a_contract_is_read_noted_on_and_refused_without_a_mouse(rooms: Rooms):
    case = await with_contract(rooms)

    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_role("link", name="质押合同.pdf").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("第 1 / 3 页")).to_be_visible()
        picture = page.get_by_role("img", name="质押合同，第 1 页")
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("one => one.naturalWidth") == 800
        await page.get_by_role("link", name="下一页").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("第 2 / 3 页")).to_be_visible()
        await page.get_by_role("link", name="150%").press("Enter")
        await page.get_by_role("link", name="旋转 90°").press("Enter")
        near = page.get_by_role("img", name="质押合同，第 2 页")
        await expect(near).to_have_js_property("naturalWidth", 1600)
        await page.get_by_label("批注第 2 页").fill("此页无签字")
        await page.get_by_role("button", name="添加批注").press("Enter")
        await expect(page.get_by_text("此页无签字")).to_be_visible()
        await page.get_by_label("理由（告知银行）").fill("第二页缺签字")
        await page.get_by_role("button", name="不接受这份材料").press("Enter")
        await expect(page.locator("h1 + .tag")).to_have_text("未被接受")
    assert rooms.complaints == []


async def test_axe_finds_nothing_beside_two_papers_and_nothing_is_cut_off(rooms: Rooms):
    case = await with_contract(rooms)

    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.get_by_role("link", name="质押合同.pdf").click()
        await page.get_by_role("link", name="并排查看 business_licence.pdf").click()
        await expect(page.get_by_role("img", name="营业执照，第 1 页")).to_be_visible()
        await page.wait_for_load_state("networkidle")
        assert await violations(page) == []
        wide = "() => document.documentElement.scrollWidth <= window.innerWidth"
        assert await page.evaluate(wide)
        await page.goto(f"/cases/{case['id']}")
        assert await violations(page) == []
    assert rooms.complaints == []


async def test_a_chosen_file_is_stored_and_the_form_refers_to_it(rooms: Rooms, tmp_path):
    loan = await rooms.house.has_short_loan()
    agreement = tmp_path / "补充协议.pdf"
    agreement.write_bytes(pdf("补充协议"))

    async with rooms.visitor("icbc-operator") as page:
        await page.goto(f"/cases/{loan['id']}")
        await page.get_by_text("申请展期或重组").first.click()
        await page.locator("#change-file").set_input_files(agreement)
        await expect(page.locator("#change-sha256")).to_have_value(document("补充协议")["sha256"])
        await expect(page.locator("#change-filename")).to_have_value("补充协议.pdf")
    assert rooms.complaints == []


async def test_a_claims_paper_is_stored_when_it_is_chosen_and_taken_at_once(rooms: Rooms, tmp_path):
    loan = await rooms.house.has_bad_loan()
    form = tmp_path / "补偿申请表.pdf"
    form.write_bytes(pdf("补偿申请表", "新上传"))

    async with rooms.visitor("icbc-operator") as page:
        await page.goto(f"/claims/new?loan={loan['id']}")
        row = "paper-claim_form"
        await page.locator(f"[data-stores-into='{row}-name {row}-reference']").set_input_files(form)
        await expect(page.locator(f"#{row}-name")).to_have_value("补偿申请表.pdf")
        await page.locator("button[name=_do][value=check]").click()
        await expect(page.get_by_text("缺少材料：追偿方案")).to_be_visible()
        assert await page.get_by_text("缺少材料：补偿申请表").count() == 0
        await expect(page.locator(f"#{row}-name")).to_have_value("补偿申请表.pdf")
        assert await violations(page) == []
    assert rooms.complaints == []
