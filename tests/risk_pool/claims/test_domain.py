"""The rules of claims, recoveries and settlements as pure functions."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk_pool.domain import claim, recovery, settlement
from services.risk_pool.domain.ledger import natural_balance, payable_to, receivable_from
from services.risk_pool.domain.month_figures import (
    OPENING,
    Due,
    Movement,
    account_months,
    cash_missing_fen,
    dues,
    settlement_transfers,
)
from services.risk_pool.domain.open_items import items_of_month
from services.risk_pool.domain.statement import Table, tables_of_party, tables_of_pool
from shared.calendar import WorkingDays
from shared.months import Month

LIFE_CYCLES = {
    "claim": (claim.LIFE_CYCLE, claim.State.DRAFT, {"refused_finally", "withdrawn", "reversed"}),
    "recovery": (
        recovery.LIFE_CYCLE,
        recovery.State.REPORTED,
        {"confirmed", "refused", "withdrawn"},
    ),
    "settlement": (settlement.LIFE_CYCLE, settlement.State.PREVIEWED, set()),
}


@pytest.mark.parametrize("name", LIFE_CYCLES)
def test_what_the_table_does_not_list_is_not_possible(name):
    cycle, _, _ = LIFE_CYCLES[name]
    listed = {(move.source, move.action) for move in cycle.moves}

    for state, action in itertools.product(cycle.states, cycle.actions):
        assert (cycle.find(state, action) is not None) == ((state, action) in listed)


@pytest.mark.parametrize("name", LIFE_CYCLES)
def test_every_state_can_be_reached_and_only_the_last_ones_are_final(name):
    cycle, first, final = LIFE_CYCLES[name]

    reached = {first}
    while more := {move.target for move in cycle.moves if move.source in reached} - reached:
        reached |= more

    assert reached == set(cycle.states)
    assert cycle.final == final
    assert set(cycle.waits) == set(cycle.states) - final


@pytest.mark.parametrize("name", LIFE_CYCLES)
def test_whoever_is_waited_for_can_act(name):
    cycle, _, final = LIFE_CYCLES[name]

    for state in set(cycle.states) - final:
        for role in cycle.waits[state].roles:
            assert cycle.possible_actions(state, {role})


def test_months_know_their_ends():
    assert (str(Month.parse("2024-02")), Month.parse("2024-02").last) == (
        "2024-02",
        date(2024, 2, 29),
    )
    assert str(Month.parse("2026-01").before) == "2025-12"
    for wrong in ("2026-13", "2026-1", "26-01", "2026-01-01"):
        with pytest.raises(ValueError, match=r".+"):
            Month.parse(wrong)


fen = st.integers(min_value=0, max_value=10**12)
PARTIES = ("BANK-A", "BANK-B", "INSURER", "GUARANTOR")
owed = st.fixed_dictionaries({party: st.tuples(fen, fen, fen) for party in PARTIES})


@given(owed)
def test_what_the_parties_get_together_is_what_leaves_the_account(amounts):
    closing, awaiting = {}, {}
    for party, (payable, receivable, unpaid_claims) in amounts.items():
        closing[payable_to(party)] = payable + unpaid_claims
        closing[receivable_from(party)] = receivable
        awaiting[payable_to(party)] = unpaid_claims

    due = dues(PARTIES, closing, awaiting_payment=awaiting, settled={}, stated={})
    made = settlement_transfers("p", Month(2026, 3), due, posted_on=date(2026, 4, 2))
    items = items_of_month(
        "p", Month(2026, 3), due, posted_on=date(2026, 4, 2), working_days=WorkingDays()
    )

    after = dict(closing)
    for one in made:
        for account, debited, credited in (
            (one.debit, one.amount_fen, 0),
            (one.credit, 0, one.amount_fen),
        ):
            # No cash moves: there is no such account here.
            after[account] += natural_balance(account, debited_fen=debited, credited_fen=credited)
    for item in items:
        owed = payable_to if item.direction == "payable" else receivable_from
        after[owed(item.party_code)] -= item.amount_fen
    assert {account: left for account, left in after.items() if left} == {
        account: unpaid for account, unpaid in awaiting.items() if unpaid
    }
    sign = {"payable": 1, "receivable": -1}
    assert sum(one.net_fen for one in due) == sum(
        sign[item.direction] * item.amount_fen for item in items
    )
    assert len({one.reference for one in made}) == len(made)


@given(owed, fen)
def test_cash_suffices_exactly_when_nothing_is_missing(amounts, cash):
    due = [
        Due(party=party, payable_fen=payable, receivable_fen=receivable)
        for party, (payable, receivable, _) in amounts.items()
    ]
    collected = sum(max(one.receivable_fen - one.payable_fen, 0) for one in due)
    paid = sum(max(one.payable_fen - one.receivable_fen, 0) for one in due)

    missing = cash_missing_fen(due, cash_fen=cash)

    assert (missing == 0) == (cash + collected >= paid)
    assert cash_missing_fen(due, cash_fen=cash + missing) == 0


def test_what_an_earlier_statement_has_asked_for_is_not_asked_for_again():
    closing = {payable_to("A"): 700, receivable_from("A"): 50}
    stated = {payable_to("A"): 400, receivable_from("A"): 50}

    (due,) = dues(("A",), closing, awaiting_payment={}, settled={}, stated=stated)

    assert (due.payable_fen, due.receivable_fen, due.earlier_fen) == (300, 0, 350)


def test_what_cash_has_settled_of_an_earlier_statement_is_owed_no_more():
    closing = {payable_to("A"): 400, receivable_from("A"): 0}
    stated = {payable_to("A"): 400, receivable_from("A"): 50}
    # Set off against each other are 50, and 250 of the rest were paid; 300 came to be owed anew.
    settled = {payable_to("A"): -300, receivable_from("A"): -50}

    (due,) = dues(("A",), closing, awaiting_payment={}, settled=settled, stated=stated)

    assert (due.payable_fen, due.receivable_fen, due.earlier_fen) == (300, 0, 100)


ACCOUNTS = (
    "cash",
    "claims",
    "recoveries",
    "contribution:DL-FIN",
    "payable:A",
    "receivable:A",
    "covered:A",
    "capacity",
)
facts = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(("contribution", "claim-paid", "something-new")),
        st.integers(min_value=1, max_value=10**9),
        st.booleans(),
    ).filter(lambda fact: fact[0] != fact[1]),
    max_size=30,
)


@given(facts)
def test_opening_and_movements_make_the_closing_of_every_account_and_table(booked):
    moved: dict[tuple[str, str], list[int]] = {}
    closing = dict.fromkeys(ACCOUNTS, 0)
    for debit, credit, kind, amount, is_before in booked:
        for account, debited, credited in ((debit, amount, 0), (credit, 0, amount)):
            sums = moved.setdefault((account, OPENING if is_before else kind), [0, 0])
            sums[0] += debited
            sums[1] += credited
            closing[account] += natural_balance(account, debited_fen=debited, credited_fen=credited)
    movements = [Movement(account, kind, *sums) for (account, kind), sums in moved.items()]

    months = account_months(movements)

    assert {name: one.closing_fen for name, one in months.items() if one.closing_fen} == {
        name: left for name, left in closing.items() if left
    }
    tables = {one.code: one for one in tables_of_pool(months)}
    assert tables["cash"].closing_fen == closing["cash"]
    assert tables["available"].closing_fen == (
        closing["contribution:DL-FIN"] + closing["recoveries"] - closing["claims"]
    )
    own = {one.code: one for one in tables_of_party("A", months)}
    assert own["current"].closing_fen == closing["payable:A"] - closing["receivable:A"]


def test_a_table_that_does_not_add_up_cannot_be_made():
    with pytest.raises(AssertionError, match="does not add up"):
        Table(code="x", words=None, opening_fen=1, rows=(("fee", 1),), closing_fen=3)
