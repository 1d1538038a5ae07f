"""What was booked wrongly, or came back, is taken back by two persons; nothing booked changes."""

import asyncio
import random

import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.domain.ledger import DEBIT_KINDS, account_kind
from shared.money import format_fen, parse_fen
from shared.postgres.database import EVERYWHERE
from tests.cash import release, released, reversed_by_two
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.core.driver import pool_of


async def paid_in(pool, amount="100.00", **more):
    return await released(
        pool.finance, pool.checker, "dongli", "contribution", amount, "2026-01-05",
        party_code="DL-FIN", bank_reference="B-1", **more,
    )  # fmt: skip


async def transfers(pool):
    found = (await pool.auditor.get("/pools/dongli/transfers")).json()["items"]
    return list(reversed(found))


async def test_a_reversal_names_the_entry_and_a_reason_and_books_its_opposite(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await paid_in(pool)

        back = await reversed_by_two(pool.finance, pool.checker, entry, reason="金额录入错误")

        assert (back["kind"], back["of_kind"], back["reverses_number"]) == (
            "reversal", "contribution", entry["number"],
        )  # fmt: skip
        assert (back["note"], back["value_date"]) == ("金额录入错误", "2026-01-05")
        assert await pool.balances() == {}
        once, opposite = await transfers(pool)
        assert (opposite["debit"], opposite["credit"]) == (once["credit"], once["debit"])
        assert opposite["kind"] == "reversal-of-contribution"
        shown = (await pool.auditor.get(f"/pools/dongli/transfers/{opposite['seq']}")).json()
        assert shown["fact"]["figures"]["reverses"] == entry["number"]
        assert [one["subject"] for one in shown["fact"]["people"]] == ["gao", "qian"]


async def test_the_reversal_of_a_reversal_is_the_entry_again(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await paid_in(pool)
        before = await pool.balances()

        back = await reversed_by_two(pool.finance, pool.checker, entry, reason="误认为重复")
        again = await reversed_by_two(pool.finance, pool.checker, back, reason="并非重复")

        assert await pool.balances() == before
        first, _, third = await transfers(pool)
        same = ("debit", "credit", "amount", "kind", "business_date", "loan_id")
        assert [first[name] for name in same] == [third[name] for name in same]
        assert again["reverses_number"] == back["number"]


async def test_an_entry_is_reversed_once_at_a_time(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await paid_in(pool)
        where = f"/cash-entries/{entry['id']}/reversal"
        waiting = (await pool.finance.post(where, json={"reason": "重复"})).json()

        second = await pool.finance.post(where, json={"reason": "重复"})
        assert code_of(second) == (409, "already-reversed")
        assert second.json()["number"] == waiting["number"]
        assert (await pool.auditor.get(f"/cash-entries/{entry['id']}")).json()["reversed_by"] == (
            waiting["number"]
        )
        # One that was refused stands in nobody's way; one that is booked does.
        await pool.checker.post(f"/cash-entries/{waiting['id']}/refuse", json={"reason": "不是"})
        await reversed_by_two(pool.finance, pool.checker, entry, reason="确系重复")
        assert code_of(await pool.finance.post(where, json={"reason": "再"})) == (
            409,
            "already-reversed",
        )


async def test_two_reversals_at_once_are_one(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await paid_in(pool)
        where = f"/cash-entries/{entry['id']}/reversal"

        answers = await asyncio.gather(
            *(pool.finance.post(where, json={"reason": "重复"}) for _ in range(4))
        )

        assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]


async def test_what_is_not_booked_is_not_reversed_and_nobody_reverses_alone(running):
    async with pool_of(running, "ICBC") as pool:
        body = {"kind": "interest", "amount": "1.00", "value_date": "2026-01-05"}
        waiting = (await pool.finance.post("/pools/dongli/cash-entries", json=body)).json()
        where = f"/cash-entries/{waiting['id']}/reversal"
        assert code_of(await pool.finance.post(where, json={"reason": "x"})) == (
            409,
            "not-released",
        )
        await release(pool.checker, waiting)
        assert (await pool.finance.post(where, json={})).status_code == 422
        for person in (pool.checker, pool.manager, pool.bank("ICBC")):
            assert (await person.post(where, json={"reason": "x"})).status_code == 403
        both = pool.service.as_("both", "finance_maker", "finance_checker")
        back = (await both.post(where, json={"reason": "有误"})).json()
        own = await both.post(f"/cash-entries/{back['id']}/release", json={})
        assert code_of(own) == (409, "second-person-required")


async def test_an_entry_of_a_closed_month_is_taken_back_in_the_first_open_one(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await paid_in(pool)
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update pools set closed_until = '2026-01-08'")

        back = await reversed_by_two(pool.finance, pool.checker, entry, reason="错账")

        assert (back["value_date"], back["booked_on"]) == ("2026-01-05", "2026-01-09")
        where, as_of = "/pools/dongli/balances", {"as_of": "2026-01-08"}
        closed = (await pool.auditor.get(where, params=as_of)).json()
        assert closed["paid_in"] == "100.00"
        assert await pool.balances() == {}


async def test_money_that_came_back_has_a_day_of_its_own_between_the_entry_and_today(running):
    async with pool_of(running, "ICBC", paid_in="100.00") as pool:
        fee = await released(
            pool.finance, pool.checker, "dongli", "fee", "30.00", "2026-01-06",
            bank_reference="F-1",
        )  # fmt: skip
        where = f"/cash-entries/{fee['id']}/reversal"
        for day in ("2026-01-05", "2026-01-12"):
            body = {"reason": "退票", "value_date": day}
            assert (await pool.finance.post(where, json=body)).status_code == 422, day

        back = await reversed_by_two(
            pool.finance, pool.checker, fee, reason="收款账号有误，银行退回",
            value_date="2026-01-09", bank_reference="RETURN-1",
        )  # fmt: skip

        assert (back["booked_on"], back["bank_reference"]) == ("2026-01-09", "RETURN-1")
        assert (await pool.balances())["cash"] == "100.00"


async def test_a_contribution_that_was_spent_is_not_taken_back(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await paid_in(pool)
        await pool.fee("60.00")
        where = f"/cash-entries/{entry['id']}/reversal"
        back = (await pool.finance.post(where, json={"reason": "重复"})).json()

        answer = await pool.checker.post(f"/cash-entries/{back['id']}/release", json={})

        assert code_of(answer) == (409, "cash-short")
        assert answer.json()["missing"] == "60.00"


@pytest.mark.parametrize("seed", [8, 2026])
async def test_whatever_is_entered_released_refused_and_reversed_assets_are_what_stands_against_them(
    running, seed
):
    """After every step: debits are credits, and cash is what the standing entries add up to."""
    chance = random.Random(seed)
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        standing: dict[str, int] = {"opening": 100_000_000}
        booked: list[dict] = []
        for number in range(40):
            what = chance.choice(("in", "out", "back", "back"))
            if what == "back" and booked:
                entry = chance.choice(booked)
                answer = await pool.finance.post(
                    f"/cash-entries/{entry['id']}/reversal", json={"reason": f"第{number}次"}
                )
                if answer.status_code == 409:
                    continue
                effect = -entry["effect"]
            else:
                kind = chance.choice(("contribution", "interest")) if what != "out" else "fee"
                fen = chance.randint(1, 10_000_000)
                body = {
                    "kind": kind, "amount": format_fen(fen), "value_date": "2026-01-05",
                    "bank_reference": f"B{number}",
                    **({"party_code": "DL-FIN"} if kind == "contribution" else {}),
                }  # fmt: skip
                answer = await pool.finance.post("/pools/dongli/cash-entries", json=body)
                effect = -fen if kind == "fee" else fen
            entry = answer.json()
            end = chance.choice(("release", "release", "release", "refuse"))
            said = {"reason": "不符"} if end == "refuse" else {}
            done = await pool.checker.post(f"/cash-entries/{entry['id']}/{end}", json=said)
            if done.status_code == 200 and end == "release":
                standing[entry["id"]] = effect
                booked.append({**done.json(), "effect": effect})
            held = (await pool.auditor.get("/pools/dongli/balances")).json()
            accounts = {one["account"]: parse_fen(one["balance"]) for one in held["accounts"]}
            assets = sum(
                fen if account_kind(name) in DEBIT_KINDS else -fen for name, fen in accounts.items()
            )
            assert assets == 0 and held["money"]["debited"] == held["money"]["credited"]
            assert accounts["cash"] == sum(standing.values()) >= 0
        assert len(booked) >= 10
        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")
    assert report is not None and report.passed
