"""What the machine makes of a submission: one way, whether it is filed, tried out, or one of many.

Everything that is to be looked up has been looked up before, so that many are judged with a few
reads between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.applications.domain import ranks, renewal
from services.applications.domain.checklist import Verdict, checklist, paper_findings
from services.applications.domain.checks import findings
from services.applications.domain.programme import no_terms, programme_findings
from services.applications.domain.stated import (
    ip_amount_faults,
    read_at_disbursement,
    read_stated,
)
from services.applications.domain.submission import Submission, SubmittedDocument, Surroundings
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.decide.findings import Finding
from shared.schemes.scheme import Scheme
from shared.schemes.terms import Terms

Measures = Scheme | Refused
"""The programme's version of the day, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The papers of a submission as the store knows them, and what is said of them."""

    found: tuple[SubmittedDocument, ...]
    not_stored: tuple[FieldFault, ...] = ()
    verdicts: Sequence[Verdict] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A submission as it would be kept, the terms that would bind it, and what speaks against it."""

    submission: Submission
    around: Surroundings
    programme: str
    terms: Terms | None
    against: tuple[Finding, ...]


def judge(
    submission: Submission,
    around: Surroundings,
    papers: Papers,
    measures: Measures,
    *,
    programme: str,
) -> Judged:
    """What is kept, and every reason against it. Raises FieldsWrong for what cannot be kept."""
    terms = terms_of(measures, submission.mode, around.today)
    around = ranks.seen_under(around, terms)
    submission, faults = as_kept(submission, terms, papers, around)
    if faults:
        raise FieldsWrong(faults)
    over = checklist(None, papers.found, papers.verdicts, today=around.today)
    return Judged(
        submission=submission,
        around=around,
        programme=programme,
        terms=terms,
        against=(
            *findings(submission, around),
            *by_the_programme(submission, around, measures, programme=programme),
            *paper_findings(over),
        ),
    )


def as_kept(
    submission: Submission, terms: Terms | None, papers: Papers, around: Surroundings
) -> tuple[Submission, tuple[FieldFault, ...]]:
    """The submission with its papers and facts as they are kept, and the fields whose shape is
    right and that say what cannot be."""
    kept, wrong = read_stated(submission.attributes, terms)
    paid = submission.paid_out
    at_disbursement: tuple[FieldFault, ...] = ()
    if paid is not None:
        paid, at_disbursement = read_at_disbursement(paid, terms)
    faults = (
        *ip_amount_faults(submission),
        *renewal.faults(submission, around),
        *wrong,
        *at_disbursement,
        *papers.not_stored,
    )
    submission = replace(submission, documents=papers.found, attributes=kept, paid_out=paid)
    return submission, faults


def by_the_programme(
    submission: Submission, around: Surroundings, measures: Measures, *, programme: str
) -> tuple[Finding, ...]:
    """What the programme has against it; that there are no terms is its one reason."""
    if isinstance(measures, Refused):
        return (no_terms(measures, submission, programme=programme, today=around.today),)
    return programme_findings(submission, measures, around)


def terms_of(measures: Measures, mode: str, day: date) -> Terms | None:
    """The terms of a mode; None where there are none, which is a finding."""
    if isinstance(measures, Refused):
        return None
    try:
        return measures.terms(on=day, mode=mode)
    except Refused:
        return None
