"""Due-diligence reports: written once."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.applications.domain.due_diligence import Report
from shared.auth.identity import Identity


async def add(
    conn: asyncpg.Connection, report_id: UUID, report: Report, *, bank_code: str,
    document_id: UUID, by: Identity, now: datetime,
) -> None:  # fmt: skip
    """Keep a report."""
    await conn.execute(
        """insert into due_diligence_reports
               (id, bank_code, subject, application_id, firm_uscc, right_ids, author, written_on,
                valid_until, conclusion, document_id, entered_by, entered_name, entered_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        report_id, bank_code, report.subject, report.case_id, report.firm_uscc,
        list(dict.fromkeys(report.right_ids)), report.author, report.written_on,
        report.valid_until, report.conclusion, document_id, by.subject, by.name, now,
    )  # fmt: skip
