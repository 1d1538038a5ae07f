"""What the machine checks of a claim, as pure functions: rows, deadlines, and what a bank cannot choose."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.risk_pool.domain.claim_check import Situation
from services.risk_pool.domain.claim_checks import CHECKS, against, checked
from services.risk_pool.domain.claim_entitlement import entitled_on, months_non_performing
from services.risk_pool.domain.claim_filed import Filed, Loan, Position
from services.risk_pool.domain.listed import Listed
from shared.calendar import WorkingDays
from shared.months import Month
from shared.schemes import library
from shared.schemes.rules.claims import TriggerRule
from shared.schemes.rules.sharing import Condition
from tests.papers import document

DONGLI = library.load("dongli").terms(on=date(2026, 1, 10))
ALL_PAPERS = [document(kind) for kind in (*DONGLI.claim_documents, "court_acceptance_notice")]
FILED = Filed(
    claimed_on=date(2026, 3, 10),
    stated_on=date(2026, 3, 10),
    outstanding_principal_fen=100,
    overdue_days=100,
    risk_class="substandard",
    documents=ALL_PAPERS,
)
LOAN = Loan(covered=True, disbursed_on=date(2025, 11, 10))
BY_CLASS = TriggerRule(code="non_performing", risk_class_at_least="substandard")
SUED = TriggerRule(code="sued", overdue_days_above=60, lawsuit_accepted=True)


def position(month, *, overdue_days=90, risk_class="substandard", principal_fen=100):
    return Position(
        month=month,
        month_end=Month.parse(month).last,
        outstanding_principal_fen=principal_fen,
        overdue_days=overdue_days,
        risk_class=risk_class,
    )


def rows(filed=FILED, *, loan=LOAN, terms=DONGLI, positions=None, before=None, is_review=False):
    """The rows by code."""
    at = Situation(
        filed=filed,
        loan=loan,
        terms=terms,
        positions=[position("2026-02")] if positions is None else positions,
        stated_before=before or {},
        working_days=WorkingDays(),
        is_review=is_review,
    )
    return {row.code: row for row in checked(at)}


def stands_against(**given):
    return [row.code for row in against(list(rows(**given).values()))]


@pytest.mark.parametrize(
    ("approved_on", "result", "since"),
    [
        (date(2025, 11, 30), "pass", "2025-11-30"),
        (date(2025, 12, 1), "fail", "2025-11-30"),
    ],
)
def test_a_loan_filed_after_it_was_paid_out_is_no_loss_of_the_pools_where_it_was_overdue_before(
    approved_on: date, result: str, since: str
):
    filed_loan = replace(LOAN, approved_on=approved_on)

    # By the report of the end of February it has been overdue for 90 days, whatever the claim says.
    row = rows(loan=filed_loan)["overdue-since-cover"]

    assert (row.result, row.evidence["overdue_since"]) == (result, since)
    assert "overdue-since-cover" not in rows(loan=replace(LOAN, approved_on=LOAN.disbursed_on))


def test_every_check_has_a_row_for_a_claim_that_nothing_stands_against():
    found = rows()

    # Of cover that begins with the approval only where the loan was filed after it was paid out.
    assert len(CHECKS) == 13
    assert {code: row.result for code, row in found.items()} == {
        "terms-in-force": "pass",
        "no-live-claim": "pass",
        "loan-paid-out": "pass",
        "loan-covered": "pass",
        "one-debt-once": "pass",
        "amount-claimed": "pass",
        "position-reported": "pass",
        "principal-agrees": "pass",
        "overdue-days-agree": "pass",
        "risk-class-agrees": "pass",
        "trigger": "pass",
        **{f"paper:{kind}": "pass" for kind in DONGLI.claim_documents},
        "in-time": "pass",
        "facts": "not_applicable",
        "no-other-compensation": found["no-other-compensation"].result,
        "firm-listed": "pass",
    }
    assert all(row.zh and row.en for row in found.values())
    assert found["in-time"].evidence["last_day"] == "2026-08-28"
    assert found["in-time"].article


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"overdue_days": 90}, []),
        ({"overdue_days": 89}, ["overdue-days-agree"]),
        ({"overdue_days": 101}, ["overdue-days-agree"]),
        ({"outstanding_principal_fen": 101}, ["principal-agrees"]),
        ({"risk_class": "doubtful"}, ["risk-class-agrees"]),
        (
            {"risk_class": "loss", "overdue_days": 400, "outstanding_principal_fen": 101},
            ["principal-agrees", "overdue-days-agree", "risk-class-agrees"],
        ),
        ({"documents": ALL_PAPERS[1:]}, ["paper:claim_form"]),
        ({"lawsuit_accepted_on": date(2026, 3, 11)}, ["date:lawsuit_accepted"]),
        ({"lawsuit_accepted_on": date(2025, 11, 9)}, ["date:lawsuit_accepted"]),
        ({"written_off_on": date(2025, 11, 9)}, ["date:written_off"]),
        ({"lawsuit_accepted_on": date(2025, 11, 10)}, []),
    ],
)
def test_a_claim_agrees_with_what_the_bank_reported_and_with_the_calendar(change, found):
    assert stands_against(filed=replace(FILED, **change)) == found


def test_without_any_reported_position_there_is_no_claim():
    assert stands_against(positions=[]) == ["position-reported"]


def test_a_loan_is_claimed_once_and_while_it_is_covered_and_paid_out():
    taken = rows(loan=replace(LOAN, live_claim_number="DL-C-2026-0001"))
    assert taken["no-live-claim"].result == "fail"
    assert taken["no-live-claim"].evidence == {"claim_number": "DL-C-2026-0001"}
    assert "loan-covered" not in taken
    assert stands_against(loan=replace(LOAN, covered=False)) == ["loan-covered"]
    reserved = Loan(covered=False, disbursed_on=None)
    assert stands_against(loan=reserved) == ["loan-paid-out", "loan-covered"]


def test_a_lower_principal_and_a_date_without_its_paper_are_taken_when_the_bank_stands_by_them():
    doubtful = replace(
        FILED,
        outstanding_principal_fen=99,
        lawsuit_accepted_on=date(2026, 2, 20),
        documents=ALL_PAPERS[:-1],
    )
    codes = ["principal-agrees", "date:lawsuit_accepted"]

    assert stands_against(filed=doubtful) == codes
    assert {rows(doubtful)[code].result for code in codes} == {"confirm"}
    assert stands_against(filed=replace(doubtful, confirmed=frozenset(codes[:1]))) == codes[1:]
    assert stands_against(filed=replace(doubtful, confirmed=frozenset(codes))) == []


def test_what_fails_is_not_taken_however_the_bank_confirms_it():
    late = replace(FILED, overdue_days=101, confirmed=frozenset({"overdue-days-agree"}))

    assert stands_against(filed=late) == ["overdue-days-agree"]


def test_each_condition_of_each_trigger_says_whether_it_holds():
    parts = rows(replace(FILED, lawsuit_accepted_on=date(2026, 2, 20)))["trigger"].parts

    assert [(one["trigger"], one["code"], one["result"]) for one in parts] == [
        ("non_performing", "risk-class-too-good", "pass"),
        ("overdue_and_sued", "not-overdue-long-enough", "pass"),
        ("overdue_and_sued", "lawsuit-accepted-needed", "pass"),
    ]
    healthy = replace(FILED, overdue_days=0, risk_class="normal")
    found = rows(healthy, positions=[position("2026-02", overdue_days=0, risk_class="normal")])
    assert found["trigger"].result == "fail"
    assert {one["result"] for one in found["trigger"].parts} == {"fail"}


def test_zero_principal_is_a_claim_only_with_costs_that_the_scheme_counts():
    meishan = library.load("sc_meishan").terms(on=date(2026, 1, 10))
    nothing = replace(FILED, outstanding_principal_fen=0, confirmed=frozenset({"principal-agrees"}))
    costs = replace(nothing, costs_fen=1)

    assert "amount-claimed" in stands_against(filed=nothing, terms=meishan)
    assert "amount-claimed" not in stands_against(filed=costs, terms=meishan)
    assert "amount-claimed" in stands_against(filed=costs, terms=DONGLI)


def test_a_fact_that_the_mode_needs_and_nobody_gave_is_named():
    scheme = library.load("gd_shenzhen")
    terms = scheme.terms(on=date(2025, 6, 1), live=False)
    needed = [code for code in rows(terms=terms) if code.startswith("fact:")]
    assert needed

    missing = rows(terms=terms, is_review=True)
    assert {missing[code].result for code in needed} == {"fail"}
    assert all(missing[code].article for code in needed)
    known = replace(LOAN, facts=frozenset(code.removeprefix("fact:") for code in needed))
    assert {rows(terms=terms, loan=known)[code].result for code in needed} == {"pass"}


def test_what_the_bureau_states_is_not_asked_of_the_bank_but_must_be_there_at_the_review():
    tier = replace(DONGLI.sharing.rows[0], when=(Condition(fact="claim_rate", below=Fraction(1)),))
    terms = replace(DONGLI, sharing=replace(DONGLI.sharing, rows=(tier,)))

    assert rows(terms=terms)["fact:claim_rate"].result == "not_applicable"
    assert rows(terms=terms, is_review=True)["fact:claim_rate"].result == "fail"


@pytest.mark.parametrize(
    ("months", "count"),
    [
        (("2026-01", "2026-02"), 2),
        (("2025-12", "2026-02"), 1),
        (("2025-11", "2025-12", "2026-02", "2026-03"), 2),
        (("2026-02",), 1),
        ((), 0),
    ],
)
def test_months_non_performing_are_months_running_and_one_without_a_report_is_none(months, count):
    assert months_non_performing([position(month) for month in months]) == count


def test_months_non_performing_end_with_a_better_class():
    classes = ("substandard", "normal", "substandard", "doubtful")
    history = [position(f"2026-0{n}", risk_class=one) for n, one in enumerate(classes, start=1)]

    assert months_non_performing(history) == 2
    assert months_non_performing(history[:2]) == 0


TWO_MONTHS = [position("2026-01", overdue_days=62), position("2026-02", overdue_days=90)]


def test_the_time_for_a_claim_runs_from_the_first_trigger_that_held():
    assert entitled_on(FILED, (BY_CLASS, SUED), TWO_MONTHS, {}) == date(2026, 1, 31)
    assert entitled_on(FILED, (SUED,), TWO_MONTHS, {}) is None


@pytest.mark.parametrize("sued_on", [date(2026, 1, 5), date(2026, 2, 20), date(2026, 3, 10)])
def test_the_day_on_which_a_bank_says_the_court_accepted_moves_no_deadline(sued_on):
    filed = replace(FILED, lawsuit_accepted_on=sued_on)

    # 62 days overdue on 31 January: more than 60 since the 30th, whatever the court did.
    assert entitled_on(filed, (SUED,), TWO_MONTHS, {}) == date(2026, 1, 30)


def test_days_overdue_that_begin_later_than_the_reports_say_postpone_nothing():
    for stated in range(90, 101):
        filed = replace(FILED, overdue_days=stated, lawsuit_accepted_on=date(2026, 2, 1))

        assert entitled_on(filed, (SUED,), TWO_MONTHS, {}) == date(2026, 1, 30)
    # Below the line at the last report: it was crossed as the calendar says, not as the bank does.
    filed = replace(FILED, overdue_days=61, lawsuit_accepted_on=date(2026, 2, 1))
    history = [position("2026-02", overdue_days=58)]
    assert entitled_on(filed, (SUED,), history, {}) == date(2026, 3, 3)


def test_an_earlier_spell_that_was_cured_does_not_start_the_time():
    cured = [
        position("2025-11", overdue_days=95),
        position("2025-12", overdue_days=0, risk_class="normal"),
        *TWO_MONTHS,
    ]
    filed = replace(FILED, lawsuit_accepted_on=date(2026, 2, 1))

    assert entitled_on(filed, (SUED,), cured, {}) == date(2026, 1, 30)
    assert entitled_on(FILED, (BY_CLASS,), cured, {}) == date(2026, 1, 31)


def test_silence_postpones_nothing():
    told = [position(month) for month in ("2025-11", "2025-12", "2026-01", "2026-02")]
    silent = [told[0], told[2], told[3]]
    for_months = TriggerRule(code="two_months", months_non_performing=2)

    for rule in (BY_CLASS, for_months):
        start = entitled_on(FILED, (rule,), told, {})
        assert entitled_on(FILED, (rule,), silent, {}) == start
    assert entitled_on(FILED, (for_months,), told, {}) == date(2025, 12, 31)
    assert entitled_on(FILED, (for_months,), [told[0], told[3]], {}) is None


def test_a_day_that_only_the_bank_knows_counts_as_it_was_first_stated():
    written_off = TriggerRule(code="written_off", written_off=True)
    filed = replace(FILED, written_off_on=date(2026, 3, 1))
    before = {"written_off": date(2025, 12, 20)}

    assert entitled_on(filed, (written_off,), TWO_MONTHS, {}) == date(2026, 3, 1)
    assert entitled_on(filed, (written_off,), TWO_MONTHS, before) == date(2025, 12, 20)
    assert entitled_on(FILED, (written_off,), TWO_MONTHS, before) == date(2025, 12, 20)
    assert entitled_on(FILED, (written_off,), TWO_MONTHS, {}) is None


def test_the_last_day_still_counts_and_the_next_is_too_late():
    last = date(2026, 8, 28)
    facts = {"overdue_days": 90 + (last - date(2026, 2, 28)).days}

    in_time = replace(FILED, claimed_on=last, stated_on=last, **facts)
    assert stands_against(filed=in_time) == []
    day = last + timedelta(days=1)
    late = replace(FILED, claimed_on=day, stated_on=day, **facts)
    assert stands_against(filed=late) == ["in-time"]
    # Mended after a return: the day of filing decides, not that of the mending.
    mended = replace(FILED, claimed_on=last, stated_on=day, **facts)
    assert stands_against(filed=mended) == []


def listed(name: str, listed_on: date, **more: Any) -> Listed:
    return Listed(list_name=name, listed_on=listed_on, list_date=listed_on, source="名单", **more)


@pytest.mark.parametrize(
    ("entries", "excluding", "result"),
    [
        ([], (), "pass"),
        ([listed("judgment_defaulter", date(2026, 2, 1))], (), "pass"),
        ([listed("judgment_defaulter", date(2026, 2, 1))], ("judgment_defaulter",), "fail"),
        ([listed("judgment_defaulter", date(2026, 3, 11))], ("judgment_defaulter",), "pass"),
        ([listed("judgment_defaulter", date(2026, 2, 1), ended_on=date(2026, 3, 10))],
         ("judgment_defaulter",), "pass"),
        ([listed("judgment_defaulter", date(2026, 2, 1), ended_on=date(2026, 3, 1),
                 why="ruled_out")], ("judgment_defaulter",), "pass"),
        ([listed("judgment_defaulter", date(2025, 10, 1))], (), "confirm"),
        ([listed("judgment_defaulter", date(2025, 11, 10))], (), "confirm"),
        ([listed("judgment_defaulter", date(2025, 11, 11))], (), "pass"),
        ([listed("judgment_defaulter", date(2020, 1, 1), ended_on=date(2023, 6, 1))], (),
         "confirm"),
        ([listed("judgment_defaulter", date(2020, 1, 1), ended_on=date(2023, 6, 1),
                 why="credit_repair")], (), "pass"),
        ([listed("abnormal_operation", date(2025, 10, 1))], (), "pass"),
    ],
)  # fmt: skip
def test_a_firm_on_a_list_is_shown_and_stands_against_a_claim_where_the_scheme_says_so(
    entries: list[Listed], excluding: tuple[str, ...], result: str
):
    loan = replace(LOAN, approved_on=date(2025, 10, 15), listed=entries)
    row = rows(loan=loan, terms=replace(DONGLI, claim_credit_lists=excluding))["firm-listed"]

    assert (row.result, len(row.evidence)) == (
        result,
        len([one for one in entries if one.is_the_firms]),
    )
    assert row.zh and row.en
