"""What a case would do to its pool is shown beside the decision, and nothing of it is kept."""

from typing import Any

from tests.risk_pool.core.driver import pool_of

FIRM = "91120110MA05X0001T"


async def test_every_limit_is_shown_before_and_after_the_case_with_its_ceiling(running):
    async with pool_of(
        running, "ICBC", "CCB", paid_in="100000.00", lines={"ICBC": "300000.00"}
    ) as pool:
        await pool.approved("one", bank="ICBC", amount="100000.00")
        leader = pool.service.as_("gao", "leader")
        asked = {"bank": "ICBC", "borrower": FIRM, "amount": "250000.00", "mode": "direct"}

        async def effect(**changes: Any) -> Any:
            return await leader.get("/pools/dongli/entry-effect", params=asked | changes)

        answer = (await effect()).json()
        shown = {
            one["code"]: (one["before"], one["after"], one["ceiling"], one["exceeded"])
            for one in answer["effects"]
        }
        assert shown["bank_line"] == ("100000.00", "350000.00", "300000.00", True)
        assert shown["maximum_leverage"] == ("100000.00", "350000.00", "1000000.00", False)
        assert shown["bank_share_of_capacity"] == ("100000.00", "350000.00", "400000.00", False)
        assert shown["borrower_cap"][2] == "10000000.00"
        assert (answer["covered"], answer["stops"]) == ("250000.00", [])
        # Of the part that IP is pledged for.
        half = (await effect(ip_share_bp=5000)).json()
        assert half["covered"] == "125000.00"
        assert not any(one["exceeded"] for one in half["effects"])
        assert (await pool.balances())["capacity"] == "100000.00"

        assert (await effect(bank="ABC")).status_code == 404
        assert (await leader.get("/pools/nowhere/entry-effect", params=asked)).status_code == 404
        assert (await effect(amount="x")).status_code == 422
        refused = await pool.bank("ICBC").get("/pools/dongli/entry-effect", params=asked)
        assert refused.status_code == 403
