"""However a number or a name is spelled, it has one canonical form; two rights never share one."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared import canonical
from shared.identifiers import IdKind, InvalidIdentifier, patent, patent_check, uscc
from shared.ip_numbers import identifier, trademark
from tests.shared.test_identifiers import codes, uscc_check_by_the_standard

UNSEEN = " \t\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\x00\x1f\u2028\ufe0f\u3164"
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u30fc\uff70"
DOTS = ".\uff0e\u00b7\u2022\u30fb\uff65\u3002\u2027"
BRACKETS = "()", "（）", "〔〕", "［］", "【】", "「」"


def wide(character: str) -> str:
    """The full-width form of an ASCII character."""
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character


@st.composite
def respelled(draw: st.DrawFn, text: str) -> str:
    """The same number or name as another bank might write it."""
    opening, closing = draw(st.sampled_from(BRACKETS))
    spelled = ""
    for one in text:
        if draw(st.integers(0, 4)) == 0:
            spelled += draw(st.sampled_from(UNSEEN))
        match one:
            case "-":
                spelled += draw(st.sampled_from(HYPHENS))
            case ".":
                spelled += draw(st.sampled_from(DOTS))
            case "(":
                spelled += opening
            case ")":
                spelled += closing
            case _:
                changed = draw(st.sampled_from([str, str.lower, wide]))
                spelled += changed(one)
    return spelled + draw(st.sampled_from(["", *UNSEEN]))


patents = st.builds(
    lambda year, kind, serial: f"{year}{kind}{serial:07d}",
    st.integers(2003, 2035),
    st.sampled_from("12389"),
    st.integers(1, 9_999_999),
).map(lambda body: f"{body}.{patent_check(body)}") | st.builds(
    lambda year, kind, serial: f"{year % 100:02d}{kind}{serial:05d}",
    st.integers(1985, 2003),
    st.sampled_from("12389"),
    st.integers(1, 99_999),
).map(lambda body: f"{body}.{patent_check(body)}")
rights = st.one_of(
    st.tuples(st.just(IdKind.PATENT), patents),
    st.tuples(
        st.just(IdKind.TRADEMARK),
        st.builds(
            lambda abroad, serial, part: f"{abroad}{serial}{part}",
            st.sampled_from(["", "G"]),
            st.integers(1, 99_999_999),
            st.sampled_from(["", "A", "B"]),
        ),
    ),
    st.tuples(
        st.just(IdKind.SOFTWARE_COPYRIGHT),
        st.builds("{}SR{:06d}".format, st.integers(1991, 2035), st.integers(1, 9_999_999)),
    ),
    st.tuples(
        st.just(IdKind.SOFTWARE_COPYRIGHT_CERTIFICATE),
        st.builds("软著登字第{:07d}号".format, st.integers(1, 99_999_999)),
    ),
    st.tuples(
        st.just(IdKind.IC_LAYOUT),
        st.builds("BS.{:08d}{}".format, st.integers(1, 99_999_999), st.sampled_from("0123456789X")),
    ),
    st.tuples(
        st.just(IdKind.WORKS_COPYRIGHT),
        st.builds(
            "国作登字{}{}{}".format,
            st.integers(1991, 2035),
            st.sampled_from("ABFI"),
            st.integers(1, 99_999_999),
        ),
    ),
    st.tuples(
        st.just(IdKind.PLANT_VARIETY),
        st.builds("CNA{}{:07d}".format, st.integers(1999, 2035), st.integers(1, 9_999_999)),
    ),
    st.tuples(
        st.just(IdKind.DATA_IP),
        st.builds("浙数登{}-{}".format, st.integers(2020, 2035), st.integers(1, 999_999)),
    ),
)


@given(rights, st.data())
def test_a_right_is_the_same_right_however_it_is_spelled(right, data):
    kind, number = right

    written = data.draw(respelled(number))

    read = identifier(kind, written)
    assert read.normalised == number
    assert read.given == written


@given(rights, rights)
def test_two_rights_never_have_the_same_form(one, other):
    assume(one != other)

    assert (one[0], identifier(*one).normalised) != (other[0], identifier(*other).normalised)


@given(patents, st.sampled_from(["ZL", "CN", "CNZL", "专利号：", "申请号: ", "zl "]), st.data())
def test_what_stands_before_a_patent_number_is_no_part_of_it(number, before, data):
    zeros = data.draw(st.sampled_from(["", "0"]))

    assert patent(data.draw(respelled(before + zeros + number))).identifier.normalised == number


@given(patents, st.sampled_from(HYPHENS + DOTS), st.data())
def test_the_check_symbol_of_a_patent_may_stand_behind_any_sign_or_none(number, sign, data):
    body, check = number.split(".")
    looks_like_x = data.draw(st.sampled_from("Xx×ХхΧⅩ")) if check == "X" else check

    assert patent(f"{body}{sign}{looks_like_x}").identifier.normalised == number
    assert patent(f"{body}{looks_like_x}").identifier.normalised == number


@given(codes, st.data())
def test_a_credit_code_is_the_same_however_it_is_spelled(body, data):
    code = body + uscc_check_by_the_standard(body)

    assert uscc(data.draw(respelled(code))).normalised == code


@pytest.mark.parametrize(
    "spelled",
    [
        "腾讯科技（深圳）有限公司",
        "腾讯科技(深圳)有限公司",
        "腾讯科技 〔深圳〕 有限公司",
        "腾讯科技【深圳】有限公司\u200b",
        "\ufeff腾讯科技﹙深圳﹚有限公司",
    ],
)
def test_a_firm_is_the_same_firm_whatever_brackets_its_name_has(spelled):
    assert canonical.name(spelled) == "腾讯科技(深圳)有限公司"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲科技有限公司", "甲科技股份有限公司"),
        ("甲科技(天津)有限公司", "甲科技天津有限公司"),
        ("甲科技有限公司", "甲科技有限责任公司"),
    ],
)
def test_firms_of_another_form_or_place_are_other_firms(one, other):
    assert canonical.name(one) != canonical.name(other)


@pytest.mark.parametrize("dot", DOTS)
def test_a_name_with_a_middle_dot_is_the_same_whichever_dot_it_is(dot):
    assert canonical.name(f"阿卜杜拉{dot}买买提") == canonical.name("阿卜杜拉·买买提")


@pytest.mark.parametrize(
    "spelled",
    [
        "HT-2026-000123",
        "ht\u20132026\u2014123",
        "ＨＴ２０２６－１２３",
        "HT - 2026 - 0123",
        "НТ2026-123",
    ],
)
def test_a_contract_number_is_the_same_with_any_hyphen_width_case_and_zeros_in_front(spelled):
    assert canonical.number(spelled) == "HT2026-123"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HT-2026-1-11", "HT-2026-11-1"),
        ("HT-2026-100", "HT-2026-1"),
        ("CNA20020001.3", "CNA20020001.03"),
        ("1-0", "10"),
    ],
)
def test_hyphens_between_digits_and_zeros_that_count_keep_numbers_apart(one, other):
    assert canonical.number(one) != canonical.number(other)


@given(st.text(max_size=40))
def test_a_canonical_form_is_its_own_form(text):
    for form in (canonical.plain, canonical.name, canonical.number, canonical.account):
        assert form(form(text)) == form(text)


@given(st.text(max_size=40))
def test_nothing_in_a_canonical_form_is_unseen(text):
    for one in canonical.name(text) + canonical.number(text):
        assert unicodedata.category(one) not in {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"}


@given(st.text(alphabet="АВЕКМНОРСТХ", min_size=1, max_size=3))
def test_letters_of_another_script_that_look_like_latin_ones_make_no_other_number(lookalikes):
    latin = canonical.letters_of_numbers(lookalikes)

    assert canonical.number(f"{lookalikes}-7") == canonical.number(f"{latin}-7")
    assert latin.isascii()


def test_a_number_of_another_script_is_refused_and_not_taken_for_a_new_one():
    for text in ("١٢٣٤٥", "Ж-2026-1", "δ1"):
        with pytest.raises(InvalidIdentifier) as refused:
            identifier(IdKind.DATA_IP, text)
        assert refused.value.code == "number-format"
    with pytest.raises(InvalidIdentifier):
        trademark("١٢٣٤٥")
