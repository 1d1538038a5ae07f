"""A loan in the browser: reported month by month, given a later maturity, taken back as not paid."""

from tests.console.house import House
from tests.papers import document

HASH = document("展期协议")["sha256"]


async def test_a_clerk_reports_a_month_and_mends_a_zero_reported_by_mistake(house: House):
    loan = await house.has_loan()
    page_of, send = f"/cases/{loan['id']}", f"/loans/{loan['id']}/positions"
    await house.moves_clocks("2026-04-03T09:00:00+08:00")

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(page_of)
        assert page.form(send)["month"] == "2026-03"
        wrong = await clerk.sends(page, send, overdue_days="viele", outstanding_principal="-1")
        assert wrong.status == 422
        assert wrong.form(send)["overdue_days"] == "viele"
        assert "余额未被接受" in wrong.text and "逾期天数" in wrong.text
        nil = await clerk.sends(
            wrong, send, overdue_days="0", risk_class="normal", outstanding_principal="0.00"
        )
        assert "余额已报送" in nil.text and "已结清" in nil.text, nil.text

        again = {"outstanding_principal": "1,000,000.00", "reason": "误报结清"}
        asked = await clerk.sends(nil, send, **again)
        assert asked.status == 422 and "余额不同寻常" in asked.text
        assert asked.boxes("confirmed") == ["reopens-repaid"]
        mended = await clerk.sends(asked, send, confirmed="reopens-repaid", **again)
        assert "余额已报送" in mended.text, mended.text
        assert "第 2 次报送" in mended.text and "误报结清" in mended.text
    await house.reaches(loan, "disbursed")
    await house.sees("risk_pool", f"/coverages/{loan['id']}", state="active")


async def test_what_is_unlikely_is_asked_and_taken_once_it_is_confirmed(house: House):
    loan = await house.has_loan()
    page_of, send = f"/cases/{loan['id']}", f"/loans/{loan['id']}/positions"
    await house.moves_clocks("2026-04-03T09:00:00+08:00")
    first = {"overdue_days": "0", "penalty_interest": "10.00"}

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(page_of)
        asked = await clerk.sends(page, send, **first)
        assert asked.status == 422 and "余额不同寻常" in asked.text, asked.text
        boxes = asked.boxes("confirmed")
        assert boxes
        taken = await clerk.sends(asked, send, confirmed=boxes, **first)
        assert "余额已报送" in taken.text, taken.text


async def test_an_extension_is_asked_by_the_bank_and_decided_by_two_persons(house: House):
    loan = await house.has_short_loan()
    page_of, send = f"/cases/{loan['id']}", f"/loans/{loan['id']}/changes"

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(page_of)
        asked = {"kind": "extension", "matures_on": "2027-03-01", "reason": "回款周期延长",
                 "plan": "按月付息"}  # fmt: skip
        bare = await clerk.sends(page, send, **asked | {"matures_on": "2026-08-01"})
        assert bare.status == 422, bare.text
        paper = {"filename": "展期协议.pdf", "sha256": HASH}
        early = await clerk.sends(bare, send, **asked | paper | {"matures_on": "2026-08-01"})
        assert early.status == 422 and "新的到期日须晚于" in early.text
        assert early.form(send)["plan"] == "按月付息"
        done = await clerk.sends(early, send, **asked | paper)
        assert "等待主管部门决定" in done.text and "展期协议.pdf" in done.text, done.text
        assert "到期日变更" in done.text and "本笔贷款的来龙去脉" in done.text
        again = await clerk.sends(done, send, **asked | paper)
        assert again.status == 409

    async with house.logged_in("reviewer-he") as first:
        page = await first.opens(page_of)
        (step,) = (one for one in page.actions if one.startswith(send + "/"))
        assert step.endswith("/recommend")
        page = await first.sends(page, step, opinion="")
        assert page.status == 422
        page = await first.sends(page, step, opinion="属实")
        approve = step.replace("/recommend", "/approve")
        assert approve not in page.actions, "何敏 has both roles, and has spoken already"
    async with house.logged_in("approver-zhao") as second:
        page = await second.opens(page_of)
        page = await second.sends(page, approve, opinion="同意")
        assert "新到期日即日生效" in page.text and "2027-03-01" in page.text
        assert (await second.opens(page_of)).status == 200
    async with house.logged_in("icbc-operator") as clerk:
        assert "已同意" in (await clerk.opens(page_of)).text
    async with house.logged_in("ccb-operator") as other:
        assert (await other.opens(page_of)).status == 404


