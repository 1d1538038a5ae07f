"""The trail of a loan in the pool: cover, claims, recoveries and all that hangs on them, every transfer
with its place in the chain and its explanation, the papers of its claims, who saw it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.statement import in_words
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables import (
    adjustments,
    cash_entries,
    claims,
    collections,
    coverages,
    disposals,
    disputes,
    recoveries,
    subsidies,
    warnings,
)
from shared.audit.trails import CasesOfLoans
from shared.postgres.reads import MOST_LOOKS, looks_at

_CASES: Final = CasesOfLoans(
    (
        adjustments.CASES, cash_entries.CASES, claims.CASES, collections.CASES, disposals.CASES,
        disputes.CASES, recoveries.CASES, subsidies.CASES, warnings.CASES,
    ),
    coverages.COVERAGES,
)  # fmt: skip
_LOAN: Final = """
    select loan_id, number, borrower_name, bank_code, pool_code from coverages where loan_id = $1
"""
_PAPERS: Final = """
    select coalesce(nullif(k.number, ''), k.loan_number) as of, null::integer as revision,
           paper ->> 'kind' as kind, coalesce(paper ->> 'filename', paper ->> 'name', '') as filename,
           coalesce(paper ->> 'sha256', '') as sha256, k.filed_at as sent_at, '' as sent_name
    from claims k cross join lateral jsonb_array_elements(k.documents) as paper
    where k.loan_id = $1 order by k.filed_at, k.id
"""
_TRANSFERS: Final = """
    select t.pool_code, t.seq, t.booked_at, t.business_date, t.kind, t.debit, t.credit, t.amount_fen,
           t.reference, encode(t.hash, 'hex') as hash, e.explanation, e.people
    from transfers t
    left join explanations e on e.pool_code = t.pool_code and e.id = t.explanation_id
    where t.loan_id = $1 order by t.pool_code, t.seq
"""


async def trail(conn: asyncpg.Connection, loan_id: UUID) -> Mapping[str, Any] | None:
    """All of it, as far as the reader may see the loan; None where there is none."""
    loan = await conn.fetchrow(_LOAN, loan_id)
    if loan is None:
        return None
    cases = await _CASES.named(conn, loan_id)
    names = await party_names(conn, loan["pool_code"])
    transfers = await conn.fetch(_TRANSFERS, loan_id)
    looks = await looks_at(
        conn,
        ("coverages", "claims", "recoveries", "disposals", "disputes", "warnings", "trails"),
        sorted({str(loan_id), *(str(one["case_id"]) for one in cases)}),
    )
    return {
        "loan_id": loan_id,
        "number": loan["number"],
        "firm": loan["borrower_name"],
        "bank_code": loan["bank_code"],
        "pool_code": loan["pool_code"],
        "moves": await _CASES.moves(conn, loan_id, cases),
        "papers": [dict(row) for row in await conn.fetch(_PAPERS, loan_id)],
        "transfers": [{**row, **in_words(row, names)} for row in transfers],
        "looks": [dict(row) for row in looks[:MOST_LOOKS]],
        "more_looks": len(looks) > MOST_LOOKS,
    }
