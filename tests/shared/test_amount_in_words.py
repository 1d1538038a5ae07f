"""Amounts in capital numerals: what the rules for vouchers show, and any amount read back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.amount_in_words import amount_in_words
from shared.money import LARGEST_FEN, parse_fen

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # 《支付结算办法》附件一, arts. 2 and 3, have the first six.
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1000000.00", "壹佰万元整"),
        ("100000000.00", "壹亿元整"),
        ("100010000.00", "壹亿零壹万元整"),
        ("1000000000001.00", "壹万亿零壹元整"),
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("-360000.00", "负叁拾陆万元整"),
    ],
)
def test_an_amount_is_read_back_as_on_a_voucher(amount, words):
    assert amount_in_words(parse_fen(amount)) == words


def read(words: str) -> int:
    """The fen that somebody understands who reads such words: a reader of its own."""
    sign = -1 if words.startswith("负") else 1
    yuan, _, rest = words.removeprefix("负").removesuffix("整").rpartition("元")
    fen = sum(
        DIGITS.index(digit) * worth
        for digit, unit in re.findall(r"([壹贰叁肆伍陆柒捌玖])([角分])", rest)
        if (worth := {"角": 10, "分": 1}[unit])
    )
    return sign * (whole(yuan) * 100 + fen)


def whole(words: str) -> int:
    for name, worth in (("亿", 10**8), ("万", 10**4)):
        high, found, low = words.rpartition(name)
        if found:
            return whole(high) * worth + whole(low)
    total, digit = 0, 0
    for sign in words:
        if sign in PLACES:
            total, digit = total + digit * PLACES[sign], 0
        else:
            digit = DIGITS.index(sign)
    return total + digit


@given(st.integers(min_value=-LARGEST_FEN, max_value=LARGEST_FEN))
def test_any_amount_is_understood_as_what_it_is(fen):
    words = amount_in_words(fen)

    assert read(words) == fen
    assert "零零" not in words and not re.search("零[元万亿角分整]", words.replace("零元整", ""))


@given(st.integers(min_value=0, max_value=LARGEST_FEN), st.integers(0, LARGEST_FEN))
def test_no_two_amounts_read_the_same(one, other):
    assert (amount_in_words(one) == amount_in_words(other)) == (one == other)
