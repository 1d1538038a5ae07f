"""Room for a loan: every limit with its figures, the tightest first."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.limits import (
    Exposure,
    binding,
    capacity_fen,
    explain_limits,
    leverage_shortfall_fen,
    pool_share_of,
    reservation_limits,
)
from shared.schemes.rules.sharing import Plus, Row, Sharing
from tests.schemes.strategies import terms_of

FORTY_SIXTY = Sharing(
    rows=(Row(when=(), shares=(("pool", Fraction(2, 5)), ("bank", Fraction(3, 5)))),)
)
TERMS = terms_of(
    parties=("pool", "bank"),
    sharing=FORTY_SIXTY,
    maximum_leverage=Fraction(10),
    minimum_leverage=Fraction(10),
    bank_share_of_capacity=Fraction(2, 5),
    borrower_cap_fen=1_000,
    programme_covered_cap_fen=9_000,
)


def exposure(**changed: int) -> Exposure:
    figures = {
        "requested_fen": 100,
        "borrower_covered_fen": 0,
        "bank_covered_fen": 0,
        "pool_covered_fen": 0,
        "pool_available_fen": 1_000,
    }
    return Exposure(**(figures | changed))


def codes(**changed: int) -> list[str]:
    return [limit.code for limit in binding(reservation_limits(exposure(**changed), TERMS))]


def test_an_ordinary_loan_meets_every_limit_and_none_binds():
    limits = reservation_limits(exposure(), TERMS)

    assert binding(limits) == ()
    assert {limit.code: limit.allowed_fen for limit in limits} == {
        "maximum_leverage": 10_000,
        "bank_share_of_capacity": 4_000,
        "borrower_cap": 1_000,
        "programme_covered_cap": 9_000,
        "pool_balance": 1_000,
    }


def test_a_limit_met_exactly_does_not_bind_and_one_fen_more_does():
    assert codes(borrower_covered_fen=900) == []
    assert codes(borrower_covered_fen=901) == ["borrower_cap"]
    assert codes(bank_covered_fen=3_900) == []
    assert codes(bank_covered_fen=3_901) == ["bank_share_of_capacity"]
    assert codes(pool_covered_fen=8_900) == []
    assert codes(pool_covered_fen=8_901) == ["programme_covered_cap"]


def test_of_several_that_bind_the_tightest_comes_first():
    assert codes(borrower_covered_fen=950, bank_covered_fen=3_990) == [
        "bank_share_of_capacity",
        "borrower_cap",
    ]


def test_the_pool_must_be_able_to_pay_its_share_of_this_loan_after_the_claims_in_hand():
    assert codes(requested_fen=1_000, pool_due_fen=600) == []
    assert codes(requested_fen=1_000, pool_due_fen=601) == ["pool_balance"]
    assert codes(requested_fen=1, pool_due_fen=1_000) == ["pool_balance"]


def test_an_overdrawn_pool_has_no_room_at_all():
    limits = {
        limit.code: limit for limit in reservation_limits(exposure(pool_available_fen=-5), TERMS)
    }

    assert limits["maximum_leverage"].allowed_fen == 0
    assert limits["pool_balance"].room_fen == 0
    assert capacity_fen(-5, TERMS) == 0


def test_tightness_is_what_is_missing_not_what_is_left():
    limits = reservation_limits(
        exposure(requested_fen=100, borrower_covered_fen=910, pool_due_fen=955), TERMS
    )

    assert [limit.code for limit in limits[:2]] == ["borrower_cap", "pool_balance"]
    assert [limit.room_fen - limit.requested_fen for limit in limits[:2]] == [-10, 5]


def test_a_multiple_that_is_no_whole_number_is_rounded_against_the_asker():
    odd = terms_of(maximum_leverage=Fraction(7, 2), minimum_leverage=Fraction(7, 2))

    assert capacity_fen(3, odd) == 10
    assert leverage_shortfall_fen(odd, bank_pool_share_fen=3, committed_line_fen=10) == 1


def test_a_scheme_whose_pool_bears_nothing_asks_nothing_of_its_balance():
    city = Sharing(
        rows=(Row(when=(), shares=(("city", Fraction(1, 2)), ("bank", Fraction(1, 2)))),)
    )
    terms = terms_of(parties=("city", "bank"), sharing=city)

    assert pool_share_of(terms) == 0
    assert reservation_limits(exposure(), terms) == ()


def test_a_scheme_without_limits_refuses_nothing():
    assert reservation_limits(exposure(requested_fen=10**15), terms_of()) == ()
    assert capacity_fen(1, terms_of()) is None


def test_the_undertaking_of_a_bank_is_reported_as_a_shortfall_only():
    short = leverage_shortfall_fen(TERMS, bank_pool_share_fen=101, committed_line_fen=1_000)

    assert short == 10
    assert leverage_shortfall_fen(TERMS, bank_pool_share_fen=1, committed_line_fen=50) == 0
    assert leverage_shortfall_fen(terms_of(), bank_pool_share_fen=9, committed_line_fen=0) == 0


def test_the_largest_share_of_any_row_with_its_points_counts():
    tiered = Sharing(
        rows=(
            Row(when=(), shares=(("pool", Fraction(1, 5)), ("bank", Fraction(4, 5)))),
            Row(when=(), shares=(("pool", Fraction(1, 2)), ("bank", Fraction(1, 2)))),
        ),
        plus=(Plus(Fraction(1, 10), "pool", "bank", if_any=("is_first_loan",)),),
    )

    assert pool_share_of(terms_of(parties=("pool", "bank"), sharing=tiered)) == Fraction(3, 5)
    assert pool_share_of(terms_of()) == 0


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_room_is_never_negative_and_a_limit_binds_when_more_than_its_room_is_asked(ask, used, pool):
    limits = reservation_limits(
        exposure(requested_fen=ask, borrower_covered_fen=used, pool_available_fen=pool), TERMS
    )

    for limit in limits:
        assert limit.room_fen >= 0
        over = limit.used_fen > limit.allowed_fen
        assert limit.binds == (limit.requested_fen > limit.room_fen or over)


def test_limits_explain_themselves():
    limits = reservation_limits(exposure(borrower_covered_fen=950), TERMS)

    first = explain_limits(limits, TERMS).steps[0]

    assert first.rule == "borrower_cap"
    assert first.source == "第一条"
    assert dict(first.inputs) == {"allowed": "10.00", "used": "9.50", "requested": "1.00"}
    assert first.note.en == "this limit binds"
    assert limits[0].as_data()["room"] == "0.50"
