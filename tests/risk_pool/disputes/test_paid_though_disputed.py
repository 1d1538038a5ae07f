"""What is disputed is not asked for; what the account shows is a fact all the same."""

from tests.cash import release, released
from tests.risk_pool.account.driver import account_of
from tests.risk_pool.account.files import entry
from tests.risk_pool.cash.test_open_items import ITEM, items, owing
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.disputes.driver import Disputes
from tests.risk_pool.payments.driver import Payments

HELD_FEN = 20_000_000_00


class AccountInDispute(Disputes, Payments):
    """A pool with an account, whose March is disputed."""


def in_dispute(running):
    return account_of(running, words=AccountInDispute, after=owing)


async def test_a_party_that_pays_what_it_disputes_has_paid_and_gets_back_what_is_upheld(running):
    async with in_dispute(running) as pool:
        filed = await pool.disputes()
        found = await pool.work()
        assert (ITEM, "360.00") in [(one["reference"], one["open"]) for one in found["owed"]]
        await pool.imports(
            entry("2026-04-02", "400.00", name="ICBC", reference="0402"), opening_fen=HELD_FEN
        )
        (todo,) = (await pool.work())["lines"]

        # By hand no more than the undisputed rest; from the line all that it shows.
        body = {"kind": "receipt", "amount": "400.00", "value_date": "2026-04-02", "item": ITEM}
        by_hand = await pool.maker.post("/pools/dongli/cash-entries", json=body)
        assert code_of(by_hand) == (409, "item-disputed")
        got = await pool.enters(
            "receipt", "400.00", "2026-04-02", item=ITEM, line_id=todo["line"]["id"]
        )
        await release(pool.checker, got)

        assert ITEM not in [one["reference"] for one in await items(pool)]
        assert await pool.finds() == []
        decided = await pool.decides_dispute(filed, "uphold")
        effect = decided["effect"]
        assert (effect["taken_off"], effect["new"], effect["due_again"]) == (
            "0.00", "40.00", "0.00",
        )  # fmt: skip
        assert effect["after"] == {
            "amount": "400.00", "taken_off": "0.00", "settled": "400.00", "disputed": "0.00",
            "due": "0.00",
        }  # fmt: skip
        assert (await pool.balances())["payable:ICBC"] == "360040.00"


async def test_a_receipt_that_was_entered_before_is_confirmed_by_the_account_and_not_by_hand(
    running,
):
    async with in_dispute(running) as pool:
        waiting = await pool.enters(
            "receipt", "400.00", "2026-04-02", item=ITEM, bank_reference="0402"
        )
        await pool.disputes()
        late = await pool.checker.post(f"/cash-entries/{waiting['id']}/release", json={})
        assert code_of(late) == (409, "item-disputed")

        await pool.imports(
            entry("2026-04-02", "400.00", name="ICBC", reference="0402"),
            opening_fen=HELD_FEN,
            by=pool.checker,
        )

        assert (await pool.entry(waiting))["state"] == "released"


async def test_a_payment_file_orders_what_is_not_disputed(running):
    async with in_dispute(running) as pool:
        claim = pool.claim
        await pool.has_payee()
        await released(pool.maker, pool.checker, "dongli", "receipt", "400.00", "2026-04-02",
                       item=ITEM)  # fmt: skip
        adjustment = await pool.maker.post(
            f"/claims/{claim['id']}/adjustments",
            json={"kind": "claw_back", "reason": "用途不符", "evidence": "审计 4"},
        )
        at = f"/adjustments/{adjustment.json()['id']}"
        trial = (await pool.checker.get(at)).json()["trial"]
        await pool.checker.post(f"{at}/decide", json={"trial": trial["id"], "opinion": "同意"})
        await pool.hears(pool.position("other-ICBC-0", "2026-04", "10000000.00"))
        await pool.it_is("2026-05-06")
        await pool.settles("2026-04")
        april = "/pools/dongli/settlements/2026-04/statements/ICBC"
        line = await pool.line("reversal-of-recovery-booked", "2026-04")
        reference = "settlement:dongli:2026-04:ICBC"
        whole = await pool.prepares(reference, execution_on="2026-05-06")
        filed = await pool.disputes(at=april, line=line, right="0.00")

        # The file that was prepared before is not released; all of the item waits.
        late = await pool.steps(whole, "release", by=pool.checker)
        assert code_of(late) == (409, "item-disputed")
        await pool.takes(whole, "withdraw")
        nothing = await pool.tries(reference, execution_on="2026-05-06")
        assert nothing.json()["errors"][0]["code"] == "nothing-open"
        await pool.decides_dispute(filed, "uphold_in_part", amount="10.00")
        file = await pool.prepares(reference, execution_on="2026-05-06")
        assert file["total"] == "390.00"
