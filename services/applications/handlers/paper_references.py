"""What is asked for refers to stored papers; one that is not stored is a wrong field."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg

from services.applications.domain.submission import SubmittedDocument
from services.applications.tables.stored_papers import papers_to_refer_to
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
    by_id = {row["id"]: row for row in rows}
    by_hash = {row["sha256"]: row for row in rows}
    found, faults = [], []
    for index, one in enumerate(asked):
        by_name = one.document_id is not None
        row = by_id.get(one.document_id) if by_name else by_hash.get(one.sha256)
        if row is None or (one.sha256 and one.sha256 != row["sha256"]):
            faults.append(_not_stored((place, index, "document" if by_name else "sha256")))
            continue
        found.append(
            replace(one, document_id=row["id"], sha256=row["sha256"], filename=row["filename"])
        )
    return tuple(found), tuple(faults)


def _not_stored(place: tuple[str | int, ...]) -> FieldFault:
    return FieldFault(
        place,
        "document-not-stored",
        "没有这份材料：请先上传文件（POST /documents），再引用其编号",
        "There is no such document: send the file first (POST /documents), then refer to its id.",
    )
