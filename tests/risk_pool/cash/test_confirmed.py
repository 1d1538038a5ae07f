"""Money counts as received or paid when the account shows it: a line of a statement confirms what one
person has entered, as a second person would."""

import asyncio

import asyncpg
import pytest

from tests.cash import release
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.account.files import entry
from tests.risk_pool.claims.test_claims import code_of

HELD_FEN = 20_000_000_00
ICBC = "ICBC"


async def of_district(pool: Account, amount: str = "1234.56", on: str = "2026-03-02"):
    """One person has entered that the district paid in."""
    return await pool.enters(
        "contribution", amount, on, party_code="DL-FIN", bank_reference="2026030200017"
    )


def shown(amount: str = "1234.56", on: str = "2026-03-02", **more):
    """The line of the account that shows it."""
    return entry(on, amount, **{"name": "DL-FIN", "reference": "2026030200017"} | more)


async def test_the_account_confirms_what_one_person_entered_when_another_brings_the_statement(
    running,
):
    async with account_of(running) as pool:
        entered = await of_district(pool)
        assert entered["pending_actions"] == ["withdraw"]
        seen = (await pool.checker.get(f"/cash-entries/{entered['id']}")).json()
        assert seen["pending_actions"] == ["release", "refuse"]
        assert (await pool.balances())["cash"] == "20000000.00"

        done = await pool.imports(shown(), opening_fen=HELD_FEN, by=pool.checker)

        assert done["matched"] == 2
        booked = await pool.entry(entered)
        assert (booked["state"], booked["booked_on"]) == ("released", "2026-03-02")
        assert (booked["entered_by"], booked["released_by"]) == ("gao", "statement-of-account")
        (line,) = [one for one in await pool.lines() if not one["is_opening"]]
        assert booked["line_id"] == line["id"]
        last = booked["history"][-1]
        assert (last["action"], last["role"]) == ("confirm", "system")
        assert last["reason"] == "2026-03-02 2026030200017"
        assert (await pool.balances())["cash"] == "20001234.56"
        assert (await pool.balances())["contribution:DL-FIN"] == "20001234.56"
        assert (await pool.reconciles("2026-03-02"))["is_settled"] is True
        (match,) = await pool.matched(line)
        assert (match["how"], match["rule"]) == ("automatic", "reference")


async def test_what_the_account_confirmed_says_so_with_its_line(running):
    async with account_of(running) as pool:
        entered = await of_district(pool)
        await pool.imports(shown(), opening_fen=HELD_FEN, by=pool.checker)

        transfers = (await pool.auditor.get("/pools/dongli/transfers")).json()["items"]
        seq = next(one["seq"] for one in transfers if one["amount"] == "1234.56")
        told = (await pool.auditor.get(f"/pools/dongli/transfers/{seq}")).json()["explanation"]

        assert told["people"]["entered_by"]["subject"] == "gao"
        assert told["people"]["released_by"]["name"] == "专户对账单"
        assert told["explanation"]["line_id"] == (await pool.entry(entered))["line_id"]


async def test_who_entered_the_money_does_not_confirm_it_by_a_statement_of_his_own(running):
    async with account_of(running) as pool:
        entered = await of_district(pool)

        done = await pool.imports(shown(), opening_fen=HELD_FEN, by=pool.maker)

        assert done["matched"] == 1
        assert (await pool.entry(entered))["state"] == "entered"
        assert (await pool.balances())["cash"] == "20000000.00"
        (todo,) = (await pool.work())["lines"]
        assert (todo["finding"], [one["reference"] for one in todo["entries"]]) == (
            "entered", [entered["number"]],
        )  # fmt: skip
        # Nor by letting the machine look again; another person's release is what it waits for,
        # and then the line is matched at once.
        assert (await pool.maker.post("/pools/dongli/account-matching")).json() == {"matched": 0}
        assert (await pool.checker.post("/pools/dongli/account-matching")).json() == {"matched": 0}
        await release(pool.checker, entered)
        assert await pool.finds() == []
        assert (await pool.reconciles())["is_settled"] is True


@pytest.mark.parametrize(
    "line",
    [
        {"amount": "1234.57"},
        {"amount": "1234.55"},
        {"amount": "-1234.56"},
        {"reference": "别的", "name": "某某贸易公司"},
        {"reference": "别的", "on": "2026-02-13"},
        {"purpose": "退汇"},
    ],
)
async def test_another_amount_direction_party_or_day_confirms_nothing(running, line):
    async with account_of(running) as pool:
        entered = await of_district(pool)

        await pool.imports(shown(**line), opening_fen=HELD_FEN, by=pool.checker)

        assert (await pool.entry(entered))["state"] == "entered"
        assert (await pool.balances())["cash"] == "20000000.00"
        assert len(await pool.finds()) == 1


