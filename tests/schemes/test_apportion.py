"""Dividing fen: the rules of rounding, each by itself."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.apportion import by_largest_remainder, by_residual, cut
from shared.schemes.rules.sharing import weights_of

PARTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any)
BASE = st.integers(0, 10**15)


@given(BASE, PARTS, st.data())
def test_shares_by_residual_sum_to_the_base_and_are_half_up_on_their_own(base, parts, data):
    residual = data.draw(st.integers(0, len(parts) - 1))
    whole = sum(parts)

    shares = by_residual(base, parts, whole, residual)

    assert sum(shares) == base
    assert min(shares) >= 0
    for index, part in enumerate(parts):
        half_up = int(Fraction(base * part, whole) + Fraction(1, 2))
        if index != residual and shares[residual] > 0:
            assert shares[index] == half_up
        elif index != residual:
            assert half_up - 1 <= shares[index] <= half_up


@given(BASE, PARTS)
def test_largest_remainder_gives_each_its_floor_or_one_fen_more(base, parts):
    whole = sum(parts)

    shares = by_largest_remainder(base, parts, whole)

    assert sum(shares) == base
    for part, share in zip(parts, shares, strict=True):
        assert share - base * part // whole in (0, 1)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6), st.integers(0, 10**13))
def test_a_cut_pays_exactly_the_cap_and_nobody_more_than_was_due(due, allowed):
    left = cut(due, allowed)

    assert sum(left) == min(allowed, sum(due))
    assert all(0 <= fen <= owed for fen, owed in zip(left, due, strict=True))


@pytest.mark.parametrize(
    ("base", "parts", "residual", "shares"),
    [
        (5, [50, 30, 10, 10], 3, [2, 2, 1, 0]),  # 5311: whoever was rounded up most gives it back
        (1, [54, 26, 16, 4], 1, [1, 0, 0, 0]),
        (3, [1, 1, 1], 2, [1, 1, 1]),
        (1, [1, 1], 1, [1, 0]),  # half a fen goes up
        (1, [1, 1], 0, [0, 1]),
        (1, [1, 1, 1, 1], 3, [0, 0, 0, 1]),
        (2, [1, 1, 1, 1], 3, [0, 1, 1, 0]),  # three halves up: at a tie the first named gives back
        (0, [1, 1], 1, [0, 0]),
        (10, [47, 25, 26, 2], 3, [5, 2, 3, 0]),  # 2.5 was rounded up most, not the largest
    ],
)  # fmt: skip
def test_the_residual_party_takes_the_fen_and_is_never_negative(base, parts, residual, shares):
    assert by_residual(base, parts, sum(parts), residual) == shares


@pytest.mark.parametrize(
    ("base", "parts", "shares"),
    [
        (387241609, [54, 26, 16, 4], [209110469, 100682818, 61958658, 15489664]),
        (2, [1, 1, 1], [1, 1, 0]),  # a tie goes to those named first
        (1, [0, 1], [0, 1]),
    ],
)
def test_largest_remainder_as_in_the_worked_example(base, parts, shares):
    assert by_largest_remainder(base, parts, sum(parts)) == shares


def test_a_cap_equal_to_what_is_due_cuts_nothing():
    assert cut([3, 4], 7) == [3, 4]


def test_a_cap_below_zero_leaves_nothing():
    assert cut([3, 4], -1) == [0, 0]


def test_fractions_come_to_the_least_common_denominator():
    weights = weights_of((("pool", Fraction(1, 3)), ("bank", Fraction(2, 3))), "bank")

    assert (weights.parts, weights.whole, weights.residual) == ((1, 2), 3, 1)
