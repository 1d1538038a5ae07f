"""Credit codes and patent numbers: the public samples, the made-up ones, and the laws."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.identifiers import (
    CheckState,
    InvalidIdentifier,
    PatentKind,
    PatentNo,
    Uscc,
    organisation_check,
    patent,
    patent_check,
    uscc,
)

PATENTS = {
    "200710308494.X": PatentKind.INVENTION,
    "202010566088.9": PatentKind.INVENTION,
    "201510958772.0": PatentKind.INVENTION,
    "202510942578.7": PatentKind.INVENTION,
    "202411064734.6": PatentKind.INVENTION,
    "200510096239.4": PatentKind.INVENTION,
    "201811564288.X": PatentKind.INVENTION,
    "201910603565.1": PatentKind.INVENTION,
    "200510030457.8": PatentKind.INVENTION,
    "200510025251.6": PatentKind.INVENTION,
    "202322865413.3": PatentKind.UTILITY_MODEL,
    "201220572874.0": PatentKind.UTILITY_MODEL,
    "99113861.9": PatentKind.INVENTION,
    "97101765.4": PatentKind.INVENTION,
}
USCCS = {
    "914403001922038216": "19220382-1",
    "91110108551385082Q": "55138508-2",
    "91100000100003962T": "10000396-2",
    "911100001000044477": "10000444-7",
    "911100001000054748": "10000547-4",
    "911000001000013428": "10000134-2",
    "9131000010000595XD": "10000595-X",
    "9144030010001686XA": "10001686-X",
    "91100000710931483R": "71093148-3",
    "91440300100012316L": "10001231-6",
    "91340000610400837Y": "61040083-7",
    "91510700205412308D": "20541230-8",
    "91450200198229141F": "19822914-1",
    "91350900587527783P": "58752778-3",
    "91440300192317458F": "19231745-8",
    "91440400192548256N": "19254825-6",
    "9144030071526726XG": "71526726-X",
    "91330100799655058B": "79965505-8",
}
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc_check_by_the_standard(body: str) -> str:
    """GB 32100—2015 worked out anew, so that the library is held to the standard."""
    total = sum(SYMBOLS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return SYMBOLS[(31 - total % 31) % 31]


def refusal(read, text: str) -> str:
    with pytest.raises(InvalidIdentifier) as caught:
        read(text)
    assert caught.value.zh and caught.value.en
    return caught.value.code


@pytest.mark.parametrize(("number", "kind"), PATENTS.items())
def test_public_patent_numbers_are_right(number, kind):
    read = patent(number)

    assert read.identifier.normalised == number
    assert read.identifier.check_state is CheckState.VALID
    assert read.kind is kind


@pytest.mark.parametrize(("number", "right"), [("202310123456.7", "6"), ("202410123456.7", "0")])
def test_made_up_patent_numbers_end_in_another_symbol(number, right):
    assert refusal(patent, number) == "patent-check-digit"
    assert patent(number[:-1] + right)


@pytest.mark.parametrize(
    "written",
    [
        "ZL 2015 1 0958772.0",
        "zl201510958772.0",
        "CN201510958772.0",
        "2015109587720",
        " 201510958772.0 ",
        "ZL201510958772．0",
        "ZL\u3000201510958772.0",
        "ＺＬ２０１５１０９５８７７２．０",
        "201510958772-0",
        "专利号：ZL201510958772.0",
        "0201510958772.0",
    ],
)
def test_a_patent_number_is_read_as_it_is_written_in_practice(written):
    assert patent(written).identifier.normalised == "201510958772.0"
    assert patent(written).identifier.given == written
    assert patent(written).is_granted is ("ZL" in written.upper() or "ＺＬ" in written)


def test_the_old_format_is_read_and_pointed_out():
    old = patent("ZL99113861.9")

    assert old.filing_year == 1999
    assert old.identifier.warnings == ("patent-old-format",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "patent-format"),
        ("٢٠١٥١٠٩٥٨٧٧٢.0", "patent-format"),
        ("000000000000.0", "patent-format"),
        ("00000000.0", "patent-format"),
        ("201540958772.0", "patent-format"),
        ("190010958772.0", "patent-format"),
        ("2015109587.0", "patent-format"),
        ("05113861.9", "patent-format"),
        ("199910958772.0", "patent-format"),
        ("201510958772.Y", "patent-format"),
        ("CN109413668B", "patent-publication-no"),
        ("CN1234567A", "patent-publication-no"),
    ],
)
def test_what_is_no_patent_number_is_refused(text, code):
    assert refusal(patent, text) == code


@pytest.mark.parametrize(
    ("number", "begins", "ends"),
    [
        ("202010566088.9", date(2040, 1, 1), date(2041, 1, 1)),
        ("202322865413.3", date(2033, 1, 1), date(2034, 1, 1)),
        ("201220572874.0", date(2022, 1, 1), date(2023, 1, 1)),
        ("99113861.9", date(2019, 1, 1), date(2020, 1, 1)),
    ],
)
def test_the_number_hints_at_the_year_in_which_the_term_ends(number, begins, ends):
    assert patent(number).expiry_window() == (begins, ends)


@pytest.mark.parametrize(
    ("filed", "begins", "ends"), [(2020, 2030, 2031), (2021, 2031, 2037), (2022, 2037, 2038)]
)
def test_a_design_lasts_10_years_if_filed_before_june_2021_and_else_15(filed, begins, ends):
    body = f"{filed}30000001"

    window = patent(body + patent_check(body)).expiry_window()

    assert window == (date(begins, 1, 1), date(ends, 1, 1))


bodies = st.builds(
    lambda year, kind, serial: f"{year}{kind}{serial:07d}",
    st.integers(2003, 2035),
    st.sampled_from("12389"),
    st.integers(1, 9_999_999),
)


@given(bodies, st.data())
def test_every_single_wrong_digit_of_a_patent_number_is_caught(body, data):
    number = body + patent_check(body)
    at = data.draw(st.integers(0, 12))
    wrong = data.draw(
        st.sampled_from([c for c in "0123456789X"[: 10 + (at == 12)] if c != number[at]])
    )

    with pytest.raises(InvalidIdentifier):
        patent(number[:at] + wrong + number[at + 1 :])


@given(bodies, st.integers(0, 11))
def test_every_swap_of_neighbours_in_a_patent_number_is_caught(body, at):
    number = body + patent_check(body)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    if swapped != number:
        with pytest.raises(InvalidIdentifier):
            patent(swapped)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 3))
def test_a_swap_of_places_of_equal_weight_is_not_caught_by_the_check_digit(body, at):
    swapped = list(body)
    swapped[at], swapped[at + 8] = swapped[at + 8], swapped[at]

    assert patent_check("".join(swapped)) == patent_check(body)


@pytest.mark.parametrize(("code", "organisation"), USCCS.items())
def test_public_credit_codes_are_right_inside_and_out(code, organisation):
    read = uscc(code)

    assert (read.normalised, read.check_state, read.warnings) == (code, CheckState.VALID, ())
    assert f"{code[8:16]}-{organisation_check(code[8:16])}" == organisation


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("914403001922038217", "uscc-check-digit"),
        ("91520000714305990X", "uscc-check-digit"),
        ("9144030O1922038216", "uscc-letter"),
        ("9144030I1922038216", "uscc-letter"),
        ("91440300192203821S", "uscc-letter"),
        ("91440300192203821V", "uscc-letter"),
        ("91440300192203821Z", "uscc-letter"),
        ("91A403001922038216", "uscc-format"),
        ("91440300192203821б", "uscc-format"),
        ("914403001922038216 1", "uscc-length"),
        ("91440300192203821", "uscc-length"),
        ("", "uscc-length"),
        ("000000000000000000", "uscc-format"),
    ],
)
def test_wrong_credit_codes_are_refused_and_never_guessed_at(text, code):
    assert refusal(uscc, text) == code


def test_a_letter_as_registering_authority_is_right():
    body = f"N2510700MF123456{organisation_check('MF123456')}"

    assert uscc(body + uscc_check_by_the_standard(body)).check_state is CheckState.VALID


def test_a_wrong_inner_check_digit_is_refused():
    body = "91510700MA1234567"
    assert organisation_check(body[8:16]) != body[16]

    code = body + uscc_check_by_the_standard(body)

    assert refusal(uscc, code) == "organisation-code-check-digit"


def test_a_wrong_inner_check_digit_of_a_sole_trader_is_a_warning():
    body = "92510700MA1234567"
    assert organisation_check(body[8:16]) != body[16]

    assert uscc(body + uscc_check_by_the_standard(body)).warnings == (
        "organisation-code-check-digit",
    )


@pytest.mark.parametrize(
    "written",
    [
        " 9144030071526726xg\n",
        "９１４４０３００７１５２６７２６ＸＧ",
        "91440300 71526726-X G",
        "统一社会信用代码：9144030071526726XG",
        "91440300\u200b71526726XG",
    ],
)
def test_another_spelling_of_a_credit_code_is_put_right(written):
    assert uscc(written).normalised == "9144030071526726XG"


codes = st.builds(
    lambda head, region, tail: head + region + tail + organisation_check(tail),
    st.text(SYMBOLS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(SYMBOLS, min_size=8, max_size=8),
).filter(lambda body: body.strip("0") != "" and body[:2] != "92")


@given(codes, st.data())
def test_every_single_wrong_character_of_a_credit_code_is_caught(body, data):
    code = body + uscc_check_by_the_standard(body)
    assert uscc(code).normalised == code
    at = data.draw(st.integers(0, 17))
    wrong = data.draw(st.sampled_from([c for c in SYMBOLS if c != code[at]]))

    with pytest.raises(InvalidIdentifier):
        uscc(code[:at] + wrong + code[at + 1 :])


@given(codes, st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_credit_code_is_caught(body, at):
    code = body + uscc_check_by_the_standard(body)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]

    if swapped != code:
        with pytest.raises(InvalidIdentifier):
            uscc(swapped)


@given(codes.filter(lambda body: uscc_check_by_the_standard(body) != "9"))
def test_a_swap_of_the_first_and_the_last_character_is_never_caught(body):
    code = body + uscc_check_by_the_standard(body)

    assert uscc(code[-1] + code[1:-1] + code[0])


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_but_never_crashes(text):
    for read in (uscc, patent):
        try:
            read(text)
        except InvalidIdentifier as refused:
            assert refused.code


def test_as_fields_they_are_stored_normalised_and_refused_with_their_code():
    class Borrower(BaseModel):
        uscc: Uscc
        patent: PatentNo

    borrower = Borrower(uscc="9144030071526726xg", patent="ZL 2015 1 0958772.0")
    with pytest.raises(ValidationError) as caught:
        Borrower(uscc="914403001922038217", patent="202310123456.7")

    assert (borrower.uscc, borrower.patent) == ("9144030071526726XG", "201510958772.0")
    causes = [error["ctx"]["error"].code for error in caught.value.errors()]
    assert causes == ["uscc-check-digit", "patent-check-digit"]
