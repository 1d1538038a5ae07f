"""Rules of money that a single figure shows best; each is one sentence of the settled readings."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from shared.schemes.decide.claims import (
    AgreementMissing,
    AgreementOutOfBounds,
    Borne,
    CapOutcome,
    ClaimFacts,
    Cost,
    CostAlreadyCounted,
    Counters,
    IpShareNotStated,
    NoSharingRule,
    Payment,
)
from shared.schemes.decide.deadlines import NoDeadline, deadline
from shared.schemes.decide.escrow import EscrowFacts, settle_escrow
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.decide.loss import split_loss
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery
from shared.schemes.decide.sequence import FiledClaim, advance, in_order
from shared.schemes.rules.claims import Deadline
from shared.schemes.rules.limits import Cap, Covered
from shared.schemes.rules.sharing import Agreed, Base, Behind, Condition, Plus, Row, Sharing
from tests.schemes.strategies import terms_of

HALF = (("pool", Fraction(1, 2)), ("bank", Fraction(1, 2)))


def flat(**shares: int) -> Sharing:
    return Sharing(
        rows=(
            Row(
                when=(),
                shares=tuple((party, Fraction(part, 100)) for party, part in shares.items()),
            ),
        )
    )


def terms(sharing: Sharing | None = None, **rules: object):
    sharing = sharing or flat(pool=50, bank=50)
    parties = tuple(party for party, _ in sharing.rows[0].shares)
    return terms_of(**({"parties": parties, "sharing": sharing} | rules))


def loss(fen: int, **more: object) -> ClaimFacts:
    return ClaimFacts(outstanding_principal_fen=fen, **more)


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
    assert split_loss(loss(100), highest).shares["pool"] == 30


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
    assert split_loss(loss(100, attributes={"is_ip_loan": False}), rule).shares["pool"] == 40


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

    assert split_loss(loss(100), rule).shares == {"province": 40, "city": 0, "bank": 60}
    assert split_loss(loss(100, confirmed=frozenset({"province_says"})), rule).shares["city"] == 20


def cap(code: str = "c", **rules: object) -> Cap:
    return Cap(**({"code": code, "parties": ("pool",), "per": "loan"} | rules))


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


def borne(**changed: object) -> Borne:
    said = {
        "version": "v", "residual": "bank", "bearer": "bank",
        "borne": {"pool": 400, "bank": 600}, "parts": {"pool": 2, "bank": 3},
        "interest_outside_fen": 50, "ip_share": Fraction(1, 2), "order": "pro_rata",
        "recovered_by": "bank",
    }  # fmt: skip
    return Borne(**(said | changed))


def test_only_the_ip_share_of_other_proceeds_counts_rounded_half_up():
    decision = split_recovery(RecoveryFacts(pledged_ip_fen=10, other_fen=5), borne())

    assert (decision.gross_fen, decision.net_fen) == (13, 13)
    third = borne(ip_share=Fraction(1, 3))
    assert split_recovery(RecoveryFacts(pledged_ip_fen=0, other_fen=5), third).gross_fen == 2
    assert split_recovery(RecoveryFacts(pledged_ip_fen=0, other_fen=4), third).gross_fen == 1


def test_costs_come_first_and_what_they_leave_uncovered_is_carried():
    facts = RecoveryFacts(
        pledged_ip_fen=10, costs=(Cost("a", 4), Cost("b", 9)), carried_costs_fen=2
    )

    decision = split_recovery(facts, borne())

    assert (decision.costs_fen, decision.net_fen, decision.carried_costs_fen) == (10, 0, 5)
    assert decision.returned == {"pool": 0, "bank": 0}
    assert decision.payments == ()


def test_a_cost_of_a_recovery_counts_once_only():
    with pytest.raises(CostAlreadyCounted):
        split_recovery(
            RecoveryFacts(pledged_ip_fen=1, costs=(Cost("a", 1),), used_costs=frozenset("a")),
            borne(),
        )
    with pytest.raises(CostAlreadyCounted):
        split_recovery(RecoveryFacts(pledged_ip_fen=1, costs=(Cost("a", 1), Cost("a", 2))), borne())


def test_a_party_that_is_whole_leaves_its_part_to_the_others():
    facts = RecoveryFacts(pledged_ip_fen=100, returned={"pool": 390, "bank": 0})

    decision = split_recovery(facts, borne())

    assert decision.returned == {"pool": 10, "bank": 90}
    assert decision.whole == ("pool",)
    assert decision.payments == (Payment("bank", "pool", 10, "recovery_return"),)


def test_when_all_are_whole_interest_comes_next_and_then_the_pledgor():
    facts = RecoveryFacts(
        pledged_ip_fen=100, returned={"pool": 400, "bank": 580}, interest_returned_fen=20
    )

    decision = split_recovery(facts, borne(recovered_by="pool"))

    assert decision.returned == {"pool": 0, "bank": 20}
    assert (decision.to_interest_fen, decision.to_pledgor_fen) == (30, 50)
    assert decision.payments == (
        Payment("pool", "bank", 20, "recovery_return"),
        Payment("pool", "bank", 30, "interest_return"),
        Payment("pool", "pledgor", 50, "surplus"),
    )


def test_a_single_fen_is_handed_over_too():
    facts = RecoveryFacts(
        pledged_ip_fen=3, returned={"pool": 399, "bank": 600}, interest_returned_fen=49
    )

    decision = split_recovery(facts, borne(recovered_by="pool", residual="pool"))
    other = split_recovery(facts, borne(recovered_by="guarantor", bearer="guarantor"))

    assert decision.payments == (
        Payment("pool", "bank", 1, "interest_return"),
        Payment("pool", "pledgor", 1, "surplus"),
    )
    assert other.payments == (
        Payment("guarantor", "pool", 1, "recovery_return"),
        Payment("guarantor", "pledgor", 1, "surplus"),
    )


def test_a_pure_ip_loan_counts_whole_in_its_recoveries():
    assert split_loss(loss(10), terms()).borne.ip_share == 1


def test_under_the_statutory_order_interest_is_paid_before_principal():
    facts = RecoveryFacts(pledged_ip_fen=60, interest_returned_fen=20)

    decision = split_recovery(facts, borne(order="statutory"))

    assert decision.to_interest_fen == 30
    assert decision.returned == {"pool": 12, "bank": 18}
    paid = RecoveryFacts(pledged_ip_fen=60, interest_returned_fen=70)
    assert split_recovery(paid, borne(order="statutory")).to_interest_fen == 0


def test_the_residual_party_of_the_claim_takes_the_rounding_of_its_recoveries():
    middle = borne(
        borne={"pool": 9, "bank": 9, "insurer": 9}, parts={"pool": 1, "bank": 1, "insurer": 1}
    )

    decision = split_recovery(RecoveryFacts(pledged_ip_fen=1), middle)

    assert decision.returned == {"pool": 0, "bank": 1, "insurer": 0}


def test_what_was_rounded_by_largest_remainder_comes_back_so():
    even = borne(borne={"pool": 100, "bank": 100}, parts={"pool": 1, "bank": 1}, residual="bank")
    three = replace(even, borne={"a": 9, "b": 9, "bank": 9}, parts={"a": 1, "b": 1, "bank": 1})
    largest = replace(three, rounding="largest_remainder")
    two = RecoveryFacts(pledged_ip_fen=2)

    assert split_recovery(two, three).returned == {"a": 1, "b": 1, "bank": 0}
    assert split_recovery(RecoveryFacts(pledged_ip_fen=1), three).returned["bank"] == 1
    assert split_recovery(RecoveryFacts(pledged_ip_fen=1), largest).returned["a"] == 1
    escrow = EscrowFacts(held={"a": 0, "b": 0}, net_loss_fen=1, available={"a": 9, "b": 9})
    assert settle_escrow(escrow, three).shares == {"a": 0, "b": 0, "bank": 1}
    assert settle_escrow(escrow, largest).shares == {"a": 1, "b": 0, "bank": 0}
    rounded = split_loss(loss(9), terms(rounding="largest_remainder")).borne
    assert Borne.from_data(rounded.as_data()).rounding == "largest_remainder"


def test_where_the_residual_party_is_whole_the_last_one_open_takes_the_rounding():
    three = borne(
        borne={"pool": 100, "insurer": 100, "bank": 1}, parts={"pool": 1, "insurer": 1, "bank": 0}
    )

    decision = split_recovery(RecoveryFacts(pledged_ip_fen=3, returned={"bank": 1}), three)

    assert decision.returned == {"pool": 2, "insurer": 1, "bank": 0}


def test_a_fen_of_rounding_borne_without_a_part_comes_back_last():
    odd = borne(borne={"pool": 9, "bank": 1}, parts={"pool": 1, "bank": 0})

    assert split_recovery(RecoveryFacts(pledged_ip_fen=9), odd).returned == {"pool": 9, "bank": 0}
    assert split_recovery(RecoveryFacts(pledged_ip_fen=10), odd).returned == {"pool": 9, "bank": 1}


def test_escrow_releases_what_is_too_much_and_adds_what_is_missing():
    def settle(net: int, held: int, available: int):
        return settle_escrow(
            EscrowFacts(held={"pool": held}, net_loss_fen=net, available={"pool": available}),
            borne(),
        )

    too_much = settle(900, 400, 99)
    assert too_much.payments == (
        Payment("escrow", "bank", 360, "compensation"),
        Payment("escrow", "pool", 40, "release"),
    )
    assert too_much.borne.parts == {"pool": 2, "bank": 3}
    assert too_much.borne.borne == {"pool": 360, "bank": 540}
    missing = settle(1_100, 400, 99)
    assert missing.payments == (
        Payment("escrow", "bank", 400, "compensation"),
        Payment("pool", "bank", 40, "compensation"),
    )
    short = settle(1_100, 400, 10)
    assert short.shares == {"pool": 410, "bank": 690}
    assert short.borne.parts == {"pool": 410, "bank": 690}
    assert settle(1_000, 400, 0).payments == (Payment("escrow", "bank", 400, "compensation"),)
    assert settle(0, 0, 0).payments == ()


def test_escrow_moves_a_single_fen_too():
    def settle(net: int, held: int):
        return settle_escrow(
            EscrowFacts(held={"pool": held}, net_loss_fen=net, available={"pool": 9}),
            borne(parts={"pool": 1, "bank": 1}),
        ).payments

    assert settle(2, 2) == (
        Payment("escrow", "bank", 1, "compensation"),
        Payment("escrow", "pool", 1, "release"),
    )
    assert settle(4, 1) == (
        Payment("escrow", "bank", 1, "compensation"),
        Payment("pool", "bank", 1, "compensation"),
    )


def test_escrow_of_a_payer_without_a_stated_balance_adds_nothing():
    settled = settle_escrow(
        EscrowFacts(held={"pool": 400}, net_loss_fen=1_100, available={}), borne()
    )

    assert settled.added == {"pool": 0}


def test_escrow_without_any_part_leaves_all_with_the_bearer():
    nothing = borne(borne={"pool": 0, "bank": 0}, parts={"pool": 0, "bank": 0})

    settled = settle_escrow(EscrowFacts(held={"pool": 0}, net_loss_fen=7, available={}), nothing)

    assert settled.shares == {"pool": 0, "bank": 7}


def test_a_decided_claim_moves_the_counters_that_the_next_one_shares():
    rule = terms(
        flat(pool=40, guarantor=40, bank=20),
        covered=(Covered("part", "loan", 1_000), Covered("year", "borrower_year", 1_000)),
        caps=(
            cap("both", parties=("pool", "guarantor"), per="term", amount_fen=500),
            cap("claim", per="claim", amount_fen=500),
            cap("balance", per="pool_balance", rate=Fraction(1), of="pool_available"),
            cap("bank_year", per="bank_year", amount_fen=500),
        ),
    )
    counters = Counters(
        used={"part": 0, "year": 1, "both": 2, "bank_year": 3}, figures={"pool_available": 100}
    )
    decision = split_loss(loss(100, costs=(Cost("a", 1),)), rule, counters)

    after = advance(counters, decision)
    elsewhere = advance(counters, decision, frozenset({"term"}))

    assert after.used == {"part": 100, "year": 101, "both": 82, "bank_year": 43}
    assert after.figures == {"pool_available": 60}
    assert after.used_costs == {"a"}
    assert elsewhere.used == {"part": 0, "year": 1, "both": 82, "bank_year": 3}


def test_counters_that_were_not_there_begin_with_the_claim():
    rule = terms(caps=(cap("year", per="claim", amount_fen=500),))
    decision = split_loss(loss(100), rule)

    assert advance(Counters(), decision).used == {}
    yearly = replace(rule, caps=(cap("year", per="programme_year", amount_fen=500),))
    assert advance(Counters(), decision._replace(terms=yearly)).used == {"year": 50}
    assert advance(Counters(), decision._replace(terms=yearly)).figures == {}
    covered = replace(rule, caps=(), covered=(Covered("part", "loan", 500),))
    assert advance(Counters(), decision._replace(terms=covered)).used == {"part": 100}


def test_claims_stand_in_the_order_of_filing_then_of_their_number():
    def filed(minute: int, number: str) -> FiledClaim:
        at = datetime(2026, 1, 5, 9, minute, tzinfo=UTC)
        return FiledClaim(filed_at=at, number=number, facts=loss(1))

    claims = [filed(2, "A"), filed(1, "C"), filed(1, "B")]

    assert [claim.number for claim in in_order(claims)] == ["B", "C", "A"]


class EveryDayWorks:
    def add(self, day: date, n: int) -> date:
        return date.fromordinal(day.toordinal() + n)


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        (Deadline(working_days=3), date(2026, 1, 15)),
        (Deadline(calendar_days=4), date(2026, 1, 16)),
        (Deadline(months=1), date(2026, 2, 12)),
        (Deadline(day_of_next_month=10), date(2026, 2, 10)),
        (Deadline(day_of_next_month=31), date(2026, 2, 28)),
    ],
)
def test_a_deadline_is_counted_as_the_scheme_says(rule, last):
    with_rule = terms_of(deadlines={"claim": rule})

    assert deadline("claim", date(2026, 1, 12), with_rule, EveryDayWorks()) == last
    with pytest.raises(NoDeadline):
        deadline("payment", date(2026, 1, 12), with_rule, EveryDayWorks())
