"""What is asked for refers to stored papers; one that is not stored is a wrong field."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg

from services.applications.domain.submission import SubmittedDocument
from services.applications.tables.stored_papers import papers_to_refer_to
from shared.papers import PaperNamed, found_among, not_stored
from shared.refusals import FieldFault


async def stored_papers(
    conn: asyncpg.Connection, asked: Sequence[SubmittedDocument], *, bank_code: str, place: str
) -> tuple[tuple[SubmittedDocument, ...], tuple[FieldFault, ...]]:
    """The papers with what the store knows of them, and a fault for each that is not there.

    A bank refers to its own papers only: another's is as unknown as none. What is found is held
    until the transaction ends, so that nobody withdraws it meanwhile.
    """
    return known_papers(await held_papers(conn, asked, bank_code=bank_code), asked, place=place)


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
    rows: Sequence[asyncpg.Record], asked: Sequence[SubmittedDocument], *, place: str
) -> tuple[tuple[SubmittedDocument, ...], tuple[FieldFault, ...]]:
    """The same of papers that have been looked up; there may be more among the rows."""
    named = [
        PaperNamed(place=(place, index), document_id=one.document_id, sha256=one.sha256)
        for index, one in enumerate(asked)
    ]
    found = found_among(named, rows)
    papers = tuple(
        replace(one, document_id=row["id"], sha256=row["sha256"], filename=row["filename"])
        for one, row in zip(asked, found, strict=True)
        if row is not None
    )
    faults = (not_stored(one) for one, row in zip(named, found, strict=True) if row is None)
    return papers, tuple(faults)
