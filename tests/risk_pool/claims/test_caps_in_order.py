"""Caps are used up in the order of filing, whatever the order of decisions: held, taken, let go."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk_pool.domain.cap_order import (
    Standing,
    Taken,
    split_in_turn,
    standing,
    taken_at_most,
    taken_by,
    takes_fen,
)
from shared.schemes.decide.claims import ClaimFacts
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.library import load
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.core.driver import yuan

DAY = date(2026, 3, 5)
TERMS = load("dongli").terms(DAY, "direct")
LENT_FEN = yuan("40,000,000.00")


async def filed_in_order(pool: Claims, *names: str, principal: str = "5000000.00") -> list[Any]:
    """Reviewed claims of one bank, filed in this order."""
    for name in names:
        await pool.covers(name, amount=principal)
    for name in names:
        await pool.goes_bad(name, "2026-02", principal, overdue_days=92)
    await pool.it_is("2026-03-05")
    return [await pool.files(name, principal, overdue_days=95) for name in names]


async def filed_when_a_million_is_left(pool: Claims, *names: str) -> list[Any]:
    """Claims on a pool that is nearly empty, of a bank whose yearly cap does not bind."""
    for number in range(8):
        await pool.covers(f"x{number}", amount="10000000.00")
    claims = await filed_in_order(pool, *names, principal="2000000.00")
    await pool.fee("59000000.00")
    return claims


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_who_filed_first_has_the_cap_whoever_is_decided_first(running, order):
    async with claims_of(running, paid_in="60000000.00") as pool:
        # 40 % of 2,000,000 each; the bank's year is 5 % of 24,000,000 lent: 1,200,000.
        for number in range(6):
            await pool.covers(f"x{number}", amount="3000000.00")
        claims = await filed_in_order(pool, "a", "b", "c", principal="2000000.00")

        decided = {n: await pool.decides(claims[n]) for n in order}

        assert [decided[n]["pool_pays"] for n in range(3)] == ["800000.00", "400000.00", "0.00"]


async def test_what_an_earlier_claim_may_take_of_the_pools_money_is_held_for_it(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        first, second = await filed_when_a_million_is_left(pool, "a", "b")

        later = await pool.decides(second)
        earlier = await pool.decides(first)

        assert (earlier["pool_pays"], later["pool_pays"]) == ("800000.00", "200000.00")
        assert [cap["code"] for cap in later["caps_bound"]] == ["pool_balance"]


async def test_a_refused_claim_frees_its_place_but_what_was_cut_is_not_reopened(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        first, second, third = await filed_when_a_million_is_left(pool, "a", "b", "c")
        cut = await pool.decides(second)
        assert cut["pool_pays"] == "200000.00"

        await pool.maker.post(f"/claims/{first['id']}/refuse", json={"reason": "材料不实"})
        after = await pool.decides(third)

        # H.16: the 800,000.00 that were held go to who comes next in line, not back to the second.
        assert after["pool_pays"] == "800000.00"
        unchanged = (await pool.auditor.get(f"/claims/{second['id']}")).json()
        assert unchanged["pool_pays"] == "200000.00"


async def test_a_loan_whose_claim_comes_first_counts_no_more_in_the_borrowers_balance(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        uscc = "91120119000000000A"
        for name in ("a", "b"):
            await pool.covers(name, amount="2000000.00", uscc=uscc)
        for name in ("a", "b"):
            await pool.goes_bad(name, "2026-02", "2000000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        claims = [await pool.files(name, "2000000.00", overdue_days=95) for name in ("a", "b")]

        later, earlier = await pool.decides(claims[1]), await pool.decides(claims[0])

        given = [(await trial_facts(pool, claim))["borrower_balance"] for claim in (earlier, later)]
        assert given == ["4000000.00", "2000000.00"]


async def trial_facts(pool: Claims, claim: Any) -> Any:
    answer = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
    return answer["trials"]["decision"]["facts"]


async def test_claims_decided_at_the_same_moment_leave_the_last_million_to_the_first(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        claims = await filed_when_a_million_is_left(pool, "a", "b", "c", "d")
        for claim in claims:
            await pool.readies(claim)

        seen = [(await pool.trial(claim))["id"] for claim in claims]
        answers = await asyncio.gather(
            *(
                pool.approves_now(claim, trial=trial)
                for claim, trial in reversed(list(zip(claims, seen, strict=True)))
            )
        )

        paid = [answer.json()["pool_pays"] for answer in reversed(answers)]
        assert paid == ["800000.00", "200000.00", "0.00", "0.00"]
        assert (await pool.balances())["claims"] == "1000000.00"


@dataclass(frozen=True)
class Case:
    """A claim of a made-up history."""

    number: int
    principal_fen: int
    bank: int
    borrower: int

    def __getitem__(self, name: str) -> Any:
        return {
            "filed_at": datetime(2026, 3, 1, tzinfo=UTC),
            "number": f"C-{self.number:04d}",
            "programme": "dongli",
            "bank_code": f"B{self.bank}",
            "borrower_uscc": f"U{self.borrower}",
            "loan_id": UUID(int=self.number),
            "claimed_on": DAY,
        }[name]

    @property
    def facts(self) -> ClaimFacts:
        return ClaimFacts(
            outstanding_principal_fen=self.principal_fen,
            ip_share=Fraction(1),
            attributes={},
            borrower_balance_fen=self.principal_fen,
            loan_amount_fen=self.principal_fen,
        )


class Line:
    """Claims that wait, and what those that were decided have taken."""

    def __init__(self, cases: list[Case], money_fen: int) -> None:
        self.cases = cases
        self.money_fen = money_fen
        self.taken: list[Taken] = []
        self.decided: dict[int, ClaimDecision] = {}

    def stands(self, case: Case, held: list[Taken]) -> Standing:
        return standing(
            case,
            TERMS,
            taken=self.taken,
            held=held,
            available_fen=self.money_fen - self.paid_fen,
            figures={"bank_year_lending": LENT_FEN, "term_disbursed": LENT_FEN},
        )

    @property
    def paid_fen(self) -> int:
        return sum(one.shares["pool"] for one in self.decided.values())

    def decide(self, number: int) -> None:
        held: list[Taken] = []
        for case in self.cases[: number + 1]:
            if case.number in self.decided:
                continue
            decision = split_in_turn(case.facts, TERMS, self.stands(case, held))
            held += taken_by(case, decision)
        self.decided[number] = decision
        self.taken += taken_by(self.cases[number], decision)


CASES = st.lists(
    st.tuples(
        st.integers(0, yuan("9,000,000.00")), st.integers(0, 1), st.integers(0, 2)
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(cases=CASES, money_fen=st.integers(0, yuan("12,000,000.00")), data=st.data())
def test_the_order_of_decisions_never_changes_who_gets_a_cap(cases, money_fen, data):
    made = [Case(n, *one) for n, one in enumerate(cases)]
    order = data.draw(st.permutations(range(len(made))))
    as_filed, as_drawn = Line(made, money_fen), Line(made, money_fen)

    for number in range(len(made)):
        as_filed.decide(number)
    for number in order:
        as_drawn.decide(number)

    assert {n: one.shares for n, one in as_drawn.decided.items()} == {
        n: one.shares for n, one in as_filed.decided.items()
    }
    assert as_drawn.paid_fen <= money_fen


@settings(max_examples=100, deadline=None)
@given(cases=CASES, money_fen=st.integers(0, yuan("12,000,000.00")), data=st.data())
def test_figures_that_grow_between_decisions_never_carry_a_cap_over_its_limit(
    cases, money_fen, data
):
    made = [Case(n, *one) for n, one in enumerate(cases)]
    line = Line(made, money_fen)
    for number in data.draw(st.permutations(range(len(made)))):
        more_fen = data.draw(st.integers(0, yuan("3,000,000.00")))
        grown = Case(number, made[number].principal_fen + more_fen, *cases[number][1:])
        line.cases[number] = grown
        line.decide(number)

    assert line.paid_fen <= money_fen
    for cap in TERMS.caps:
        if cap.per == "programme_year" and cap.amount_fen is not None:
            taken_fen = sum(takes_fen(one, cap.parties) for one in line.decided.values())
            assert taken_fen <= cap.amount_fen
        if cap.per == "borrower_year" and cap.amount_fen is not None:
            for borrower in range(3):
                of_borrower = [
                    takes_fen(one, cap.parties)
                    for n, one in line.decided.items()
                    if made[n].borrower == borrower
                ]
                assert sum(of_borrower) <= cap.amount_fen


def test_a_claim_that_cannot_be_split_yet_holds_all_that_it_could_take():
    case = Case(0, yuan("2,000,000.00"), 0, 0)

    held = taken_at_most(case, case.facts, ("pool", "bank"))

    assert {one.party: one.amount_fen for one in held} == dict.fromkeys(
        ("", "pool", "bank"), yuan("2,000,000.00")
    )
    second = Case(1, yuan("2,000,000.00"), 1, 1)
    stands = Line([case, second], yuan("2,100,000.00")).stands(second, held)
    assert split_in_turn(second.facts, TERMS, stands).shares["pool"] == yuan("100,000.00")
