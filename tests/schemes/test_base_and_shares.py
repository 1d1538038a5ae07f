"""What of a loss is shared, and by which row: each rule by the single figure that shows it best."""

from dataclasses import replace
from fractions import Fraction

import pytest

from shared.schemes.decide.claims import (
    AgreementMissing,
    AgreementOutOfBounds,
    Cost,
    CostAlreadyCounted,
    Counters,
    IpShareNotStated,
    NoSharingRule,
    Payment,
)
from shared.schemes.decide.findings import FactMissing
from shared.schemes.decide.loss import split_loss
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery
from shared.schemes.rules.limits import Covered
from shared.schemes.rules.sharing import Agreed, Base, Condition, Plus, Row, Sharing
from tests.schemes.builders import HALF, flat, loss, terms
from tests.schemes.strategies import terms_of


def test_a_scheme_without_sharing_splits_nothing():
    with pytest.raises(NoSharingRule):
        split_loss(loss(1), terms_of())


def test_a_combined_loan_needs_a_stated_share_and_a_pure_one_does_not():
    with pytest.raises(IpShareNotStated):
        split_loss(loss(1, combined_collateral=True), terms())
    assert split_loss(loss(10), terms()).base_fen == 10
    assert split_loss(loss(11, ip_share=Fraction(1, 2)), terms()).base_fen == 6


def test_a_share_stated_for_a_pure_loan_counts_all_the_same():
    assert split_loss(loss(100, ip_share=Fraction(4, 5)), terms()).base_fen == 80


@pytest.mark.parametrize(
    ("plus", "base", "outside"),
    [
        ((), 100, 7),
        (("interest",), 101, 6),
        (("penalty_interest",), 102, 5),
        (("compound_interest",), 104, 3),
        (("costs",), 116, 7),
        (("interest", "penalty_interest", "compound_interest", "costs"), 123, 0),
    ],
)
def test_the_base_has_exactly_what_the_scheme_adds(plus, base, outside):
    facts = loss(
        100, interest_fen=1, penalty_interest_fen=2, compound_interest_fen=4,
        costs=(Cost("a", 10), Cost("b", 6)),
    )  # fmt: skip

    decision = split_loss(facts, terms(base=Base(plus=plus)))

    assert (decision.base_fen, decision.interest_outside_fen) == (base, outside)
    assert decision.ip_part_fen == 100


def test_no_cost_counts_twice_neither_in_a_claim_nor_in_another():
    by_cost = terms(base=Base(plus=("costs",)))

    with pytest.raises(CostAlreadyCounted):
        split_loss(loss(1, costs=(Cost("a", 1), Cost("a", 1))), by_cost)
    with pytest.raises(CostAlreadyCounted):
        split_loss(loss(1, costs=(Cost("a", 1),)), by_cost, Counters(used_costs=frozenset("a")))
    assert split_loss(loss(1, costs=(Cost("a", 1),)), by_cost).base_fen == 2


def test_a_cost_outside_the_base_is_not_looked_at():
    facts = loss(1, costs=(Cost("a", 1), Cost("a", 1)))

    assert split_loss(facts, terms()).base_fen == 1


def test_a_base_net_of_recoveries_never_falls_below_nothing():
    net = terms(base=Base(net_of_recoveries=True))

    assert split_loss(loss(100, recovered_fen=40), net).base_fen == 60
    assert split_loss(loss(100, recovered_fen=140), net).base_fen == 0
    assert split_loss(loss(100, recovered_fen=40), terms()).base_fen == 100


def test_a_guarantor_is_compensated_on_what_he_paid():
    rule = terms(
        flat(pool=20, guarantor=80), residual="guarantor", bearer="guarantor",
        base=Base(of="compensated_amount"),
    )  # fmt: skip

    decision = split_loss(loss(1_000, compensated_amount_fen=800), rule)

    assert decision.shares == {"pool": 160, "guarantor": 640}
    assert decision.payments == (Payment("pool", "guarantor", 160, "compensation"),)
    with pytest.raises(FactMissing):
        split_loss(loss(1_000), rule)


def test_the_covered_part_is_cut_off_and_the_rest_stays_with_the_bearer():
    covered = terms(
        covered=(Covered("a", "loan", 100), Covered("b", "borrower_year", 150)),
    )

    decision = split_loss(loss(120), covered, Counters(used={"a": 0, "b": 60}))

    assert (decision.covered_fen, decision.uncovered_fen) == (90, 30)
    assert decision.shares == {"pool": 45, "bank": 45}
    assert [limit.code for limit in decision.binding] == ["b", "a"]
    assert decision.borne.borne == {"pool": 45, "bank": 75}
    assert decision.borne.parts == {"pool": 45, "bank": 75}


def test_a_scheme_may_leave_the_uncovered_part_out_of_recoveries():
    from shared.schemes.rules.claims import RecoveryRule

    covered = terms(
        covered=(Covered("a", "loan", 100),), recovery=RecoveryRule(counts_uncovered=False)
    )

    borne = split_loss(loss(120), covered, Counters(used={"a": 0})).borne

    assert borne.borne == {"pool": 50, "bank": 50}
    assert borne.parts == {"pool": 1, "bank": 1}


def test_after_more_is_covered_than_the_ceiling_nothing_counts_any_more():
    covered = terms(covered=(Covered("a", "borrower_year", 100),))

    decision = split_loss(loss(10), covered, Counters(used={"a": 130}))

    assert decision.base_fen == 0
    assert decision.shares == {"pool": 0, "bank": 0}


