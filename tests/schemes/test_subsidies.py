"""Subsidies: days, ceilings, quarters, caps and treasuries."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.months import add_months
from shared.schemes.decide.claims import Payment
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.decide.lpr import LprUnknown, december_lpr_bp, highest_rate_bp, lpr_bp
from shared.schemes.decide.subsidies import subsidy
from shared.schemes.decide.subsidy_amounts import SubsidyFacts, quarter_lengths
from shared.schemes.rules.limits import RateCap
from shared.schemes.rules.subsidies import SubsidyCap, SubsidyRule
from shared.schemes.terms import Terms
from tests.schemes.strategies import terms_of


def rule(**changed: object) -> Terms:
    said = {
        "code": "s", "zh": "贴息", "en": "subsidy", "of": "principal",
        "mode": "ex_post_to_company", "rate_bp": 150,
    }  # fmt: skip
    return terms_of(subsidies=(SubsidyRule(**(said | changed)),))


def facts(**changed: object) -> SubsidyFacts:
    said = {
        "principal_fen": 500_000_000, "rate_bp": 400, "since": date(2026, 1, 1),
        "until": date(2026, 8, 2), "settled_on": date(2026, 8, 2),
    }  # fmt: skip
    return SubsidyFacts(**(said | changed))


def test_actual_365_and_actual_360_as_in_the_worked_example():
    assert subsidy("s", facts(), rule()).amount_fen == 4_376_712
    assert subsidy("s", facts(), rule(day_base=360)).amount_fen == 4_437_500


def test_the_day_of_repayment_is_not_counted_and_no_day_gives_nothing():
    assert subsidy("s", facts(until=date(2026, 1, 2)), rule()).days == 1
    assert subsidy("s", facts(until=date(2026, 1, 1)), rule()).amount_fen == 0


def test_days_beyond_the_longest_are_not_paid():
    assert subsidy("s", facts(until=date(2028, 1, 1)), rule(longest_days=366)).days == 366


def test_a_rate_above_the_ceiling_counts_up_to_it_or_not_at_all():
    ceiling = RateCap(times_lpr=Fraction(140, 100))
    counted = rule(of="interest", rate_bp=None, rate_ceiling=ceiling)
    strict = rule(of="interest", rate_bp=None, rate_ceiling=ceiling, above_ceiling="nothing")

    assert subsidy("s", facts(rate_bp=500), counted).counted_bp == 420
    assert subsidy("s", facts(rate_bp=419), counted).counted_bp == 419
    assert subsidy("s", facts(rate_bp=420), strict).amount_fen > 0
    assert subsidy("s", facts(rate_bp=421), strict).amount_fen == 0


def test_a_premium_is_subsidised_up_to_its_ceiling():
    terms = rule(of="insurance_premium", rate_bp=None, share=Fraction(1, 2), fee_ceiling_bp=120)

    assert subsidy("s", facts(fee_fen=1_000_001), terms).amount_fen == 500_001
    assert subsidy("s", facts(fee_fen=90_000_000), terms).amount_fen == 6_000_000


def test_the_treasuries_share_and_the_last_takes_the_rounding():
    terms = rule(
        mode="upfront_rate_cut",
        paid_by=(("region", Fraction(2, 5)), ("place", Fraction(3, 5))),
        residual="place",
    )

    decision = subsidy("s", facts(), terms)

    assert decision.shares == {"region": 1_750_685, "place": 2_626_027}
    assert decision.payments == (
        Payment("region", "bank", 1_750_685, "subsidy"),
        Payment("place", "bank", 2_626_027, "subsidy"),
    )
    assert decision.borrower_rate_bp == 250


def test_a_subsidy_paid_afterwards_leaves_the_rate_and_goes_to_the_firm():
    decision = subsidy("s", facts(), rule(paid_by=(("city", Fraction(1)),), residual="city"))

    assert decision.payee == "borrower"
    assert decision.borrower_rate_bp == 400


def test_the_running_total_of_a_cap_must_be_handed_in():
    terms = rule(caps=(SubsidyCap("year", "borrower_year", 1),))

    with pytest.raises(FigureMissing):
        subsidy("s", facts(), terms)


@given(
    st.integers(0, 10**12), st.integers(0, 800), st.integers(1, 3_000), st.integers(0, 10**8),
    st.integers(0, 10**8),
)  # fmt: skip
def test_a_subsidy_never_exceeds_its_caps_nor_the_interest_paid(principal, days, points, cap, used):
    terms = rule(
        rate_bp=points,
        caps=(SubsidyCap("year", "borrower_year", cap),),
        paid_by=(("region", Fraction(1, 3)), ("place", Fraction(2, 3))),
        residual="place",
    )
    until = date.fromordinal(date(2026, 1, 1).toordinal() + days)
    asked = facts(principal_fen=principal, until=until, used={"year": used}, interest_paid_fen=cap)

    decision = subsidy("s", asked, terms)

    assert 0 <= decision.amount_fen <= max(cap - used, 0)
    assert decision.amount_fen <= decision.uncapped_fen <= cap
    assert sum(decision.shares.values()) == decision.amount_fen
    assert min(decision.shares.values()) >= 0


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 1_500))
def test_quarters_lose_no_day_and_each_is_within_its_calendar_quarter(since, days):
    lengths = quarter_lengths(since, days)

    assert sum(lengths) == days
    at = since.toordinal()
    for length in lengths:
        first, last = date.fromordinal(at), date.fromordinal(at + length - 1)
        assert (first.year, (first.month - 1) // 3) == (last.year, (last.month - 1) // 3)
        at += length
    if days:
        assert len(lengths) <= days // 90 + 2


def test_the_lpr_holds_from_its_day_of_publication():
    assert lpr_bp(date(2024, 10, 20)) == 335
    assert lpr_bp(date(2024, 10, 21)) == 310
    assert lpr_bp(date(2024, 10, 21), "5y") == 360


def test_before_the_table_begins_the_lpr_is_not_guessed():
    assert lpr_bp(date(2019, 8, 20)) == 425
    with pytest.raises(LprUnknown):
        lpr_bp(date(2019, 8, 19))


def test_the_lpr_of_december_is_the_last_one_published():
    assert december_lpr_bp(date(2023, 1, 15), 2022) == 365
    assert december_lpr_bp(date(2022, 12, 20), 2022) == 365
    assert december_lpr_bp(date(2022, 12, 19), 2022) == 380


def test_the_year_of_repayment_decides_which_december_counts():
    ceiling = RateCap(times_lpr=Fraction(1), lpr_of="december")

    assert highest_rate_bp(ceiling, date(2023, 1, 15), year=2021) == 380
    assert highest_rate_bp(ceiling, date(2023, 1, 15), year=2022) == 365
    assert highest_rate_bp(ceiling, date(2022, 12, 31)) == 365
    assert highest_rate_bp(ceiling, date(2022, 6, 1)) == 380


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 3, 15), 0, date(2024, 3, 15)),
    ],
)
def test_months_run_to_the_same_day_number_or_the_last_of_the_month(day, months, then):
    assert add_months(day, months) == then


def test_a_loan_above_the_largest_or_below_the_least_gets_nothing():
    terms = rule(least_loan_fen=100, largest_loan_fen=200_000_000)

    assert subsidy("s", facts(principal_fen=200_000_000), terms).amount_fen > 0
    above = subsidy("s", facts(principal_fen=200_000_001), terms)
    assert (above.amount_fen, above.exact, above.uncapped_fen) == (0, 0, 0)
    assert subsidy("s", facts(principal_fen=99), terms).why_nothing is not None
    assert subsidy("s", facts(principal_fen=100), terms).why_nothing is None


def test_only_a_scheme_that_says_so_counts_the_ip_part_alone():
    half = facts(ip_share=Fraction(1, 2))

    assert subsidy("s", half, rule()).amount_fen == 4_376_712
    assert subsidy("s", half, rule(ip_part_only=True)).amount_fen == 2_188_356


def test_each_quarter_is_rounded_on_its_own_where_the_scheme_pays_by_quarter():
    # A day before and a day after the turn of the quarter: 0.5 fen each, and 1.0 together.
    turn = facts(principal_fen=12_167, since=date(2026, 3, 31), until=date(2026, 4, 2))

    assert subsidy("s", turn, rule()).amount_fen == 1
    assert subsidy("s", turn, rule(rounded_each="quarter")).amount_fen == 2
    paid_little = facts(
        principal_fen=12_167, since=date(2026, 3, 31), until=date(2026, 4, 2), interest_paid_fen=1
    )
    assert subsidy("s", paid_little, rule(rounded_each="quarter")).amount_fen == 1
    paid_much = facts(
        principal_fen=12_167, since=date(2026, 3, 31), until=date(2026, 4, 2), interest_paid_fen=9
    )
    assert subsidy("s", paid_much, rule(rounded_each="quarter")).amount_fen == 2


def test_a_rate_cut_upfront_never_makes_the_rate_negative():
    deep = rule(mode="upfront_rate_cut", rate_bp=500)

    assert subsidy("s", facts(rate_bp=400), deep).borrower_rate_bp == 0
    refused = rule(mode="upfront_rate_cut", rate_bp=500, largest_loan_fen=1)
    assert subsidy("s", facts(rate_bp=400), refused).borrower_rate_bp == 400


def test_a_product_without_points_counts_at_nothing():
    terms = rule(rate_bp=None, products=(("a", 100),))

    none = subsidy("s", facts(product="b"), terms)

    assert (none.counted_bp, none.amount_fen) == (0, 0)
    assert none.why_nothing is not None and "product" in none.why_nothing.en
    assert subsidy("s", facts(product="a"), terms).counted_bp == 100


def test_a_subsidy_cites_its_own_article_or_that_of_the_rule():
    assert subsidy("s", facts(), rule(source="第三条")).source == "第三条"
    assert subsidy("s", facts(), rule()).source == "第一条"


def test_the_share_of_the_first_row_of_flags_that_are_all_so_counts():
    terms = rule(
        share=Fraction(1, 5),
        share_if=((("is_small", "is_insured"), Fraction(1, 2)), (("is_small",), Fraction(3, 10))),
    )

    def share(**flags: bool) -> Fraction:
        return subsidy("s", facts(attributes=flags), terms).share

    assert share(is_small=True, is_insured=True) == Fraction(1, 2)
    assert share(is_small=True, is_insured=False) == Fraction(3, 10)
    assert share(is_small=False) == Fraction(1, 5)
    for flags, fact in (({"is_small": True}, "is_insured"), ({}, "is_small")):
        with pytest.raises(FactMissing) as refused:
            share(**flags)
        assert refused.value.extra["fact"] == fact


def test_a_fee_paid_by_the_year_is_held_against_its_yearly_rate():
    terms = rule(of="guarantee_fee", rate_bp=100, share=Fraction(1, 2))
    year = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}

    assert subsidy("s", facts(fee_fen=4_000_000, **year), terms).amount_fen == 2_000_000
    assert subsidy("s", facts(fee_fen=40_000_000, **year), terms).amount_fen == 5_000_000


def test_caps_that_bind_are_named_the_tightest_first_and_one_met_exactly_is_not():
    terms = rule(
        caps=(
            SubsidyCap("life", "borrower_life", 3_000_000),
            SubsidyCap("year", "borrower_year", 2_000_000),
            SubsidyCap("wide", "programme_year", 4_376_712),
        )
    )

    decision = subsidy("s", facts(used={"life": 0, "year": 0, "wide": 0}), terms)

    assert [cap.code for cap in decision.binding] == ["year", "life"]
    assert decision.amount_fen == 2_000_000
