"""The machine's checks, rule by rule, and all of them at once."""

from dataclasses import replace
from datetime import date

import pytest

from services.applications.domain.checks import CHECKS, findings
from services.applications.domain.other_collateral import OtherCollateral
from services.applications.domain.paid_out import RegisterEntry
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.programme import programme_findings
from services.applications.domain.regions import exclude_each_other, lies_within
from services.applications.domain.renewal import rest_beside
from services.applications.domain.submission import Renewed, RightKey
from shared.schemes.library import load
from tests.applications.values import AROUND, FIRM, RIGHT, TODAY, case, with_right


def codes(found) -> list[str]:
    return [finding.code for finding in found]


def valued_on(day: date):
    return with_right(valuation=replace(RIGHT.valuation, valued_on=day))


def test_nothing_is_found_in_a_good_case():
    assert findings(case(), AROUND) == ()
    assert programme_findings(case(), load("dongli"), AROUND) == ()


ENTRY = RegisterEntry(
    registry="CNIPA", registration_no="Y2026120000123", registered_on=date(2026, 2, 10)
)
HOUSE = OtherCollateral(kind="real_estate", description="厂房", amount_fen=39_999_999)


def renewing(**changes):
    """Around a case that renews a loan of the same firm and pool."""
    loan = {
        "number": "DL-1",
        "pool_code": "dongli",
        "borrower_uscc": FIRM.uscc,
        "state": "disbursed",
    }
    return replace(AROUND, renewed=Renewed(**loan | changes))


def test_a_loan_that_is_out_or_was_repaid_within_ninety_days_may_be_renewed():
    for one in (renewing(), renewing(state="closed", ended_on=date(2025, 12, 2))):
        assert findings(case(), one) == ()
    # One debt, as large as the larger of the two.
    assert [rest_beside(rest, 100) for rest in (0, 99, 100, 130)] == [0, 0, 0, 30]


WRONG = {
    "pool-not-yet-open": (case(), replace(AROUND, pool_opened_on=date(2026, 3, 3))),
    "pool-stopped": (case(), replace(AROUND, pool_stopped_on=date(2026, 2, 1))),
    "bank-suspended": (case(), replace(AROUND, bank_suspended_on=date(2026, 2, 1))),
    "registered-in-future": (
        case(borrower=replace(FIRM, registered_on=date(2026, 3, 3))),
        AROUND,
    ),
    "ip-share-contradicts": (case(ip_share_bp=5_000), AROUND),
    "renewed-in-other-pool": (case(), renewing(pool_code="youxian")),
    "renewed-of-other-firm": (case(), renewing(borrower_uscc="91450200198229141F")),
    "renewed-not-live": (case(), renewing(state="repaid", ended_on=date(2025, 12, 1))),
    "renewed-already": (case(), renewing(renewed_by="DL-2")),
    "renewed-chain-open": (case(), renewing(renews_open="DL-0")),
    "right-named-twice": (case(collateral=(RIGHT, RIGHT)), AROUND),
    "right-already-pledged": (case(), replace(AROUND, held_rights=frozenset({RIGHT.key}))),
    "right-ended": (with_right(expires_on=date(2026, 3, 1)), AROUND),
    "right-filed-in-future": (
        with_right(filed_on=date(2026, 3, 3), number_year=2026),
        AROUND,
    ),
    "term-beyond-law": (with_right(expires_on=date(2047, 5, 2)), AROUND),
    "filed-after-number": (with_right(number_year=2021), AROUND),
    "term-ends-before-it-begins": (
        with_right(filed_on=date(2026, 3, 2), expires_on=date(2026, 3, 2), number_year=2026),
        AROUND,
    ),
    "owner-is-not-borrower": (with_right(owner_uscc="91450200198229141F"), AROUND),
    "valued-in-future": (valued_on(date(2026, 3, 3)), AROUND),
    "valuation-stale": (valued_on(date(2025, 3, 1)), AROUND),
    "pledgor-consent-missing": (
        with_right(
            owner_uscc=None,
            owner_name="张三",
            pledgors=(Pledgor(role="co_owner", name="张三", id_masked="120101**********18"),),
        ),
        AROUND,
    ),
    "other-collateral-not-stated": (case(has_other_collateral=True), AROUND),
    "other-collateral-contradicts": (case(other_collateral=(HOUSE,)), AROUND),
    "collateral-below-loan": (
        case(has_other_collateral=True, ip_share_bp=6_000, other_collateral=(HOUSE,)),
        AROUND,
    ),
    "registered-before-approval": (with_right(registration=ENTRY), AROUND),
}


