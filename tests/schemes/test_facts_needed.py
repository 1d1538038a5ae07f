"""What each programme needs to be told beyond what every loan has: by whom, and as of which day."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from shared.schemes import library
from shared.schemes.facts import (
    agreements_needed,
    amounts_needed,
    confirmations_needed,
    facts_needed,
    figures_needed,
    raises_allowed,
)
from shared.schemes.reading.reader import read_scheme
from shared.schemes.rules.facts import FactRule
from shared.schemes.rules.sharing import Condition, Row, Sharing
from shared.schemes.terms import Terms
from tests.schemes.builders import HALF, cap, flat, terms
from tests.schemes.test_wrong_files import GOOD

OF_THE_FIRM = ("total_debt", "in_territory")
"""What only the entry of a firm goes by: not told below."""


def asked_of(name: str) -> dict[str, list[str]]:
    """Per mode, everything that must be stated: `fact by whom@day`, then what a split goes by."""
    scheme = library.load(name)
    found = {}
    for mode in scheme.modes:
        said = _asked(scheme.terms(scheme.changes(mode)[-1], mode, live=False))
        found[mode] = [one for one in said if not one.startswith(OF_THE_FIRM)]
    return found


def _asked(found: Terms):
    for fact in facts_needed(found):
        if fact.required:
            yield f"{fact.name} {fact.by}@{fact.at}"
    for figure in figures_needed(found):
        yield f"figure {figure.name} per {figure.per}"
    for allowed in raises_allowed(found):
        yield f"raise of {allowed.cap}"
    for agreement in agreements_needed(found):
        must = "must" if agreement.required else "may"
        yield f"agreement {must} say {agreement.party}'s {agreement.at_least} to {agreement.at_most}"
    for decision in confirmations_needed(found):
        yield f"decision {decision.decision} for {decision.party}"
    for amount in amounts_needed(found):
        if amount.required or amount.name == "costs":
            yield f"amount {amount.name}"


BEYOND_THE_COMMON = {
    "ah_tech": {
        "direct": ["is_unsecured bank@claim", "amount other_policy_money"],
        "guaranteed": [
            "is_unsecured bank@claim", "amount compensated_amount",
            "amount other_policy_money",
        ],
    },
    "bj_etown": {"direct": ["agreement must say pool's 3/10 to 1/2"]},
    "fj_subsidy": {
        "interest": [
            "is_insured bank@approval", "is_small bank@approval", "is_guaranteed bank@approval",
        ]
    },
    "gd_guangzhou_2023": {"direct": ["figure bank_year_ceiling per bank_year"]},
    "gd_jiangmen": {"bank": ["revenue bank@approval"], "insured": ["revenue bank@approval"]},
    "gd_shenzhen": {
        "direct": ["is_tech_loan bank@claim", "is_green_loan bank@claim"]
    },
    "gd_sz_pingshan": {"guaranteed": ["figure portfolio_fees per term"]},
    "gd_zhuhai_tech": {"direct": ["unsecured_share bank@claim"]},
    "gz_guiyang": {"guarantee": ["guarantee_multiple bureau@disbursement"]},
    "my_keji": {"direct": ["revenue bank@approval"]},
    "sc_meishan": {"direct": ["amount costs"]},
    "sd_weihai": {
        "stacked": [
            "raise of city_per_loan", "decision provincial_confirmation for city", "amount recovered",
        ]
    },
    "sx_qinzhidai": {"direct": ["agreement may say pool's 0 to 1/2"]},
    "template_net_loss": {"direct": ["amount recovered"]},
    "yn_tech": {
        "direct": ["is_high_tech_enterprise bank@claim", "figure bank_year_ceiling per bank_year"]
    },
}  # fmt: skip


@pytest.mark.parametrize("name", library.programmes())
def test_a_programme_asks_for_these_and_no_other(name):
    wanted = BEYOND_THE_COMMON.get(name, {})

    assert asked_of(name) == {mode: wanted.get(mode, []) for mode in library.load(name).modes}


BY_TYPE = Sharing(
    rows=(Row(when=(Condition("claim_rate", below=1), Condition("is_tech_loan", equals=True)),
              shares=HALF),)
)  # fmt: skip


def test_the_day_of_a_fact_is_that_of_the_sharing_unless_the_scheme_says_another_for_it():
    at_disbursement = terms(replace(BY_TYPE, facts_at="disbursement"))
    but_one = terms(
        replace(BY_TYPE, facts_at="disbursement"),
        facts={"is_tech_loan": FactRule(at="approval", by="bureau", source="第三条")},
    )

    assert [(fact.name, fact.by, fact.at) for fact in facts_needed(terms(BY_TYPE))] == [
        ("claim_rate", "bureau", "claim"), ("is_tech_loan", "bank", "claim"),
    ]  # fmt: skip
    assert {fact.at for fact in facts_needed(at_disbursement)} == {"disbursement"}
    assert [(fact.name, fact.by, fact.at, fact.source) for fact in facts_needed(but_one)] == [
        ("claim_rate", "bureau", "disbursement", "第一条"),
        ("is_tech_loan", "bureau", "approval", "第三条"),
    ]


def test_a_scheme_may_ask_for_a_fact_that_none_of_its_rules_goes_by():
    asked = terms(facts={"is_green_loan": FactRule(by="bank")})

    assert [fact.name for fact in facts_needed(asked)] == ["is_green_loan"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{is_green_loan: {at: approval}}", ""),
        ("{is_green: {at: approval}}", "did you mean “is_green_loan”"),
        ("{is_green_loan: {at: sometime}}", "Known: approval, disbursement, claim"),
        ("{is_green_loan: {}}", "say at (as of which day) or by"),
    ],
)
def test_a_file_says_which_facts_it_asks_for_and_a_wrong_word_is_told(value, said):
    rule = f"rules:\n  facts:\n    2026-01-01: {{value: {value}, source: 第二条}}\n"
    scheme, problems = read_scheme(GOOD.replace("rules:\n", rule, 1), programme="county")

    if said:
        assert said in " ".join(problem.en for problem in problems)
    else:
        assert scheme is not None
        (fact,) = [
            fact for fact in facts_needed(scheme.terms(date(2026, 5, 1), "chain"))
            if fact.name == "is_green_loan"
        ]  # fmt: skip
        assert (fact.at, fact.by, fact.source) == ("approval", "bank", "第二条")


def test_a_figure_that_two_caps_go_by_is_asked_for_once_with_both():
    rated = terms(
        caps=(
            cap("one", of="year_budget", per="programme_year"),
            cap("two", of="year_budget", rate=Fraction(1, 2), per="programme_year"),
            cap("own", of="term_disbursed", per="term"),
        )
    )

    (figure,) = figures_needed(rated)
    assert (figure.name, figure.caps) == ("year_budget", ("one", "two"))


def test_without_sharing_no_amount_of_a_claim_is_asked_for():
    found = terms(flat(pool=50, bank=50))

    assert [amount.name for amount in amounts_needed(found)] == [
        "interest", "penalty_interest", "compound_interest",
    ]  # fmt: skip
    assert amounts_needed(library.load("gx_guihuidai").terms(date(2024, 1, 1))) == ()
