"""A right in a later rank, on the pages: asked about, filed, shown with its rank, and moved up."""

from tests.applications.office import Office, patent, right, submission
from tests.applications.ranks import CONSENT, with_ranks
from tests.console.house import CCB, ICBC, House
from tests.papers import document, stores


async def test_a_later_rank_is_asked_about_filed_and_moves_up_on_the_pages(house: House):
    pledged = right(patent())
    first = await house.has_loan(collateral=[pledged])
    await with_ranks(Office(house.services["applications"]))
    operator = house.person("applications", "ccb-operator", "bank_operator", institution=CCB)
    await stores(operator, CONSENT)
    async with house.logged_in("ccb-operator") as clerk:
        page = await clerk.opens("/rights")
        asked = {"kind": "invention", "numbers": pledged["number"]}
        assert "可设后顺位" not in (await clerk.sends(page, "/rights", **asked)).text
        page = await clerk.opens("/rights")
        told = await clerk.sends(page, "/rights", **asked, pool_code="dongli")
        assert "是 可设后顺位" in told.text

        papers = [*submission()["documents"], document(CONSENT)]
        second = await house.has_loan(CCB, collateral=[pledged], documents=papers)
        shown = await clerk.opens(f"/cases/{second['id']}")
        assert "顺位 2" in shown.text and "以第 2 顺位设立" in shown.text
        assert first["number"] not in shown.text and ICBC not in shown.text
        page = await clerk.opens(f"/register/find?kind=invention&number={pledged['number']}")
        assert "共 2 个顺位" in page.text and first["number"] not in page.text

        await house.moves_clocks("2026-04-01T09:00:00+08:00")
        await house.reports(ICBC, "2026-03", {
            "loan_no": first["loan_no"], "outstanding_principal": "0.00", "overdue_days": 0,
            "interest_arrears": "0.00", "penalty_interest": "0.00", "risk_class": "normal",
        })  # fmt: skip
        moved = await clerk.opens(f"/cases/{second['id']}")
        assert "前顺位终止，由第 2 顺位升为第 1 顺位" in moved.text
        assert "升为第 1 顺位" in (await clerk.opens("/inbox")).text
