"""What a programme with escrow sets aside is ordered into the party's escrow account, never into the
account on which the party is paid."""

from typing import Any

from tests.cash import release
from tests.risk_pool.account.driver import Account
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.claims.test_escrow import approved, passes_the_audit
from tests.risk_pool.payments.driver import PAYEE

ESCROW = PAYEE | {"purpose": "escrow", "account_number": "0302011409000777777"}


async def payee(pool: Account, body: dict[str, Any]) -> None:
    """One person enters the account, another confirms it."""
    entered = await pool.maker.post(f"/pools/{pool.code}/party-accounts", json=body)
    assert entered.status_code == 201, entered.text
    answer = await pool.checker.post(f"/party-accounts/{entered.json()['id']}/confirm")
    assert answer.status_code == 200, answer.text


async def test_money_that_is_set_aside_goes_to_the_escrow_account_on_the_day_that_was_asked(
    running: Any,
) -> None:
    async with claims_of(running, code="sh_escrow") as claims:
        claim = await approved(claims)
        pool = Account(claims.service, claims.code)
        await pool.has_account()
        await payee(pool, PAYEE)
        order = {
            "execution_on": "2026-03-06",
            "orders": [{"item": f"claim:{claim['number']}"}],
        }
        where = f"/pools/{pool.code}/payment-files"

        refused = await pool.maker.post(where, json=order)

        assert code_of(refused)[0] == 422
        assert [one["code"] for one in refused.json()["errors"]] == ["payee-account-missing"]
        await payee(pool, ESCROW)
        file = (await pool.maker.post(where, json=order)).json()
        (ordered,) = file["payment_orders"]
        assert (ordered["account_number"], ordered["amount"]) == (
            ESCROW["account_number"], claim["pool_pays"],
        )  # fmt: skip
        released = await pool.checker.post(f"/payment-files/{file['id']}/release")
        assert released.status_code == 200, released.text
        early = await pool.checker.post(f"/cash-entries/{ordered['entry_id']}/release", json={})
        assert code_of(early) == (422, "date-not-yet")

        await pool.it_is("2026-03-06")
        entry = await release(pool.checker, {"id": ordered["entry_id"]})

        assert (entry["kind"], entry["booked_on"]) == ("set_aside", "2026-03-06")
        held = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (held["state"], held["held"], held["paid"]) == (
            "escrowed", claim["pool_pays"], "0.00",
        )  # fmt: skip
        assert held["escrowed_on"] == "2026-03-06"
        balances = await pool.balances()
        assert balances["escrow:ICBC"] == claim["pool_pays"]
        assert "payable:ICBC" not in balances
        await passes_the_audit(pool)
