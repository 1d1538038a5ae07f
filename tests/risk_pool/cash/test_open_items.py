"""What a posted month leaves is owed until cash settles it: by whom, since when, by when."""

import asyncio
from datetime import date

import pytest

from services.risk_pool.main import watch_what_is_owed
from shared.clock import business_date
from tests.cash import confirmed, release, released, reversed_by_two
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending

ITEM = "settlement:dongli:2026-03:ICBC"
AT = "/pools/dongli/cash-entries"


async def owing(pool):
    """A claim of 900,000.00 is approved, 1,000.00 come back: March leaves ICBC to pay 400.00."""
    await lending(pool)
    await bad_loan(pool)
    claim = await pool.approves("a", "900000.00", overdue_days=95)
    await pool.recovers(claim, "1000.00", on="2026-03-05")
    for month in ("2026-01", "2026-02", "2026-03"):
        await pool.hears(pool.position("other-ICBC-0", month, "10000000.00"))
    await pool.hears(pool.position("a", "2026-01", "1000000.00"))
    await pool.it_is("2026-04-02")
    for month in ("2026-01", "2026-02", "2026-03"):
        await pool.settles(month)
    return claim


async def items(pool, person=None, **query):
    answer = await (person or pool.auditor).get("/pools/dongli/open-items", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def entered(pool, kind, amount, **more):
    body = {"kind": kind, "amount": amount, "value_date": str(pool.today()), **more}
    return await confirmed(pool.maker, AT, body)


async def test_a_posted_month_and_an_approved_claim_are_owed_with_their_age_and_day(running):
    async with claims_of(running, after=owing) as pool:
        claim = pool.claim
        before = await pool.balances()
        await pool.it_is("2026-04-12")

        found = {one["reference"]: one for one in await items(pool)}

        assert set(found) == {ITEM, f"claim:{claim['number']}"}
        assert found[ITEM] == {
            "reference": ITEM, "direction": "receivable", "party_code": "ICBC",
            "party_name": "ICBC",
            "zh": "应收该方",
            "en": "To collect from the party",
            "amount": "400.00", "settled": "0.00", "entered": "0.00", "open": "400.00",
            "taken_off": "0.00", "disputed": "0.00", "due": "400.00", "overdue": "0.00",
            "due_again": [], "since": "2026-04-02", "due_on": "2026-04-17", "age_days": 10, "is_overdue": False,
        }  # fmt: skip
        of_claim = found[f"claim:{claim['number']}"]
        assert (of_claim["direction"], of_claim["open"]) == ("payable", claim["pool_pays"])
        # Posting has moved no cash: the account holds what was paid in.
        assert before["cash"] == "20000000.00"
        assert (before["receivable:ICBC"], before["payable:ICBC"]) == ("400.00", "360000.00")


async def test_a_receipt_settles_in_parts_and_never_more_than_is_open(running):
    async with claims_of(running, after=owing) as pool:
        await released(pool.maker, pool.checker, "dongli", "receipt", "150.00", "2026-04-02",
                       item=ITEM)  # fmt: skip
        waiting = (await entered(pool, "receipt", "200.00", item=ITEM)).json()
        (one,) = await items(pool, party="ICBC", overdue=False) and [
            item for item in await items(pool) if item["reference"] == ITEM
        ]
        assert (one["settled"], one["entered"], one["open"]) == ("150.00", "200.00", "250.00")
        above = await entered(pool, "receipt", "50.01", item=ITEM)
        assert code_of(above) == (409, "above-open-item")
        assert (above.json()["open"], above.json()["waiting"]) == ("250.00", "200.00")
        rest = (await entered(pool, "receipt", "50.00", item=ITEM)).json()
        for entry in (waiting, rest):
            await release(pool.checker, entry)

        assert [item["reference"] for item in await items(pool)] != [ITEM]
        held = await pool.balances()
        assert "receivable:ICBC" not in held
        assert held["cash"] == "20000400.00"


@pytest.mark.parametrize(
    ("kind", "more", "wrong"),
    [
        ("payment", {"item": ITEM}, (409, "wrong-direction")),
        ("receipt", {"item": "settlement:dongli:2026-03:CCB"}, (404, "not-found")),
        ("receipt", {"item": "nothing"}, (404, "not-found")),
        ("receipt", {"item": ITEM, "party_code": "ICBC"}, (422, "invalid-request")),
        ("interest", {"item": ITEM}, (422, "invalid-request")),
        ("receipt", {}, (422, "invalid-request")),
    ],
)
async def test_cash_settles_only_what_is_owed_that_way(running, kind, more, wrong):
    async with claims_of(running, after=owing) as pool:
        assert code_of(await entered(pool, kind, "1.00", **more)) == wrong


async def test_a_claim_is_paid_by_its_item_at_once_and_not_in_parts(running):
    async with claims_of(running, after=owing) as pool:
        claim = pool.claim
        item = f"claim:{claim['number']}"

        part = await entered(pool, "payment", "359999.99", item=item)
        assert code_of(part) == (409, "not-in-parts")
        whole = await entered(pool, "payment", "360000.00", item=item, bank_reference="ZF-1")
        again = await entered(pool, "payment", "360000.00", item=item, bank_reference="ZF-2")
        assert code_of(again) == (409, "above-open-item")
        await release(pool.checker, whole.json())

        paid = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (paid["state"], paid["paid"], paid["voucher"]) == ("paid", "360000.00", "ZF-1")
        assert [one["reference"] for one in await items(pool)] == [ITEM]
        (told,) = await pool.said("claim.paid.v1")
        assert (told["paid"], told["voucher"]) == ("360000.00", "ZF-1")


async def test_two_receipts_released_at_once_settle_no_more_than_is_open(running):
    async with claims_of(running, after=owing) as pool:
        first = (await entered(pool, "receipt", "400.00", item=ITEM)).json()
        # What the first has left open is nothing: the second waits for it to be refused.
        assert code_of(await entered(pool, "receipt", "400.00", item=ITEM))[0] == 409
        await pool.checker.post(f"/cash-entries/{first['id']}/refuse", json={"reason": "流水不符"})
        entries = [
            (await entered(pool, "receipt", amount, item=ITEM)).json()
            for amount in ("250.00", "150.00")
        ]

        answers = await asyncio.gather(
            *(pool.checker.post(f"/cash-entries/{one['id']}/release", json={}) for one in entries)
        )

        assert [one.status_code for one in answers] == [200, 200]
        assert (await pool.balances())["cash"] == "20000400.00"


async def test_a_receipt_that_two_persons_take_back_is_owed_again(running):
    async with claims_of(running, after=owing) as pool:
        got = await released(pool.maker, pool.checker, "dongli", "receipt", "400.00",
                             "2026-04-02", item=ITEM)  # fmt: skip
        assert ITEM not in [one["reference"] for one in await items(pool)]

        back = await reversed_by_two(pool.maker, pool.checker, got, reason="银行退汇")

        (one,) = [one for one in await items(pool) if one["reference"] == ITEM]
        assert (one["open"], one["since"]) == ("400.00", "2026-04-02")
        # Paid meanwhile another way, the receipt cannot come back as well.
        await released(pool.maker, pool.checker, "dongli", "receipt", "400.00", "2026-04-02",
                       item=ITEM)  # fmt: skip
        again = await pool.maker.post(f"/cash-entries/{back['id']}/reversal", json={"reason": "误"})
        late = await pool.checker.post(f"/cash-entries/{again.json()['id']}/release", json={})
        assert code_of(late) == (409, "above-open-item")


async def test_what_a_statement_has_asked_for_is_asked_for_once_and_its_age_goes_on(running):
    async with claims_of(running, after=owing) as pool:
        await pool.hears(pool.position("other-ICBC-0", "2026-04", "10000000.00"))
        await pool.it_is("2026-05-06")

        april = await pool.settles("2026-04")

        (icbc,) = [one for one in april["statements"] if one["party_code"] == "ICBC"]
        assert (icbc["net"], icbc["earlier"], icbc["awaiting_payment"]) == (
            "0.00", "-400.00", "360000.00",
        )  # fmt: skip
        (one,) = [one for one in await items(pool) if one["direction"] == "receivable"]
        assert (one["reference"], one["age_days"], one["is_overdue"]) == (ITEM, 34, True)


async def test_an_overdue_receivable_is_told_once_to_the_party_and_finance(running):
    async with claims_of(running, after=owing) as pool:
        context = pool.service.context
        for day, told in (("2026-04-17", 0), ("2026-04-18", 1), ("2026-04-20", 1)):
            await pool.it_is(day)
            await watch_what_is_owed(context)
            await watch_what_is_owed(context)
            assert len(await pool.said("receivable.overdue.v1")) == told, day

        (one,) = await pool.said("receivable.overdue.v1")
        assert (one["bank_code"], one["party_role"], one["reference"]) == ("ICBC", "bank", ITEM)
        assert (one["open"], one["due_on"], one["days_overdue"]) == ("400.00", "2026-04-17", 1)
        late = [one for one in await items(pool, overdue=True) if one["direction"] == "receivable"]
        assert [one["reference"] for one in late] == [ITEM]


async def test_what_was_paid_in_time_is_told_to_nobody(running):
    async with claims_of(running, after=owing) as pool:
        await released(pool.maker, pool.checker, "dongli", "receipt", "400.00", "2026-04-02",
                       item=ITEM)  # fmt: skip
        await pool.it_is("2026-05-20")
        assert business_date(pool.service.context.clock.now()) == date(2026, 5, 20)

        await watch_what_is_owed(pool.service.context)

        assert await pool.said("receivable.overdue.v1") == []


async def test_a_bank_sees_what_stands_between_itself_and_the_pool_and_nothing_else(running):
    async with claims_of(running, "ICBC", "CCB", after=owing) as pool:
        own = await items(pool, pool.bank("ICBC"))
        assert {one["party_code"] for one in own} == {"ICBC"} and len(own) == 2
        assert await items(pool, pool.bank("CCB")) == []
        assert await items(pool, pool.bank("CCB"), party="ICBC") == []
        async with pool.service.context.database.begin("CCB") as conn:
            assert await conn.fetchval("select count(*) from open_items") == 0
        assert (await pool.service.anonymous().get("/pools/dongli/open-items")).status_code == 401
        assert (await pool.auditor.get("/pools/nowhere/open-items")).status_code == 404
