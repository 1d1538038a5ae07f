"""The first page: what waits for this person, by name, and nothing that waits for somebody else."""

from tests.console.house import House, did
from tests.console.page import Page
from tests.papers import document


def work(page: Page) -> str:
    """What waits for this person, without what is in other hands."""
    return page.html.split('id="waits"')[1].split("</section>")[0].split('id="coming"')[0]


async def test_what_a_bank_asks_of_its_loan_waits_on_the_first_page_of_who_decides(house: House):
    loan = await house.has_short_loan()
    clerk = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    paper = document("展期协议") | {"kind": "extension_agreement"}
    body = {"kind": "extension", "matures_on": "2027-03-01", "reason": "回款延长", "plan": "按月付息",
            "papers": [paper]}  # fmt: skip
    change = await did(clerk.post(f"/loans/{loan['id']}/changes", json=body))
    undo = f"/applications/{loan['id']}/undo-disbursement/request"
    await did(clerk.post(undo, json={"reason": "付款被退回"}))

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens("/")
        assert "贷款变更" in work(page) and "撤销放款" in work(page)
        assert "中国工商银行天津分行" in work(page)
        assert f"/cases/{loan['id']}" in page.links
    async with house.logged_in("approver-zhao") as approver:
        desk = await approver.opens("/")
        assert "贷款变更" not in work(desk), "a reviewer speaks first"
        assert "没有等待您办理的事项" in work(desk) and "2026年3月末为 2026-03-31" in work(desk)
        assert "贷款变更" in desk.html.split('id="coming"')[1].split("</ul>")[0]
    reviewer = house.person("applications", "reviewer-lin", "reviewer")
    path = f"/loan-changes/{change['id']}/recommend"
    await did(reviewer.post(path, json={"opinion": "属实"}))
    async with house.logged_in("approver-zhao") as approver:
        assert "贷款变更" in work(await approver.opens("/"))
        listed = await approver.opens("/to-do?kind=loan_change")
        assert f"/cases/{loan['id']}" in listed.links and "另一人审批" in listed.text
        assert "没有待办事项" in (await approver.opens("/to-do?overdue=yes")).text
        # What could not be read is not said to be empty.
        odd = await approver.opens("/to-do?kind=loan_change&cursor=zzz")
        assert odd.status == 400 and "没有待办事项" not in odd.text
    other = house.person("applications", "ccb-operator", "bank_operator", institution="CCB")
    assert (await did(other.get("/loan-requests")))["items"] == []
    assert len((await did(clerk.get("/loan-requests")))["items"]) == 2


async def test_a_returned_claim_waits_on_the_first_page_of_its_clerk(house: House):
    claim = await house.has_claim()
    async with house.logged_in("icbc-operator") as clerk:
        waiting = f"/claims/{claim['id']}"
        assert waiting not in work(await clerk.opens("/")), "it lies with the bureau"
        maker = house.person("risk_pool", "finance-sun", "finance_maker")
        gaps = {"gaps": [{"text": "追偿方案缺少时间表"}]}
        await did(maker.post(f"{waiting}/return", json=gaps))
        assert waiting in work(await clerk.opens("/"))
    async with house.logged_in("ccb-operator") as other:
        assert waiting not in work(await other.opens("/"))


async def test_lists_name_banks_and_pools_and_show_no_figure_before_there_is_one(house: House):
    claim = await house.has_claim()
    async with house.logged_in("finance-sun") as maker:
        for path in ("/claims", "/cases"):
            page = await maker.opens(path)
            rows = page.html.split("<tbody>")[1]
            assert "中国工商银行天津分行" in rows and ">ICBC<" not in rows, path
        case = await maker.opens(f"/claims/{claim['id']}")
        assert "non_performing" not in case.text and "触发条件 1" in case.text
    await house.has_recovery(claim)
    async with house.logged_in("finance-qian") as checker:
        rows = (await checker.opens("/recoveries")).html.split("<tbody>")[1]
        assert ">0.00<" not in rows
