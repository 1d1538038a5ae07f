"""A programme with escrow in the browser: set aside, reported as written off, settled by two."""

from typing import Any

from tests.cash import released
from tests.console.house import ICBC, House, did
from tests.papers import document, sends
from tests.publishing import publish

PAPERS = ("claim_form", "claim_report", "recovery_plan", "diligence_statement", "business_licence")


async def has_approved_claim(house: House) -> dict[str, Any]:
    """A claim of 1,000,000.00 under the escrow programme of a second pool, approved."""
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    clerk = house.person("risk_pool", "icbc-operator", "bank_operator", institution=ICBC)
    await publish(house.services["risk_pool"], "sh_escrow")
    parties = [
        {"code": "FIN-1", "role": "city", "name": "市财政局"},
        {"code": ICBC, "role": "bank", "name": "中国工商银行天津分行"},
    ]
    pool = {"code": "sh_escrow", "name": "保证金资金池", "programme": "sh_escrow"}
    await did(manager.post("/pools", json=pool | {"opened_on": "2026-01-01", "parties": parties}))
    await released(
        maker, checker, "sh_escrow", "contribution", "9000000.00", "2026-01-05", party_code="FIN-1"
    )
    await house.settled()

    loan = await house.has_loan(pool_code="sh_escrow", mode="escrow")
    bad = {"loan_no": loan["loan_no"], "outstanding_principal": "1000000.00"}
    for month, day, overdue in (("2026-03", "04-03", 20), ("2026-04", "05-05", 50)):
        await house.moves_clocks(f"2026-{day}T09:00:00+08:00")
        row = bad | {"overdue_days": overdue, "risk_class": "substandard"}
        await house.reports(ICBC, month, row)
    await house.sees("risk_pool", f"/coverages/{loan['id']}", position_month="2026-04")
    await house.moves_clocks("2026-05-10T09:00:00+08:00")
    filed = {
        "loan_id": loan["id"],
        "outstanding_principal": "1000000.00",
        "facts": {"overdue_days": 60, "risk_class": "substandard"},
        "documents": await sends(house.clerk_of_papers(ICBC), *PAPERS),
    }
    claim = await did(clerk.post("/claims", json=filed))
    path = f"/claims/{claim['id']}"
    await did(maker.post(f"{path}/review", json={"opinion": "触发条件成立"}))
    await house.takes_steps(path)
    trial = (await did(checker.get(f"{path}/trial")))["id"]
    return dict(
        await did(checker.post(f"{path}/approve", json={"opinion": "同意", "trial": trial}))
    )


async def test_an_escrow_claim_is_set_aside_written_off_and_settled_on_its_pages(house: House):
    claim = await has_approved_claim(house)
    path = f"/claims/{claim['id']}"

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        assert "登记转入保证金" in page.text and "登记拨付" not in page.text
        page = await maker.sends(page, f"{path}/set_aside", paid_on="2026-05-10", voucher="BZJ-1")
        assert "转入保证金已登记，等待另一人放行" in page.text and "待放行" in page.text
        assert f"{path}/set_aside" not in page.actions
        entry = next(link for link in page.links if link.startswith("/cash/"))

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(entry)
        assert "捌拾万元整" in page.text and "转入保证金" in page.text and "BZJ-1" in page.text
        assert "已放行入账" in (await checker.sends(page, f"{entry}/release")).text

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        assert "现持有 800,000.00" in page.text
        assert "等待银行核销并报告净损失" in page.text
        assert "800,000.00" in (await maker.opens("/claims")).text
        assert "保证金" in (await maker.opens("/pools/sh_escrow")).text
        assert "保证金账户 800,000.00" in (await maker.opens("/pools")).text

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(path)
        await sends(house.clerk_of_papers(ICBC), "report")
        await house.settled()
        loss = {"written_off_on": "2026-05-10", "net_loss": "700,000.00", "reason": "终结执行",
                "paper_filename": "核销批复.pdf",
                "paper_reference": document("report")["sha256"]}  # fmt: skip
        wrong = await clerk.sends(page, f"{path}/report_loss", **loss)
        assert wrong.status == 422 and "须说明差异" in wrong.text
        page = await clerk.sends(wrong, f"{path}/report_loss", **loss, difference_reason="已抵债")
        assert "核销已报告" in page.text and "report.pdf" in page.text

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        assert page.form(f"{path}/adjust")["kind"] == "escrow_settlement"
        page = await maker.sends(page, f"{path}/adjust", reason="已核销", evidence="批复 9 号")
        assert "试算：现在清算" in page.text
        assert "560,000.00" in page.text and "240,000.00" in page.text
        assert "终结执行" in page.text and "已抵债" in page.text

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        adjustment = next(link for link in page.links if link.startswith("/adjustments/"))
        page = await checker.opens(adjustment)
        page = await checker.sends(page, f"{adjustment}/decide", opinion="属实")
        assert "清算结果" in page.text and "保证金清算付银行" not in page.text
        page = await checker.opens(path)
        assert "已清算" in page.text and "240,000.00" in page.text
        assert "现持有" not in page.text and "由开立保证金账户的银行缴还" in page.text
