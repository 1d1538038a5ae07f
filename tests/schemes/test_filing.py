"""How loans enter by a scheme: read, said in words, and decided on the day of filing."""

from datetime import date

from shared.calendar import WorkingDays
from shared.schemes import library
from shared.schemes.decide.filing import FilingFacts, filing_findings, filing_term
from shared.schemes.reading.reader import read_scheme
from shared.schemes.rules.filing import FilingRule
from shared.schemes.tools.describe import described

RULE = """
  filing:
    2022-10-28:
      value: {entry: either, counted_from: contract, late: from_approval}
      source: Seed002
"""
DAY = date(2026, 3, 2)


def terms(rule: str):
    text, common = library.texts("dongli")
    scheme, problems = read_scheme(
        text.replace("\n  # 额度\n", f"{rule}\n  # 额度\n"), common=lambda name: common
    )
    assert problems == [] and scheme is not None
    return scheme.terms(DAY, "direct")


def codes(facts: FilingFacts, rule: str) -> list[str]:
    return [one.code for one in filing_findings(facts, terms(rule), WorkingDays())]


def test_a_scheme_that_says_nothing_has_loans_approved_before_they_are_paid_out():
    assert codes(FilingFacts(filed_on=DAY), "") == []
    paid = FilingFacts(filed_on=DAY, disbursed_on=DAY)
    assert codes(paid, "") == ["paid-out-before-approval"]


def test_the_term_counts_from_the_day_that_the_scheme_names_and_a_late_one_may_be_taken():
    term = filing_term(
        disbursed_on=date(2026, 2, 10), signed_on=date(2026, 1, 5), terms=terms(RULE),
        working_days=WorkingDays(),
    )  # fmt: skip
    late = FilingFacts(filed_on=DAY, disbursed_on=date(2026, 2, 10), signed_on=date(2026, 1, 5))

    # Ten working days of Dongli, counted from the contract.
    assert (term.begins_on, term.last_day) == (date(2026, 1, 5), date(2026, 1, 19))
    assert codes(late, RULE) == []
    assert codes(late, RULE.replace("from_approval", "refused")) == ["filed-late"]
    assert codes(FilingFacts(filed_on=DAY), RULE) == []


def test_the_rule_is_said_in_words():
    rule = FilingRule(entry="after_disbursement", counted_from="contract", late="from_approval")

    assert described("filing", rule, "zh") == [
        "入库方式 备案制（放款后备案）, 备案期限起算 借款合同签订日, 逾期备案 受理，自批准日起保障"
    ]
    assert "filed after it was paid out" in described("filing", rule, "en")[0]
