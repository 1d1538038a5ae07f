"""What would become of a submission, said without filing it: nothing is kept, no number given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain import ranks
from services.applications.domain.checklist import checklist, paper_findings
from services.applications.domain.checks import findings
from services.applications.domain.pre_check import CheckLine, Draft, look_over
from services.applications.handlers.judging import (
    Measures,
    Papers,
    as_kept,
    by_the_programme,
    terms_of,
)
from services.applications.handlers.paper_references import stored_papers
from services.applications.handlers.submission import POOL_UNKNOWN, bank_unknown, measures_on
from services.applications.queries.surroundings import Known, surroundings
from services.applications.tables.paper_verdicts import verdicts_of
from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding

_NO_CASE: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that a submission would meet."""

    faults: Sequence[FieldFault] = ()
    findings: Sequence[Finding] = ()
    checks: Sequence[CheckLine] = ()


async def look_through(
    conn: asyncpg.Connection, draft: Draft, *, bank_code: str, today: date,
    case_id: UUID | None = None,
) -> Verdict:  # fmt: skip
    """The verdict on a draft as far as it goes; `case_id` is the case that it is to amend, if any.
    Raises BankUnknown."""
    known = await surroundings(
        conn, draft.case, bank_code=bank_code, except_case=case_id or _NO_CASE, today=today
    )
    if not known.bank_exists:
        raise bank_unknown()
    measures = await measures_on(conn, known.programme, today)
    found, not_stored = await stored_papers(
        conn, draft.case.documents, bank_code=bank_code, place="documents"
    )
    verdicts = () if case_id is None else await verdicts_of(conn, case_id)
    papers = Papers(found=found, not_stored=not_stored, verdicts=verdicts)
    return verdict_on(draft, known, measures, papers)


def verdict_on(draft: Draft, known: Known, measures: Measures, papers: Papers) -> Verdict:
    """The same of a draft around which everything has been looked up."""
    if "pool_code" in draft.blank:
        return Verdict()
    around = known.around
    if around is None:
        return Verdict(faults=(POOL_UNKNOWN,))
    terms = None
    if "mode" not in draft.blank:
        terms = terms_of(measures, draft.case.mode, around.today)
        around = ranks.seen_under(around, terms)
    case, faults = as_kept(draft.case, terms, papers, around)
    faults = tuple(one for one in faults if one.place[0] not in draft.blank)
    wrong = frozenset(str(one.place[0]) for one in faults)
    draft = replace(draft, case=case, partly=draft.partly | (wrong - draft.blank))
    over = checklist(None, papers.found, papers.verdicts, today=around.today)
    against = (
        *findings(case, around),
        *by_the_programme(case, around, measures, programme=known.programme),
        *paper_findings(over),
    )
    checks, kept = look_over(draft, around, terms, against)
    return Verdict(faults=faults, findings=kept, checks=checks)
