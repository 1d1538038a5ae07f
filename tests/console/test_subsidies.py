"""The form of a subsidy offers what the programmes pay, and nothing else."""

from tests.console.house import House
from tests.console.test_around import POLICY


async def test_only_pools_whose_programme_subsidises_are_offered(house: House):
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/subsidies")
        assert "无从申请" in page.text and "_token" not in page.form("/subsidies")

    await house.opens_treasury("gx_guihuidai", "region")
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/subsidies")
        form = page.html.split('method="post" action="/subsidies"')[1]
        assert 'value="gx_guihuidai"' in form and 'value="dongli"' not in form
        assert "桂惠贷" in page.text and "降 1 个百分点" in page.text


async def test_a_subsidy_that_the_programme_does_not_know_is_refused(house: House):
    loan = await house.has_loan()
    await house.opens_treasury("gx_guihuidai", "region")
    await house.moves_clocks("2026-04-03T09:00:00+08:00")
    asked = {"pool_code": "gx_guihuidai", "loan_id": loan["id"], "since": "2026-03-02",
             "until": "2026-04-01"}  # fmt: skip

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/subsidies")
        wrong = await clerk.sends(page, "/subsidies", **asked, code="premium")
        assert wrong.status in (404, 409, 422) and "/subsidies" in wrong.actions
        filed = await clerk.sends(
            wrong, "/subsidies", **asked, code="interest", product="one_point"
        )
        assert "已提交，等待审核" in filed.text, filed.text


async def test_a_premium_is_filled_in_from_its_policy_and_another_fee_says_why(house: House):
    loan = await house.has_loan()
    await house.opens_treasury("gd_guangzhou_subsidy", "city")
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{loan['id']}")
        await clerk.sends(page, f"/case-around/{loan['id']}/policy", **POLICY)
        await house.settled()
        await house.moves_clocks("2026-04-03T09:00:00+08:00")
        page = await clerk.opens("/subsidies")
        chosen = next(
            one for one in page.html.split('<option value="')
            if "PZ-1" in one and "保险费 7,200.00" in one
        ).split('"')[0]  # fmt: skip
        asked = {"pool_code": "gd_guangzhou_subsidy", "loan_id": loan["id"], "code": "premium",
                 "since": "2026-03-02", "until": "2026-04-01", "policy_id": chosen}  # fmt: skip
        wrong = await clerk.sends(page, "/subsidies", **asked, fee="8000.00")
        assert wrong.status == 422 and "请说明理由" in wrong.text
        page = await clerk.sends(wrong, "/subsidies", **asked, fee="8000.00", fee_reason="批单加费")
        assert "已提交，等待审核" in page.text and "PZ-1" in page.text, page.text
    async with house.logged_in("reviewer-lin") as lin:
        seen = await lin.opens(page.path)
        assert "按 8,000.00 元计算；保单保险费为 7,200.00 元。银行理由：批单加费" in seen.text
        # And the figure of what is insured leads to this policy.
        report = await lin.opens("/pools/dongli/reports/indicators?period=2026")
        assert "/pools/dongli/reports/policies?period=2026" in report.html
        insured = await lin.opens("/pools/dongli/reports/policies?period=2026")
        assert "PZ-1" in insured.text and "600,000.00" in insured.text
