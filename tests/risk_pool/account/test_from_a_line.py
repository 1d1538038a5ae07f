"""What the account shows and nobody expected is entered from its line by one person, and released by
another: what a posted month left is received or paid with it."""

from tests.cash import release
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.account.files import entry
from tests.risk_pool.cash.test_open_items import ITEM, owing
from tests.risk_pool.claims.test_claims import code_of

HELD_FEN = 20_000_000_00


async def items(pool: Account) -> list[tuple[str, str]]:
    """What is owed: by reference, what is open of it."""
    found = (await pool.auditor.get("/pools/dongli/open-items")).json()["items"]
    return [(one["reference"], one["open"]) for one in found]


async def test_what_a_month_left_is_received_when_the_account_shows_it_and_two_persons_say_so(
    running,
):
    async with account_of(running, after=owing) as pool:
        claim = pool.claim
        await pool.it_is("2026-04-08")
        await pool.imports(
            entry("2026-04-07", "400.00", name="ICBC", reference="0407", purpose="上缴"),
            opening_fen=HELD_FEN,
        )
        found = await pool.work()
        assert [(one["reference"], one["open"]) for one in found["owed"]] == [
            (f"claim:{claim['number']}", "-360000.00"), (ITEM, "400.00"),
        ]  # fmt: skip
        (todo,) = found["lines"]
        assert (todo["finding"], [one["reference"] for one in todo["owed"]]) == ("owed", [ITEM])

        got = await pool.enters(
            "receipt", "400.00", "2026-04-07", item=ITEM, line_id=todo["line"]["id"]
        )

        # Entered as the line has it, and not booked: the item is open, the line is spoken for.
        assert (got["bank_reference"], got["line_id"]) == ("0407", todo["line"]["id"])
        assert (await pool.balances())["receivable:ICBC"] == "400.00"
        (todo,) = (await pool.work())["lines"]
        assert todo["proposed"] == "400.00"
        assert (await pool.checker.post("/pools/dongli/account-matching")).json() == {"matched": 0}

        await release(pool.checker, got)

        held = await pool.balances()
        assert held["cash"] == "20000400.00" and "receivable:ICBC" not in held
        assert await items(pool) == [(f"claim:{claim['number']}", "360000.00")]
        assert await pool.finds() == []
        day = await pool.reconciles("2026-04-07")
        assert (day["is_settled"], day["booked"], day["bank"]) == (
            True, "20000400.00", "20000400.00",
        )  # fmt: skip


async def test_of_a_line_of_more_than_is_owed_a_part_is_entered_and_the_rest_goes_into_suspense(
    running,
):
    async with account_of(running, after=owing) as pool:
        await pool.imports(
            entry("2026-04-02", "400.01", name="ICBC", reference="0402"), opening_fen=HELD_FEN
        )
        line = (await pool.work())["lines"][0]["line"]

        got = await pool.enters("receipt", "400.00", "2026-04-02", item=ITEM, line_id=line["id"])
        await release(pool.checker, got)
        assert await pool.finds() == [("rest", "0.01")]
        await pool.suspends(await pool.open_line("0.01"), "over")

        assert await pool.finds() == []
        assert (await pool.balances())["suspense"] == "0.01"
        assert (await pool.reconciles())["is_settled"] is True


async def test_what_is_entered_from_a_line_is_as_the_line_has_it_with_every_fault_at_once(running):
    async with account_of(running) as pool:
        await pool.imports(
            entry("2026-03-02", "-70.00", reference="A-1001", purpose="手续费"),
            opening_fen=HELD_FEN,
        )
        line = await pool.open_line("-70.00")
        at = "/pools/dongli/cash-entries"
        body = {"kind": "interest", "amount": "70.01", "value_date": "2026-03-01",
                "bank_reference": "B-1002", "account": "99990000", "line_id": line["id"]}  # fmt: skip

        wrong = await pool.maker.post(at, json=body)

        assert code_of(wrong) == (422, "invalid-request")
        assert {(one["pointer"], one["code"]) for one in wrong.json()["errors"]} == {
            (f"#/{name}", "not-as-shown")
            for name in ("kind", "value_date", "amount", "bank_reference", "account")
        }
        nowhere = body | {"line_id": "01900000-0000-7000-8000-000000000000"}
        assert code_of(await pool.maker.post(at, json=nowhere)) == (404, "not-found")

        # What is proposed is spoken for: no more than the rest is entered.
        await pool.enters("fee", "50.00", "2026-03-02", line_id=line["id"])
        more = {"kind": "fee", "value_date": "2026-03-02", "line_id": line["id"]}
        above = await pool.maker.post(at, json=more | {"amount": "20.01"})
        assert [one["pointer"] for one in above.json()["errors"]] == ["#/amount"]
        other = (await pool.entries())[0]["id"]
        rest = await pool.maker.post(
            at, json=more | {"amount": "20.00", "confirm_double_of": other}
        )
        assert rest.status_code == 201, rest.text
        for one in await pool.entries(state="entered"):
            await release(pool.checker, one)
        assert await pool.finds() == []
        assert (await pool.balances())["fees"] == "70.00"


async def test_a_line_that_is_matched_meanwhile_keeps_what_was_entered_from_it_unbooked(running):
    async with account_of(running) as pool:
        await pool.imports(
            entry("2026-03-02", "70.00", name="别名", reference="A-1001"), opening_fen=HELD_FEN
        )
        line = await pool.open_line("70.00")
        got = await pool.enters("interest", "70.00", "2026-03-02", line_id=line["id"])
        await pool.moves("contribution", "70.00", "2026-03-01", party_code="DL-FIN")
        movement = await pool.open_movement("70.00")
        assert (await pool.matches([line], [movement])).status_code == 201

        late = await pool.checker.post(f"/cash-entries/{got['id']}/release", json={})

        assert code_of(late) == (409, "not-open")
        assert "interest" not in await pool.balances()
        refused = await pool.checker.post(
            f"/cash-entries/{got['id']}/refuse", json={"reason": "已另行入账"}
        )
        assert refused.json()["state"] == "refused"