@pytest.mark.parametrize("code", WRONG)
def test_each_rule_finds_what_it_is_for_and_only_that(code: str):
    found = findings(*WRONG[code])

    assert codes(found) == [code]
    assert found[0].zh and found[0].en and found[0].source
    assert found[0].field.startswith("/")


def test_every_check_is_shown_to_fail():
    caught = {
        check
        for check in CHECKS
        for bad_case, around in WRONG.values()
        if list(check(bad_case, around))
    }

    assert caught == set(CHECKS)


def test_all_reasons_come_at_once_each_at_its_field():
    bad = replace(
        RIGHT,
        expires_on=date(2026, 3, 1),
        owner_uscc="91450200198229141F",
        valuation=replace(RIGHT.valuation, valued_on=date(2024, 1, 1)),
    )

    found = findings(
        case(collateral=(RIGHT, bad), ip_share_bp=1),
        replace(AROUND, bank_suspended_on=date(2026, 2, 1), held_rights=frozenset({RIGHT.key})),
    )

    assert [(finding.code, finding.field) for finding in found] == [
        ("bank-suspended", "/pool_code"),
        ("ip-share-contradicts", "/ip_share_bp"),
        ("right-named-twice", "/collateral/1/number"),
        ("right-already-pledged", "/collateral/0/number"),
        ("right-already-pledged", "/collateral/1/number"),
        ("right-ended", "/collateral/1/expires_on"),
        ("owner-is-not-borrower", "/collateral/1/owner_uscc"),
        ("valuation-stale", "/collateral/1/valuation/valued_on"),
    ]


def test_the_last_day_of_a_right_and_of_a_valuation_still_count():
    assert findings(with_right(expires_on=TODAY), AROUND) == ()
    assert findings(valued_on(date(2025, 3, 2)), AROUND) == ()


def test_a_patent_from_before_october_2003_is_over_whatever_its_bank_says():
    old = with_right(
        key=RightKey("invention", "99113861.9", 0), has_old_number=True, number_year=1999
    )

    assert codes(findings(old, AROUND)) == ["right-ended"]


def test_an_inventions_term_may_be_compensated_a_utility_models_not():
    model = RightKey("utility_model", "202221234567.8", 0)

    assert findings(with_right(expires_on=date(2044, 5, 1)), AROUND) == ()
    assert codes(findings(with_right(key=model, expires_on=date(2032, 5, 2)), AROUND)) == [
        "term-beyond-law"
    ]


def test_a_design_filed_before_june_2021_lasts_ten_years_and_later_fifteen():
    design = RightKey("design", "202131234567.8", 0)

    def filed(day: date, expires: date):
        return codes(
            findings(
                with_right(key=design, filed_on=day, expires_on=expires, number_year=2021),
                AROUND,
            )
        )

    assert filed(date(2021, 5, 31), date(2031, 5, 31)) == []
    assert filed(date(2021, 5, 31), date(2031, 6, 1)) == ["term-beyond-law"]
    assert filed(date(2021, 6, 1), date(2036, 6, 1)) == []


def test_an_owner_without_a_code_is_compared_by_name_however_its_brackets_are_written():
    firm = replace(FIRM, name="阿里巴巴(中国)有限公司")
    same = replace(RIGHT, owner_uscc=None, owner_name="阿里巴巴（中国） 有限公司")
    other = replace(RIGHT, owner_uscc=None, owner_name="别的公司")

    assert findings(case(borrower=firm, collateral=(same,)), AROUND) == ()
    assert codes(findings(case(borrower=firm, collateral=(other,)), AROUND)) == [
        "owner-is-not-borrower"
    ]


def of_programme(changed, around=AROUND) -> list[str]:
    return codes(programme_findings(changed, load("dongli"), around))


