"""Claims, recoveries and the month's settlement, by two persons, with every figure explained."""

import io

import pypdf
from openpyxl import load_workbook

from tests.console.house import House


async def test_a_claim_goes_from_the_bank_to_the_statement(house: House):
    claim = await house.has_claim(amount="1000000.00")
    path = f"/claims/{claim['id']}"

    async with house.logged_in("finance-sun") as maker:
        start = await maker.opens("/")
        assert claim["number"] in start.text
        page = await maker.opens(path)
        assert "1,000,000.00" in page.text and "机器预审 通过" in page.text
        page = await maker.sends(page, f"{path}/review", opinion="触发条件成立")
        assert "等待另一人审批" in page.text
        assert f"{path}/approve" not in page.actions
    await house.takes_steps(path)

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        page = await checker.sends(page, f"{path}/approve", opinion="同意补偿")
        assert "已批准" in page.text
        for words in ("损失分担", "50,000.00", "950,000.00", "5.00%", "起作用", "40%", "资金路径"):
            assert words in page.text, words
        why = next(link for link in page.links if "transfers?reference=claim:" in link)
        ledger = await checker.opens(why)
        transfer = await checker.opens(
            next(link for link in ledger.links if link.startswith("/pools/dongli/transfers/"))
        )
        assert "补偿批准" in transfer.text and "为什么是这个数" in transfer.text
        assert "知识产权部分的本金" in transfer.text and "finance-qian" in transfer.text
        assert claim["loan_number"] in transfer.text

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        future = await maker.sends(page, f"{path}/pay", paid_on="2027-01-01")
        assert future.status == 422
        assert future.form(f"{path}/pay")["paid_on"] == "2027-01-01"
        page = await maker.sends(future, f"{path}/pay", paid_on="2026-05-18")
        assert "拨付已登记" in page.text

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(path)
        page = await bank.sends(
            page, f"{path}/recover", route="auction", gross="120,000.00", costs="20000.00"
        )
        assert "追偿回款已报告" in page.text
        double = await bank.sends(
            page, f"{path}/recover", route="auction", gross="120000.00", costs="0.00"
        )
        assert double.status == 409 and "如确为另一笔" in double.text
        assert double.form(f"{path}/recover")["not_a_double_reason"] == ""
        recovery = next(link for link in page.links if link.startswith("/recoveries/"))

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(recovery)
        assert "试分配" in page.text
        assert "5,000.00" in page.text and "95,000.00" in page.text
        page = await checker.sends(page, f"{recovery}/confirm")
        assert "已确认入账" in page.text
        assert "5,000.00" in page.text and "95,000.00" in page.text


async def test_a_paid_claim_is_clawed_back_by_two_persons(house: House):
    claim = await house.has_claim(amount="1000000.00")
    await house.has_recovery(claim)
    path = f"/claims/{claim['id']}"

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        wrong = await maker.sends(page, f"{path}/adjust", kind="claw_back", reason="用途不符")
        assert wrong.status == 422
        page = await maker.sends(
            wrong, f"{path}/adjust", kind="claw_back", reason="用途不符", evidence="审计报告 4"
        )
        assert "等待另一人决定" in page.text and "试算" in page.text

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        adjustment = next(link for link in page.links if link.startswith("/adjustments/"))
        page = await checker.opens(adjustment)
        assert "50,000.00" in page.text and "-50,000.00" in page.text
        page = await checker.sends(page, f"{adjustment}/decide", opinion="属实")
        assert "已决定并入账" in page.text
        page = await checker.opens(path)
        assert "已更正冲回" in page.text


async def test_a_subsidy_is_filed_tried_and_decided_by_another_person(house: House):
    loan = await house.has_loan()
    await house.opens_treasury("gd_guangzhou_subsidy", "city")
    await house.moves_clocks("2026-04-03T09:00:00+08:00")

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens("/subsidies")
        wrong = await bank.sends(
            page,
            "/subsidies",
            pool_code="gd_guangzhou_subsidy",
            loan_id=loan["id"],
            code="pledge",
            since="2026-01-01",
            until="2026-09-01",
        )
        assert wrong.status == 422 and "补贴期间须已过去" in wrong.text
        page = await bank.sends(
            wrong,
            "/subsidies",
            pool_code="gd_guangzhou_subsidy",
            loan_id=loan["id"],
            code="pledge",
            since="2026-03-10",
            until="2026-04-01",
        )
        assert "已提交，等待审核" in page.text
        path = page.path

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        assert "试算" in page.text and "15,000.00" in page.text
        page = await maker.sends(page, f"{path}/review", opinion="属实")
        assert f"{path}/approve" not in page.actions

    async with house.logged_in("finance-qian") as checker:
        page = await checker.sends(await checker.opens(path), f"{path}/approve", opinion="同意")
        for words in ("已批准，随月结支付", "15,000.00", "待月结支付", "按质押额 1.5% 补贴"):
            assert words in page.text, words


