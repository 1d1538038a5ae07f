"""A claim in the browser: filed by a clerk, tried out, drafted, returned, mended, taken through steps."""

from tests.console.house import ICBC, House
from tests.papers import sends


async def papers(house, form, without=""):
    """Every paper that the form asks for, but for one, stored as the page does it."""
    kinds = form["paper_kind"] if isinstance(form["paper_kind"], list) else [form["paper_kind"]]
    kept = await sends(house.clerk_of_papers(ICBC), *kinds)
    return {
        "paper_filename": ["" if kind == without else f"{kind}.pdf" for kind in kinds],
        "paper_reference": ["" if one["kind"] == without else one["document"] for one in kept],
    }


async def test_a_clerk_tries_a_claim_out_keeps_it_as_a_draft_and_files_it(house: House):
    loan = await house.has_bad_loan()
    new = f"/claims/new?loan={loan['id']}"

    async with house.logged_in("icbc-operator") as clerk:
        assert "/claims/new" in (await clerk.opens("/claims")).links
        choosing = await clerk.opens("/claims/new")
        assert loan["number"] in choosing.text
        page = await clerk.opens(new)
        form = page.form("/claims/new")
        assert (form["outstanding_principal"], form["overdue_days"]) == ("1000000.00", "20")
        assert "2026年4月报送" in page.text and "法院受理日" in page.text

        lacking = await papers(house, form, without="recovery_plan")
        page = await clerk.sends(page, "/claims/new", _do="check", overdue_days="30", **lacking)
        assert "尚不能提交" in page.text and "缺少材料：追偿方案" in page.text
        assert page.form("/claims/new")["overdue_days"] == "30"
        page = await clerk.sends(page, "/claims/new", _do="save", **lacking)
        assert "草稿已保存" in page.text
        edit = page.path
        assert edit.endswith("/edit")
    async with house.logged_in("finance-sun") as maker:
        assert loan["number"] not in (await maker.opens("/claims")).text
    async with house.logged_in("icbc-operator") as clerk:
        draft = edit.removesuffix("/edit")
        assert "草稿" in (await clerk.opens("/claims")).text
        assert edit in (await clerk.opens(draft)).links
        page = await clerk.opens(edit)
        assert page.form(edit)["overdue_days"] == "30"
        refused = await clerk.sends(page, edit, _do="submit")
        assert refused.status == 422 or "缺少材料：追偿方案" in refused.text
        whole = await papers(house, refused.form(edit))
        filed = await clerk.sends(refused, edit, _do="submit", **whole)
        assert "补偿申请已提交" in filed.text and "2026-05-10" in filed.text, filed.text


async def test_finance_returns_with_every_gap_and_the_clerk_mends_it(house: House):
    claim = await house.has_claim()
    path = f"/claims/{claim['id']}"

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        assert "系统预审 通过" in page.text and "追偿方案" in page.text
        page = await maker.sends(
            page,
            f"{path}/return",
            gap_code=["paper:recovery_plan", "", "", "", "", ""],
            gap_text=["缺处置时间表", "印章不清", "", "", "", ""],
        )
        assert "已退回银行补正" in page.text and "退回 1 次" in page.text
        assert "缺处置时间表" in page.text and "印章不清" in page.text
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(path)
        assert f"{path}/edit" in page.links
        page = await clerk.opens(f"{path}/edit")
        assert "缺处置时间表" in page.text
        page = await clerk.sends(page, f"{path}/edit", _do="resubmit")
        assert "已再次提交，申请日不变" in page.text
        withdrawn = await clerk.sends(page, f"{path}/withdraw", reason="借款人已还款")
        assert "已撤回" in withdrawn.text


async def test_the_steps_of_the_scheme_are_recorded_on_the_claims_page(house: House):
    claim = await house.has_claim()
    path = f"/claims/{claim['id']}"

    async with house.logged_in("finance-sun") as maker:
        page = await maker.sends(await maker.opens(path), f"{path}/review", opinion="触发条件成立")
        assert "专家评审和现场核查" in page.text and "须于 2026-05-15 前办理" in page.text
        empty = await maker.sends(page, f"{path}/record-step")
        assert empty.status == 422
        page = await maker.sends(
            empty, f"{path}/record-step", outcome="unfavourable", opinion="现场人去楼空"
        )
        assert "步骤已登记" in page.text and "现场人去楼空" in page.text and "不同意" in page.text
        assert f"{path}/record-step" not in page.actions
    async with house.logged_in("approver-zhao") as approver:
        page = await approver.sends(
            await approver.opens(path), f"{path}/record-step", outcome="favourable", opinion="同意"
        )
        bare = await approver.sends(
            page, f"{path}/record-step", outcome="favourable", opinion="一致同意"
        )
        assert bare.status == 422 and "须列出参会人员" in bare.text and "须附会议纪要" in bare.text
        (minutes,) = await sends(house.person("applications", "wang", "reviewer"), "minutes")
        page = await approver.sends(
            bare,
            f"{path}/record-step",
            outcome="favourable",
            participants="吴刚\n赵建国",
            paper_filename="minutes.pdf",
            paper_reference=minutes["document"],
        )
        assert "参会：吴刚、赵建国" in page.text and "至少公示至" in page.text
