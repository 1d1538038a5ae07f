"""What many new cases of a bank are judged by, read once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from services.applications.domain.submission import Submission, SubmittedDocument
from services.applications.handlers.judging import Measures, Papers
from services.applications.handlers.paper_references import held_papers, known_papers
from services.applications.handlers.submission import measures_on
from services.applications.queries.surroundings import Known, surroundings_of_new
from shared.papers import StoredPapers


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """What new cases are judged by, read for all of them at once."""

    around: Sequence[Known]
    """Of each case, in order."""
    measures: Mapping[str, Measures]
    stored: StoredPapers

    def papers(self, documents: Sequence[SubmittedDocument]) -> Papers:
        """The papers of a case as the store knows them."""
        found, not_stored = known_papers(self.stored, documents, place="documents")
        return Papers(found=found, not_stored=not_stored)


async def looked_up(
    conn: asyncpg.Connection, cases: Sequence[Submission], *, bank_code: str, today: date
) -> LookedUp:
    """What new cases of a bank are judged by; there is at least one."""
    around = await surroundings_of_new(conn, cases, bank_code=bank_code, today=today)
    measures = {
        programme: await measures_on(conn, programme, today)
        for programme in {one.programme for one in around}
    }
    documents = [paper for case in cases for paper in case.documents]
    stored = StoredPapers(await held_papers(conn, documents, bank_code=bank_code))
    return LookedUp(around=around, measures=measures, stored=stored)
