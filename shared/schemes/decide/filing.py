"""A loan that is filed after it was paid out: by when, and whether it may enter at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.schemes.decide.deadlines import CountsWorkingDays, NoDeadline, deadline
from shared.schemes.decide.findings import Finding
from shared.schemes.rules.filing import FROM_CONTRACT, REFUSED
from shared.schemes.sources import in_words
from shared.schemes.terms import Terms

WORKING_DAYS = 10
"""For filing a loan (programmes D, step 10), where the scheme sets no time (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFacts:
    """The days of a filing. None: the loan is not paid out, and is to be approved before it is."""

    filed_on: date
    disbursed_on: date | None = None
    signed_on: date | None = None
    """The day of the loan contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingTerm:
    """The time in which a loan is to be filed: from the day after `begins_on` to `last_day`."""

    begins_on: date
    last_day: date
    source: str


def filing_term(
    *, disbursed_on: date, signed_on: date, terms: Terms, working_days: CountsWorkingDays
) -> FilingTerm:
    """By when a loan is filed, counted from the day that the scheme names (H.20)."""
    begins_on = signed_on if terms.filing.counted_from == FROM_CONTRACT else disbursed_on
    try:
        last, source = deadline("filing", begins_on, terms, working_days), terms.source("deadlines")
    except NoDeadline:
        last, source = working_days.add(begins_on, WORKING_DAYS), in_words("D")
    return FilingTerm(begins_on=begins_on, last_day=last, source=source)


def filing_findings(
    facts: FilingFacts, terms: Terms, working_days: CountsWorkingDays
) -> Iterator[Finding]:
    """What the way in has against a loan: paid out where it is to be approved before, not paid out
    where it is filed afterwards, or filed late where the scheme refuses that."""
    source = terms.source("filing") or in_words("D")
    if facts.disbursed_on is None:
        if not terms.filing.takes_approval_before:
            yield Finding(
                "not-paid-out", source, "本方案为备案制：放款后备案，请填写放款情况",
                "Loans are filed after they are paid out: state how this one was.", {}, "/paid_out",
            )  # fmt: skip
        return
    if not terms.filing.takes_paid_out:
        yield Finding(
            "paid-out-before-approval", source,
            f"本方案为审批制：须先批准后放款，本笔已于 {facts.disbursed_on} 放款",
            f"Loans are approved before they are paid out; this one was on {facts.disbursed_on}.",
            {"disbursed_on": str(facts.disbursed_on)}, "/paid_out",
        )  # fmt: skip
        return
    term = filing_term(
        disbursed_on=facts.disbursed_on,
        signed_on=facts.signed_on or facts.disbursed_on,
        terms=terms,
        working_days=working_days,
    )
    if facts.filed_on > term.last_day and terms.filing.late == REFUSED:
        yield Finding(
            "filed-late", term.source,
            f"自 {term.begins_on} 起算，应于 {term.last_day} 前备案，实际 {facts.filed_on} 备案，逾期不受理",
            f"Counted from {term.begins_on} it was to be filed by {term.last_day}; it was filed on "
            f"{facts.filed_on}, and is not taken.",
            {"from": str(term.begins_on), "last_day": str(term.last_day),
             "filed_on": str(facts.filed_on)}, "/paid_out/disbursed_on",
        )  # fmt: skip
