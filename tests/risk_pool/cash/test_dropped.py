"""A cash entry behind a payment order ends with the order, by the system and nobody else."""

from typing import Any

import pytest

from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.payments.driver import payments_of, report_of


@pytest.mark.parametrize("how", ["the bank rejects the order", "the file is withdrawn"])
async def test_what_an_order_was_to_pay_is_dropped_with_it_and_never_booked(
    running: Any, how: str
) -> None:
    async with payments_of(running) as pool:
        file = await pool.prepares(await pool.owes())
        (order,) = file["payment_orders"]
        entry = {"id": order["entry_id"]}
        if how == "the file is withdrawn":
            await pool.takes(file, "withdraw")
        else:
            await pool.takes(file, "release")
            said = report_of(file, (order["end_to_end"], "RJCT", "AC04", "账户已销户"))
            assert (await pool.hears_of(said)).status_code == 200

        dropped = await pool.entry(entry)

        assert dropped["state"] == "withdrawn"
        last = dropped["history"][-1]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            "entered", "drop", "withdrawn", "system",
        )  # fmt: skip
        assert last["reason"].startswith(file["number"])
        released = await pool.checker.post(f"/cash-entries/{entry['id']}/release", json={})
        assert code_of(released) == (409, "not-possible-now")
        assert (await pool.balances())["cash"] == "20000000.00"
