"""Laws of reservation for every input: never over a limit, and only the limits refuse."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import given, settings

from services.risk_pool.domain.capacity import BankLine, CapacityRequest, Room, decide, hold
from services.risk_pool.domain.coverage import covered_part
from shared.money import round_half_up
from shared.schemes import library
from shared.schemes.terms import Terms

DAY = date(2026, 3, 10)
TERMS: Terms = library.load("dongli").terms(on=DAY, mode="direct")
BANKS = ("ICBC", "CCB", "ABC")
BORROWERS = ("firm-1", "firm-2", "firm-3", "firm-4")

requests = st.lists(
    st.builds(
        CapacityRequest,
        bank_code=st.sampled_from(BANKS),
        borrower_uscc=st.sampled_from(BORROWERS),
        amount_fen=st.integers(1, 20_000_000_00),
        ip_share=st.integers(1, 10_000).map(lambda bp: Fraction(bp, 10_000)),
        on=st.just(DAY),
    ),
    max_size=40,
)


def a_room(available_fen: int, lines: dict[str, int]) -> Room:
    return Room(
        available_fen=available_fen,
        used_fen=0,
        banks=frozenset(BANKS),
        lines_on={
            DAY: {bank: BankLine(amount_fen=fen, source="agreement") for bank, fen in lines.items()}
        },
    )


@given(
    requests,
    st.integers(0, 5_000_000_00),
    st.dictionaries(st.sampled_from(BANKS), st.integers(1, 30_000_000_00)),
)
@settings(max_examples=200, deadline=None)
def test_whatever_is_asked_no_limit_is_ever_passed(asked, available_fen, lines):
    room = a_room(available_fen, lines)

    for one in asked:
        decision = decide(one, room, TERMS)
        if decision.held:
            hold(one, room, decision.requested_fen)

    assert TERMS.maximum_leverage is not None and TERMS.bank_share_of_capacity is not None
    capacity = TERMS.maximum_leverage * available_fen
    assert room.used_fen <= capacity
    assert room.used_fen == sum(room.used_by_bank.values()) == sum(room.used_by_borrower.values())
    for bank, used_fen in room.used_by_bank.items():
        assert used_fen <= TERMS.bank_share_of_capacity * capacity
        assert used_fen <= lines.get(bank, used_fen)
    assert all(
        used_fen <= (TERMS.borrower_cap_fen or used_fen)
        for used_fen in room.used_by_borrower.values()
    )


@given(requests.filter(bool), st.integers(0, 5_000_000_00))
@settings(max_examples=100, deadline=None)
def test_a_refusal_names_at_least_one_limit_and_the_tightest_first(asked, available_fen):
    room = a_room(available_fen, {})
    for one in asked:
        decision = decide(one, room, TERMS)
        left = [
            limit.allowed_fen - limit.used_fen - limit.requested_fen for limit in decision.binding
        ]
        assert decision.held == (not decision.binding)
        assert all(fen < 0 for fen in left)
        assert [limit.room_fen - limit.requested_fen for limit in decision.binding] == sorted(
            limit.room_fen - limit.requested_fen for limit in decision.binding
        )
        if decision.held:
            hold(one, room, decision.requested_fen)


@given(st.integers(0, 10**17), st.integers(1, 10_000))
def test_the_covered_part_is_rounded_half_up_on_exact_numbers(principal_fen, ip_share_bp):
    exact = Fraction(principal_fen * ip_share_bp, 10_000)

    assert covered_part(principal_fen, Fraction(ip_share_bp, 10_000)) == round_half_up(exact)


def test_a_suspended_bank_and_a_stopped_pool_are_named_before_any_figure():
    room = a_room(0, {"ICBC": 1})
    room.suspended = frozenset({"ICBC"})
    room.stopped = True
    asked = CapacityRequest(
        bank_code="ICBC",
        borrower_uscc="firm-1",
        amount_fen=100,
        ip_share=Fraction(1),
        on=DAY,
    )

    named = [limit.code for limit in decide(asked, room, TERMS).binding]

    assert set(named[:2]) == {"pool_stopped", "bank_suspended"}
    assert {"bank_line", "maximum_leverage"} <= set(named)


@given(
    st.lists(
        st.tuples(st.integers(1, 3_000_000_00), st.integers(1, 3_000_000_00), st.booleans()),
        max_size=8,
    ),
    st.integers(0, 5_000_000_00),
)
@settings(max_examples=200, deadline=None)
def test_a_loan_and_its_renewal_use_as_much_as_the_larger_and_no_limit_is_passed(
    pairs, available_fen
):
    room, debts = a_room(available_fen, {}), []
    for n, (old_fen, new_fen, twice) in enumerate(pairs):
        old = CapacityRequest(
            bank_code="ICBC",
            borrower_uscc="firm-1",
            amount_fen=old_fen,
            ip_share=Fraction(1),
            on=DAY,
        )
        new = replace(old, amount_fen=new_fen, renews=UUID(int=n))
        if not decide(old, room, TERMS).held:
            continue
        hold(old, room, old_fen)
        room.renewed[UUID(int=n)] = old_fen
        before, debt = room.used_fen, old_fen
        if decide(new, room, TERMS).held:
            hold(new, room, new_fen)
            debt = max(old_fen, new_fen)
        assert room.used_fen == before - old_fen + debt
        debts.append(debt)
        # Should a second renewal be told before the end of the first, the rest counts once at most.
        if twice and decide(new, room, TERMS).held:
            hold(new, room, new_fen)
            debts.append(new_fen - min(new_fen, max(old_fen - new_fen, 0)))
    assert room.used_fen == sum(debts) <= TERMS.maximum_leverage * available_fen
