"""Laws of giving back: nobody gets more than it bore, and not a fen is lost."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.apportion import divide
from shared.schemes.decide.claims import Borne, Cost
from shared.schemes.decide.escrow import EscrowFacts, settle_escrow
from shared.schemes.decide.loss import split_loss
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery
from tests.schemes.strategies import claims, counters_of, money, schemes


@st.composite
def bornes(draw: st.DrawFn) -> Borne:
    terms = draw(schemes())
    return split_loss(draw(claims()), terms, draw(counters_of(terms))).borne


@given(bornes(), st.lists(st.tuples(money, money, st.integers(0, 10**9)), min_size=1, max_size=5))
def test_over_all_recoveries_nobody_gets_back_more_than_it_bore(borne, receipts):
    returned = dict.fromkeys(borne.borne, 0)
    interest, carried = 0, 0

    for index, (pledged, other, cost) in enumerate(receipts):
        decision = split_recovery(
            RecoveryFacts(
                pledged_ip_fen=pledged,
                other_fen=other,
                costs=(Cost(f"r-{index}", cost),),
                carried_costs_fen=carried,
                returned=returned,
                interest_returned_fen=interest,
            ),
            borne,
        )

        given_back = sum(decision.returned.values())
        assert given_back + decision.to_interest_fen + decision.to_pledgor_fen == decision.net_fen
        assert decision.net_fen + decision.costs_fen == decision.gross_fen
        assert min(decision.returned.values()) >= 0
        assert decision.costs_fen + decision.carried_costs_fen == carried + cost
        for party, fen in decision.returned.items():
            returned[party] += fen
            assert returned[party] <= borne.borne[party]
        interest += decision.to_interest_fen
        assert interest <= borne.interest_outside_fen
        if decision.to_pledgor_fen:
            assert returned == dict(borne.borne)
            assert interest == borne.interest_outside_fen
        carried = decision.carried_costs_fen


@given(bornes(), money)
def test_a_recovery_of_all_that_was_borne_makes_everybody_whole(borne, surplus):
    owed = sum(borne.borne.values()) + borne.interest_outside_fen

    decision = split_recovery(RecoveryFacts(pledged_ip_fen=owed + surplus), borne)

    assert decision.returned == dict(borne.borne)
    assert decision.to_interest_fen == borne.interest_outside_fen
    assert decision.to_pledgor_fen == surplus
    assert decision.whole == tuple(borne.borne)


@given(bornes(), money)
def test_who_becomes_exactly_whole_takes_no_fen_from_another(borne, net):
    """Where nobody is offered more than it bore, the offer stands as it was divided."""
    parties = [party for party, fen in borne.borne.items() if fen > 0]
    parts = [borne.parts[party] for party in parties]
    if not any(parts) or borne.residual not in parties:
        return
    amount = min(net, sum(borne.borne.values()))
    residual = parties.index(borne.residual)
    offered = divide(borne.rounding, amount, parts, sum(parts), residual)

    back = split_recovery(RecoveryFacts(pledged_ip_fen=net), replace(borne, order="pro_rata"))

    if all(fen <= borne.borne[party] for party, fen in zip(parties, offered, strict=True)):
        assert {party: back.returned[party] for party in parties} == dict(
            zip(parties, offered, strict=True)
        )


@given(bornes(), money)
def test_under_the_statutory_order_interest_comes_first(borne, net):
    statutory = replace(borne, order="statutory")

    decision = split_recovery(RecoveryFacts(pledged_ip_fen=net), statutory)

    assert decision.to_interest_fen == min(net, borne.interest_outside_fen)


@given(bornes(), money)
def test_the_payments_of_a_recovery_hand_over_what_is_due_to_others(borne, net):
    decision = split_recovery(RecoveryFacts(pledged_ip_fen=net), borne)

    passed_on = sum(payment.amount_fen for payment in decision.payments)
    kept = decision.returned[borne.recovered_by]
    if borne.bearer == borne.recovered_by:
        kept += decision.to_interest_fen
    assert passed_on + kept == decision.net_fen


@given(bornes(), money)
def test_what_was_stored_of_a_claim_gives_the_same_recovery(borne, net):
    stored = json.loads(json.dumps(borne.as_data()))
    facts = RecoveryFacts(pledged_ip_fen=net)

    read = Borne.from_data(stored)

    assert read == borne
    assert split_recovery(facts, read).as_data() == split_recovery(facts, borne).as_data()


@given(st.data())
def test_a_settled_escrow_loses_no_fen_and_adds_no_more_than_there_is(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    decision = split_loss(facts, terms, data.draw(counters_of(terms)))
    held = {party: fen for party, fen in decision.shares.items() if party != terms.bearer}
    available = {party: data.draw(money) for party in held}
    net_loss = data.draw(money)

    settled = settle_escrow(
        EscrowFacts(held=held, net_loss_fen=net_loss, available=available), decision.borne
    )

    assert sum(settled.shares.values()) == net_loss
    assert min(settled.shares.values()) >= 0
    for party, fen in held.items():
        assert settled.paid[party] == fen + settled.added[party] - settled.released[party]
        assert settled.added[party] <= available[party]
        assert not (settled.added[party] and settled.released[party])
