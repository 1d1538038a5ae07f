"""The positions of a file: reported like those of a request, month by month."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.applications.domain.positions import (
    NAMED_TWICE,
    ReportedRow,
    RowOutcome,
)
from services.applications.handlers import reporting
from services.applications.handlers.bulk_batch import Batch, finding_of
from services.applications.tables import bulk_files
from shared import canonical
from shared.refusals import FieldFault
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict, unread, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAMonth:
    """A position, and the month at whose end it stood."""

    month: str
    position: ReportedRow

    @property
    def reference(self) -> str:
        """What a file may say once."""
        item = self.position
        return f"{self.month} {canonical.number(item.loan_no) if item.loan_no else item.loan_id}"


Read = Callable[[Mapping[str, Any]], OfAMonth | tuple[FieldFault, ...]]
"""What a row reports, or what is wrong with it."""


class _OnlyLooked(Exception):
    """What was reported is taken back: it was only asked."""


async def take_positions(batch: Batch, rows: Sequence[RowRead], *, read: Read) -> list[RowVerdict]:
    """Take every position that can be true. A loan that an earlier row of the file names for the
    same month is named twice."""
    verdicts: dict[int, RowVerdict] = {}
    given = {"month": batch.file.given["month"]} if "month" in batch.file.given else {}
    readable: list[tuple[RowRead, OfAMonth]] = []
    for row in rows:
        found = read(given | dict(row.said))
        if row.faults or not isinstance(found, OfAMonth):
            faults = () if isinstance(found, OfAMonth) else found
            verdicts[row.line] = wrong(row, unread(row, faults))
        else:
            readable.append((row, found))
    before = await bulk_files.said_already(
        batch.conn, batch.file.id, [item.reference for _, item in readable]
    )
    by_month: dict[str, list[tuple[RowRead, OfAMonth]]] = defaultdict(list)
    for row, item in readable:
        if item.reference in before:
            verdicts[row.line] = wrong(row, [finding_of(row, NAMED_TWICE)])
        else:
            by_month[item.month].append((row, item))
    for month, items in sorted(by_month.items()):
        outcomes = await _report(batch, month, [item.position for _, item in items])
        for (row, item), outcome in zip(items, outcomes, strict=True):
            verdicts[row.line] = _verdict(batch, row, item.reference, outcome)
    return [verdicts[row.line] for row in rows]


async def _report(batch: Batch, month: str, items: Sequence[ReportedRow]) -> list[RowOutcome]:
    outcomes: list[RowOutcome] = []
    try:
        async with batch.conn.transaction():
            outcomes = await reporting.report(
                month,
                items,
                caller=batch.caller,
                conn=batch.conn,
                working_days=batch.working_days,
                now=batch.now,
            )
            if batch.file.only_check:
                raise _OnlyLooked
    except _OnlyLooked:
        return outcomes
    return outcomes


def _verdict(batch: Batch, row: RowRead, reference: str, outcome: RowOutcome) -> RowVerdict:
    if not outcome.accepted:
        return wrong(row, [finding_of(row, one) for one in (*outcome.errors, *outcome.to_confirm)])
    taken = Outcome.KNOWN if outcome.unchanged else Outcome.TAKEN
    return RowVerdict(
        line=row.line,
        outcome=Outcome.FINE if batch.file.only_check else taken,
        reference=reference,
        subject_id=outcome.loan_id,
        number=outcome.loan_no or "",
    )
