"""The form of a subsidy offers what the programmes pay, and nothing else."""

from tests.console.house import House
from tests.publishing import publish


async def test_only_pools_whose_programme_subsidises_are_offered(house: House):
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/subsidies")
        assert "无从申请" in page.text and "/subsidies" not in page.actions

    await publish(house.services["risk_pool"], "gx_guihuidai")
    await house.opens_treasury("gx_guihuidai", "region")
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/subsidies")
        form = page.html.split('action="/subsidies"')[1]
        assert 'value="gx_guihuidai"' in form and 'value="dongli"' not in form
        assert "桂惠贷" in page.text and "降 1 个百分点" in page.text


async def test_a_subsidy_that_the_programme_does_not_know_is_refused(house: House):
    loan = await house.has_loan()
    await publish(house.services["risk_pool"], "gx_guihuidai")
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
