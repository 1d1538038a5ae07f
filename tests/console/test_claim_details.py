"""What a claim and a recovery say beside principal and interest: facts, costs one by one, money from
elsewhere; each asked for in words, and refused at its own field."""

from decimal import Decimal

from tests.console.house import House
from tests.console.page import Page
from tests.console.test_claims import papers
from tests.papers import sends

COSTS = {
    "cost_reference": ["(2026)皖01民初9号", "发票 0417"],
    "cost_kind": ["litigation", "lawyer"],
    "cost_amount": ["12,300.00", "30,000.00"],
    "cost_paid_on": ["2026-04-20", "2026-05-06"],
}


def wrong_at(page: Page, name: str) -> bool:
    """Whether a page marks the fields of that name as wrong."""
    return any(
        given.get("name") == name and given.get("aria-invalid") == "true"
        for _, given in page.tags
    )  # fmt: skip


async def test_a_claim_form_asks_for_every_fact_and_amount_of_the_loans_terms(house: House):
    await house.opens_pool_of("ah_tech")
    loan = await house.has_bad_loan(pool_code="ah_tech", mode="direct")
    new, fact = f"/claims/new?loan={loan['id']}", "fact.flag.is_unsecured"

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(new)
        assert "信用贷款" in page.text and "是/否" in page.text
        assert "其他政策性资金已付" in page.text and "申请前已追回" in page.text

        silent = await clerk.sends(
            page, "/claims/new", _do="submit", **await papers(house, page.form("/claims/new"))
        )
        assert silent.status == 422, silent.text
        assert "缺少" in silent.text or "需要" in silent.text
        said = {fact: "true", "other_policy_money": "25,000.00", "recovered_before": "0.00"}
        more = await clerk.sends(silent, "/claims/new", _do="more-costs", **said, **COSTS)
        assert more.form("/claims/new")[fact] == "true"
        assert len(more.form("/claims/new")["cost_reference"]) == 4
        odd = COSTS | {"cost_paid_on": ["2026-04-20", "2027-05-06"]}
        wrong = await clerk.sends(
            more, "/claims/new", _do="check", **said | odd | {"other_policy_money": "viel"}
        )
        assert wrong.status == 422
        assert wrong_at(wrong, "other_policy_money")
        ahead = await clerk.sends(wrong, "/claims/new", _do="check", **said, **odd)
        assert wrong_at(ahead, "cost_paid_on") and "日期晚于今日" in ahead.text

        draft = await clerk.sends(ahead, "/claims/new", _do="save", **said, **COSTS)
        assert "草稿已保存" in draft.text, draft.text
        kept = draft.form(draft.path)
        assert (kept[fact], kept["other_policy_money"]) == ("true", "25000.00")
        assert kept["cost_reference"][:2] == COSTS["cost_reference"]
        filed = await clerk.sends(draft, draft.path, _do="submit", **await papers(house, kept))
        assert "补偿申请已提交" in filed.text, filed.text
        assert "信用贷款" in filed.text and "25,000.00" in filed.text
        assert "(2026)皖01民初9号" in filed.text and "42,300.00" in filed.text


async def test_a_recovery_lists_its_costs_and_a_likely_double_is_shown_and_confirmed(house: House):
    claim = await house.has_claim()
    await house.has_recovery(claim)
    path, send = f"/claims/{claim['id']}", f"/claims/{claim['id']}/recover"
    money = {"received_on": "2026-05-18", "route": "auction", "gross": "120,000.00"}

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(path)
        more = await clerk.sends(page, send, _more="yes", **money, **COSTS)
        assert more.status == 200 and len(more.form(send)["cost_reference"]) == 4
        bad = COSTS | {"cost_amount": ["viel", "30000.00"]}
        wrong = await clerk.sends(more, send, **money, **bad)
        assert wrong.status == 422 and wrong_at(wrong, "cost_amount")
        double = await clerk.sends(wrong, send, reference="SK-7", **money, **COSTS)
        assert double.status == 409 and "疑似重复" in double.text
        assert any(link.startswith("/recoveries/") for link in double.links)
        (receipt,) = await sends(house.clerk_of_papers("ICBC"), "receipt")
        paper = {"paper_reference": [receipt["document"], "", ""],
                 "paper_filename": ["receipt.pdf", "", ""]}  # fmt: skip
        reason = {"not_a_double_reason": "另一标的拍卖款"}
        done = await clerk.sends(
            double, send, reference="SK-7", **reason, **money, **COSTS, **paper
        )
        assert "追偿回款已报告" in done.text, done.text
        (newest, *_) = [link for link in done.links if link.startswith("/recoveries/")]
        seen = await clerk.opens(newest)
        other = [link for link in done.links if link.startswith("/recoveries/")][-1]
        text = seen.text + (await clerk.opens(other)).text
        total = f"{Decimal(12300) + Decimal(30000):,.2f}"
        assert "回款凭证" in text and "receipt.pdf" in text
        assert total in text and "SK-7" in text and "律师费" in text and "另一标的拍卖款" in text
        used = await clerk.sends(
            await clerk.opens(path), send, reference="SK-7", **money | {"gross": "5.00"}
        )
        assert used.status == 409 and "SK-7" in used.text
