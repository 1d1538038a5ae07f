"""What is asked for refers to stored papers; one that is not stored is a wrong field."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from services.applications.domain.submission import SubmittedDocument
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.tables.stored_papers import papers_to_refer_to, use
from shared.papers import PaperNamed, StoredPapers, found_among, not_stored
from shared.refusals import FieldFault, FieldsWrong


async def stored_papers(
    conn: asyncpg.Connection, asked: Sequence[SubmittedDocument], *, bank_code: str, place: str
) -> tuple[tuple[SubmittedDocument, ...], tuple[FieldFault, ...]]:
    """The papers with what the store knows of them, and a fault for each that is not there.

    A bank refers to its own papers only: another's is as unknown as none. What is found is held
    until the transaction ends, so that nobody withdraws it meanwhile.
    """
    stored = StoredPapers(await held_papers(conn, asked, bank_code=bank_code))
    return known_papers(stored, asked, place=place)


async def held_papers(
    conn: asyncpg.Connection, asked: Sequence[SubmittedDocument], *, bank_code: str
) -> Sequence[asyncpg.Record]:
    """What the store has of the papers that are asked for, held until the transaction ends."""
    return await papers_to_refer_to(
        conn,
        bank_code=bank_code,
        ids=[one.document_id for one in asked if one.document_id is not None],
        hashes=[one.sha256 for one in asked if one.sha256],
    )


def known_papers(
    stored: StoredPapers, asked: Sequence[SubmittedDocument], *, place: str
) -> tuple[tuple[SubmittedDocument, ...], tuple[FieldFault, ...]]:
    """The same of papers that have been looked up; there may be more among them."""
    papers: list[SubmittedDocument] = []
    faults: list[FieldFault] = []
    for index, one in enumerate(asked):
        named = PaperNamed(place=(place, index), document_id=one.document_id, sha256=one.sha256)
        row = stored.find(named)
        if row is None:
            faults.append(not_stored(named))
            continue
        known = {"document_id": row["id"], "sha256": row["sha256"], "filename": row["filename"]}
        papers.append(replace(one, **known))
    return tuple(papers), tuple(faults)


async def stored_paper(
    conn: asyncpg.Connection, named: PaperNamed | None, *, bank_code: str
) -> tuple[UUID | None, tuple[FieldFault, ...]]:
    """The one paper that goes with what is said, and what is wrong with naming it; none of none."""
    if named is None:
        return None, ()
    rows = await papers_to_refer_to(
        conn,
        bank_code=bank_code,
        ids=[] if named.document_id is None else [named.document_id],
        hashes=[named.sha256] if named.sha256 else [],
    )
    (row,) = found_among([named], rows)
    return (None, (not_stored(named),)) if row is None else (row["id"], ())


async def refer_to(case: CaseInHand, named: PaperNamed | None, *, place: str) -> UUID | None:
    """The same for something that is written on a case, which the paper stays with from now on.
    Raises FieldsWrong."""
    document_id, faults = await stored_paper(case.conn, named, bank_code=case.caller.institution)
    if faults:
        raise FieldsWrong(faults)
    if document_id is not None:
        await use(
            case.conn, [document_id], bank_code=case.row["bank_code"], place=place, now=case.now
        )
    return document_id