TIERED = Sharing(
    rows=(
        Row(when=(Condition("borrower_balance", up_to=100),), shares=HALF),
        Row(
            when=(Condition("borrower_balance", above=100, below=200),),
            shares=(("pool", Fraction(1, 4)), ("bank", Fraction(3, 4))),
        ),
    )
)


@pytest.mark.parametrize(("balance", "pool"), [(100, 50), (101, 25), (199, 25), (200, 0)])
def test_the_tier_goes_by_the_balance_and_beyond_the_last_nothing_is_paid(balance, pool):
    decision = split_loss(loss(100, borrower_balance_fen=balance), terms(TIERED))

    assert decision.shares == {"pool": pool, "bank": 100 - pool}
    assert (decision.weights is None) == (pool == 0)
    assert decision.row == (-1 if pool == 0 else 0 if pool == 50 else 1)


def test_what_nobody_pays_is_all_borne_by_the_bearer():
    decision = split_loss(loss(100, borrower_balance_fen=900), terms(TIERED))

    assert decision.payments == ()
    assert decision.borne.parts == {"pool": 0, "bank": 100}
    assert split_recovery(RecoveryFacts(pledged_ip_fen=10), decision.borne).returned == {
        "pool": 0,
        "bank": 10,
    }


@pytest.mark.parametrize(
    ("condition", "fits", "does_not"),
    [
        (Condition("loan_amount", above=5), 6, 5),
        (Condition("loan_amount", at_least=5), 5, 4),
        (Condition("loan_amount", up_to=5), 5, 6),
        (Condition("loan_amount", below=5), 4, 5),
        (Condition("loan_amount", equals=5), 5, 4),
    ],
)
def test_each_end_of_a_tier_is_inclusive_or_not_as_its_name_says(condition, fits, does_not):
    rule = terms(Sharing(rows=(Row(when=(condition,), shares=HALF),)))

    assert split_loss(loss(10, loan_amount_fen=fits), rule).shares["pool"] == 5
    assert split_loss(loss(10, loan_amount_fen=does_not), rule).shares["pool"] == 0


def test_a_fact_is_asked_for_by_its_own_name():
    rule = terms(
        Sharing(rows=(Row(when=(Condition("outstanding_principal", above=5),), shares=HALF),))
    )

    assert split_loss(loss(10), rule).shares["pool"] == 5
    assert split_loss(loss(5), rule).shares["pool"] == 0
    with pytest.raises(FactMissing):
        split_loss(loss(5), terms(TIERED))
    with pytest.raises(FactMissing):
        split_loss(
            loss(5),
            terms(Sharing(rows=(Row(when=(Condition("loan_amount", above=1),), shares=HALF),))),
        )


def test_the_highest_row_wins_and_at_a_tie_the_first():
    rows = (
        Row(when=(), shares=(("pool", Fraction(3, 10)), ("bank", Fraction(7, 10)))),
        Row(when=(Condition("is_ip_loan", equals=True),), shares=HALF),
        Row(when=(Condition("is_first_loan", equals=True),), shares=HALF),
    )
    highest, first = terms(Sharing(rows=rows, choose="highest")), terms(Sharing(rows=rows))
    ip_and_first = loss(100, attributes={"is_ip_loan": True, "is_first_loan": True})

    assert split_loss(ip_and_first, highest).row == 1
    assert split_loss(ip_and_first, highest).shares["pool"] == 50
    assert split_loss(ip_and_first, first).row == 0
    neither = loss(100, attributes={"is_ip_loan": False, "is_first_loan": False})
    assert split_loss(neither, highest).shares["pool"] == 30


def test_points_are_given_once_and_taken_from_whom_the_scheme_names():
    rule = terms(
        replace(
            flat(pool=40, guarantor=30, bank=30),
            plus=(
                Plus(Fraction(1, 20), "pool", "guarantor", if_any=("is_first_loan", "is_ip_loan")),
            ),
        )
    )

    both = split_loss(loss(100, attributes={"is_first_loan": True, "is_ip_loan": True}), rule)

    assert both.shares == {"pool": 45, "guarantor": 25, "bank": 30}
    neither = {"is_first_loan": False, "is_ip_loan": False}
    assert split_loss(loss(100, attributes=neither), rule).shares["pool"] == 40


def test_an_agreement_states_less_within_bounds_and_the_bearer_takes_the_difference():
    agreed = replace(
        flat(pool=40, guarantor=40, bank=20), agreed=Agreed("pool", Fraction(3, 10), True)
    )
    rule = terms(agreed)

    assert split_loss(loss(100, agreed={"pool": Fraction(3, 10)}), rule).shares == {
        "pool": 30,
        "guarantor": 40,
        "bank": 30,
    }
    assert split_loss(loss(100, agreed={"pool": Fraction(2, 5)}), rule).shares["pool"] == 40
    for share in (Fraction(29, 100), Fraction(41, 100)):
        with pytest.raises(AgreementOutOfBounds):
            split_loss(loss(100, agreed={"pool": share}), rule)
    with pytest.raises(AgreementMissing):
        split_loss(loss(100), rule)


def test_an_agreement_that_may_be_silent_leaves_the_ceiling():
    rule = terms(replace(flat(pool=40, bank=60), agreed=Agreed("pool", Fraction(0), False)))

    assert split_loss(loss(100), rule).shares["pool"] == 40


def test_without_the_prior_decision_a_party_pays_nothing():
    rule = terms(
        replace(flat(province=40, city=20, bank=40), only_if_confirmed=(("city", "province_says"),))
    )

    denied = split_loss(loss(100, confirmed={"province_says": False}), rule)
    assert denied.shares == {"province": 40, "city": 0, "bank": 60}
    assert split_loss(loss(100, confirmed={"province_says": True}), rule).shares["city"] == 20
