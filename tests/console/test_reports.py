"""Reports and foresight on the screen: chosen, shown with a chart, followed to the loans."""

import io

import pytest
from openpyxl import load_workbook

from tests.console.house import House

AT = "/pools/dongli"


pytestmark = pytest.mark.xdist_group("console reports")
"""They only look: the loan is lent once."""


@pytest.fixture(scope="module")
async def lent(house_of_module: House) -> House:
    """The bank has paid out one loan, on the second of March."""
    await house_of_module.has_loan()
    return house_of_module


async def test_a_figure_leads_to_its_loan_and_on_to_the_ledger(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/reports/business?period=2026-03&by=bank")
        assert "中国工商银行天津分行" in page.text
        (to_loans, *_) = [link for link in page.links if "measure=lent" in link]
        page = await auditor.opens(to_loans)
        (to_ledger,) = [link for link in page.links if "/transfers?loan_id=" in link]
        assert any(link.startswith("/cases/") for link in page.links)
        page = await auditor.opens(to_ledger)
        assert "在保本金" in page.text


async def test_what_is_not_told_leads_to_its_loans_as_well(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/reports/business?period=2026-03&by=class")
        assert "未报送" in page.text
        (to_loans, *_) = [link for link in page.links if "measure=lent" in link]
        assert len([one for one in (await auditor.opens(to_loans)).links if "/cases/" in one]) == 1


async def test_every_report_that_is_offered_opens_with_the_last_period_that_is_over(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/reports")
        offered = [link for link in page.links if link.startswith(f"{AT}/reports/")]
        assert len(offered) == 8
        for link in offered:
            assert (await auditor.opens(link)).status == 200


async def test_a_period_that_a_report_is_not_made_of_is_said_on_its_page(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/reports/national?period=2026")
        assert page.status == 422
        assert "该报表按月编制" in page.text


async def test_a_report_is_taken_away_as_a_workbook(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        answer = await auditor.client.get(
            f"{AT}/reports/business/workbook", params={"period": "2026-03"}
        )
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0].startswith("规模与质量")


async def test_foresight_shows_its_assumptions_and_what_a_change_of_them_does(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        never = await auditor.opens(f"{AT}/foresight?scenarios=100&pd_normal_bp=0")
        assert "一年内违约概率：正常" in never.text and "50,000.00" not in never.text
        surely = await auditor.opens(f"{AT}/foresight?scenarios=100&pd_normal_bp=100")
        assert "50,000.00" in surely.text  # 5 % of the million that the bank lent this year
        assert "polyline" in {tag for tag, _ in surely.tags}


async def test_a_wrong_assumption_is_said_at_its_field(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/foresight?correlation_bp=240&seed=x")
        assert page.status == 422
        wrong = {given.get("id") for tag, given in page.tags if given.get("aria-invalid")}
        assert wrong == {"correlation_bp", "seed"}
        assert "企业共同命运的比重（相关性）：须为 0.00% 至 99.00% 之间的数" in page.text


async def test_foresight_compares_with_a_version_of_the_measure(lent: House):
    async with lent.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/foresight?scenarios=100&version=1")
        assert "方案第 1 版" in page.text and "变化" in page.text


@pytest.mark.parametrize("path", ["reports", "reports/business", "foresight"])
async def test_a_bank_is_shown_neither(lent: House, path: str):
    async with lent.logged_in("icbc-operator") as bank:
        page = await bank.opens(f"{AT}/{path}")
        assert page.status == 403
        pool = await bank.opens(AT)
        assert not [
            link for link in pool.links if link.endswith((f"{AT}/reports", f"{AT}/foresight"))
        ]
