"""Claims, recoveries and the month's settlement, by two persons, with every figure explained."""

import io

import pypdf
from openpyxl import load_workbook

from tests.console.house import House, did


async def test_a_claim_goes_from_the_bank_to_the_statement(house: House):
    claim = await house.has_claim(amount="1000000.00")
    path = f"/claims/{claim['id']}"

    async with house.logged_in("finance-sun") as maker:
        start = await maker.opens("/")
        assert claim["number"] in start.text
        page = await maker.opens(path)
        assert "1,000,000.00" in page.text and "系统预审 通过" in page.text
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
        future = await maker.sends(page, f"{path}/enter_payment", paid_on="2027-01-01")
        assert future.status == 422
        assert future.form(f"{path}/enter_payment")["paid_on"] == "2027-01-01"
        page = await maker.sends(future, f"{path}/enter_payment", paid_on="2026-05-18")
        assert "拨付已登记，等待另一人放行" in page.text and "待放行" in page.text
        entry = next(link for link in page.links if link.startswith("/cash/"))

    async with house.logged_in("finance-qian") as checker:
        assert entry in (await checker.opens("/")).links
        page = await checker.opens(entry)
        assert "伍万元整" in page.text and claim["number"] in page.text
        page = await checker.sends(page, f"{entry}/release")
        assert "已放行入账" in page.text
        assert "已拨付" in (await checker.opens(path)).text

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
        assert "PDF 对账单带电子签名" in page.text and "开发证书，不具证明力" in page.text
        # It leaves nothing to pay or to collect: matched at once, it can be closed.
        assert [one for one in page.actions if one.startswith(march)] == [
            f"{march}#what-if", f"{march}/close",
        ]  # fmt: skip

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


NEW = "/pools/dongli/cash/new"


async def test_money_is_entered_once_read_back_and_released_by_another_person(house: House):
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(NEW)
        filled = {"kind": "interest", "value_date": "2026-03-02", "bank_reference": "202603020001"}
        wrong = await maker.sends(page, NEW, amount="1e9", **filled)
        assert wrong.status == 422 and wrong.text.count("最多两位小数") == 2
        assert wrong.form(NEW)["amount"] == "1e9"
        one, other = await maker.twice(wrong, NEW, **(filled | {"amount": "5,250.84"}))
        assert (one.status, other.status) == (200, 200) and one.path == other.path
        assert "伍仟贰佰伍拾元捌角肆分" in one.text
        assert f"{one.path}/release" not in one.actions and f"{one.path}/withdraw" in one.actions
        assert "18,000,000.00" in (await maker.opens("/pools/dongli")).text
    async with house.logged_in("finance-qian") as checker:
        assert one.path in (await checker.opens("/")).links
        page = await checker.opens(one.path)
        page = await checker.sends(page, f"{one.path}/release")
        assert "已放行入账" in page.text
        assert "18,005,250.84" in (await checker.opens("/pools/dongli")).text
    async with house.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens("/pools/dongli/cash")
        assert one.path in page.links and NEW not in page.links


async def test_a_likely_double_is_shown_confirmed_and_shown_to_who_releases_it(house: House):
    same = {"kind": "contribution", "party_code": "DL-FIN", "value_date": "2026-01-05",
            "amount": "18,000,000.00", "bank_reference": "B-2"}  # fmt: skip
    async with house.logged_in("finance-sun") as maker:
        page = await maker.sends(await maker.opens(NEW), NEW, **same)
        assert page.status == 409 and "疑似重复" in page.text and "DL-K-2026-0001" in page.text
        assert page.form(NEW)["bank_reference"] == "B-2"
        other = next(link for link in page.links if link.startswith("/cash/"))
        confirmed = {"confirm_double_of": other.rpartition("/")[2]}
        page = await maker.sends(page, NEW, **same, **confirmed)
        assert page.status == 200 and "已登记，等待另一人放行" in page.text
    async with house.logged_in("finance-qian") as checker:
        seen = await checker.opens(page.path)
        assert "已确认这是另一笔款项" in seen.text and other in seen.links
        assert "壹仟捌佰万元整" in seen.text


async def test_a_booked_entry_is_reversed_by_two_persons_on_the_screen(house: House):
    entry = await house.moves_cash("interest", "100.00", "2026-03-02")
    at = f"/cash/{entry['id']}"
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(at)
        empty = await maker.sends(page, f"{at}/reversal", reason="")
        assert empty.status == 422
        page = await maker.sends(empty, f"{at}/reversal", reason="金额录入错误")
        assert "金额录入错误" in page.text and entry["number"] in page.text
        assert f"{at}/reversal" not in (await maker.opens(at)).actions
    async with house.logged_in("finance-qian") as checker:
        page = await checker.sends(await checker.opens(page.path), f"{page.path}/release")
        assert "已放行入账" in page.text
        ledger = await checker.opens("/pools/dongli/transfers")
        assert "冲正：存款利息" in ledger.text


async def test_what_is_owed_is_listed_with_its_age_and_overdue_receivables_are_seen_at_once(
    house: House,
):
    claim = await house.has_claim()
    recovery = await house.has_recovery(claim)
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    where = f"/recoveries/{recovery['id']}"
    seen = (await did(checker.get(where)))["trial"]
    await did(checker.post(f"{where}/confirm", json={"trial": seen["id"]}))
    await house.moves_clocks("2026-06-03T09:00:00+08:00")
    for month in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"):
        for person, step in ((maker, "preview"), (maker, "confirm"), (checker, "sign"),
                             (maker, "post")):  # fmt: skip
            path = f"/pools/dongli/settlements/{month}/{step}"
            await did(person.post(path, json={}))
    async with house.logged_in("finance-sun") as finance:
        page = await finance.opens("/pools/dongli/cash")
        for words in ("2026年5月 月结", "5,000.00", "应收", f"补偿 {claim['number']}", "50,000.00"):
            assert words in page.text, words
        work = (await finance.opens("/to-do?overdue=yes")).text
        assert "应收款 2026年5月 月结" not in work
        await house.moves_clocks("2026-06-20T09:00:00+08:00")
        start = await finance.opens("/")
        assert "应收款 2026年5月 月结" in start.text and "/pools/dongli/cash" in start.links
        late = await finance.opens("/to-do?overdue=yes&kind=receivable")
        assert "5,000.00" in late.text and "逾期" in late.text
        page = await finance.opens("/pools/dongli/cash")
        assert "17 天" in page.text and "逾期" in page.text
        receipt = next(link for link in page.links if "kind=receipt" in link)
        async with house.logged_in("icbc-operator") as bank:
            own = await bank.opens("/pools/dongli")
            for words in ("应付资金池", "5,000.00", "应收资金池", "50,000.00", "逾期"):
                assert words in own.text, words
            assert (await bank.opens("/pools/dongli/cash")).status == 403
        form = await finance.opens(receipt.replace("&amp;", "&"))
        assert form.form(NEW)["amount"] == "5000.00"
        page = await finance.sends(form, NEW, bank_reference="IN-1")
        assert "2026年5月 月结" in page.text and "伍仟元整" in page.text


async def test_balances_are_shown_as_of_any_day(house: House):
    async with house.logged_in("auditor-zhou") as auditor:
        now = await auditor.opens("/pools/dongli/balances")
        assert "资金（表内）合计" in now.text and "额度（表外）合计" in now.text
        book = await auditor.client.get("/pools/dongli/balances.xlsx?as_of=&booked_by=")
        sheets = load_workbook(io.BytesIO(book.content)).sheetnames
        assert sheets == ["资金（表内）", "额度（表外）"]
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
