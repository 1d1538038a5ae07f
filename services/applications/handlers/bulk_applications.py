"""Many submissions of a file: judged like single ones, written by one statement for each table.

A row that single would come back for correction is given back with its reasons and makes no case:
mended and sent again, it is filed once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import orjson

from services.applications.domain.bulk import TakenRow
from services.applications.domain.life_cycle import HOLDS_ITS_RIGHTS
from services.applications.domain.pre_check import DraftRead
from services.applications.domain.renewal import renewed_above
from services.applications.domain.submission import Submission
from services.applications.handlers.bulk_above import Above, RowAbove, above_of
from services.applications.handlers.bulk_batch import (
    Batch,
    TakenMeanwhile,
    finding_of,
    give_way,
)
from services.applications.handlers.bulk_halves import Half, judged_halves
from services.applications.handlers.judging import Judged, Measures, Papers, judge
from services.applications.handlers.looked_up import looked_up
from services.applications.handlers.submission import (
    POOL_UNKNOWN,
    bank_unknown,
    file_case,
    new_case,
)
from services.applications.queries import renewals
from services.applications.queries.surroundings import Known
from services.applications.tables import bulk_files, bulk_would_take
from services.applications.tables.bulk_would_take import WouldTake
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.numbers import next_numbers
from services.applications.tables.renewals import hold_all_renewed
from services.applications.tables.submissions import FiledCase
from services.applications.tables.submissions_in_bulk import keep_all
from shared import canonical
from shared.contracts.envelope import Event
from shared.postgres.database import EVERYWHERE
from shared.refusals import FieldFault, FieldsWrong
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowFault, RowVerdict, fault_of, wrong
from shared.transitions import tell_and_keep_waits

Read = Callable[[Mapping[str, Any]], DraftRead]
"""A submission as a request would be read, and what is wrong with it."""

KIND: Final = "applications"
_LONGEST_REFERENCE: Final = 64
_NO_CASE: Final = UUID(int=0)
_REFERENCE_WRONG: Final = FieldFault(
    ("reference",), "reference-malformed",
    f"银行业务编号须为不超过 {_LONGEST_REFERENCE} 字的一行文字",
    f"a reference is one line of at most {_LONGEST_REFERENCE} characters",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A row that can be read."""

    row: RowRead
    submission: Submission
    reference: str
    key: str
    content: bytes


async def take_applications(
    batch: Batch, rows: Sequence[RowRead], *, read: Read
) -> list[RowVerdict]:
    """File every row that nothing speaks against. Raises BankUnknown, TakenMeanwhile."""
    verdicts: dict[int, RowVerdict] = {}
    asked: list[_Asked] = []
    halves: list[Half] = []
    loans = await _loans_named(batch, rows)
    for n, row in enumerate(rows):
        await give_way(n)
        one = _read(row, batch.file.given, read, loans)
        if isinstance(one, Half):
            halves.append(one)
        else:
            asked.append(one)
    known = await bulk_files.taken_before(
        batch.conn, bank_code=batch.file.bank_code, kind=KIND, keys=[one.key for one in asked]
    )
    left = []
    for one in asked:
        if (before := known.get(one.key)) is None:
            left.append(one)
        else:
            verdicts[one.row.line] = _again(one, before)
    fine: list[tuple[_Asked, Judged]] = []
    async for one, judged in _judged(batch, left):
        if isinstance(judged, RowVerdict):
            verdicts[one.row.line] = judged
        else:
            fine.append((one, judged))
    lines = {one.key: one.row.line for one, _ in fine}
    for said in (*await judged_halves(batch, halves), *await _file(batch, fine)):
        verdicts[said.line] = said
    for one in left:
        if verdicts[one.row.line].outcome is Outcome.KNOWN:
            # Of a file that is only checked the first may stand in another batch, and has no number.
            first = verdicts.get(lines.get(one.key, 0))
            if first is not None:
                verdicts[one.row.line] = replace(
                    verdicts[one.row.line], subject_id=first.subject_id, number=first.number
                )
    return [verdicts[row.line] for row in rows]


async def _loans_named(batch: Batch, rows: Sequence[RowRead]) -> Mapping[str, UUID]:
    """What the rows say of loans that they renew → their cases; a table names them by the number of
    loan or application, which people know."""
    names = {text for row in rows if (text := _renews(row.said)) and not _is_id(text)}
    return await renewals.named(batch.conn, names, bank_code=batch.file.bank_code)


def _renews(said: Mapping[str, Any]) -> str:
    text = said.get("renews")
    return text.strip() if isinstance(text, str) and text.isprintable() else ""


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _read(
    row: RowRead, given: Mapping[str, str], read: Read, loans: Mapping[str, UUID]
) -> "_Asked | Half":
    said = {name: given[name] for name in ("pool_code", "mode") if name in given} | dict(row.said)
    reference = said.pop("reference", None) or ""
    faults: tuple[FieldFault, ...] = ()
    if not isinstance(reference, str) or not _is_reference(reference):
        faults, reference = (_REFERENCE_WRONG,), ""
    reference = reference.strip()
    renews = _renews(said)
    by_number = (
        {"renews": str(loans.get(renews, _NO_CASE))} if renews and not _is_id(renews) else {}
    )
    found = read(said | by_number)
    if faults or row.faults or found.faults:
        return Half(row=row, reference=reference, read=found, faults=faults)
    content = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()
    key = f"ref:{canonical.number(reference)}" if reference else f"sha:{content.hex()}"
    return _Asked(
        row=row, submission=found.draft.case, reference=reference, key=key, content=content
    )


def _is_reference(text: str) -> bool:
    return len(text) <= _LONGEST_REFERENCE and text.isprintable()


