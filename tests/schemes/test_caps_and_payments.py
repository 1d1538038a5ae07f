"""What caps leave, and who then pays whom: each rule by the single figure that shows it best."""

from fractions import Fraction

import pytest

from shared.schemes.decide.claims import (
    CapOutcome,
    Counters,
    Payment,
)
from shared.schemes.decide.findings import FigureMissing
from shared.schemes.decide.loss import split_loss
from shared.schemes.rules.sharing import Behind
from tests.schemes.builders import cap, flat, loss, terms


@pytest.mark.parametrize(
    ("amount", "used", "pool", "binds"),
    [
        (50, 0, 50, False),
        (49, 0, 49, True),
        (60, 10, 50, False),
        (60, 11, 49, True),
        (5, 9, 0, True),
    ],
)
def test_a_fixed_cap_counts_what_was_used(amount, used, pool, binds):
    rule = terms(caps=(cap(amount_fen=amount),))

    decision = split_loss(loss(100), rule, Counters(used={"c": used}))

    assert decision.shares == {"pool": pool, "bank": 100 - pool}
    assert decision.cut_fen == 50 - pool
    assert decision.compensation_fen == pool
    assert bool(decision.binding) == binds


def test_a_cap_per_claim_or_on_the_balance_counts_nothing_from_before():
    for per in ("claim", "pool_balance"):
        rule = terms(caps=(cap(per=per, amount_fen=40),))
        assert split_loss(loss(100), rule).shares["pool"] == 40


def test_a_rate_of_a_figure_is_rounded_down():
    rule = terms(caps=(cap(rate=Fraction(1, 3), of="term_fees"),))
    counters = Counters(used={"c": 0}, figures={"term_fees": 101})

    assert split_loss(loss(100), rule, counters).shares["pool"] == 33


def test_counters_and_figures_are_never_guessed():
    with pytest.raises(FigureMissing):
        split_loss(loss(1), terms(caps=(cap(amount_fen=1),)))
    with pytest.raises(FigureMissing):
        split_loss(
            loss(1), terms(caps=(cap(rate=Fraction(1), of="term_fees"),)), Counters(used={"c": 0})
        )


@pytest.mark.parametrize(("raised", "pool"), [(None, 10), (5, 10), (15, 15), (20, 20), (25, 20)])
def test_a_decision_may_raise_a_cap_up_to_its_bound_and_never_lower_it(raised, pool):
    rule = terms(caps=(cap(amount_fen=10, may_be_raised_to_fen=20),))
    counters = Counters(used={"c": 0}, raised={} if raised is None else {"c": raised})

    assert split_loss(loss(100), rule, counters).shares["pool"] == pool


def test_a_cap_that_may_not_be_raised_stays():
    rule = terms(caps=(cap(amount_fen=10),))

    assert (
        split_loss(loss(100), rule, Counters(used={"c": 0}, raised={"c": 50})).shares["pool"] == 10
    )


def test_all_policy_money_together_is_capped_by_the_loss():
    rule = terms(caps=(cap(per="claim", rate=Fraction(4, 5), of="loss_before_policy_money"),))

    assert split_loss(loss(100, other_policy_money_fen=30), rule).shares["pool"] == 50
    assert split_loss(loss(100, other_policy_money_fen=31), rule).shares["pool"] == 49


def test_a_cap_on_two_cuts_both_in_proportion_and_one_on_one_only_him():
    both = cap("both", parties=("pool", "guarantor"), amount_fen=60)
    one = cap("one", amount_fen=25)
    rule = terms(flat(pool=40, guarantor=40, bank=20), caps=(both, one))

    decision = split_loss(loss(100), rule, Counters(used={"both": 0, "one": 0}))

    assert decision.shares == {"pool": 25, "guarantor": 30, "bank": 45}
    assert [limit.code for limit in decision.binding] == ["one", "both"]
    assert decision.due == {"pool": 40, "guarantor": 40, "bank": 20}


def test_what_is_left_of_a_limit_and_when_it_binds():
    limit = CapOutcome("c", ("pool",), 10, 4, 6, "")

    assert (limit.allowed_fen, limit.binds) == (6, False)
    assert limit._replace(due_fen=7).binds
    assert limit._replace(used_fen=11).allowed_fen == 0
    assert limit._replace(used_fen=11, due_fen=0).binds is False


CHAIN = terms(
    flat(guarantor=30, reguarantor=20, national_fund=20, pool=10, bank=20),
    refunds={"reguarantor": "guarantor", "national_fund": "reguarantor", "pool": "guarantor"},
)


def test_in_a_chain_each_is_refunded_by_the_one_behind_it():
    assert split_loss(loss(1_000), CHAIN).payments == (
        Payment("guarantor", "bank", 800, "compensation"),
        Payment("reguarantor", "guarantor", 400, "refund"),
        Payment("pool", "guarantor", 100, "refund"),
        Payment("national_fund", "reguarantor", 200, "refund"),
    )


def test_nobody_is_made_to_pay_nothing():
    assert split_loss(loss(0), CHAIN).payments == ()
    tiny = split_loss(loss(2), CHAIN)
    assert all(payment.amount_fen > 0 for payment in tiny.payments)


def test_a_payment_of_a_single_fen_is_made():
    assert split_loss(loss(1), terms()).payments == (Payment("pool", "bank", 1, "compensation"),)
    chain = terms(flat(guarantor=50, pool=50, bank=0), refunds={"pool": "guarantor"})
    assert split_loss(loss(2), chain).payments == (
        Payment("guarantor", "bank", 2, "compensation"),
        Payment("pool", "guarantor", 1, "refund"),
    )


def test_escrow_takes_what_the_bearer_would_get():
    assert split_loss(loss(100), terms(escrow=True)).payments == (
        Payment("pool", "escrow", 50, "escrow"),
    )


def test_those_behind_the_pool_divide_its_share():
    rule = terms(
        behind={
            "pool": Behind((("city", Fraction(2, 5)), ("district", Fraction(3, 5))), "district")
        }
    )

    assert split_loss(loss(103), rule).behind == {"pool": {"city": 21, "district": 31}}
