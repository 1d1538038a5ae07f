"""A bank reads its own place among the banks, and nothing of another."""

from fractions import Fraction

from services.risk_pool.domain.bank_rank import place_of

BANKS = {"A": Fraction(3), "B": Fraction(1), "C": Fraction(3), "D": Fraction(2)}


def test_equal_banks_share_the_better_place_from_either_end():
    most = {bank: place_of(bank, BANKS, most_first=True) for bank in BANKS}
    assert most == {"A": 1, "C": 1, "D": 3, "B": 4}
    least = {bank: place_of(bank, BANKS, most_first=False) for bank in BANKS}
    assert least == {"B": 1, "D": 2, "A": 3, "C": 3}


def test_nobody_is_ranked_among_fewer_than_three_or_without_a_figure():
    two = {"A": Fraction(3), "B": Fraction(1)}
    assert place_of("A", two, most_first=True) is None, "it would tell what the other one has"
    assert place_of("E", BANKS, most_first=True) is None