async def test_a_line_that_may_be_what_is_booked_or_what_is_entered_is_left_to_people(running):
    async with account_of(running) as pool:
        await pool.moves("contribution", "500.00", "2026-03-02", party_code="DL-FIN")
        other = (await pool.entries())[0]["id"]
        twice = await pool.enters(
            "contribution", "500.00", "2026-03-02", party_code="DL-FIN", confirm_double_of=other
        )

        await pool.imports(shown("500.00", reference="别的"), opening_fen=HELD_FEN, by=pool.checker)

        assert (await pool.entry(twice))["state"] == "entered"
        (todo,) = (await pool.work())["lines"]
        assert [todo["finding"], len(todo["candidates"]), len(todo["entries"])] == [
            "candidates", 1, 1,
        ]  # fmt: skip


async def test_a_claim_is_paid_when_the_account_shows_its_payment(running):
    async with account_of(running) as pool:
        await pool.covers("甲")
        await pool.goes_bad("甲", "2026-02", "1000000.00")
        claim = await pool.approves("甲", "1000000.00")
        answer = await pool.maker.post(
            f"/claims/{claim['id']}/enter_payment",
            json={"paid_on": "2026-03-02", "voucher": "ZF20260302001"},
        )
        assert answer.status_code == 200, answer.text

        await pool.imports(
            entry("2026-03-02", f"-{claim['pool_pays']}", name=ICBC, purpose="ZF20260302001"),
            opening_fen=HELD_FEN,
            by=pool.checker,
        )

        paid = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (paid["state"], paid["paid"], paid["paid_on"], paid["voucher"]) == (
            "paid", "50000.00", "2026-03-02", "ZF20260302001",
        )  # fmt: skip
        assert (
            "专户对账单" in next(one for one in paid["history"] if one["action"] == "pay")["reason"]
        )
        (told,) = await pool.said("claim.paid.v1")
        assert (told["paid"], told["voucher"]) == ("50000.00", "ZF20260302001")
        held = await pool.balances()
        assert held["cash"] == "19950000.00" and "payable:ICBC" not in held
        assert (await pool.reconciles("2026-03-02"))["is_settled"] is True


async def test_what_cannot_be_booked_keeps_no_statement_out(running):
    async with account_of(running, paid_in="") as pool:
        fee = await pool.enters("fee", "50.00", "2026-03-02", bank_reference="F-1001")

        done = await pool.imports(
            entry("2026-03-02", "-50.00", reference="F-1001"), opening_fen=100_00, by=pool.checker
        )

        assert (done["entries_new"], done["matched"]) == (1, 0)
        assert (await pool.entry(fee))["state"] == "entered"
        assert ("entered", "-50.00") in await pool.finds()
        late = await pool.checker.post(f"/cash-entries/{fee['id']}/release", json={})
        assert code_of(late) == (409, "cash-short")


async def test_a_release_and_a_statement_at_once_book_the_money_once(running):
    async with account_of(running) as pool:
        entered = await of_district(pool)

        released, imported = await asyncio.gather(
            pool.checker.post(f"/cash-entries/{entered['id']}/release", json={}),
            pool.imports(shown(), opening_fen=HELD_FEN, by=pool.checker),
        )

        assert released.status_code in (200, 409), released.text
        assert imported["entries_new"] == 1
        assert (await pool.balances())["cash"] == "20001234.56"
        assert await pool.finds() == []
        assert (await pool.reconciles())["is_settled"] is True


async def test_a_reversal_waits_for_another_person_whatever_the_account_shows(running):
    async with account_of(running) as pool:
        paid_in = await pool.moves(
            "contribution", "500.00", "2026-03-02", party_code="DL-FIN", bank_reference="R-5001"
        )
        back = await pool.maker.post(
            f"/cash-entries/{paid_in['id']}/reversal",
            json={"reason": "银行退汇", "bank_reference": "R-5002"},
        )
        await pool.imports(
            entry("2026-03-02", "500.00", name="DL-FIN", reference="R-5001"),
            entry("2026-03-02", "-500.00", name="DL-FIN", reference="R-5002"),
            opening_fen=HELD_FEN,
            by=pool.checker,
        )

        assert (await pool.entry(back.json()))["state"] == "entered"
        await release(pool.checker, back.json())
        assert await pool.finds() == []
        assert (await pool.reconciles())["is_settled"] is True


async def test_the_line_that_confirmed_an_entry_is_never_another_one(running):
    async with account_of(running) as pool:
        entered = await of_district(pool)
        await pool.imports(shown(), opening_fen=HELD_FEN, by=pool.checker)

        with pytest.raises(asyncpg.RestrictViolationError):
            async with pool.service.context.database.begin("*") as conn:
                await conn.execute(
                    "update cash_entries set line_id = null where number = $1", entered["number"]
                )
