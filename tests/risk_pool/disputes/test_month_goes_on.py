"""A month is closed when nothing of it is disputed; a dispute may be what settles its last item."""

from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.disputes.driver import disputes_of

MONTH = "/pools/dongli/settlements/2026-03"


async def test_a_month_is_not_closed_while_a_line_of_it_is_disputed_and_is_matched_by_the_decision(
    running,
):
    async with disputes_of(running, "ICBC") as pool:
        filed = await pool.disputes(right="0.00")

        refused = await pool.checker.post(f"{MONTH}/close", json={})
        assert code_of(refused) == (409, "month-not-closable")
        assert [(one["code"], one["amount"]) for one in refused.json()["findings"]] == [
            ("receivable-open", "400.00"), ("dispute-open", "400.00"),
        ]  # fmt: skip
        assert refused.json()["findings"][1]["numbers"] == [filed["number"]]

        await pool.decides_dispute(filed, "uphold")

        month = (await pool.auditor.get(MONTH)).json()
        assert (month["state"], month["closing"]["findings"]) == ("matched", [])
        closed = await pool.checker.post(f"{MONTH}/close", json={})
        assert (closed.status_code, closed.json()["state"]) == (200, "closed")
