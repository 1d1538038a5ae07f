"""Numbers of trademarks, copyrights, layouts and the rest."""

import pytest

from shared.identifiers import CheckState, IdKind, InvalidIdentifier
from shared.ip_numbers import (
    ic_layout,
    identifier,
    nice_class,
    opaque,
    software_copyright,
    software_copyright_certificate,
    trademark,
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1234567", "1234567"),
        ("第12345678号", "12345678"),
        ("12345678a", "12345678A"),
        ("G 1234567", "G1234567"),
        ("１２３４", "1234"),
        ("01234567", "1234567"),
        ("注册号：第0012345678号", "12345678"),
    ],
)
def test_a_trademark_number_has_digits_and_nothing_to_check_them_by(written, stored):
    read = trademark(written)

    assert (read.normalised, read.check_state) == (stored, CheckState.NONE)


@pytest.mark.parametrize("text", ["", "0", "G0", "123456789", "AB12", "12-34"])
def test_what_is_no_trademark_number_is_refused(text):
    with pytest.raises(InvalidIdentifier, match="trademark"):
        trademark(text)


def test_there_are_45_nice_classes():
    assert [nice_class(n) for n in range(1, 46)] == list(range(1, 46))
    for n in (0, 46, -1):
        with pytest.raises(InvalidIdentifier):
            nice_class(n)


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("2014SR001852", "2014SR001852"),
        ("2016SR172900", "2016SR172900"),
        ("2006SR11895", "2006SR011895"),
        ("2008SR04935", "2008SR004935"),
        ("2023SR1234567", "2023SR1234567"),
        ("2014SR0001852", "2014SR001852"),
    ],
)
def test_public_software_registration_numbers_are_read(number, stored):
    assert software_copyright(number).normalised == stored
    assert software_copyright(number.lower()).warnings == ()


def test_a_registration_number_in_the_words_of_a_certificate_is_read_and_pointed_out():
    read = software_copyright("软著登字第2016SR172900号")

    assert read.normalised == "2016SR172900"
    assert read.warnings == ("labelled-as-certificate-number",)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("软著登字第0671096号", "软著登字第0671096号"),
        ("软著登字第092114号", "软著登字第0092114号"),
        ("软著登字第671096号", "软著登字第0671096号"),
        ("软著登字第 15980140 号", "软著登字第15980140号"),
        ("4317518", "软著登字第4317518号"),
    ],
)
def test_public_software_certificate_numbers_are_read(written, stored):
    assert software_copyright_certificate(written).normalised == stored


def test_the_two_numbers_of_software_are_told_apart():
    with pytest.raises(InvalidIdentifier) as certificate_given:
        software_copyright("软著登字第0671096号")
    with pytest.raises(InvalidIdentifier) as registration_given:
        software_copyright_certificate("2014SR001852")

    assert "这是证书号" in certificate_given.value.zh
    assert "这是登记号" in registration_given.value.zh


@pytest.mark.parametrize(
    "text", ["2019R11L885247", "1890SR123456", "2014SR0018", "2014SR10185211", "2014SR000000"]
)
def test_what_is_no_software_number_is_refused(text):
    with pytest.raises(InvalidIdentifier):
        software_copyright(text)


@pytest.mark.parametrize(
    ("written", "stored", "state"),
    [
        ("BS.185559220", "BS.185559220", CheckState.VALID),
        ("bs.08500145.7", "BS.085001457", CheckState.VALID),
        ("BS.185559221", "BS.185559221", CheckState.INVALID),
    ],
)
def test_a_layout_number_that_fails_the_check_is_kept_with_a_warning(written, stored, state):
    read = ic_layout(written)

    assert (read.normalised, read.check_state) == (stored, state)
    assert read.warnings == (() if state is CheckState.VALID else ("ic-layout-check-digit",))


def test_a_layout_number_of_another_form_is_refused():
    for text in ("185559220", "BS.1855592", "BS.18555922Y", "BS.000000000"):
        with pytest.raises(InvalidIdentifier):
            ic_layout(text)


def test_numbers_without_a_rule_are_kept_as_text_without_blanks():
    read = opaque(IdKind.PLANT_VARIETY, " cna 20191006012 ")

    assert (read.normalised, read.check_state) == ("CNA20191006012", CheckState.NONE)
    for text in ("", "   ", "x" * 65, "-", "()", "ЖД12", "٣٤٥"):
        with pytest.raises(InvalidIdentifier):
            opaque(IdKind.DATA_IP, text)


def test_every_kind_of_number_can_be_read():
    samples = {
        IdKind.USCC: "914403001922038216",
        IdKind.PATENT: "ZL202010566088.9",
        IdKind.TRADEMARK: "1234567",
        IdKind.SOFTWARE_COPYRIGHT: "2014SR001852",
        IdKind.SOFTWARE_COPYRIGHT_CERTIFICATE: "0671096",
        IdKind.IC_LAYOUT: "BS.185559220",
    }
    for kind in IdKind:
        assert identifier(kind, samples.get(kind, "国作登字-2020-F-00000001")).kind is kind
