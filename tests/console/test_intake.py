"""A bank's clerk files, mends and amends a case without the API; nothing that was typed is lost."""

from typing import Any

from services.console.cases.application_form import PLEDGOR
from tests.applications.office import FIRM, OTHER_FIRM, patent, right
from tests.console.house import House

BEGINS = {
    "title": "格力 研发贷款", "borrower.name": "珠海格力电器股份有限公司", "borrower.uscc": FIRM,
    "borrower.registered_on": "2015-06-01", "borrower.is_sme": "true",
    "borrower.region_code": "120110", "amount": "1,000,000.00", "annual_rate": "3.85",
    "purpose": "r_and_d", "repayment": "bullet", "is_first_loan": "true",
    "has_other_collateral": "false",
}  # fmt: skip


def as_fields(one: dict[str, Any]) -> dict[str, str]:
    """A right as the form asks for it."""
    worth = {f"right_value_{name}": value for name, value in one["valuation"].items()}
    plain = {f"right_{name}": value for name, value in one.items() if name != "valuation"}
    return {**plain, **worth, "right_nice_class": ""}


async def test_a_clerk_files_mends_and_amends_a_case_without_the_api(house: House):
    clerk_api = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    kept = (await clerk_api.get("/documents")).json()["items"]
    by_name = {one["filename"].rpartition(".")[0]: one["id"] for one in kept}
    first = right(patent())
    async with house.logged_in("icbc-operator") as clerk:
        start = await clerk.opens("/intake")
        assert "东丽区" in start.text and "没有草稿" in start.text
        page = await clerk.opens("/intake/new?at=dongli:direct")
        assert "营业执照" in page.text

        # What cannot be is told at its field, and everything typed is still there.
        wrong = await clerk.sends(
            page,
            "/intake/new",
            **BEGINS | {"borrower.uscc": "9144"},
            tenor_months="十二",
            _do="save",
        )
        assert wrong.status == 422
        typed = wrong.form("/intake/new")
        assert (typed["tenor_months"], typed["borrower.uscc"]) == ("十二", "9144")
        assert typed["amount"] == "1,000,000.00" and typed["purpose"] == "r_and_d"

        saved = await clerk.sends(
            wrong, "/intake/new", **BEGINS, tenor_months="24", **as_fields(first), _do="save"
        )
        where = saved.path
        assert where.startswith("/intake/drafts/") and "草稿已保存" in saved.text
        assert "格力 研发贷款" in (await clerk.opens("/intake")).text
        page = await clerk.opens(where)
        typed = page.form(where)
        assert (typed["annual_rate"], typed["right_number"]) == ("3.85", first["number"])

        checked = await clerk.sends(page, where, _do="check")
        assert checked.status == 200 and "需要补正" in checked.text
        assert "单笔" in checked.text or "期限" in checked.text
        references = [by_name.get(kind, "") for kind in typed["paper_kind"]]
        assert references.count("") == 1, "a spare row"
        filed = await clerk.sends(checked, where, paper_reference=references, _do="submit")
        case_path = filed.path
        assert case_path.startswith("/cases/") and "需补正" in filed.text

        # Mended: the tenor; the papers and the right are as they were filed.
        mend = f"/intake/{case_path[1:]}"
        assert mend in filed.links
        page = await clerk.opens(mend)
        assert page.form(mend)["tenor_months"] == "24"
        assert sorted(page.form(mend)["paper_reference"]) == sorted(references)
        mended = await clerk.sends(page, mend, tenor_months="12", _do="resubmit")
        assert mended.path == case_path and "已受理" in mended.text

        # Amended: another right beside the first; nobody has taken it yet.
        page = await clerk.sends(await clerk.opens(mend), mend, _do="more-rights")
        form = page.form(mend)
        second = as_fields(right(patent(), name="一种导航装置"))
        both = {name: [form[name][0], value] for name, value in second.items()}
        checked = await clerk.sends(page, mend, **both, _do="check")
        assert "检查通过" in checked.text, checked.text
        # Begun, put aside, and gone on with where it was left.
        begun = await clerk.sends(checked, mend, _do="save")
        draft = begun.path
        assert draft.startswith("/intake/drafts/") and "草稿已保存" in begun.text
        assert "修改申请 DL-" in (await clerk.opens("/intake")).text
        resumed = await clerk.opens(mend)
        assert resumed.path == draft and "一种导航装置" in resumed.html
        amended = await clerk.sends(resumed, draft, _do="amend")
        assert amended.path == case_path and "一种导航装置" in amended.text
        again = await clerk.sends(await clerk.opens(mend), mend, _do="amend")
        assert again.status == 422 and "没有需要修改的内容" in again.text

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(case_path)
        assert "各次提交的差异" in page.text and "第 3 次提交" in page.text
        assert "一种导航装置" in page.text and "24" in page.text
        await reviewer.sends(page, f"{case_path}/take")
        assert (await reviewer.opens("/intake/drafts/" + where.rpartition("/")[2])).status == 403
    async with house.logged_in("icbc-operator") as clerk:
        assert (await clerk.opens(mend)).status == 404, "it is under review"
        assert (await clerk.opens(where)).path == case_path, "the draft says what it became"
    async with house.logged_in("ccb-operator") as other:
        assert (await other.opens(where)).status == 404
        assert "格力 研发贷款" not in (await other.opens("/intake")).text


