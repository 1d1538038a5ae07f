"""Entry to the pool: each rule by itself, and every reason at once."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.application import ApplicationFacts, Collateral
from shared.schemes.decide.eligibility import eligibility
from shared.schemes.decide.trigger import TriggerFacts, check_trigger
from shared.schemes.library import load, programmes
from shared.schemes.rules.limits import RateCap
from shared.schemes.vocabulary import DOCUMENTS, IP_KINDS, PURPOSES
from tests.schemes.strategies import terms_of

PLAIN = ApplicationFacts(
    on=date(2026, 3, 2),
    amount_fen=100_000_000,
    tenor_months=12,
    rate_bp=400,
    purpose="working_capital",
    collateral=(Collateral(kind="invention", value_fen=400_000_000, expires_on=date(2035, 1, 1)),),
)


def reasons(facts: ApplicationFacts, **rules: object) -> list[str]:
    return [finding.code for finding in eligibility(facts, terms_of(**rules))]


def test_a_scheme_without_rules_lets_everything_in():
    assert reasons(PLAIN) == []


@pytest.mark.parametrize(
    ("rule", "value", "change", "code"),
    [
        ("loan_cap_fen", 100_000_000, {"amount_fen": 100_000_001}, "loan-over-cap"),
        ("loan_floor_fen", 100_000_000, {"amount_fen": 99_999_999}, "loan-under-floor"),
        ("tenor_months", 12, {"tenor_months": 13}, "tenor-too-long"),
        ("rate_cap", RateCap(over_lpr_bp=100), {"rate_bp": 401}, "rate-too-high"),
        ("purposes", ("working_capital",), {"purpose": "equipment"}, "purpose-not-permitted"),
        ("ip_kinds", ("invention",), {"collateral": ()}, "no-collateral"),
        (
            "maturity_within_ip_expiry", True, {"matures_on": date(2035, 1, 2)},
            "right-ends-before-loan",
        ),
        ("pledge_rates", {"invention": Fraction(1, 4)}, {"amount_fen": 100_000_001},
         "pledge-rate-exceeded"),
        ("external_valuation_above_fen", 100_000_000, {"amount_fen": 100_000_001},
         "external-valuation-needed"),
        ("credit_lists", ("judgment_defaulter",),
         {"credit_hits": frozenset({"judgment_defaulter"})}, "on-list-judgment-defaulter"),
        ("no_other_compensation", True, {"compensated_elsewhere": True}, "compensated-elsewhere"),
        ("pure_ip_only", True, {"combined_collateral": True, "ip_share": Fraction(1, 2)},
         "not-pure-ip"),
        ("ip_share_minimum", Fraction(1, 2),
         {"combined_collateral": True, "ip_share": Fraction(49, 100)}, "ip-share-too-low"),
    ],
)  # fmt: skip
def test_on_the_limit_it_passes_and_beyond_it_does_not(rule, value, change, code):
    assert reasons(PLAIN, **{rule: value}) == []
    assert reasons(replace(PLAIN, **change), **{rule: value}) == [code]


@pytest.mark.parametrize(
    ("rule", "value", "fact", "code", "good"),
    [
        ("borrower_cap_fen", 1_000_000_000, "covered_balance", "borrower-over-cap", 900_000_000),
        ("borrower_debt_cap_fen", 1_000_000_000, "total_debt", "debt-over-cap", 900_000_000),
        ("revenue_cap_fen", 1_000_000_000, "revenue", "revenue-over-cap", 1_000_000_000),
    ],
)
def test_a_fact_that_a_rule_needs_is_never_guessed(rule, value, fact, code, good):
    name = f"{fact}_fen"

    assert reasons(PLAIN, **{rule: value}) == [f"{fact.replace('_', '-')}-not-stated"]
    assert reasons(replace(PLAIN, **{name: good}), **{rule: value}) == []
    assert reasons(replace(PLAIN, **{name: good + 1}), **{rule: value}) == [code]


def test_standing_must_be_stated_to_count():
    assert reasons(PLAIN, in_territory=True, sme_only=True, one_live_project=True,
                   registered_months=12) == [
        "live-projects-not-stated", "not-in-territory", "not-an-sme", "registered-on-not-stated",
    ]  # fmt: skip


def test_a_combined_loan_states_its_share_whatever_the_scheme():
    assert reasons(replace(PLAIN, combined_collateral=True)) == ["ip-share-not-stated"]


def test_only_the_ip_part_must_be_carried_by_the_rights():
    half = replace(PLAIN, amount_fen=200_000_000, combined_collateral=True, ip_share=Fraction(1, 2))

    assert reasons(half, pledge_rates={"invention": Fraction(1, 4)}) == []


def test_rights_of_several_kinds_carry_together_and_one_without_a_rate_leaves_it_open():
    two = (
        Collateral(kind="invention", value_fen=200_000_000),
        Collateral(kind="trademark_right", value_fen=100_000_000),
    )
    rates = {"invention": Fraction(1, 4), "trademark_right": Fraction(1, 2)}
    asked = replace(PLAIN, collateral=two)

    assert reasons(asked, pledge_rates=rates) == []
    assert reasons(replace(asked, amount_fen=100_000_001), pledge_rates=rates) == [
        "pledge-rate-exceeded"
    ]
    assert reasons(replace(asked, amount_fen=10**12), pledge_rates={"invention": Fraction(1)}) == []


def test_a_right_without_a_value_cannot_be_judged():
    bare = replace(PLAIN, collateral=(Collateral(kind="invention"),))

    assert reasons(bare, pledge_rates={"invention": Fraction(1, 4)}) == ["valuation-missing"]


def test_every_document_that_is_missing_is_named():
    findings = eligibility(
        PLAIN, terms_of(documents=("business_licence", "ip_certificates", "loan_contract"))
    )

    assert [finding.evidence["document"] for finding in findings] == [
        "business_licence", "ip_certificates", "loan_contract",
    ]  # fmt: skip
    assert all(finding.source == "第一条" for finding in findings)


@given(
    amount=st.integers(1, 10**11),
    tenor=st.integers(0, 400),
    rate=st.integers(0, 5_000),
    purpose=st.sampled_from([*PURPOSES, "holiday"]),
    kind=st.sampled_from([*IP_KINDS, "unknown_right"]),
    share=st.none() | st.fractions(0, 1, max_denominator=1000),
    combined=st.booleans(),
    documents=st.sets(st.sampled_from(list(DOCUMENTS))),
    name=st.sampled_from(programmes()),
)
def test_whatever_is_asked_every_programme_answers_with_codes_and_words(
    amount, tenor, rate, purpose, kind, share, combined, documents, name
):
    scheme = load(name)
    facts = replace(
        PLAIN, amount_fen=amount, tenor_months=tenor, rate_bp=rate, purpose=purpose,
        collateral=(Collateral(kind=kind),), ip_share=share, combined_collateral=combined,
        documents=frozenset(documents),
    )  # fmt: skip

    for mode in scheme.modes:
        findings = (
            eligibility(facts, scheme.terms(scheme.valid_from, mode, live=False))
            if (scheme.valid_from >= date(2019, 8, 20))
            else ()
        )
        for finding in findings:
            told = finding.as_data()
            assert told["code"] and told["zh"] and told["en"]


def test_a_claim_needs_its_papers_only_where_they_are_looked_at():
    needs = terms_of(claim_documents=("claim_form",))
    facts = TriggerFacts(risk_class="loss", overdue_days=400)

    assert check_trigger(facts, needs) == ()
    missing = check_trigger(replace(facts, documents=frozenset()), needs)
    assert [finding.code for finding in missing] == ["claim-document-missing"]
    assert check_trigger(replace(facts, documents=frozenset({"claim_form"})), needs) == ()
