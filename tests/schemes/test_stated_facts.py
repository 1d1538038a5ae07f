"""What people state is read by its kind and its day, and everything wrong with it is named."""

from datetime import date
from fractions import Fraction

import pytest

from shared.schemes import library
from shared.schemes.facts import facts_needed
from shared.schemes.rules.sharing import Condition, Row, Sharing
from shared.schemes.stated import all_kept, as_facts, parse_ratio, read_fact, read_facts
from shared.schemes.vocabulary import FACTS
from tests.schemes.builders import HALF, terms

DAY = date(2026, 11, 28)
ZHUHAI = library.load("gd_zhuhai_tech").terms(DAY, "direct")
JIANGMEN = library.load("gd_jiangmen").terms(DAY, "bank")
DONGLI = library.load("dongli").terms(DAY, "direct")


def codes(faults):
    return {".".join(map(str, fault.place)): fault.code for fault in faults}


def test_percent_and_fractions_are_read_exactly():
    assert read_fact("unsecured_share", "50") == Fraction(1, 2)
    assert read_fact("unsecured_share", "33.33") == Fraction(3333, 10_000)
    assert read_fact("unsecured_share", "33.33%") == Fraction(3333, 10_000)
    assert read_fact("unsecured_share", "1/3") == Fraction(1, 3)
    assert read_fact("unsecured_share", "0") == 0
    assert read_fact("unsecured_share", "0.6%") == Fraction(6, 1000)


def test_a_number_that_may_be_sixty_percent_or_a_hundredth_of_it_is_asked_back():
    _, faults = read_facts({"unsecured_share": "0.60"}, ZHUHAI, at="claim")

    assert codes(faults) == {"attributes.unsecured_share": "ratio-ambiguous"}
    assert "信用部分占比" in faults[0].zh and '"60%"' in faults[0].zh
    assert "unsecured share" in faults[0].en and '"60%"' in faults[0].en


@pytest.mark.parametrize("value", ["101", "4/3", "-5", "abc", "", 50, 0.5, True, None, "５０"])
def test_what_is_no_part_of_a_whole_is_no_share(value):
    _, faults = read_facts({"unsecured_share": value}, ZHUHAI, at="claim")

    assert [fault.place for fault in faults] == [("attributes", "unsecured_share")]


def test_a_multiple_may_pass_the_whole():
    assert read_fact("guarantee_multiple", "450") == Fraction(9, 2)


@pytest.mark.parametrize("value", ["1e6", "-1.00", "1,000.00", "1.000", 1000000, True, None])
def test_money_is_a_decimal_text_and_nothing_else(value):
    values, faults = read_facts({"revenue": value}, JIANGMEN, at="approval")

    assert (values, codes(faults)) == ({}, {"attributes.revenue": "not-an-amount"})


def test_money_is_read_in_fen():
    assert read_facts({"revenue": "30000000.05"}, JIANGMEN, at="approval") == (
        {"revenue": 3_000_000_005},
        (),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("is_small", "true"), ("is_small", 1), ("bank_score", True), ("bank_score", "90"),
     ("bank_score", -1), ("bank_score", 9.5), ("risk_class", "good"), ("risk_class", 3)],
)  # fmt: skip
def test_flags_counts_and_words_keep_to_their_kind(name, value):
    with pytest.raises(ValueError):
        read_fact(name, value)


def test_a_fact_that_the_mode_needs_and_nobody_states_is_named():
    _, faults = read_facts({}, ZHUHAI, at="claim")

    assert codes(faults) == {"attributes.unsecured_share": "fact-missing"}
    assert "信用部分占比" in faults[0].zh and "unsecured share" in faults[0].en
    assert ZHUHAI.source("sharing") in faults[0].zh


def test_a_flag_that_decides_a_share_is_missed_like_any_other_fact():
    terms_of_yunnan = library.load("yn_tech").terms(DAY, "direct")

    _, faults = read_facts({}, terms_of_yunnan, at="claim")

    assert codes(faults) == {"attributes.is_high_tech_enterprise": "fact-missing"}


def test_a_fact_counts_as_it_is_on_its_own_day_only():
    _, faults = read_facts({"unsecured_share": "50"}, ZHUHAI, at="approval")

    assert codes(faults) == {"attributes.unsecured_share": "fact-of-another-day"}
    assert "申请补偿时" in faults[0].zh


def test_facts_at_disbursement_are_missed_at_disbursement():
    at_disbursement = terms(
        Sharing(
            rows=(
                Row(when=(Condition("unsecured_share", at_least=Fraction(1, 2)),), shares=HALF),
                Row(when=(), shares=HALF),
            ),
            facts_at="disbursement",
        )
    )

    assert read_facts({}, at_disbursement, at="claim") == ({}, ())
    _, faults = read_facts({}, at_disbursement, at="disbursement")

    assert codes(faults) == {"attributes.unsecured_share": "fact-missing"}


def test_an_unknown_name_is_a_fault_with_the_name_that_was_probably_meant():
    _, faults = read_facts({"is_smal": True, "internal_score": "AA"}, DONGLI, at="approval")

    assert codes(faults) == {
        "attributes.is_smal": "unknown-fact",
        "attributes.internal_score": "unknown-fact",
    }
    assert "is_small" in faults[0].zh


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("bank_score", 95, "fact-of-the-bureau"), ("claim_rate", "2", "fact-of-the-bureau"),
     ("loan_amount", "1.00", "fact-known-elsewhere"), ("is_first_loan", True, "fact-known-elsewhere")],
)  # fmt: skip
def test_nobody_states_what_others_state_or_the_house_counts(name, value, code):
    _, faults = read_facts({name: value}, DONGLI, at="approval")

    assert codes(faults) == {f"attributes.{name}": code}


def test_the_place_of_the_firm_may_be_stated_and_need_not_be():
    assert read_facts({}, DONGLI, at="approval") == ({}, ())
    assert read_facts({"in_territory": False}, DONGLI, at="approval") == (
        {"in_territory": False},
        (),
    )


def test_eligibility_too_says_which_facts_it_asks_for():
    needed = facts_needed(library.load("gd_shenzhen").terms(DAY, "direct"))

    assert [(fact.name, fact.at, fact.required) for fact in needed[:2]] == [
        ("total_debt", "approval", True),
        ("in_territory", "approval", False),
    ]


def test_without_terms_only_name_and_kind_are_judged():
    values, faults = read_facts({"revenue": "x", "is_small": True}, None, at="approval")

    assert (values, codes(faults)) == ({"is_small": True}, {"attributes.revenue": "not-an-amount"})


def test_what_is_kept_is_read_back_as_it_was():
    stated = {
        "revenue": 3_000_000_005, "unsecured_share": Fraction(1, 3), "claim_rate": Fraction(5, 2),
        "is_small": False, "bank_score": 88, "risk_class": "loss",
    }  # fmt: skip

    told = all_kept(stated)

    assert told == {
        "revenue": "30000000.05", "unsecured_share": "1/3", "claim_rate": "250%",
        "is_small": False, "bank_score": "88", "risk_class": "loss",
    }  # fmt: skip
    assert as_facts(told) == stated
    assert as_facts({"internal_score": "AA"}) == {}


def test_every_fact_of_the_vocabulary_can_be_stated_and_kept():
    sample = {"money": "1.00", "ratio": "1/3", "count": 1, "flag": True}
    for name, fact in FACTS.items():
        value = read_fact(name, sample.get(fact.kind, "loss"))
        assert as_facts(all_kept({name: value})) == {name: value}


def test_a_third_is_a_third():
    assert parse_ratio("1/3") * 3 == 1
