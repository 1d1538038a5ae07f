"""A case's papers are judged: the list of them, and what a reviewer says of one or of a kind."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.applications.domain.checklist import (
    JUDGED_IN,
    Line,
    PapersDecided,
    Said,
    checklist,
    paper_findings,
    verdict_faults,
    words_of,
)
from services.applications.domain.programme import further_papers
from services.applications.domain.ranks import may_stand_behind
from services.applications.domain.submission import Submission, SubmittedDocument
from services.applications.handlers.case_in_hand import CaseInHand, terms_or_none
from services.applications.queries import ranks
from services.applications.queries.submitted import papers_of, submitted
from services.applications.tables.cases import about
from services.applications.tables.paper_verdicts import add_verdict, verdicts_of
from shared.contracts.applications import PaperJudgedV1
from shared.life_cycle import Row
from shared.messaging import outbox
from shared.refusals import FieldsWrong
from shared.schemes.decide.findings import Finding
from shared.schemes.terms import Terms


async def lines_of(conn: asyncpg.Connection, case: Row, *, today: date) -> tuple[Line, ...]:
    """The list of a case's newest revision, by the terms that bind it or would bind it today."""
    day = case["approved_on"] or today
    terms = await terms_or_none(conn, case["programme"], case["mode"], day)
    asked = await submitted(conn, case)
    return checklist(
        terms, asked.documents, await verdicts_of(conn, case["id"]), today=day,
        further=further_papers(asked, terms, is_later=await _stands_behind(conn, case, asked, terms)),
    )  # fmt: skip


async def _stands_behind(
    conn: asyncpg.Connection, case: Row, asked: Submission, terms: Terms | None
) -> bool:
    """Whether a right of the case stands, or would stand, behind another's pledge."""
    if terms is None or terms.later_ranks is None:
        return False
    held = await ranks.held_by(conn, [one for one in (case["id"], asked.renews) if one])
    own = {key: rank for holder in held.values() for key, rank in holder.items()}
    earlier = await ranks.before(
        conn, [item.key for item in asked.collateral], own=own, bank_code=case["bank_code"],
        uscc=asked.borrower.uscc,
    )  # fmt: skip
    return any(may_stand_behind(one, terms.later_ranks) for one in earlier.values())


async def against_papers(
    conn: asyncpg.Connection, case: Row, papers: Sequence[SubmittedDocument], *, today: date
) -> tuple[Finding, ...]:
    """What speaks against these papers of a case: refused, or over. Of a case that begins nobody
    has said anything."""
    verdicts = () if case["state"] is None else await verdicts_of(conn, case["id"])
    return tuple(paper_findings(checklist(None, papers, verdicts, today=today)))


async def judge(
    case: CaseInHand, *, kind: str, document_id: UUID | None, said: Said, reason: str
) -> tuple[Line, ...]:
    """A reviewer says something of a paper or of a kind; the bank is told. Raises PapersDecided,
    FieldsWrong."""
    if case.row["state"] not in JUDGED_IN:
        raise PapersDecided(
            "本申请已作决定，不再审查其材料",
            "The case is decided on; its papers stand as they are.",
        )
    papers = await papers_of(case.conn, case.row)
    if faults := verdict_faults(said, kind, document_id, papers):
        raise FieldsWrong(faults)
    await add_verdict(
        case.conn, case.row, kind=kind, document_id=document_id, verdict=said, reason=reason,
        by=case.caller, now=case.now,
    )  # fmt: skip
    zh, en = words_of(kind)
    names = {one.document_id: one.filename for one in papers}
    told = PaperJudgedV1(
        **about(case.row), kind=kind, kind_zh=zh, kind_en=en, verdict=said.value, reason=reason,
        filename=names.get(document_id, "") if document_id else "",
    )  # fmt: skip
    await outbox.append(case.conn, [told], now=case.now)
    return await lines_of(case.conn, case.row, today=case.today)
