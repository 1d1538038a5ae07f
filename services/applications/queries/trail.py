"""The trail of a case: its moves and those of what hangs on it, its papers, who saw it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.cover_calls import COVER_CALLS
from services.applications.tables.loan_changes import LOAN_CHANGES
from shared.audit.trails import CasesOfLoans
from shared.postgres.reads import MOST_LOOKS, looks_at

_CASES: Final = CasesOfLoans((COVER_CALLS, LOAN_CHANGES), APPLICATIONS)
_CASE: Final = """
    select id, number, borrower_name, bank_code, pool_code from applications where id = $1
"""
_PAPERS: Final = """
    select a.number as of, d.revision, d.kind, d.filename, encode(d.sha256, 'hex') as sha256,
           s.sent_at, coalesce(s.sent_name, '') as sent_name, d.document_id
    from documents d join applications a on a.id = d.application_id
    left join stored_documents s on s.id = d.document_id
    where d.application_id = $1 order by d.revision, d.document_no
"""


async def trail(conn: asyncpg.Connection, case_id: UUID) -> Mapping[str, Any] | None:
    """All of it, as far as the reader may see the case; None where there is none."""
    case = await conn.fetchrow(_CASE, case_id)
    if case is None:
        return None
    others = await _CASES.named(conn, case_id)
    papers = await conn.fetch(_PAPERS, case_id)
    things = {case_id, *(one["case_id"] for one in others)}
    things |= {row["document_id"] for row in papers if row["document_id"]}
    looks = await looks_at(
        conn,
        ("applications", "loans", "documents", "cover-calls", "loan-changes", "trails"),
        sorted(map(str, things)),
    )
    return {
        "loan_id": case_id,
        "number": case["number"],
        "firm": case["borrower_name"],
        "bank_code": case["bank_code"],
        "pool_code": case["pool_code"],
        "moves": await _CASES.moves(conn, case_id, others),
        "papers": [dict(row) for row in papers],
        "transfers": [],
        "looks": [dict(row) for row in looks[:MOST_LOOKS]],
        "more_looks": len(looks) > MOST_LOOKS,
    }
