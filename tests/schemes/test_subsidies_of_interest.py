"""Subsidies of interest: the share of what was really paid, only after settlement, cut only once."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.findings import FactMissing
from shared.schemes.decide.subsidies import LoanNotSettled, subsidy
from shared.schemes.decide.subsidies_explained import explain_subsidy
from shared.schemes.rules.limits import RateCap
from tests.schemes.test_subsidies import facts, rule

FORTY = {"of": "interest_paid", "rate_bp": None, "share": Fraction(2, 5)}
HALF = {"of": "interest", "rate_bp": None, "share": Fraction(1, 2)}


def test_a_share_of_the_interest_really_paid_is_taken_of_that_and_not_of_rate_and_days():
    paid = subsidy("s", facts(interest_paid_fen=10_000_000), rule(**FORTY))

    assert paid.amount_fen == 4_000_000
    with pytest.raises(FactMissing) as refused:
        subsidy("s", facts(), rule(**FORTY))
    assert refused.value.extra["fact"] == "interest_paid"


def test_a_share_of_the_interest_by_days_is_never_more_than_the_share_of_what_was_paid():
    by_days = subsidy("s", facts(), rule(**HALF))
    little = subsidy("s", facts(interest_paid_fen=10_000_000), rule(**HALF))

    assert by_days.amount_fen == 5_835_616  # half of 116,712.33
    assert little.amount_fen == 5_000_000
    assert (by_days.cut_by, little.cut_by) == ((), ("interest_paid",))


def test_of_the_interest_paid_only_the_ip_part_and_the_rate_up_to_the_ceiling_count():
    part = rule(**(FORTY | {"ip_part_only": True}))
    capped = rule(**(FORTY | {"rate_ceiling": RateCap(times_lpr=Fraction(1))}))
    paid = {"interest_paid_fen": 10_000_000}

    assert subsidy("s", facts(ip_share=Fraction(1, 3), **paid), part).amount_fen == 1_333_333
    at_six = subsidy("s", facts(rate_bp=600, **paid), capped)  # LPR 3.00 %: half of the rate counts
    assert (at_six.amount_fen, at_six.cut_by) == (2_000_000, ("rate_ceiling",))


@given(st.integers(0, 10**10), st.integers(1, 1_000), st.integers(0, 10**9), st.integers(0, 100))
def test_no_subsidy_of_interest_is_above_its_share_of_the_interest_paid(
    principal, rate, paid, share
):
    asked = facts(principal_fen=principal, rate_bp=rate, interest_paid_fen=paid)

    for of in ("interest", "interest_paid"):
        terms = rule(of=of, rate_bp=None, share=Fraction(share, 100))
        assert subsidy("s", asked, terms).amount_fen * 100 <= paid * share + 50


def test_a_cut_names_the_input_that_made_it_in_both_languages():
    explanation = explain_subsidy(subsidy("s", facts(interest_paid_fen=10_000_000), rule(**HALF)))

    step = explanation.steps[0]
    assert ("interest_paid", "100000.00") in step.inputs
    assert explanation.rows("zh")[0][2] == "50000.00 (受限于：实付利息)"
    assert step.note.en == "cut by: interest really paid"


@pytest.mark.parametrize(
    ("changed", "asked", "cut_by"),
    [
        ({"longest_days": 30}, {}, ("longest_days",)),
        ({"of": "guarantee_fee", "rate_bp": 100}, {"fee_fen": 9_000_000}, ("rate_bp",)),
        (
            {"of": "insurance_premium", "rate_bp": None, "fee_ceiling_bp": 50},
            {"fee_fen": 9_000_000},
            ("fee_ceiling_bp",),
        ),
        ({"of": "principal"}, {"interest_paid_fen": 1}, ("interest_paid",)),
        ({"of": "principal"}, {"interest_paid_fen": 10**9}, ()),
    ],
)
def test_every_input_that_cuts_is_named_and_one_that_does_not_is_not(changed, asked, cut_by):
    assert subsidy("s", facts(**asked), rule(**changed)).cut_by == cut_by


def test_on_settlement_is_after_settlement():
    terms = rule(mode="ex_post_on_settlement")

    assert subsidy("s", facts(), terms).amount_fen == 4_376_712
    for settled_on in (None, date(2026, 8, 1)):
        with pytest.raises(LoanNotSettled):
            subsidy("s", facts(settled_on=settled_on), terms)
    assert subsidy("s", facts(settled_on=None), rule()).amount_fen == 4_376_712


def test_a_contract_rate_that_is_the_one_after_the_cut_is_not_cut_again():
    before = rule(mode="upfront_rate_cut", rate_bp=250)
    after = rule(mode="upfront_rate_cut", rate_bp=250, contract_rate_is_cut=True)

    assert subsidy("s", facts(rate_bp=400), before).borrower_rate_bp == 150
    assert subsidy("s", facts(rate_bp=400), after).borrower_rate_bp == 400
    assert subsidy("s", facts(), after).amount_fen == subsidy("s", facts(), before).amount_fen


def test_a_flag_that_could_not_change_the_share_need_not_be_stated():
    either = (
        (("is_insured", "is_small"), Fraction(1, 2)),
        (("is_guaranteed", "is_small"), Fraction(1, 2)),
    )
    terms = rule(share=Fraction(1, 5), share_if=either)

    guaranteed = facts(attributes={"is_small": True, "is_guaranteed": True})
    assert subsidy("s", guaranteed, terms).share == Fraction(1, 2)  # insured or not
    with pytest.raises(FactMissing):
        subsidy("s", facts(attributes={"is_small": True, "is_guaranteed": False}), terms)


def test_the_interest_paid_is_not_made_of_days_so_neither_quarters_nor_a_rate_of_nothing_change_it():
    paid = facts(interest_paid_fen=10_000_000, ip_share=Fraction(1, 3))

    assert subsidy("s", paid, rule(**FORTY)).amount_fen == 4_000_000  # the whole loan's
    assert subsidy("s", paid, rule(**FORTY, rounded_each="quarter")).amount_fen == 4_000_000
    free = facts(interest_paid_fen=100, rate_bp=0)
    assert subsidy("s", free, rule(**FORTY)).amount_fen == 40


def test_a_rate_exactly_at_the_ceiling_is_not_cut():
    at_three = facts(rate_bp=300, interest_paid_fen=10_000_000)  # the LPR of that day
    capped = rule(**FORTY, rate_ceiling=RateCap(times_lpr=Fraction(1)))

    assert subsidy("s", at_three, capped).cut_by == ()
    assert subsidy("s", facts(rate_bp=301, interest_paid_fen=1), capped).cut_by == ("rate_ceiling",)


def test_interest_paid_of_exactly_what_is_due_cuts_nothing():
    year = {"principal_fen": 3_650_000, "since": date(2025, 1, 1), "until": date(2026, 1, 1)}

    exact = subsidy("s", facts(**year, interest_paid_fen=54_750), rule())
    short = subsidy("s", facts(**year, interest_paid_fen=54_749), rule())

    assert (exact.amount_fen, exact.cut_by) == (54_750, ())
    assert (short.amount_fen, short.cut_by) == (54_749, ("interest_paid",))
