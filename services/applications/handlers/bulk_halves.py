"""Rows that cannot be read whole: what is there of them is judged too, so that all reasons are told at
once and a row is mended in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.applications.domain.pre_check import DraftRead
from services.applications.handlers.bulk_batch import Batch, finding_of, give_way
from services.applications.handlers.looked_up import looked_up
from services.applications.handlers.pre_checking import verdict_on
from shared.refusals import FieldFault
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import RowVerdict, fault_of, unread, wrong


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
    found = await looked_up(
        batch.conn, [one.read.draft.case for one in halves],
        bank_code=batch.file.bank_code, today=batch.today,
    )  # fmt: skip
    verdicts = []
    for n, (one, known) in enumerate(zip(halves, found.around, strict=True)):
        await give_way(n)
        # A cell that cannot be read is not there, also where nobody must fill it in.
        cells = frozenset(str(fault.place[0]) for fault in one.row.faults if fault.place)
        draft = replace(one.read.draft, blank=one.read.draft.blank | cells)
        papers = found.papers(draft.case.documents)
        verdict = verdict_on(draft, known, found.measures[known.programme], papers)
        faults = unread(one.row, (*one.faults, *one.read.faults))
        if not any(not fault.place for fault in one.row.faults):
            faults += [fault_of(one.row, fault) for fault in verdict.faults]
            faults += [
                finding_of(one.row, replace(finding, field=one.read.place_of(finding)))
                for finding in verdict.findings
            ]
        verdicts.append(wrong(one.row, faults, reference=one.reference))
    return verdicts
