"""What a measure must say before it may bind a loan."""

from datetime import date
from fractions import Fraction

import pytest

from shared.schemes import library
from shared.schemes.completeness import assumed, gaps, live_modes
from shared.schemes.publication import Publication, TextUnreadable, scheme_of
from shared.schemes.scheme import Scheme

TEXT = library.path_of("dongli").read_text(encoding="utf-8")
FIRST = date(2022, 10, 28)


def read(text: str) -> Scheme:
    published = Publication("dongli", text)
    return scheme_of(published, published.sha256)


def without(*beginnings: str) -> Scheme:
    """The measure without the rules that begin so, each with its indented lines."""
    kept, gone = [], False
    for line in TEXT.splitlines():
        if line.startswith("  ") and not line.startswith("   "):
            gone = line.strip().startswith(beginnings)
        if not gone:
            kept.append(line)
    return read("\n".join(kept))


def test_a_measure_that_says_everything_has_no_gap():
    assert gaps(read(TEXT), since=FIRST) == ()


@pytest.mark.parametrize(
    ("rule", "gap"),
    [
        ("trigger:", "trigger"),
        ("claim_documents:", "claim_documents"),
        ("deadlines:", "deadlines.claim"),
        ("caps:", "caps.pool_balance"),
    ],
)
def test_what_a_measure_does_not_say_is_a_gap_in_every_live_mode(rule, gap):
    found = gaps(without(rule), since=FIRST)

    assert {(one.mode, one.rule) for one in found} == {
        (mode, gap) for mode in ("direct", "insured", "guaranteed")
    }
    assert all(one.since == FIRST and "none" in one.zh and "none" in one.en for one in found)


def test_a_rule_that_ends_leaves_a_gap_from_the_next_day_on():
    line = "2022-10-28: {value: [claim_form, claim_report, recovery_plan, diligence_statement, business_licence], source: S23"
    scheme = read(TEXT.replace(line, f"{line}, to: 2026-06-30"))

    assert {one.since for one in gaps(scheme, since=FIRST)} == {date(2026, 7, 1)}
    assert {one.rule for one in gaps(scheme, since=FIRST)} == {"claim_documents"}
    assert {one.since for one in gaps(scheme, since=date(2026, 8, 1))} == {date(2026, 8, 1)}


def test_a_cap_at_a_part_of_the_balance_is_one_at_the_balance_and_at_twice_it_is_none():
    def at(rate: int) -> Scheme:
        return read(
            TEXT.replace(
                "per: pool_balance, of: pool_available,",
                f"per: programme_year, of: pool_available, rate: {rate},",
            )
        )

    assert gaps(at(50), since=FIRST) == ()
    assert {one.rule for one in gaps(at(200), since=FIRST)} == {"caps.pool_balance"}


def test_a_fixed_amount_counted_over_the_balance_is_no_cap_at_it():
    scheme = read(
        TEXT.replace("per: pool_balance, of: pool_available,", 'per: pool_balance, amount: "1.00",')
    )

    assert {one.rule for one in gaps(scheme, since=FIRST)} == {"caps.pool_balance"}


def test_deadlines_without_one_for_claims_leave_a_gap():
    scheme = read(TEXT.replace("        claim: {months: 6, mark: assumed}\n", ""))

    assert {one.rule for one in gaps(scheme, since=FIRST)} == {"deadlines.claim"}


def test_a_cap_that_leaves_the_pool_out_says_nothing_of_its_balance():
    scheme = read(
        TEXT.replace(
            "{code: pool_balance, parties: [pool]", "{code: pool_balance, parties: [insurer]"
        )
        .replace("[pool, bank], source: S2", "[pool, bank, insurer], source: S2")
        .replace("{shares: {pool: 40, bank: 60}}", "{shares: {pool: 40, bank: 50, insurer: 10}}")
        .replace(
            "parties:\n        2022-10-28: {value: [pool, bank, guarantor]",
            "parties:\n        2022-10-28: {value: [pool, bank, guarantor, insurer]",
        )
        .replace(
            "{pool: 40, bank: 20, guarantor: 40}",
            "{pool: 40, bank: 20, guarantor: 30, insurer: 10}",
        )
    )

    assert {one.rule for one in gaps(scheme, since=FIRST)} == {"caps.pool_balance"}


def test_a_programme_of_subsidies_alone_need_not_speak_of_claims():
    scheme = library.load("fj_subsidy")

    assert live_modes(scheme)
    assert gaps(scheme, since=scheme.valid_from) == ()


def test_assumed_values_are_named_once_each_for_all_live_modes_and_days_to_come():
    found = assumed(read(TEXT), since=FIRST)

    assert list(found) == sorted(set(found))
    assert {"loan_cap", "caps", "deadlines", "sharing", "refunds"} <= set(found)
    assert not {"trigger_source", "base", "claim_documents"} & set(found)


def test_a_value_that_is_no_longer_in_force_need_not_be_accepted():
    scheme = library.load("youxian")  # its loan cap is assumed until June 2025

    assert "loan_cap" in assumed(scheme, since=date(2025, 6, 30))
    assert "loan_cap" not in assumed(scheme, since=date(2025, 7, 1))


def test_a_single_assumed_deadline_in_a_list_with_a_source_is_named_by_its_step():
    scheme = read(TEXT.replace("      source: D\n      mark: assumed\n", "      source: D\n"))

    found = assumed(scheme, since=FIRST)

    assert "deadlines" not in found
    assert {"deadlines.claim", "deadlines.payment"} <= set(found)
    assert "deadlines.overdue_notice" not in found  # it has a source


def test_bytes_that_are_not_those_of_their_hash_are_not_read():
    right = Publication("dongli", TEXT)

    with pytest.raises(TextUnreadable, match="has the hash"):
        scheme_of(Publication("dongli", TEXT + " "), right.sha256)


def test_the_hash_is_that_of_the_bytes_and_of_both_texts_where_one_extends_the_other():
    import hashlib

    alone, both = Publication("dongli", TEXT), Publication("dongli", TEXT, "common")

    assert alone.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert both.sha256 == hashlib.sha256(TEXT.encode() + b"\0common").hexdigest()


def test_what_a_file_extends_is_found_beside_it_and_published_with_it(tmp_path):
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "practice.yaml").write_text("rules: {}\n", encoding="utf-8")
    path = tmp_path / "county.yaml"

    path.write_text("programme: county\nextends: practice\n", encoding="utf-8")
    assert library.publication_of(path).common_text == "rules: {}\n"
    for name in ("nowhere", "../common/practice", "[practice]"):
        path.write_text(f"programme: county\nextends: {name}\n", encoding="utf-8")
        assert library.publication_of(path).common_text == ""
    assert library.publication_of(library.path_of("dongli")).text == TEXT


def test_the_shares_of_a_published_text_are_its_own():
    other = read(
        TEXT.replace("{pool: 40, bank: 60}}, source: S2", "{pool: 30, bank: 70}}, source: S2")
    )

    assert dict(other.terms(FIRST, "direct").sharing.rows[0].shares)["pool"] == Fraction(3, 10)
    assert dict(read(TEXT).terms(FIRST, "direct").sharing.rows[0].shares)["pool"] == Fraction(2, 5)
