"""Circuit breakers: where a line is crossed, and what it takes to come back."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.breakers import BreakerFigures, breaker
from shared.schemes.rules.claims import BreakerRule
from tests.schemes.strategies import terms_of

LINES = terms_of(
    bank_breaker=BreakerRule(
        trips="above", warn=Fraction(3, 100), stop=Fraction(5, 100), resume=Fraction(4, 100),
        month_ends=2,
    ),
    pool_breaker=BreakerRule(
        trips="below", warn=Fraction(1, 2), stop=Fraction(3, 10), resume=Fraction(4, 10)
    ),
)  # fmt: skip


def bank(state, part, *, month_end=False, clear=0):
    figures = BreakerFigures(
        part_fen=part, whole_fen=10_000, month_end=month_end, clear_month_ends=clear
    )
    return breaker("bank", state, figures, LINES)


@pytest.mark.parametrize(
    ("state", "part", "after", "line_bp"),
    [
        ("normal", 300, "normal", 0),
        ("normal", 301, "warned", 300),
        ("warned", 301, "warned", 0),
        ("warned", 300, "normal", 300),
        ("warned", 500, "warned", 0),
        ("warned", 501, "stopped", 500),
        ("normal", 501, "stopped", 500),
        ("stopped", 501, "stopped", 0),
        ("stopped", 100, "stopped", 0),
    ],
)
def test_a_bank_is_warned_and_suspended_above_a_line_not_on_it(state, part, after, line_bp):
    decision = bank(state, part)

    assert (decision.state, decision.line_bp) == (after, line_bp)
    assert decision.changed == (state != after)


def test_a_suspended_bank_comes_back_after_two_month_ends_below_the_resume_line():
    first = bank("stopped", 399, month_end=True)
    second = bank("stopped", 399, month_end=True, clear=first.clear_month_ends)

    assert (first.state, first.clear_month_ends) == ("stopped", 1)
    assert (second.state, second.line_bp, second.clear_month_ends) == ("warned", 400, 0)


def test_a_month_end_on_the_resume_line_begins_the_count_anew():
    assert bank("stopped", 400, month_end=True, clear=1).clear_month_ends == 0


def test_days_within_a_month_do_not_count_but_may_undo_the_count():
    assert bank("stopped", 100, clear=1).clear_month_ends == 1
    assert bank("stopped", 450, clear=1).clear_month_ends == 0


def test_a_bank_with_nothing_covered_is_no_trouble():
    figures = BreakerFigures(part_fen=0, whole_fen=0)

    assert breaker("bank", "normal", figures, LINES).state == "normal"
    assert breaker("pool", "normal", figures, LINES).state == "normal"
    assert breaker("bank", "normal", figures, LINES).ratio == 0
    assert breaker("pool", "normal", figures, LINES).ratio == 1


@pytest.mark.parametrize(
    ("state", "part", "after"),
    [
        ("normal", 5_000, "normal"),
        ("normal", 4_999, "warned"),
        ("warned", 3_000, "warned"),
        ("warned", 2_999, "stopped"),
        ("stopped", 4_000, "stopped"),
        ("stopped", 4_001, "warned"),
        ("stopped", 5_000, "normal"),
    ],
)
def test_a_pool_stops_below_a_line_and_resumes_above_another(state, part, after):
    figures = BreakerFigures(part_fen=part, whole_fen=10_000, month_end=True)

    assert breaker("pool", state, figures, LINES).state == after


def test_a_single_fen_is_a_whole_to_be_measured_by():
    assert breaker("bank", "normal", BreakerFigures(part_fen=1, whole_fen=1), LINES).ratio == 1
    assert breaker("pool", "normal", BreakerFigures(part_fen=0, whole_fen=1), LINES).ratio == 0


def test_a_scheme_without_lines_never_stops_anybody():
    released = breaker(
        "bank", "stopped", BreakerFigures(part_fen=1, whole_fen=1, clear_month_ends=1), terms_of()
    )
    assert (released.state, released.clear_month_ends) == ("normal", 0)
    assert breaker("bank", "normal", BreakerFigures(part_fen=1, whole_fen=1), terms_of()).state == (
        "normal"
    )


@given(st.lists(st.tuples(st.integers(0, 1_000), st.booleans()), min_size=1, max_size=30))
def test_between_the_lines_a_bank_never_flaps(readings):
    state, clear, stops = "normal", 0, 0
    for part, month_end in readings:
        part = min(max(part, 401), 500)  # above resume, not above stop
        decision = bank(state, part, month_end=month_end, clear=clear)
        stops += decision.changed and "stopped" in (decision.before, decision.state)
        state, clear = decision.state, decision.clear_month_ends
    assert stops == 0


def test_a_line_is_told_in_basis_points():
    whole = terms_of(pool_breaker=BreakerRule("below", Fraction(1), Fraction(1, 2), Fraction(1, 2)))

    warned = breaker("pool", "normal", BreakerFigures(part_fen=9, whole_fen=10), whole)

    assert warned.line_bp == 10_000


def test_a_decision_explains_itself_as_plain_data():
    told = bank("normal", 501).as_data()

    assert told["ratio"] == "5.01%"
    assert told["explanation"]["decision"] == "breaker"
    assert told["explanation"]["steps"][0]["inputs"] == {
        "ratio": "5.01%",
        "warn": "3%",
        "stop": "5%",
        "resume": "4%",
        "clear_month_ends": "0/2",
    }
    assert told["explanation"]["steps"][0]["result"] == "normal → stopped"
