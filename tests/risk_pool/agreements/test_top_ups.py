"""Top-up calls: when one may be raised, who pays what of it, who decides, and what comes of it."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.risk_pool.domain.top_up import Contributor, Situation, parts_of, shared_by
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.agreements.driver import Agreements
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY, somebody
from tests.risk_pool.claims.test_claims import code_of
from tests.services import lacks_role

CALL = {"amount": "1000000.01", "pay_by": "2026-04-30", "reason": "补偿支出后低于补足线"}
AT = "/pools/dongli/top-up-calls"


async def contributors(pool: Account) -> Agreements:
    """District 2 : city 1, under 20,000,000.00; the pool has 18,000,000.00 left of 20,000,000.00."""
    people = Agreements(pool)
    await pool.has("TJ-FIN", "city")
    share = {"valid_from": "2026-03-01", "reference": "共建协议 第五条"}
    await people.agrees("DL-FIN", **share, contribution_share="2/3", top_up_below="20000000.00")
    await people.agrees("TJ-FIN", **share, contribution_share="1/3")
    await pool.moves("fee", "2000000.00", "2026-03-02")
    return people


async def raised(pool: Account, **more: Any) -> Any:
    answer = await pool.maker.post(AT, json=CALL | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def takes(pool: Account, call: Any, step: str, *, by: Any = None) -> Any:
    body = None if step == "call" else {"reason": "暂缓"}
    return await (by or pool.checker).post(f"/top-up-calls/{call['id']}/{step}", json=body)


def last_move(answer: Any) -> tuple[str | None, str, str, str]:
    move = answer["history"][-1]
    return move["source"], move["action"], move["target"], move["role"]


async def test_only_finance_raises_a_call_with_the_figures_that_it_rests_on(running):
    async with account_of(running) as pool:
        await contributors(pool)
        for role in EVERYBODY:
            if role != "finance_maker":
                answer = await somebody(pool, role).post(AT, json=CALL)
                assert code_of(answer) == (403, "forbidden"), role

        call = await raised(pool)

        assert last_move(call) == (None, "raise", "raised", "finance_maker")
        assert {name: call[name] for name in ("line", "available", "called", "claims", "paid_in")} == {
            "line": "20000000.00", "available": "18000000.00", "called": "0.00", "claims": "0.00",
            "paid_in": "20000000.00",
        }  # fmt: skip
        assert [(one["party_code"], one["amount"]) for one in call["parts"]] == [
            ("DL-FIN", "666666.67"), ("TJ-FIN", "333333.34"),
        ]  # fmt: skip
        assert await Agreements(pool).owed() == [], "nobody is asked before another person calls"
        assert code_of(await pool.maker.post(AT, json=CALL)) == (409, "call-open")


@pytest.mark.parametrize(("step", "target"), [("call", "called"), ("refuse", "refused")])
async def test_another_person_of_finance_calls_or_does_not(running, step, target):
    async with account_of(running) as pool:
        people = await contributors(pool)
        call = await raised(pool)
        for role in EVERYBODY:
            if role != "finance_checker":
                answer = await takes(pool, call, step, by=somebody(pool, role))
                expected = (404, "not-found") if role.startswith("bank") else lacks_role(role)
                assert code_of(answer) == expected, role
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        assert code_of(await takes(pool, call, step, by=both)) == (409, "second-person-required")

        answer = await takes(pool, call, step)

        assert (answer.status_code, answer.json()["state"]) == (200, target)
        assert last_move(answer.json()) == ("raised", step, target, "finance_checker")
        for again in ("call", "refuse"):
            assert code_of(await takes(pool, call, again)) == (409, "not-possible-now")
        told = [one for one in await pool.said() if one["type"] == "top-up.called.v1"]
        owed = [(one["party_code"], one["open"], one["due_on"]) for one in await people.owed()]
        if step == "refuse":
            assert (told, owed) == ([], [])
            return
        assert owed == [
            ("DL-FIN", "666666.67", "2026-04-30"), ("TJ-FIN", "333333.34", "2026-04-30"),
        ]  # fmt: skip
        (one,) = told
        assert [part["amount"] for part in one["parts"]] == ["666666.67", "333333.34"]


async def test_what_was_called_and_has_not_come_is_not_called_twice(running):
    async with account_of(running) as pool:
        people = await contributors(pool)
        await takes(pool, await raised(pool, amount="2000000.00"), "call")
        answer = await pool.maker.post(AT, json=CALL)
        assert code_of(answer) == (409, "above-top-up-line")

        await people.pays_in("1333333.33", "2026-03-02")

        so_far = await people.so_far()
        assert (so_far["planned"], so_far["open"]) == ("1333333.33", "0.00")
        situation = (await pool.auditor.get("/pools/dongli/top-up")).json()
        assert (situation["available"], situation["called"], situation["is_below"]) == (
            "19333333.33", "666666.67", False,
        )  # fmt: skip


async def test_a_call_is_refused_without_an_agreed_line_above_it_and_for_more_than_is_missing(
    running,
):
    async with account_of(running) as pool:
        answer = await pool.maker.post(AT, json=CALL)
        assert code_of(answer) == (409, "nobody-agreed-to-top-up")
        people = Agreements(pool)
        await people.agrees(
            "DL-FIN", valid_from="2026-03-01", contribution_share="1", top_up_below="20000000.00"
        )
        answer = await pool.maker.post(AT, json=CALL)
        assert code_of(answer) == (409, "above-top-up-line"), "exactly the line is not below it"
        await pool.moves("fee", "0.01", "2026-03-02")
        answer = await pool.maker.post(AT, json=CALL | {"pay_by": "2026-03-02"})

        assert answer.status_code == 422
        assert {one["pointer"]: one["code"] for one in answer.json()["errors"]} == {
            "#/amount": "above-what-is-missing", "#/pay_by": "too-early",
        }  # fmt: skip
        assert (await raised(pool, amount="0.01"))["parts"][0]["amount"] == "0.01"


async def test_a_call_is_outdated_where_less_is_missing_or_other_parts_are_agreed_by_now(running):
    async with account_of(running) as pool:
        people = await contributors(pool)
        call = await raised(pool, amount="2000000.00")
        await pool.moves("interest", "0.01", "2026-03-02")
        assert code_of(await takes(pool, call, "call")) == (409, "call-outdated")
        assert (await takes(pool, call, "refuse")).status_code == 200
        call = await raised(pool)
        await people.agrees("TJ-FIN", valid_from="2026-03-02", contribution_share="1/2")

        assert code_of(await takes(pool, call, "call")) == (409, "call-outdated")


def who(code: str, share: Fraction, below_fen: int | None = None) -> Contributor:
    return Contributor(party_code=code, share=share, below_fen=below_fen)


def test_parts_add_up_to_the_call_whatever_the_agreed_shares():
    thirds = [who("a", Fraction(1, 3)), who("b", Fraction(1, 3)), who("c", Fraction(1, 3))]
    assert shared_by(thirds, 100) == [34, 33, 33]
    for fen in range(60):
        mixed = [who("a", Fraction(3, 5)), who("b", Fraction(1, 7)), who("c", Fraction(2, 11))]
        assert sum(shared_by(mixed, fen)) == fen


def test_whose_own_line_is_not_passed_pays_nothing():
    situation = Situation(
        available_fen=60, paid_in_fen=100, claims_fen=40, called_fen=0,
        contributors=(who("a", Fraction(1, 2), 70), who("b", Fraction(1, 2), 50)),
    )  # fmt: skip
    (part,) = parts_of("DL-B-2026-0001", situation, amount_fen=40, pay_by=date(2026, 4, 30))
    assert (part.party_code, part.amount_fen) == ("a", 40)
    assert part.reference == "planned:DL-B-2026-0001:1"
