"""What a look ahead must say where the answer is known: certain losses, none, and the law of many."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.risk_pool.domain.cap_order import COVERED, SAME, Taken
from services.risk_pool.domain.lost_whole import facts_of_loan
from services.risk_pool.foresight.ceilings import Figures
from services.risk_pool.foresight.draws import Draws, failed_by
from services.risk_pool.foresight.measures import at_level, low_at_level, mean
from shared.schemes.decide.claims import Counters
from shared.schemes.decide.loss import split_loss
from shared.schemes.rules.limits import Cap, Covered
from tests.risk_pool.foresight.books import CERTAIN, DAY, loan, look, terms_with

MILLION = 100_000_000  # fen


def everywhere(amounts, expected):
    """The same in every future."""
    assert (amounts == expected).all(), (set(amounts.tolist()), expected)


def test_where_every_firm_fails_each_future_is_the_split_of_every_loan():
    one = look([loan(n, MILLION) for n in range(3)], terms_with(), **CERTAIN)

    everywhere(one.lost, 3 * MILLION)
    everywhere(one.paid, 120_000_000)
    everywhere(one.banks, 180_000_000)
    everywhere(one.by_month.paid[:, 4], 120_000_000)  # one month to fail, four to be paid


def test_where_no_firm_can_fail_nothing_is_paid():
    nobody = dict.fromkeys(CERTAIN, 0)

    one = look([loan(1, MILLION)], terms_with(), available_fen=5, **nobody)

    everywhere(one.lost, 0)
    everywhere(one.lowest, 5)
    assert one.exhausted_bp == 0
    assert one.exhausted_at(99) is None


def test_the_money_is_gone_in_the_month_in_which_the_claims_come_to_more():
    one = look([loan(n, MILLION) for n in range(3)], terms_with(), available_fen=MILLION,
               claim_months=2, **CERTAIN)  # fmt: skip

    assert one.exhausted_at(50) == one.exhausted_at(99) == 3
    assert one.exhausted_bp == 10_000
    everywhere(one.lowest, -20_000_000)
    everywhere(one.top_up, 20_000_000)


def test_the_top_up_is_just_enough():
    loans = [loan(n, MILLION) for n in range(3)]
    more = {"claim_months": 2, **CERTAIN}

    enough = look(loans, terms_with(), available_fen=MILLION + 20_000_000, **more)
    a_fen_less = look(loans, terms_with(), available_fen=MILLION + 19_999_999, **more)

    assert enough.exhausted_bp == 0
    assert a_fen_less.exhausted_bp == 10_000


def test_the_sharing_ratio_drives_the_pool_s_loss():
    loans = [loan(1, MILLION)]

    direct = look(loans, terms_with(), **CERTAIN)
    insured = look([loan(1, MILLION, mode="insured")], terms_with(mode="insured"), **CERTAIN)

    everywhere(direct.paid, 40_000_000)
    everywhere(insured.paid, 50_000_000)
    everywhere(insured.banks, 10_000_000)


def test_a_yearly_ceiling_holds_within_the_year_and_opens_in_the_next():
    cap = Cap("year", ("pool",), per="programme_year", amount_fen=60_000_000)
    late = [loan(1, MILLION), loan(2, MILLION)]

    this_year = look(late, terms_with(cap), **CERTAIN)
    waits = look([*late, loan(3, MILLION)], terms_with(cap), waiting=(3,), claim_months=11,
                 **CERTAIN)  # fmt: skip

    everywhere(this_year.paid, 60_000_000)
    everywhere(this_year.banks, 2 * MILLION - 60_000_000)
    everywhere(waits.by_month.paid[:, 0], 40_000_000)  # April 2026
    everywhere(waits.by_month.paid[:, 11], 60_000_000)  # March 2027


def test_what_was_used_this_year_is_gone_for_this_year_only():
    cap = Cap("year", ("pool",), per="bank_year", amount_fen=60_000_000)
    used = Taken(programme="dongli", bank_code="ICBC", year=2026, borrower_uscc="old", loan_id=None,
                 party="pool", amount_fen=50_000_000, filed=None)  # fmt: skip
    figures = Figures(taken=(used,), running={}, year=2026)

    now = look([loan(1, MILLION)], terms_with(cap), figures=figures, **CERTAIN)
    later = look([loan(1, MILLION)], terms_with(cap), figures=figures, claim_months=10, **CERTAIN)

    everywhere(now.paid, 10_000_000)
    everywhere(later.paid, 40_000_000)


def test_a_ceiling_whose_figure_nobody_entered_is_named_and_left_out():
    cap = Cap("budget", ("pool",), per="programme_year", of="year_budget")

    one = look([loan(1, MILLION)], terms_with(cap), **CERTAIN)

    everywhere(one.paid, 40_000_000)


def test_a_ceiling_on_the_balance_falls_with_it():
    cap = Cap("tenth", ("pool",), per="claim", of="pool_available", rate=Fraction(1, 10))

    one = look([loan(1, MILLION), loan(2, MILLION)], terms_with(cap), available_fen=MILLION,
               **CERTAIN)  # fmt: skip

    everywhere(one.paid, 10_000_000 + 9_000_000)


def test_a_covered_part_is_used_up_before_anything_is_shared():
    part = Covered("part", per="borrower", amount_fen=150_000_000)
    terms = replace(terms_with(), covered=(part,))
    both = [loan(n, MILLION, borrower_uscc="one firm") for n in (1, 2)]

    one = look(both, terms, **CERTAIN)

    everywhere(one.paid, 60_000_000)
    everywhere(one.banks, 140_000_000)


def test_all_loans_of_a_firm_fail_together():
    loans = [loan(n, MILLION, borrower_uscc="one firm") for n in (1, 2)]

    one = look(loans, terms_with(), pd_normal_bp=5_000)

    assert set(one.lost.tolist()) == {0, 2 * MILLION}


def test_the_largest_firms_fail_where_that_is_assumed():
    loans = [loan(n, n * MILLION) for n in (1, 2, 3)]

    one = look(loans, terms_with(), largest_fail=2, **dict.fromkeys(CERTAIN, 0))

    everywhere(one.lost, 5 * MILLION)


def test_a_loan_that_is_due_can_fail_no_more():
    gone = loan(1, MILLION, matures_on=date(2026, 3, 1))

    over = look([gone], terms_with(), after_maturity_months=0, **CERTAIN)
    tail = look([gone], terms_with(), after_maturity_months=1, **CERTAIN)

    everywhere(over.lost, 0)
    everywhere(tail.lost, MILLION)


def test_what_is_repaid_before_it_fails_is_not_lost():
    # Claimed in the first month of failing, with nothing repaid; the second firm waits a claim.
    one = look([loan(1, MILLION)], terms_with(), monthly_repayment_bp=1_000, claim_months=1,
               pd_normal_bp=9_999, horizon_months=13, scenarios=2_000)  # fmt: skip

    assert set(one.lost.tolist()) <= {MILLION - n * 10_000_000 for n in range(13)} | {0}
    assert len(set(one.lost.tolist())) > 3


def test_a_recovery_comes_back_by_the_terms_after_its_months():
    one = look([loan(1, MILLION)], terms_with(), recovery_bp=2_000, recovery_months=6, **CERTAIN)

    everywhere(one.recovered, 8_000_000)  # 40 % of a fifth
    everywhere(one.by_month.recovered[:, 10], 8_000_000)
    everywhere(one.by_month.balance[:, -1], 10**12 - 40_000_000 + 8_000_000)


def test_the_average_is_the_chance_times_the_loan():
    loans = [loan(n, MILLION) for n in range(40)]

    one = look(loans, terms_with(), pd_normal_bp=3_000, correlation_bp=0, horizon_months=12,
               claim_months=0, scenarios=4_000)  # fmt: skip

    expected, deviation = 40 * 0.3 * MILLION, sqrt(40 * 0.3 * 0.7) * MILLION
    assert abs(mean(one.lost) - expected) < 4 * deviation / sqrt(4_000)
    assert abs(one.lost.std() - deviation) < 0.05 * deviation


def test_a_large_book_follows_the_law_of_vasicek():
    """The share that is lost at 99 of 100 is Φ((Φ⁻¹(p) + √ρ Φ⁻¹(0.99)) / √(1 − ρ))."""
    loans = [loan(n, MILLION) for n in range(1_500)]

    one = look(loans, terms_with(), pd_normal_bp=500, correlation_bp=2_000, horizon_months=12,
               claim_months=0, scenarios=4_000)  # fmt: skip

    normal = NormalDist()
    law = normal.cdf((normal.inv_cdf(0.05) + sqrt(0.2) * normal.inv_cdf(0.99)) / sqrt(0.8))
    assert at_level(one.lost, 99) / (1_500 * MILLION) == pytest.approx(law, rel=0.06)
    assert mean(one.lost) / (1_500 * MILLION) == pytest.approx(0.05, rel=0.02)


def test_shared_fate_makes_bad_times_worse_and_the_average_no_different():
    loans = [loan(n, MILLION) for n in range(200)]
    more = {"pd_normal_bp": 1_000, "horizon_months": 12, "claim_months": 0, "scenarios": 4_000}

    alone = look(loans, terms_with(), correlation_bp=0, **more)
    shared = look(loans, terms_with(), correlation_bp=3_000, **more)

    assert at_level(shared.lost, 99) > 2 * at_level(alone.lost, 99)
    assert mean(shared.lost) == pytest.approx(mean(alone.lost), rel=0.03)


def test_the_same_seed_gives_the_same_futures_and_another_seed_others():
    loans = [loan(n, MILLION) for n in range(20)]

    def lost(seed):
        return look(loans, terms_with(), pd_normal_bp=3_000, seed=seed).lost.tolist()

    assert lost(7) == lost(7)
    assert lost(7) != lost(8)


def test_the_stream_of_random_numbers_is_the_one_that_was_agreed():
    """Bits of PCG64; another library or another reading of them would tell other futures."""
    assert Draws(1).uniform(3).tolist() == [
        0.5118216247002568, 0.9504636963259353, 0.14415961271963373,
    ]  # fmt: skip


def test_the_chances_of_the_months_are_those_of_the_year():
    table = failed_by(0.36, 0.0, np.zeros(1), 24)

    assert table[0, 11] == pytest.approx(0.36)
    assert table[0, 5] == pytest.approx(0.2)
    assert table[0, 23] == pytest.approx(1 - 0.64**2)


def test_given_the_shared_factor_the_chance_is_that_of_the_one_factor_model():
    table = failed_by(0.05, 0.2, np.array([-2.0]), 12)

    at = (NormalDist().inv_cdf(0.05) + sqrt(0.2) * 2) / sqrt(0.8)
    assert table[0, 11] == pytest.approx(erfc(-at / sqrt(2)) / 2)


def test_a_level_is_an_amount_that_happened():
    amounts = np.array([5, 1, 3, 2, 4])

    assert (at_level(amounts, 50), at_level(amounts, 100), low_at_level(amounts, 99)) == (3, 5, 1)


CAPS = st.lists(
    st.builds(
        Cap,
        st.uuids().map(str),
        st.sampled_from([("pool",), ("pool", "insurer"), ("insurer",)]),
        per=st.sampled_from(["claim", "loan", "borrower_year", "bank_year", "programme_year", "term"]),
        amount_fen=st.integers(0, 40_000).map(lambda n: n * 10_007),
    ),
    max_size=3,
)  # fmt: skip
LOANS = st.lists(
    st.tuples(st.integers(1, 10**9), st.sampled_from("ABC"), st.sampled_from(["ICBC", "CCB"])),
    min_size=1,
    max_size=8,
)


@given(CAPS, LOANS)
@example([Cap("a fen off in floats", ("pool",), per="claim", amount_fen=130_091)], [(7_812_497, "A", "ICBC")])  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_claims_under_ceilings_cost_what_the_rules_engine_says_one_after_the_other(caps, drawn):
    """Every claim of a future, by `split_loss` with the counters as they then stand: to the fen,
    but for caps on several payers, where a look ahead may leave a fen of rounding to the bank."""
    terms = terms_with(*caps, mode="insured")
    loans = [
        loan(n, fen, borrower_uscc=firm, bank_code=bank, mode="insured", borrower_balance_fen=fen)
        for n, (fen, firm, bank) in enumerate(drawn)
    ]

    one = look(loans, terms, scenarios=100, **CERTAIN)

    taken: list[Taken] = []
    paid = banks = 0
    for each in loans:
        decision = split_loss(facts_of_loan(each, terms, {}), terms, _counters(each, terms, taken))
        paid += decision.shares["pool"]
        banks += decision.shares["bank"]
        taken += [_taken(each, party, fen) for party, fen in decision.shares.items()]
        taken.append(_taken(each, COVERED, decision.covered_fen))
    rounding = len(loans) * sum(len(cap.parties) > 1 for cap in caps)
    assert abs(one.paid - paid).max() <= rounding
    assert abs(one.banks - banks).max() <= 3 * rounding


def _counters(each, terms, taken):
    def used(cap):
        same = SAME.get(cap.per, ("loan_id",))
        own = {**each, "year": 2026}
        return sum(
            one.amount_fen
            for one in taken
            if one.party in cap.parties and all(getattr(one, name) == own[name] for name in same)
        )

    return Counters(used={cap.code: used(cap) for cap in terms.caps})


def _taken(each, party, fen):
    return Taken(
        programme=each["programme"],
        bank_code=each["bank_code"],
        year=DAY.year,
        borrower_uscc=each["borrower_uscc"],
        loan_id=each["loan_id"],
        party=party,
        amount_fen=fen,
        filed=None,
    )
