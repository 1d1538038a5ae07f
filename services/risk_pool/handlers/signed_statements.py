"""Statements of posted months as PDF, signed when first asked for and kept as they were signed.

The figures of a posted month never change; a signature is another one each time it is made. Asked
again, by whomever, in whichever process, after any crash: the bytes are the same.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg

from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.reports.pdf import as_pdf
from services.risk_pool.reports.signing import Signing
from services.risk_pool.reports.words import Language
from services.risk_pool.tables import signed_statements
from shared.postgres.database import EVERYWHERE, Database

_REASON: Final[Mapping[str, str]] = {"zh": "月度结算对账单", "en": "Monthly settlement statement"}


def is_signed(settlement: Mapping[str, Any]) -> bool:
    """Whether statements of this month carry a signature: those that cannot change any more."""
    return settlement["state"] in BOOKS_CLOSED


async def signed_pdf(
    database: Database,
    signing: Signing,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
    *,
    language: Language,
    now: datetime,
) -> bytes:
    """The statement of a posted month, signed. Whether the caller may have it was asked before."""
    party = statement["party"]["code"]
    async with database.looking(EVERYWHERE) as conn:
        kept = await signed_statements.find(conn, settlement["id"], party, language)
        if kept is not None:
            return kept
        certificate = {"name": signing.name, "is_development": signing.is_development}
        pdf = await as_pdf(
            conn, settlement, statement, bank, language=language, certificate=certificate
        )
    signed = await asyncio.to_thread(signing.sign, pdf, reason=_REASON[language])
    async with database.begin(EVERYWHERE) as conn:
        return await signed_statements.keep(
            conn,
            settlement["id"],
            party,
            language,
            pdf=signed,
            certificate_sha256=signing.sha256,
            signed_at=now,
        )