def test_the_programme_adds_its_own_reasons():
    assert of_programme(case(amount_fen=1_000_000_001, collateral=(RIGHT, RIGHT, RIGHT, RIGHT)))[
        0
    ] == ("loan-over-cap")
    assert of_programme(case(documents=())) == ["document-missing"] * 5
    assert of_programme(case(tenor_months=13)) == ["tenor-too-long"]
    assert of_programme(case(annual_rate_bp=451)) == ["rate-too-high"]
    assert of_programme(case(purpose="equipment")) == ["purpose-not-permitted"]
    assert of_programme(case(amount_fen=300_000_001)) == ["pledge-rate-exceeded"]
    assert of_programme(case(has_other_collateral=True)) == ["ip-share-not-stated"]


def test_the_firm_must_be_of_the_place_by_its_stated_region_or_by_the_banks_word():
    elsewhere = replace(FIRM, region_code="440400")

    assert of_programme(case(borrower=elsewhere)) == ["not-in-territory"]
    assert of_programme(case(borrower=replace(FIRM, region_code=None))) == ["not-in-territory"]
    assert of_programme(case(borrower=replace(FIRM, region_code="120110"))) == []
    nowhere = replace(FIRM, region_code=None, uscc="91120110MA05TQXX0X")
    assert of_programme(case(borrower=nowhere, attributes={"in_territory": True})) == []


def test_that_a_firm_is_of_the_place_cannot_be_claimed_against_its_stated_region():
    claims, denies = {"in_territory": True}, {"in_territory": False}
    elsewhere, here = (replace(FIRM, region_code=one) for one in ("440400", "120110"))

    claimed = programme_findings(
        case(borrower=elsewhere, attributes=claims), load("dongli"), AROUND
    )

    assert [(one.code, one.field) for one in claimed] == [
        ("contradicts-region", "/attributes/in_territory")
    ]
    assert claimed[0].evidence == {"territory": "120110", "region": "440400", "stated": "true"}
    assert "contradicts-region" in of_programme(case(borrower=here, attributes=denies))
    assert of_programme(case(borrower=here, attributes=claims)) == []
    # The region of the whole city says neither that it lies in the district nor that it does not.
    city = replace(FIRM, region_code="120000")
    assert of_programme(case(borrower=city, attributes=claims)) == []


def test_where_no_region_is_stated_and_the_credit_code_is_from_elsewhere_the_region_is_asked_for():
    unstated = replace(FIRM, region_code=None)

    found = programme_findings(
        case(borrower=unstated, attributes={"in_territory": True}), load("dongli"), AROUND
    )

    assert FIRM.uscc[2:8] == "440400"
    assert [(one.code, one.field) for one in found] == [
        ("contradicts-region", "/borrower/region_code")
    ]
    of_the_country = replace(unstated, uscc="91100000710931483R")
    assert of_programme(case(borrower=of_the_country, attributes={"in_territory": True})) == []


def test_a_county_lies_in_its_city_and_in_its_province():
    assert lies_within("510704", "510700")
    assert lies_within("510704", "510000")
    assert not lies_within("510700", "510704")
    assert not lies_within("120110", "120116")
    assert exclude_each_other("440400", "120110")
    assert not exclude_each_other("510700", "510704")


def test_a_borrowers_other_loans_count_towards_its_cap():
    around = replace(AROUND, borrower_balance_fen=900_000_001)

    assert of_programme(case(), around) == ["borrower-over-cap"]


def test_an_unknown_mode_and_a_programme_not_yet_in_force_are_findings_not_failures():
    early = replace(AROUND, today=date(2020, 1, 1))

    assert of_programme(case(mode="mutual")) == ["no-such-scheme"]
    assert of_programme(case(), early) == ["scheme-not-in-force"]


def test_whoever_shares_in_a_mode_must_be_named_and_nobody_else():
    insured = case(mode="insured", parties={"insurer": "PICC-TJ", "appraiser": "PG-1"})

    assert of_programme(insured) == []
    assert of_programme(replace(insured, parties={"guarantor": "DB-1"})) == [
        "party-missing",
        "party-missing",
        "party-not-in-mode",
    ]


@pytest.mark.parametrize(
    "appraiser", ["internal", "Internal", "ＩＮＴＥＲＮＡＬ", " internal\u200b"]
)
def test_a_valuation_of_the_banks_own_is_internal_however_it_says_so(appraiser: str):
    assert replace(RIGHT.valuation, appraiser=appraiser).is_internal
    assert not replace(RIGHT.valuation, appraiser="internal 评估").is_internal
