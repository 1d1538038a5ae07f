"""Policies, guarantees, commitments and reports on a case's page; a pool's loan packages."""

from tests.applications.office import OTHER_FIRM, right
from tests.console.house import ICBC, House
from tests.papers import stores

POLICY = {
    "kind": "loan_guarantee", "insurer_uscc": "91120000MA07D3F16T", "insurer_name": "某财险",
    "number": "PZ-1", "amount": "600,000.00", "premium": "7,200.00", "begins_on": "2026-03-02",
    "ends_on": "2026-03-20",
}  # fmt: skip


async def test_a_clerk_records_what_stands_around_a_loan_and_sees_what_ends_soon(house: House):
    loan = await house.has_loan()
    at = f"/case-around/{loan['id']}"
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{loan['id']}")
        wrong = await clerk.sends(page, f"{at}/policy", **POLICY | {"ends_on": "2026-03-01"})
        assert wrong.status == 422 and "早于起期" in wrong.text
        page = await clerk.sends(wrong, f"{at}/policy", **POLICY)
        assert "600,000.00" in page.text and "某财险" in page.text
        step = next(one for one in page.actions if one.endswith("/endorse"))
        page = await clerk.sends(page, step, amount="800000.00", reason="批单")
        assert "800,000.00" in page.text and "批单" in page.text
        page = await clerk.sends(
            page, f"{at}/guarantee", kind="guarantee", guarantor_uscc="91120116MA05T2K455",
            guarantor_name="某担保", number="DB-1", ratio_bp="5000", begins_on="2026-03-02",
            ends_on="2027-03-02",
        )  # fmt: skip
        assert "500,000.00" in page.text
        page = await clerk.sends(
            page, f"{at}/co_investment", kind="equity", investor_uscc="91120118MA06G8H268",
            investor_name="某基金", amount="5000000.00", committed_on="2026-03-02",
        )  # fmt: skip
        pay = next(one for one in page.actions if one.endswith("/pay"))
        page = await clerk.sends(page, pay, on="2026-03-02")
        assert "已出资" in page.text

        page = await clerk.opens("/register/around?within_days=30")
        assert "PZ-1" in page.text and "DB-1" not in page.text
        page = await clerk.sends(
            page, "/register/around", **POLICY | {"number": "PZ-2"},
            firm_uscc="91440400192548256N", firm_name="某企业",
        )  # fmt: skip
        assert "PZ-2" in page.text and "800,000.00" in page.text

    async with house.logged_in("auditor-zhou") as looker:
        page = await looker.opens(f"/cases/{loan['id']}")
        assert "某基金" in page.text
        assert not [one for one in page.actions if one.startswith("/case-around/")]


async def test_a_report_on_rights_is_entered_on_the_page_of_one_and_on_a_cases(house: House):
    first, second = right("201811564288.X"), right()
    case = await house.has_case(collateral=[first, second])
    clerk_at_work = house.person("applications", "icbc-operator", "bank_operator", institution=ICBC)
    said = {"author": "某律师事务所", "written_on": "2026-03-01", "conclusion": "权属清楚"}
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/register/find?kind={first['kind']}&number=201811564288.X")
        at = next(one for one in page.actions if one.endswith("/report"))
        (paper,) = await stores(clerk_at_work, "尽职调查报告一")
        report = said | {"sha256": paper["sha256"]}
        wrong = await clerk.sends(page, at, **report, further="CN 999")
        assert wrong.status == 422 and "登记簿中没有“CN 999”这项权利" in wrong.text
        assert "CN 999</textarea>" in wrong.html and 'value="某律师事务所"' in wrong.html
        early = report | {"written_on": "2026-04-01"}
        wrong = await clerk.sends(wrong, at, **early, further=f"ZL{second['number']}")
        assert wrong.status == 422 and "日期晚于今日" in wrong.text
        page = await clerk.sends(
            wrong, at, **report, further=f"ZL{second['number']}", case=case["id"]
        )
        assert "报告已登记" in page.text
        shown = f"专利包 {second['number']} 某律师事务所"
        assert shown in page.text and case["number"] in page.text

        page = await clerk.opens(f"/cases/{case['id']}")
        (paper,) = await stores(clerk_at_work, "尽职调查报告二")
        report = said | {"sha256": paper["sha256"], "subject": "rights", "author": "某评估公司"}
        none = await clerk.sends(page, f"/case-around/{case['id']}/report", **report)
        assert none.status == 422 and "对象为权利填一项" in none.text
        one = f"{second['kind']} 0 {second['number']}"
        page = await clerk.sends(none, f"/case-around/{case['id']}/report", **report, rights=[one])
        assert "某评估公司" in page.text and "权属清楚" in page.text


async def test_a_report_on_a_firm_that_has_no_case_is_entered_on_its_page(house: House):
    clerk_at_work = house.person("applications", "icbc-operator", "bank_operator", institution=ICBC)
    owner = OTHER_FIRM
    entry = {"kind": "invention", "number": "201811564288.X", "source": "entry",
             "as_of": "2026-03-02", "owner_uscc": owner, "owner_name": "某专利公司"}  # fmt: skip
    assert (await clerk_at_work.post("/rights", json=entry)).status_code == 201
    (paper,) = await stores(clerk_at_work, "尽职调查报告")
    here, said = f"/register/firms/{owner}", {"author": "某律师事务所", "conclusion": "经营正常"}
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(here)
        wrong = await clerk.sends(page, f"{here}/report", **said)
        assert wrong.status == 422 and 'value="某律师事务所"' in wrong.html
        page = await clerk.sends(wrong, f"{here}/report", **said, sha256=paper["sha256"])
        assert "报告已登记" in page.text and "企业 某律师事务所" in page.text
    async with house.logged_in("ccb-operator") as other:
        shown = await other.client.get(here)
        assert "某律师事务所" not in shown.text, "another bank's report"
    async with house.logged_in("auditor-zhou") as looker:
        page = await looker.opens(here)
        assert "经营正常" in page.text and f"{here}/report" not in page.actions


async def test_a_manager_freezes_a_package_another_approves_it_and_the_tape_is_handed_on(
    house: House,
):
    await house.has_loan()
    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens("/pools/dongli/loan-packages")
        none = await manager.sends(page, "/pools/dongli/loan-packages", name="包", mode="insured")
        assert none.status == 409 and "没有符合条件" in none.text
        page = await manager.sends(none, "/pools/dongli/loan-packages", name="第一期", mode="")
        assert "DL-L-2026-0001" in page.text and "1,000,000.00" in page.text
        at = page.path
    async with house.logged_in("approver-zhao") as approver:
        page = await approver.opens(at)
        page = await approver.sends(page, f"{at}/approve", opinion="同意")
        assert "已批准" in page.text
        tape = await approver.opens(f"{at}/tape.csv")
        assert "业务编号" in tape.html
