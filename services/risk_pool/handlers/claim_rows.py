"""Rows of a file of claims: the same handlers file each that file a single one, and all that is wrong
with it is told at once. What is the same for all of them is read and written once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import LEAVES_THE_LOAN_FREE, ONLY_THE_BANKS_OWN
from services.risk_pool.domain.claim_check import Check
from services.risk_pool.domain.claim_checks import against
from services.risk_pool.domain.claim_filed import Filed
from services.risk_pool.domain.papers import as_kept
from services.risk_pool.handlers import claim_filing, stored_papers
from services.risk_pool.handlers.claim_situation import rows_before_filing
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.trial import keep_at_filing
from services.risk_pool.queries import claim_files as reads
from services.risk_pool.queries import claims as known
from services.risk_pool.tables.claim_files import content_of
from services.risk_pool.tables.claims import CASES
from services.risk_pool.tables.ledger import lock_pools
from shared.life_cycle import Row
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.sheets.cells import narrow
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import (
    Outcome,
    RowFault,
    RowVerdict,
    fault_of,
    place_of,
    unread,
    wrong,
)
from shared.transitions import Step, apply_transitions

_LOAN_NEEDED: Final = FieldFault(
    ("loan_number",), "missing", "须填贷款编号或贷款的系统编号", "the loan's number or its id"
)
_LOAN_UNKNOWN: Final = FieldFault(
    ("loan_number",), "loan-unknown", "资金池中没有本行的这笔贷款", "no loan of yours in a pool"
)
_LOANS_DIFFER: Final = FieldFault(
    ("loan_id",), "loans-differ", "贷款编号与贷款的系统编号不是同一笔贷款",
    "number and id are of two loans",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSaid:
    """A claim that a row says, read as a request would be."""

    papers: Sequence[tuple[str, PaperNamed]]
    """Kind, and the stored paper."""
    as_filed: Callable[[Sequence[Mapping[str, Any]]], Filed]
    """The claim as it is filed, with its papers as they are kept."""
    as_draft: Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]

    @property
    def named(self) -> list[PaperNamed]:
        """Its papers."""
        return [one for _, one in self.papers]

    def kept(self, found: Sequence[Any]) -> list[dict[str, Any]]:
        """Its papers as a claim keeps them."""
        return [as_kept(kind, row) for (kind, _), row in zip(self.papers, found, strict=True)]


Read = Callable[[Mapping[str, Any], str], ClaimSaid | tuple[FieldFault, ...]]
"""A row without its loan, and the purpose of its file: the claim, or what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsInHand:
    """Rows that are looked at: who sent them, what for, and the transaction."""

    conn: asyncpg.Connection
    rows: Sequence[RowRead]
    purpose: str
    bank_code: str
    context: StepContext


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A row, the loan that it is about, and its claim; or what is wrong with them."""

    row: RowRead
    loan: Row | None
    claim: ClaimSaid | None
    faults: Sequence[RowFault]
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What rows are judged by, read for all of them once their papers and pools are held."""

    loans: Mapping[UUID, Row]
    papers: Sequence[Any]
    taken: Mapping[bytes, Sequence[Row]]
    drafts: Mapping[UUID, UUID]


_Draft = tuple[_Asked, Row, Mapping[str, Any]]
"""A row, its loan, and what its draft says."""


async def take_rows(at: RowsInHand, *, read: Read) -> list[RowVerdict]:
    """File, save or check the claims of the first of these rows, as many as are of loans of their
    own, and say what became of each, as if each had come by itself. What is wrong with one leaves
    nothing behind."""
    asked = _until_a_loan_again(await _asked(at, read))
    known = await _known(at, asked)
    verdicts: dict[int, RowVerdict] = {}
    drafts: list[_Draft] = []
    filed: list[tuple[_Asked, UUID | Step]] = []
    for one in asked:
        # Others get their turn.
        await asyncio.sleep(0)
        if (said := _at_once(at, one, known)) is not None:
            verdicts[one.row.line] = said
            continue
        try:
            papers = _papers(one, known)
            if one.faults or at.purpose == "to_check":
                verdicts[one.row.line] = await _checked(at, one, known, papers)
            elif at.purpose == "to_save":
                drafts.append(_draft(one, known, papers))
            else:
                # A savepoint: what a refusal leaves half done is taken back, the verdict stays.
                async with at.conn.transaction():
                    filed.append((one, await _filed(at, one, known, papers)))
        except Refused as refusal:
            told = [*one.faults, *_told(one.row, refusal)]
            verdicts[one.row.line] = wrong(one.row, told, reference=one.reference)
    for taken in await _kept(at, filed, drafts):
        verdicts[taken.line] = taken
    return [verdicts[one.row.line] for one in asked]


