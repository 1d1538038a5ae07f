"""Which values bind a loan: those in force on its approval day, and a version that names them."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.library import PROGRAMMES, SchemeFileWrong, load
from shared.schemes.reading.reader import read_scheme
from shared.schemes.scheme import NoSuchScheme, Scheme, SchemeNotInForce
from tests.schemes.test_wrong_files import GOOD


def scheme_of(text: str) -> Scheme:
    scheme, problems = read_scheme(text, programme="county")
    assert scheme is not None, [problem.text("en") for problem in problems]
    return scheme


COUNTY = scheme_of(GOOD)


def test_the_value_of_the_approval_day_binds_first_and_last_day_included():
    assert COUNTY.terms(date(2026, 1, 1)).loan_cap_fen == 1_000_000_000
    assert COUNTY.terms(date(2026, 12, 31)).loan_cap_fen == 1_000_000_000
    assert COUNTY.terms(date(2027, 1, 1)).loan_cap_fen == 1_200_000_000
    assert COUNTY.terms(date(2028, 12, 31)).loan_cap_fen == 1_200_000_000


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2029, 1, 1)])
def test_outside_its_validity_a_scheme_says_nothing(day):
    with pytest.raises(SchemeNotInForce):
        COUNTY.terms(day)


def test_a_rule_that_ended_is_no_rule_any_more():
    text = GOOD.replace('    2027-01-01: {value: "12000000.00", source: 修订第二条}\n', "")

    assert scheme_of(text).terms(date(2027, 1, 1)).loan_cap_fen is None


def test_a_rule_that_ends_with_the_measure_itself_leaves_no_gap():
    last = "{to: 2028-12-31, value: {shares: {guarantor: 50, pool: 30, bank: 20}}"
    text = GOOD.replace("{value: {shares: {guarantor: 50, pool: 30, bank: 20}}", last)
    before = text.replace("to: 2028-12-31, value", "to: 2028-12-30, value")

    assert scheme_of(text).terms(date(2028, 12, 31), "chain").flat is not None
    _, problems = read_scheme(before, programme="county")
    assert [one.en for one in problems] == ["from 2028-12-31 the rule “sharing” is missing"]


@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.integers(0, 400))
def test_the_same_rules_give_the_same_terms_and_version(day, later):
    other = min(day + timedelta(days=later), date(2028, 12, 31))

    one, two = COUNTY.terms(day), COUNTY.terms(other)

    same = (day < date(2027, 1, 1)) == (other < date(2027, 1, 1))
    assert (one is two) == same
    assert (one.version == two.version) == same


def test_a_version_names_programme_mode_day_and_content():
    terms = COUNTY.terms(date(2026, 5, 1), "chain")

    name, _, rest = terms.version.partition("@")
    since, _, content = rest.partition("#")
    assert name == "county/chain"
    assert since == "2026-01-01"
    assert len(content) == 12


def test_any_other_value_or_source_is_another_version_but_the_order_of_rules_is_not():
    version = COUNTY.terms(date(2026, 5, 1)).version

    dearer = scheme_of(GOOD.replace("{pool: 80, bank: 20}", "{pool: 79, bank: 21}"))
    elsewhere = scheme_of(GOOD.replace("source: 第六条", "source: 第六条第二款"))
    lines = "  tenor_months:\n    2026-01-01: {value: 12, source: 第六条}\n"
    moved = scheme_of(GOOD.replace(lines, "").replace("rules:\n", "rules:\n" + lines, 1))

    assert dearer.terms(date(2026, 5, 1)).version != version
    assert elsewhere.terms(date(2026, 5, 1)).version != version
    assert moved.terms(date(2026, 5, 1)).version == version


def test_a_mode_has_its_own_rules_over_the_common_ones():
    text = GOOD.replace(
        "  chain:\n    name: {zh: 担保链, en: chain}\n    rules:\n",
        "  chain:\n    name: {zh: 担保链, en: chain}\n    rules:\n"
        '      loan_cap:\n        2026-01-01: {value: "1.00", source: 第二十条}\n',
    )
    scheme = scheme_of(text)

    assert scheme.terms(date(2026, 5, 1), "chain").loan_cap_fen == 100
    assert scheme.terms(date(2026, 5, 1), "direct").loan_cap_fen == 1_000_000_000
    assert scheme.terms(date(2026, 5, 1)).mode == "direct"


def test_a_mode_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NoSuchScheme, match="known: direct, chain"):
        COUNTY.terms(date(2026, 5, 1), "insured")


@pytest.mark.parametrize("name", ["nowhere", "../dongli", "dongli.cases", "lpr", ""])
def test_what_is_no_programme_is_not_found(name):
    with pytest.raises(NoSuchScheme):
        load(name)


def test_a_file_with_mistakes_cannot_be_loaded(tmp_path, monkeypatch):
    (tmp_path / "broken.yaml").write_text("programme: broken\n")
    monkeypatch.setattr("shared.schemes.library._folders", [tmp_path])

    with pytest.raises(SchemeFileWrong, match="“name” is missing"):
        load.__wrapped__("broken")


def test_what_is_assumed_is_listed_and_cited_as_such():
    terms = COUNTY.terms(date(2026, 5, 1))

    assert terms.assumed == ("registered_months",)
    assert terms.source("registered_months", "en") == "〔assumed〕"
    assert terms.source("tenor_months") == "第六条"
    assert terms.source("escrow") == ""


def test_shares_are_computed_in_the_order_of_the_parties():
    terms = COUNTY.terms(date(2026, 5, 1), "chain")
    other = replace(terms, parties=("bank", "pool", "guarantor"))

    assert terms.flat is not None and other.flat is not None
    assert terms.flat.parties == ("guarantor", "pool", "bank")
    assert other.flat.parts == (2, 3, 5)
    assert sum(Fraction(part, other.flat.whole) for part in other.flat.parts) == 1


def test_every_file_of_cases_belongs_to_a_scheme():
    for path in PROGRAMMES.glob("*.cases.yaml"):
        assert path.with_name(path.name.replace(".cases", "")).is_file()