async def test_a_draft_is_thrown_away_and_one_without_a_pool_asks_for_it(house: House):
    clerk_api = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    body = {"title": "未选资金池", "programme": "dongli", "application": {"amount": "5.00"}}
    draft = (await clerk_api.post("/drafts", json=body)).json()
    where = f"/intake/drafts/{draft['id']}"
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(where)
        assert "请选择资金池与模式" in page.text
        page = await clerk.opens(f"{where}?at=dongli:direct")
        assert page.form(where)["amount"] == "5.00"
        gone = await clerk.sends(page, f"{where}/remove")
        assert gone.path == "/intake" and "草稿已删除" in gone.text
        assert (await clerk.opens(where)).status == 404
        assert (await clerk.opens("/intake/new?at=nowhere:direct")).status == 404


async def test_a_clerk_renews_a_loan_from_its_page_and_all_read_the_chain_at_one_place(
    house: House,
):
    loan = await house.has_loan()
    clerk_api = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    kept = (await clerk_api.get("/documents")).json()["items"]
    by_name = {one["filename"].rpartition(".")[0]: one["id"] for one in kept}
    where = f"/intake/renewals/{loan['id']}"
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{loan['id']}")
        assert where in page.links
        page = await clerk.opens(where)
        form = page.form("/intake/new")
        assert form["renews"] == loan["number"], "people read numbers"
        references = [by_name.get(kind, "") for kind in form["paper_kind"]]
        wrong = await clerk.sends(page, "/intake/new", renews="DL-2026-999999", _do="check")
        assert "贵行没有这笔申请" in wrong.text
        filed = await clerk.sends(
            wrong, "/intake/new", title="续贷", renews=loan["number"],
            paper_reference=references, _do="submit",
        )  # fmt: skip
        assert "已受理" in filed.text, filed.text
        assert "首次申请" in filed.text and loan["number"] in filed.text
        assert f"/cases/{loan['id']}" in filed.links
        old = await clerk.opens(f"/cases/{loan['id']}")
        assert "本笔贷款的来龙去脉" in old.text and filed.path in old.links
    uscc = (await clerk_api.get(f"/applications/{loan['id']}")).json()["borrower"]["uscc"]
    async with house.logged_in("reviewer-lin") as reviewer:
        firm = await reviewer.opens(f"/register/firms/{uscc}")
        assert filed.path in firm.links and "续贷" in firm.text


async def test_every_pledgor_and_other_collateral_of_a_draft_is_still_there_when_it_is_saved_again(
    house: House,
):
    clerk_api = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    (consent, *_) = (await clerk_api.get("/documents")).json()["items"]
    named = [
        {"role": "co_owner", "name": f"共有人{n}", "id_masked": f"12010{n}**********18",
         "share_bp": 2_000, "consent": consent["id"]}
        for n in range(5)
    ]  # fmt: skip
    one, other = right(patent(), pledgors=named), right(patent(), pledgors=named[:1])
    others = [
        {"kind": "equipment", "description": f"设备 {n}", "amount": f"{n}.01"} for n in range(1, 6)
    ]
    said = {"pool_code": "dongli", "mode": "direct", "collateral": [one, other],
            "other_collateral": others, "documents": []}  # fmt: skip
    body = {"title": "五名共有人", "programme": "dongli", "application": said}
    draft = (await clerk_api.post("/drafts", json=body)).json()
    where = f"/intake/drafts/{draft['id']}"

    async def kept() -> dict[str, Any]:
        return (await clerk_api.get(f"/drafts/{draft['id']}")).json()["application"]

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.sends(await clerk.opens(where), where, _do="save")
        assert page.status == 200, page.text
        again = await kept()
        assert [found["pledgors"] for found in again["collateral"]] == [named, named[:1]]
        assert again["other_collateral"] == others

        # One more by the button, which needs no script; a gap is closed, nobody is lost.
        more = await clerk.sends(await clerk.opens(where), where, _do="more-pledgors")
        last = {"role": "third_party", "name": "第三人", "uscc": OTHER_FIRM}
        typed = {f"right_pledgor6_{name}": [value, ""] for name, value in last.items()}
        gap = {f"right_pledgor1_{name}": ["", ""] for name in PLEDGOR}
        await clerk.sends(more, where, **typed, **gap, _do="save")
        first, second = [found["pledgors"] for found in (await kept())["collateral"]]
        assert first == [named[0], *named[2:], last]
        assert second == named[:1]
        assert (await kept())["other_collateral"] == others
