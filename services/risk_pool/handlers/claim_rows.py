"""One row of a file of claims: the same handlers file it that file a single one, and all that is
wrong with it is told at once."""

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
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claim_files as reads
from services.risk_pool.queries import claims as known
from services.risk_pool.tables.claim_files import content_of
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

_LOAN_NEEDED: Final = FieldFault(
    ("loan_number",), "missing", "须填贷款编号或贷款标识", "the loan's number or its id"
)
_LOAN_UNKNOWN: Final = FieldFault(
    ("loan_number",), "loan-unknown", "资金池中没有本行的这笔贷款", "no loan of yours in a pool"
)
_LOANS_DIFFER: Final = FieldFault(
    ("loan_id",), "loans-differ", "贷款编号与贷款标识不是同一笔贷款",
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
class RowInHand:
    """A row that is looked at: who sent it, what for, and the transaction."""

    conn: asyncpg.Connection
    row: RowRead
    purpose: str
    bank_code: str
    context: StepContext


async def take_row(at: RowInHand, *, read: Read) -> RowVerdict:
    """File, save or check the claim of a row, and say what became of it. What is wrong with it
    leaves nothing behind."""
    row = at.row
    said = dict(row.said)
    number, loan_id = said.pop("loan_number", None), said.pop("loan_id", None)
    loan = await _loan(at, number, loan_id)
    claim = read(said, at.purpose)
    shape = () if isinstance(claim, ClaimSaid) else claim
    faults = unread(row, (*(() if isinstance(loan, UUID) else (loan,)), *shape))
    reference = str(number or loan_id or "")[:64]
    if not isinstance(loan, UUID) or not isinstance(claim, ClaimSaid):
        return wrong(row, faults, reference=reference)
    reference = await reads.number_of(at.conn, loan, bank_code=at.bank_code) or reference
    if not faults and (same := await _known(at, reference)) is not None:
        return same
    try:
        # A savepoint: what a refusal leaves half done is taken back, the verdict stays.
        async with at.conn.transaction():
            if faults or at.purpose == "to_check":
                found = await _checked(at, loan, claim)
                if faults or found:
                    return wrong(row, [*faults, *found], reference=reference)
                return RowVerdict(line=row.line, outcome=Outcome.FINE, reference=reference)
            claim_id = await _taken(at, loan, claim)
    except Refused as refusal:
        return wrong(row, [*faults, *_told(row, refusal)], reference=reference)
    return RowVerdict(
        line=row.line, outcome=Outcome.TAKEN, reference=reference, subject_id=claim_id,
        number=await reads.numbered(at.conn, claim_id),
    )  # fmt: skip


async def _loan(at: RowInHand, number: Any, loan_id: Any) -> UUID | FieldFault:
    """The loan that a row is about, by its number or its id; both must agree."""
    if number in (None, "") and loan_id in (None, ""):
        return _LOAN_NEEDED
    found = None
    if isinstance(number, str) and number:
        found = await reads.loan_numbered(at.conn, narrow(number).upper(), bank_code=at.bank_code)
        if found is None:
            return _LOAN_UNKNOWN
    elif number not in (None, ""):
        return _LOAN_UNKNOWN
    if loan_id in (None, ""):
        assert found is not None
        return found
    try:
        named = UUID(str(loan_id))
    except ValueError:
        return _LOAN_UNKNOWN
    if found is not None and named != found:
        return _LOANS_DIFFER
    is_own = await reads.number_of(at.conn, named, bank_code=at.bank_code) is not None
    return named if is_own else _LOAN_UNKNOWN


async def _known(at: RowInHand, reference: str) -> RowVerdict | None:
    """The same row has no second effect while the claim that came of it lives."""
    if at.purpose == "to_check":
        return None
    enough = LEAVES_THE_LOAN_FREE
    if at.purpose == "to_save":
        enough = enough - ONLY_THE_BANKS_OWN
    for claim in await reads.taken_before(at.conn, content_of(at.row), bank_code=at.bank_code):
        if claim["state"] not in enough:
            return RowVerdict(
                line=at.row.line, outcome=Outcome.KNOWN, reference=reference,
                subject_id=claim["id"], number=claim["number"] or "",
            )  # fmt: skip
    return None


async def _checked(at: RowInHand, loan: UUID, claim: ClaimSaid) -> list[RowFault]:
    found = await stored_papers.known(at.conn, claim.named, bank_code=at.bank_code)
    if at.purpose == "to_save":
        return []
    rows = await claim_filing.pre_check(
        at.conn, loan, claim.as_filed(claim.kept(found)), at.context
    )
    return [_finding(at.row, one) for one in against(rows)]


async def _taken(at: RowInHand, loan: UUID, claim: ClaimSaid) -> UUID:
    """The claim that is filed or saved; a draft that waits for the loan becomes the claim."""
    found = await stored_papers.refer_to(
        at.conn, claim.named, bank_code=at.bank_code, place="claims", now=at.context.now
    )
    papers = claim.kept(found)
    if at.purpose == "to_save":
        return await claim_filing.begin_draft(at.conn, loan, claim.as_draft(papers), at.context)
    filed = claim.as_filed(papers)
    draft = await known.draft_id(at.conn, loan)
    if draft is None:
        return await claim_filing.submit(at.conn, loan, filed, at.context)
    await claim_filing.submit_draft(at.conn, draft, filed, at.context)
    return draft


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