async def _asked(at: RowsInHand, read: Read) -> list[_Asked]:
    """Each row with its loan and its claim."""
    said = [
        (one.said.get("loan_number"), one.said.get("loan_id")) for one in at.rows
    ]  # fmt: skip
    numbers = [narrow(number).upper() for number, _ in said if isinstance(number, str)]
    ids = [found for _, named in said if (found := _uuid(named)) is not None]
    loans = await reads.loans_among(at.conn, numbers, ids, bank_code=at.bank_code)
    by_number = {loan["number"]: loan for loan in loans}
    by_id = {loan["loan_id"]: loan for loan in loans}
    asked = []
    for row, (number, loan_id) in zip(at.rows, said, strict=True):
        loan = _loan(number, loan_id, by_number, by_id)
        content = {k: v for k, v in row.said.items() if k not in ("loan_number", "loan_id")}
        claim = read(content, at.purpose)
        shape = () if isinstance(claim, ClaimSaid) else claim
        wrong_loan = (loan,) if isinstance(loan, FieldFault) else ()
        known = None if isinstance(loan, FieldFault) else loan
        asked.append(
            _Asked(
                row=row, loan=known, claim=claim if isinstance(claim, ClaimSaid) else None,
                faults=unread(row, (*wrong_loan, *shape)),
                reference=_reference(known if isinstance(claim, ClaimSaid) else None, number, loan_id),
            )
        )  # fmt: skip
    return asked


def _reference(loan: Row | None, number: Any, loan_id: Any) -> str:
    return str((loan and loan["number"]) or number or loan_id or "")[:64]


def _until_a_loan_again(asked: Sequence[_Asked]) -> Sequence[_Asked]:
    """The first rows, up to one whose loan an earlier one is about: that is judged by what became of
    the earlier one."""
    seen: set[UUID] = set()
    for place, one in enumerate(asked):
        if one.loan is not None:
            if one.loan["loan_id"] in seen:
                return asked[:place]
            seen.add(one.loan["loan_id"])
    return asked


async def _known(at: RowsInHand, asked: Sequence[_Asked]) -> _Known:
    """Papers are held first, then pools, each in their order: as whoever files a single claim."""
    ready = [one for one in asked if one.loan is not None and one.claim is not None]
    takes = at.purpose != "to_check"
    named = [paper for one in ready if one.claim is not None for paper in one.claim.named]
    papers = await stored_papers.among(at.conn, named, bank_code=at.bank_code, held=takes)
    ids = [one.loan["loan_id"] for one in ready if one.loan is not None]
    if takes:
        await lock_pools(at.conn, [one.loan["pool_code"] for one in ready if one.loan is not None])
    loans = await reads.loans_among(at.conn, [], ids, bank_code=at.bank_code)
    contents = [content_of(one.row) for one in ready]
    return _Known(
        loans={loan["loan_id"]: loan for loan in loans},
        papers=papers,
        taken=await reads.taken_before(at.conn, contents, bank_code=at.bank_code) if takes else {},
        drafts=await known.drafts_of(at.conn, ids) if takes else {},
    )


def _loan(
    number: Any, loan_id: Any, by_number: Mapping[str, Row], by_id: Mapping[UUID, Row]
) -> Row | FieldFault:
    """The loan that a row is about, by its number or its id; both must agree."""
    if number in (None, "") and loan_id in (None, ""):
        return _LOAN_NEEDED
    found = None
    if isinstance(number, str) and number:
        found = by_number.get(narrow(number).upper())
        if found is None:
            return _LOAN_UNKNOWN
    elif number not in (None, ""):
        return _LOAN_UNKNOWN
    if loan_id in (None, ""):
        assert found is not None
        return found
    named = _uuid(loan_id)
    if named is None:
        return _LOAN_UNKNOWN
    if found is not None and named != found["loan_id"]:
        return _LOANS_DIFFER
    return by_id.get(named, _LOAN_UNKNOWN)


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _at_once(at: RowsInHand, one: _Asked, known: _Known) -> RowVerdict | None:
    """Of a row that is not read as a claim of a loan, and of one that had its effect: the same row has
    no second one while the claim that came of it lives."""
    if one.loan is None or one.claim is None:
        return wrong(one.row, list(one.faults), reference=one.reference)
    if one.faults or at.purpose == "to_check":
        return None
    enough = LEAVES_THE_LOAN_FREE
    if at.purpose == "to_save":
        enough = enough - ONLY_THE_BANKS_OWN
    for claim in known.taken.get(content_of(one.row), ()):
        if claim["state"] not in enough:
            return RowVerdict(
                line=one.row.line, outcome=Outcome.KNOWN, reference=one.reference,
                subject_id=claim["id"], number=claim["number"] or "",
            )  # fmt: skip
    return None