def _again(one: _Asked, before: TakenRow) -> RowVerdict:
    """The same row has no second effect; another one by its reference is a mistake."""
    if before.content == one.content:
        return RowVerdict(
            line=one.row.line, outcome=Outcome.KNOWN, reference=one.reference,
            subject_id=before.subject_id, number=before.number,
        )  # fmt: skip
    return wrong(one.row, [_reference_used(one, before.number)], reference=one.reference)


def _reference_used(one: _Asked, number: str) -> RowFault:
    return fault_of(
        one.row,
        FieldFault(
            ("reference",), "reference-used",
            f"银行业务编号 {one.reference} 已用于另一笔申请"
            + (f"（{number}）" if number else "（本文件上文）"),
            f"The reference {one.reference} is used for another application"
            + (f" ({number})." if number else " above in this file."),
        ),
    )  # fmt: skip


async def _judged(batch: Batch, asked: Sequence[_Asked]) -> Any:
    """Each row with what the checks made of it, in order: what an earlier row has taken is taken."""
    if not asked:
        return
    if not batch.file.only_check:
        renewed = {one.submission.renews for one in asked if one.submission.renews}
        await hold_all_renewed(batch.conn, renewed, bank_code=batch.file.bank_code)
    found = await looked_up(
        batch.conn, [one.submission for one in asked],
        bank_code=batch.file.bank_code, today=batch.today,
    )  # fmt: skip
    if not found.around[0].bank_exists:
        raise bank_unknown()
    above = await above_of(batch, [(one.key, one.submission) for one in asked])
    would_take: list[WouldTake] = []
    for n, (one, known) in enumerate(zip(asked, found.around, strict=True)):
        await give_way(n)
        if (first := above.rows.get(one.key)) is not None:
            yield one, _twice(one, first)
            continue
        papers = found.papers(one.submission.documents)
        judged = _judge(one, known, papers, found.measures[known.programme], above)
        if isinstance(judged, Judged):
            would_take += above.take(one.key, RowAbove(one.row.line, one.content), judged)
        yield one, judged
    if batch.file.only_check:
        bank_code = batch.file.bank_code
        await bulk_would_take.keep(batch.conn, batch.file.id, would_take, bank_code=bank_code)


def _twice(one: _Asked, first: RowAbove) -> RowVerdict:
    if one.content == first.content:
        return RowVerdict(line=one.row.line, outcome=Outcome.KNOWN, reference=one.reference)
    return wrong(one.row, [_reference_used(one, "")], reference=one.reference)


def _judge(
    one: _Asked, known: Known, papers: Papers, measures: Measures, above: Above
) -> Judged | RowVerdict:
    if known.around is None:
        return wrong(one.row, [fault_of(one.row, POOL_UNKNOWN)], reference=one.reference)
    around = above.around(one.submission, known)
    try:
        judged = judge(one.submission, around, papers, measures, programme=known.programme)
    except FieldsWrong as refusal:
        unkept = [fault_of(one.row, fault) for fault in refusal.faults]
        return wrong(one.row, unkept, reference=one.reference)
    faults: list[RowFault] = []
    if (line := above.renewed.get(one.submission.renews)) is not None:
        faults.append(fault_of(one.row, renewed_above(line)))
    faults += [finding_of(one.row, finding) for finding in judged.against]
    return wrong(one.row, faults, reference=one.reference) if faults else judged


async def _file(batch: Batch, fine: Sequence[tuple[_Asked, Judged]]) -> list[RowVerdict]:
    if batch.file.only_check:
        return [
            RowVerdict(line=one.row.line, outcome=Outcome.FINE, reference=one.reference)
            for one, _ in fine
        ]
    numbers = await _numbers(batch, [judged for _, judged in fine])
    filed: list[FiledCase] = []
    told: list[Event] = []
    for one, judged in fine:
        case = new_case(
            judged.submission,
            number=numbers[one.submission.pool_code].pop(0),
            conn=batch.conn,
            caller=batch.caller,
            working_days=batch.working_days,
            now=batch.now,
        )
        filed_case, events = file_case(case, judged)
        assert filed_case.state in HOLDS_ITS_RIGHTS, "nothing speaks against it"
        filed.append(filed_case)
        told += events
    taken = [
        TakenRow(one.key, one.content, case.id, case.number)
        for (one, _), case in zip(fine, filed, strict=True)
    ]
    if not await keep_all(batch.conn, filed, now=batch.now) or not await bulk_files.take(
        batch.conn, bank_code=batch.file.bank_code, kind=KIND, now=batch.now, rows=taken
    ):
        raise TakenMeanwhile(str(batch.file.id))
    done = [one for case in filed for _, one in case.moves]
    await tell_and_keep_waits(batch.conn, APPLICATIONS, done, told, now=batch.now)
    return [
        RowVerdict(
            line=one.row.line, outcome=Outcome.TAKEN, reference=one.reference, subject_id=case.id,
            number=case.number,
        )
        for (one, _), case in zip(fine, filed, strict=True)
    ]  # fmt: skip


async def _numbers(batch: Batch, judged: Sequence[Judged]) -> dict[str, list[str]]:
    """Numbers for each pool, in a transaction of their own, so that nobody waits for the batch; if
    it is given up, they are a gap."""
    count: dict[str, int] = defaultdict(int)
    for one in judged:
        count[one.submission.pool_code] += 1
    numbers: dict[str, list[str]] = {}
    async with batch.database.begin(EVERYWHERE) as conn:
        for pool_code, wanted in sorted(count.items()):
            found = await next_numbers(conn, pool_code, batch.today.year, count=wanted)
            assert found is not None, "the pool was looked up"
            numbers[pool_code] = found
    return numbers