async def test_a_refused_extension_leaves_the_day(house: House):
    loan = await house.has_short_loan()
    page_of, send = f"/cases/{loan['id']}", f"/loans/{loan['id']}/changes"

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(page_of)
        asked = {"kind": "restructuring", "matures_on": "2027-03-01", "reason": "回款延长",
                 "plan": "分期", "filename": "展期协议.pdf", "sha256": HASH}  # fmt: skip
        await clerk.sends(page, send, **asked)
    async with house.logged_in("reviewer-lin") as first:
        page = await first.opens(page_of)
        (step,) = (one for one in page.actions if one.startswith(send + "/"))
        await first.sends(page, step, opinion="不宜展期")
    async with house.logged_in("approver-zhao") as second:
        page = await second.opens(page_of)
        page = await second.sends(page, step.replace("/recommend", "/refuse"), opinion="不同意")
        assert "到期日不变" in page.text and "未同意" in page.text
        made_up = await second.client.post(step.replace("/recommend", "/burn"))
        assert made_up.status_code in (403, 404)


async def test_a_disbursement_that_was_none_is_taken_back_by_a_second_person(house: House):
    loan = await house.has_loan()
    page_of, send = f"/cases/{loan['id']}", f"/loans/{loan['id']}/undo-disbursement"
    confirm = f"{page_of}/undo_disbursement"

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(page_of)
        assert send not in page.actions and confirm not in page.actions
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(page_of)
        empty = await clerk.sends(page, send, reason="")
        assert empty.status == 422
        page = await clerk.sends(empty, send, reason="付款被退回")
        assert "等待另一人确认" in page.text and "付款被退回" in page.text
        assert confirm not in page.actions and send not in page.actions
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(page_of)
        assert "付款被退回" in page.text and confirm in page.actions
    # The bank has a second person of its own among whom one can be.
    async with house.logged_in("icbc-checker") as checker:
        assert "撤销请求" in (await checker.opens("/")).text
        page = await checker.sends(await checker.opens(page_of), confirm)
        assert "放款已撤销" in page.text and "已质押登记" in page.text
    await house.sees("risk_pool", f"/coverages/{loan['id']}", state="reserved")


async def test_a_loan_is_paid_out_in_parts_and_a_draw_that_bounced_taken_back(house: House):
    loan = await house.has_loan(first_part="400000.00", draws_until="2026-06-30")
    page_of, send = f"/cases/{loan['id']}", f"/loans/{loan['id']}/draws"
    confirm, looked = f"{send}/2/undo", {"list_checked_on": ["2026-03-02"] * 4}

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(page_of)
        assert "尚可提款" in page.text and "600,000.00" in page.text
        unlooked = await clerk.sends(page, send, amount="100,000.00", reference="PZ-2")
        assert unlooked.status == 409 and "查询名单" in unlooked.text, unlooked.text
        wrong = await clerk.sends(page, send, amount="600,000.01", reference="PZ-2", **looked)
        assert wrong.status == 422 and "提款金额超过尚可提款的" in wrong.text, wrong.text
        assert wrong.form(send)["reference"] == "PZ-2"
        page = await clerk.sends(wrong, send, amount="100,000.00")
        assert "提款已记录" in page.text and "500,000.00" in page.text, page.text
        asked = await clerk.sends(page, send, amount="100000.00", reference="PZ-3", **looked)
        assert asked.status == 409 and asked.boxes("not_a_double") == ["1"], asked.text
        page = await clerk.sends(asked, send, not_a_double="1")
        assert "600,000.00" in page.text and "PZ-3" in page.text
        page = await clerk.sends(page, f"{send}/undo", draw_no="2", reason="受托支付退汇")
        assert "已申请撤销第 2 次提款" in page.text, page.text
        assert f"{send}/undo" not in page.actions and confirm not in page.actions
    async with house.logged_in("reviewer-lin") as reviewer:
        assert "撤销请求" in (await reviewer.opens("/")).text
        page = await reviewer.opens(page_of)
        assert send not in page.actions
        page = await reviewer.sends(page, confirm)
        assert "提款已撤销" in page.text and "受托支付退汇" in page.text, page.text
    await house.sees(
        "risk_pool", f"/coverages/{loan['id']}", covered="500000.00", reserved="500000.00"
    )
    async with house.logged_in("manager-wu") as manager:
        assert "其中待提款 500,000.00" in (await manager.opens("/pools/dongli")).text
    async with house.logged_in("ccb-operator") as other:
        assert (await other.client.post(send)).status_code in (403, 404)
