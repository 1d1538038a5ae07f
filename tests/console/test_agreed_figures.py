"""Agreed figures on the console: one person enters, another releases; facts of a case and a claim."""

from tests.console.house import ICBC, House
from tests.papers import sends

FIGURES = "/pools/dongli/figures"


async def test_a_figure_is_entered_by_one_person_and_released_by_another(house: House):
    async with house.logged_in("finance-sun") as maker:
        pool = await maker.opens("/pools/dongli")
        assert FIGURES in pool.links
        page = await maker.opens(f"{FIGURES}?enter=agreed_share")
        refused = await maker.sends(
            page, FIGURES, subject="pool", bank_code=ICBC, ratio="0.4",
            valid_from="2026-01-01", reference="合作协议 2026-01",
        )  # fmt: skip
        assert refused.status == 422
        assert "两种理解" in refused.text
        assert refused.form(FIGURES)["reference"] == "合作协议 2026-01"
        bureau = house.person("applications", "wang", "reviewer")
        (paper,) = await sends(bureau, "evidence")
        page = await maker.sends(
            refused, FIGURES, ratio="1/3",
            paper_filename="evidence.pdf", paper_reference=paper["document"],
        )  # fmt: skip
        assert "已登记，等待另一人复核" in page.text
        (link,) = [one for one in page.links if paper["document"] in one]
        viewer = await maker.opens(link)
        assert "查看记录" in viewer.text and f"{FIGURES}#actions" in viewer.links
        assert "1/3" in page.text and "协议分担比例" in page.text
        assert not any("/release" in action for action in page.actions)

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(FIGURES)
        release = next(action for action in page.actions if action.endswith("/release"))
        page = await checker.sends(page, release)
        assert "已复核生效" in page.text
        assert "finance-sun" in page.text or "生效" in page.text


async def test_a_figure_is_refused_with_a_reason(house: House):
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(f"{FIGURES}?enter=year_budget")
        await maker.sends(
            page, FIGURES, year="2026", amount="5,000,000.00", valid_from="2026-01-01",
            reference="预算 1",
        )  # fmt: skip

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(f"{FIGURES}?state=entered")
        assert "5,000,000.00" in page.text
        refuse = next(action for action in page.actions if action.endswith("/refuse"))
        page = await checker.sends(page, refuse, reason="与预算文件不符")
        assert "不予生效" in page.text
        listed = await checker.opens(f"{FIGURES}?kind=year_budget&state=refused")
        assert "5,000,000.00" in listed.text


async def test_a_case_shows_its_facts_with_who_stated_them_and_as_of_which_day(house: House):
    case = await house.has_case(attributes={"is_insured": True, "unsecured_share": "1/3"})

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(f"/cases/{case['id']}")

    for words in ("填报的事实", "有保证保险", "信用部分占比", "1/3", "批准时"):
        assert words in page.text, words


async def test_a_claim_shows_its_receipts(house: House):
    claim = await house.has_claim(
        cost_items=[
            {"reference": "S-1", "kind": "litigation", "amount": "8000.00", "paid_on": "2026-04-01"}
        ]
    )

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(f"/claims/{claim['id']}")

    for words in ("S-1", "诉讼费", "8,000.00"):
        assert words in page.text, words


async def test_a_loan_is_named_by_the_number_that_people_use(house: House):
    loan = await house.has_loan()

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(f"{FIGURES}?enter=guarantee_fee")
        filled = {
            "subject": "term", "amount": "10,000.00", "paid_on": "2026-03-02",
            "valid_from": "2026-03-02", "reference": "发票 1",
        }  # fmt: skip
        refused = await maker.sends(page, FIGURES, loan_id="DL-2026-999999", **filled)
        assert refused.status == 422
        page = await maker.sends(refused, FIGURES, loan_id=loan["number"])

    assert "已登记，等待另一人复核" in page.text
    assert f"/cases/{loan['id']}" in page.links


async def test_a_target_of_a_year_is_entered_by_what_is_to_be_reached(house: House):
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens("/pools/dongli/figures?enter=year_target")
        options = [given["value"] for tag, given in page.tags if tag == "option"]
        assert {"lent", "entered", "covered", "recovered"} <= set(options)
        page = await maker.sends(
            page, "/pools/dongli/figures", subject="lent", year="2026", amount="30000000.00",
            reference="区政府规划",
        )  # fmt: skip
        assert "年度目标" in page.text and "放款额" in page.text and "待复核" in page.text
