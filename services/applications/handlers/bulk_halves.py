"""Rows that cannot be read whole: what is there of them is judged too, so that all reasons are told at
once and a row is mended in one go."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.applications.bank_files.rows import RowRead
from services.applications.domain.bulk import RowVerdict
from services.applications.domain.pre_check import DraftRead
from services.applications.handlers.bulk_batch import (
    Batch,
    fault_of,
    finding_of,
    unread,
    wrong,
)
from services.applications.handlers.judging import Papers
from services.applications.handlers.paper_references import held_papers, known_papers
from services.applications.handlers.pre_checking import verdict_on
from services.applications.handlers.submission import measures_on
from services.applications.queries.surroundings import surroundings_of_new
from shared.refusals import FieldFault

_AT_A_STRETCH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A row of which something cannot be read."""

    row: RowRead
    reference: str
    read: DraftRead
    faults: tuple[FieldFault, ...] = ()
    """Beside those of its cells and of the draft."""


async def judged_halves(batch: Batch, halves: Sequence[Half]) -> list[RowVerdict]:
    """Each with what cannot be read and what speaks against the rest."""
    if not halves:
        return []
    bank_code = batch.file.bank_code
    around = await surroundings_of_new(
        batch.conn,
        [one.read.draft.case for one in halves],
        bank_code=bank_code,
        today=batch.today,
    )
    measures = {
        programme: await measures_on(batch.conn, programme, batch.today)
        for programme in {one.programme for one in around}
    }
    documents = [paper for one in halves for paper in one.read.draft.case.documents]
    stored = await held_papers(batch.conn, documents, bank_code=bank_code)
    verdicts = []
    for n, (one, known) in enumerate(zip(halves, around, strict=True)):
        if n % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        # A cell that cannot be read is not there, also where nobody must fill it in.
        cells = frozenset(str(fault.place[0]) for fault in one.row.faults if fault.place)
        draft = replace(one.read.draft, blank=one.read.draft.blank | cells)
        found, not_stored = known_papers(stored, draft.case.documents, place="documents")
        papers = Papers(found=found, not_stored=not_stored)
        verdict = verdict_on(draft, known, measures[known.programme], papers)
        faults = unread(one.row, (*one.faults, *one.read.faults))
        if not any(not fault.place for fault in one.row.faults):
            faults += [fault_of(one.row, fault) for fault in verdict.faults]
            faults += [
                finding_of(one.row, replace(finding, field=one.read.place_of(finding)))
                for finding in verdict.findings
            ]
        verdicts.append(wrong(one.row, faults, reference=one.reference))
    return verdicts