async def test_a_month_is_previewed_confirmed_signed_and_posted(house: House):
    loan = await house.has_loan()
    await house.moves_clocks("2026-04-03T09:00:00+08:00")
    months = "/pools/dongli/settlements"
    january, march = f"{months}/2026-01", f"{months}/2026-03"

    async with house.logged_in("finance-sun") as maker, house.logged_in("finance-qian") as checker:
        page = await maker.opens(months)
        assert page.form(months)["month"] == "2026-03"
        assert (await maker.sends(page, months, month="2026-13")).status == 422
        running_month = await maker.sends(page, months, month="2026-04")
        assert running_month.path == f"{months}/2026-04"
        early = await maker.sends(running_month, f"{months}/2026-04/confirm")
        assert early.status == 409 and "该月结束" in early.text, early.text

        for month in ("2026-01", "2026-02"):
            await _settles(maker, checker, months, month)

        page = await maker.sends(await maker.opens(months), months, month="2026-03")
        assert page.path == march
        assert "不完整" in page.text and "须先处理" in page.text
        refused = await maker.sends(page, f"{march}/confirm")
        assert refused.status == 409 and "请先补齐下列数据" in refused.text

        row = {"loan_no": loan["loan_no"], "outstanding_principal": "1000000.00",
               "overdue_days": 0, "risk_class": "normal"}  # fmt: skip
        await house.reports("ICBC", "2026-03", row)
        await house.sees("risk_pool", f"/coverages/{loan['id']}", position_month="2026-03")
        page = await maker.sends(refused, f"{march}/preview")
        assert "数据完整性 完整" in page.text
        page = await maker.sends(page, f"{march}/confirm")
        assert f"{march}/sign" not in page.actions

        page = await checker.sends(await checker.opens(march), f"{march}/sign")
        page = await checker.sends(page, f"{march}/post")
        assert "本月不再变动" in page.text
        assert [action for action in page.actions if action.startswith(march)] == []

        lines = await checker.opens(f"{march}/lines")
        assert loan["number"] in lines.text
        pdf = await checker.client.get(f"{january}/statements/DL-FIN.pdf")
        assert pdf.headers["content-type"] == "application/pdf"
        assert "dongli-2026-01-DL-FIN.pdf" in pdf.headers["content-disposition"]
        assert len(pypdf.PdfReader(io.BytesIO(pdf.content)).pages) >= 1
        book = await checker.client.get(f"{march}/statements/ICBC.xlsx")
        assert load_workbook(io.BytesIO(book.content)).sheetnames

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(march)
        assert f"{march}/statements/ICBC.pdf" in page.links
        assert not any("DL-FIN" in link or "CCB" in link for link in page.links)
        assert (await bank.opens(f"{march}/statements/DL-FIN.pdf")).status == 404


async def _settles(maker, checker, months: str, month: str) -> None:
    at = f"{months}/{month}"
    page = await maker.sends(await maker.opens(months), months, month=month)
    page = await maker.sends(page, f"{at}/confirm")
    assert page.status == 200, page.text
    page = await checker.sends(await checker.opens(at), f"{at}/sign")
    page = await checker.sends(page, f"{at}/post")
    assert page.status == 200, page.text


async def test_finance_books_money_once_and_what_is_wrong_is_said_at_the_field(house: House):
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens("/pools/dongli")
        filled = {"kind": "interest", "day": "2026-03-02", "note": "三月结息"}
        wrong = await maker.sends(page, "/pools/dongli/cash", amount="1e9", **filled)
        assert wrong.status == 422 and wrong.text.count("最多两位小数") == 2
        assert wrong.form("/pools/dongli/cash")["amount"] == "1e9"
        one, other = await maker.twice(
            wrong, "/pools/dongli/cash", **(filled | {"amount": "5,250.84"})
        )
        assert (one.status, other.status) == (200, 200)
        assert "18,005,250.84" in (await maker.opens("/pools/dongli")).text
    async with house.logged_in("auditor-zhou") as auditor:
        assert "/pools/dongli/cash" not in (await auditor.opens("/pools/dongli")).actions


async def test_balances_are_shown_as_of_any_day(house: House):
    async with house.logged_in("auditor-zhou") as auditor:
        now = await auditor.opens("/pools/dongli/balances")
        assert "18,000,000.00" in now.text
        before = await auditor.opens("/pools/dongli/balances?as_of=2026-01-04")
        assert "没有流水" in before.text
        wrong = await auditor.opens("/pools/dongli/balances?as_of=yesterday")
        assert wrong.status == 422 and "须为日期" in wrong.text


async def test_an_auditor_takes_the_whole_ledger_along(house: House):
    async with house.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens("/pools/dongli/transfers")
        assert "/pools/dongli/ledger-export" in page.links
        file = await auditor.client.get("/pools/dongli/ledger-export")
        assert "dongli-ledger.ndjson" in file.headers["content-disposition"]
        assert any("contribution" in line for line in file.text.splitlines())
    async with house.logged_in("reviewer-lin") as reviewer:
        refused = await reviewer.opens("/pools/dongli/ledger-export")
        assert refused.status == 403 and "您的角色不能进行此操作" in refused.text