def _papers(one: _Asked, known: _Known) -> list[dict[str, Any]]:
    """The row's papers as its claim keeps them. Raises FieldsWrong, PaperNotYetKnown."""
    assert one.claim is not None, "a row without one is told at once"
    return one.claim.kept(stored_papers.found_in(one.claim.named, known.papers))


async def _checked(
    at: RowsInHand, one: _Asked, known: _Known, papers: Sequence[Mapping[str, Any]]
) -> RowVerdict:
    assert one.loan is not None and one.claim is not None, "a row without one is told at once"
    found: list[RowFault] = []
    if at.purpose != "to_save":
        loan = known.loans[one.loan["loan_id"]]
        rows = await rows_before_filing(at.conn, loan, one.claim.as_filed(papers), at.context)
        found = [_finding(one.row, check) for check in against(rows)]
    if one.faults or found:
        return wrong(one.row, [*one.faults, *found], reference=one.reference)
    return RowVerdict(line=one.row.line, outcome=Outcome.FINE, reference=one.reference)


def _draft(one: _Asked, known: _Known, papers: Sequence[Mapping[str, Any]]) -> _Draft:
    """Raises DraftBegun."""
    assert one.loan is not None and one.claim is not None, "a row without one is told at once"
    loan = known.loans[one.loan["loan_id"]]
    begun = known.drafts.get(loan["loan_id"])
    if begun is not None:
        raise claim_filing.draft_begun(begun)
    return one, loan, one.claim.as_draft(papers)


async def _filed(
    at: RowsInHand, one: _Asked, known: _Known, papers: Sequence[Mapping[str, Any]]
) -> UUID | Step:
    """The first step of the claim that is filed, or the draft that waited for the loan and has become
    the claim."""
    assert one.loan is not None and one.claim is not None, "a row without one is told at once"
    loan = known.loans[one.loan["loan_id"]]
    filed = one.claim.as_filed(papers)
    draft = known.drafts.get(loan["loan_id"])
    if draft is None:
        return await claim_filing.file(at.conn, loan, filed, at.context)
    await claim_filing.file_draft(at.conn, draft, filed, at.context)
    return draft


async def _kept(
    at: RowsInHand, filed: Sequence[tuple[_Asked, UUID | Step]], drafts: Sequence[_Draft]
) -> list[RowVerdict]:
    """What goes with claims once all of them are filed or saved: first steps, drafts themselves, papers
    that stay, trials."""
    steps = [step for _, step in filed if isinstance(step, Step)]
    await apply_transitions(at.conn, CASES, steps, now=at.context.now)
    taken = [(one, step.case["id"] if isinstance(step, Step) else step) for one, step in filed]
    by_pool: dict[str, list[UUID]] = {}
    for one, claim_id in taken:
        assert one.loan is not None, "a claim is of a loan"
        by_pool.setdefault(one.loan["pool_code"], []).append(claim_id)
    for ids in by_pool.values():
        await keep_at_filing(at.conn, ids)
    if drafts:
        begun = [(loan, said) for _, loan, said in drafts]
        ids = await claim_filing.begin_drafts(at.conn, begun, at.context)
        taken += zip((one for one, _, _ in drafts), ids, strict=True)
    named = [paper for one, _ in taken if one.claim is not None for paper in one.claim.named]
    await stored_papers.refer_to(
        at.conn, named, bank_code=at.bank_code, place="claims", now=at.context.now
    )
    numbers = await reads.numbers_of(at.conn, [claim_id for _, claim_id in taken])
    return [
        RowVerdict(
            line=one.row.line, outcome=Outcome.TAKEN, reference=one.reference,
            subject_id=claim_id, number=numbers[claim_id],
        )
        for one, claim_id in taken
    ]  # fmt: skip


def _told(row: RowRead, refusal: Refused) -> list[RowFault]:
    if isinstance(refusal, FieldsWrong):
        return [fault_of(row, one) for one in refusal.faults]
    findings = refusal.extra.get("findings")
    if findings:
        return [_finding(row, Check(**one)) for one in findings]
    place = ("loan_number",) if "loan_number" in row.said else ("loan_id",)
    return [fault_of(row, FieldFault(place, refusal.code, refusal.zh, refusal.en))]


def _finding(row: RowRead, check: Check) -> RowFault:
    code = check.code
    papers = code.startswith("paper:")
    place: tuple[str | int, ...] = place_of(check.field)
    column = row.heading_of(("documents", code.removeprefix("paper:"))) if papers else ""
    return RowFault(
        field=check.field, column=column or row.heading_of(place), code=code, zh=check.zh,
        en=check.en, source=check.article,
    )  # fmt: skip
