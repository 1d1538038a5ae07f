"""Laws that hold for every scheme and every loss, not only for those somebody thought of."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.money import round_half_up
from shared.schemes.decide.claims import Counters
from shared.schemes.decide.loss import split_loss
from shared.schemes.decide.loss_explained import explained
from shared.schemes.decide.sequence import FiledClaim, advance, split_in_order
from shared.schemes.rules.sharing import Base
from tests.schemes.strategies import claims, counters_of, schemes


@given(st.data())
def test_shares_sum_to_the_base_and_none_is_negative(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))

    decision = split_loss(facts, terms, counters)

    assert sum(decision.shares.values()) == decision.base_fen
    assert sum(decision.due.values()) == decision.base_fen
    assert min(decision.shares.values()) >= 0
    assert min(decision.due.values()) >= 0
    assert tuple(decision.shares) == terms.parties


@given(st.data())
def test_no_cap_is_exceeded_and_only_the_bearer_bears_more_than_its_due(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))

    decision = split_loss(facts, terms, counters)

    for limit in decision.limits:
        if limit.parties:
            assert sum(decision.shares[party] for party in limit.parties) <= limit.allowed_fen or (
                not limit.binds
            )
        else:
            assert decision.covered_fen <= limit.allowed_fen
    for party, fen in decision.shares.items():
        if party != terms.bearer:
            assert fen <= decision.due[party]
    assert decision.cut_fen >= 0


@given(st.data())
def test_a_single_cap_that_binds_is_paid_out_to_the_fen(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    assume(len(terms.caps) >= 1)
    terms = replace(terms, caps=terms.caps[:1], limited_to_balance=False)
    counters = data.draw(counters_of(terms))

    decision = split_loss(facts, terms, counters)

    cap = next(limit for limit in decision.limits if limit.parties)
    assume(cap.binds)
    assert sum(decision.shares[party] for party in cap.parties) == cap.allowed_fen
    assert cap in decision.binding


@given(st.data())
def test_the_limits_that_bind_are_named_the_tightest_first(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))

    binding = split_loss(facts, terms, counters).binding

    tightness = [Fraction(limit.allowed_fen, limit.due_fen) for limit in binding]
    assert tightness == sorted(tightness)
    assert all(limit.allowed_fen < limit.due_fen for limit in binding)


@given(st.data())
def test_the_order_in_which_a_scheme_lists_its_caps_does_not_matter(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))
    turned = replace(terms, caps=tuple(reversed(terms.caps)))

    one, other = split_loss(facts, terms, counters), split_loss(facts, turned, counters)

    assert one.shares == other.shares
    assert {limit.code for limit in one.binding} == {limit.code for limit in other.binding}


@given(st.data())
def test_each_share_is_within_a_fen_of_the_exact_one_but_for_the_residual(data):
    terms, facts = data.draw(schemes(with_caps=False)), data.draw(claims())

    decision = split_loss(facts, terms)

    assert decision.weights is not None
    weights = decision.weights
    for party, part in zip(weights.parties, weights.parts, strict=True):
        off = abs(decision.due[party] - Fraction(decision.base_fen * part, weights.whole))
        if terms.rounding == "largest_remainder":
            assert off < 1
        elif party != terms.residual:
            assert off <= Fraction(1, 2) or decision.due[terms.residual] == 0
        else:
            assert off <= Fraction(len(weights.parts), 2)


@given(st.data(), st.integers(1, 10**9))
def test_a_larger_loss_gives_nobody_less(data, more):
    drawn, facts = data.draw(schemes(with_caps=False, flat=True)), data.draw(claims())
    terms = replace(drawn, rounding="residual")
    larger = replace(facts, outstanding_principal_fen=facts.outstanding_principal_fen + more)

    one, other = split_loss(facts, terms), split_loss(larger, terms)

    # A fen may move by rounding: the residual takes it, and those who give one back to it.
    slack = len(terms.parties)
    for party in terms.parties:
        assert other.due[party] >= one.due[party] - slack
    exact_payers = [party for party in terms.parties if party != terms.residual]
    if one.due[terms.residual] > 0 and other.due[terms.residual] > 0:
        for party in exact_payers:
            assert other.due[party] >= one.due[party]


@given(st.data(), st.integers(0, 10**9))
def test_more_room_under_a_cap_never_takes_compensation_away(data, more):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))
    roomier = replace(
        counters,
        used={code: max(used - more, 0) for code, used in counters.used.items()},
        figures={name: figure + more for name, figure in counters.figures.items()},
    )

    one = split_loss(facts, terms, counters)
    other = split_loss(facts, terms, roomier)

    if one.base_fen == other.base_fen:
        slack = len(terms.parties) * len(terms.caps)
        assert other.compensation_fen >= one.compensation_fen - slack
    assert other.base_fen >= one.base_fen


@given(st.data())
def test_the_money_paid_leaves_each_party_with_its_share(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))

    decision = split_loss(facts, terms, counters)

    paid = dict.fromkeys(terms.parties, 0)
    for payment in decision.payments:
        assert payment.amount_fen > 0
        paid[payment.payer] += payment.amount_fen
        paid[payment.payee] -= payment.amount_fen
    for party in terms.parties:
        if party == terms.bearer:
            assert decision.base_fen + paid[party] == decision.shares[party]
        else:
            assert paid[party] == decision.shares[party]


@given(st.data())
def test_the_base_is_what_the_scheme_says(data):
    terms, facts = data.draw(schemes(with_caps=False)), data.draw(claims())

    decision = split_loss(facts, terms)

    share = facts.ip_share if facts.ip_share is not None else Fraction(1)
    principal = round_half_up(facts.outstanding_principal_fen * share)
    if terms.base.net_of_recoveries:
        principal = max(principal - facts.recovered_fen, 0)
    costs = sum(cost.amount_fen for cost in facts.costs)
    interests = {
        "interest": facts.interest_fen,
        "penalty_interest": facts.penalty_interest_fen,
        "compound_interest": facts.compound_interest_fen,
    }
    inside = sum(fen for name, fen in interests.items() if name in terms.base.plus)
    assert decision.base_fen == principal + inside + ("costs" in terms.base.plus) * costs
    assert decision.interest_outside_fen == sum(interests.values()) - inside


@given(st.data())
def test_the_explanation_ends_where_the_decision_does_and_is_plain_data(data):
    terms, facts = data.draw(schemes()), data.draw(claims())
    counters = data.draw(counters_of(terms))

    decision = split_loss(facts, terms, counters)
    told = json.loads(json.dumps(explained(decision)))

    steps = {step["rule"]: step for step in told["explanation"]["steps"]}
    for party, amount in told["shares"].items():
        assert f"{party} {amount}" in steps["shares"]["result"]
    assert steps["shares"]["inputs"] == {"base": told["base"]}
    bound = [step for step in steps.values() if step["note_en"] == "this limit binds"]
    assert len(bound) == len(told["binding"])
    assert all(step["zh"] and step["en"] for step in steps.values())


@given(st.data())
def test_claims_that_share_no_counter_may_be_decided_in_any_order(data):
    terms = data.draw(schemes())
    book = data.draw(st.lists(claims(), min_size=2, max_size=4))
    counters = data.draw(counters_of(terms))

    forward = [split_loss(facts, terms, counters).shares for facts in book]
    backward = [split_loss(facts, terms, counters).shares for facts in reversed(book)]

    assert forward == list(reversed(backward))


@given(st.data())
def test_claims_on_one_counter_are_decided_by_filing_then_number_whatever_order_they_come_in(data):
    terms = data.draw(schemes())
    facts = data.draw(st.lists(claims(), min_size=2, max_size=4))
    facts = [replace(one, costs=()) for one in facts]
    minutes = data.draw(st.lists(st.integers(0, 2), min_size=len(facts), max_size=len(facts)))
    filed = [
        FiledClaim(
            filed_at=datetime(2026, 3, 2, 9, minute, tzinfo=UTC), number=f"C-{index}", facts=one
        )
        for index, (one, minute) in enumerate(zip(facts, minutes, strict=True))
    ]
    counters = data.draw(counters_of(terms))

    decided = list(split_in_order(filed, terms, counters))
    shuffled = list(split_in_order(data.draw(st.permutations(filed)), terms, counters))

    assert decided == shuffled
    keys = [(claim.filed_at, claim.number) for claim, _ in decided]
    assert keys == sorted(keys)


@given(st.data())
def test_a_portfolio_cap_holds_over_all_claims_together(data):
    terms = data.draw(schemes())
    terms = replace(terms, base=Base())
    book = data.draw(st.lists(claims(), min_size=1, max_size=5))
    counters = data.draw(counters_of(terms))
    figures = dict(counters.figures)
    start = Counters(used=dict.fromkeys(counters.used, 0), figures=figures)

    running, paid = start, {cap.code: 0 for cap in terms.caps}
    for facts in book:
        decision = split_loss(replace(facts, costs=()), terms, running)
        for cap in terms.caps:
            if cap.per != "claim":
                paid[cap.code] += sum(decision.shares[party] for party in cap.parties)
        running = advance(running, decision)

    for cap in terms.caps:
        if cap.per != "claim" and cap.amount_fen is not None:
            assert paid[cap.code] <= cap.amount_fen
