"""A due-diligence report is entered, with its paper, about rights or a firm, perhaps for a case."""

from datetime import datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.due_diligence import Report, report_faults
from services.applications.handlers.case_in_hand import locked_case
from services.applications.handlers.paper_references import stored_paper
from services.applications.queries import register
from services.applications.tables import due_diligence as tables
from services.applications.tables.stored_papers import use
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, NotFound


async def enter(
    conn: asyncpg.Connection, report: Report, paper: PaperNamed, *, by: Identity, now: datetime
) -> UUID:
    """Keep a report. Raises NotFound for a case that the caller may know nothing of, FieldsWrong."""
    today = business_date(now)
    case = None if report.case_id is None else await locked_case(conn, report.case_id, today=today)
    document_id, not_there = await stored_paper(conn, paper, bank_code=by.institution)
    faults = [*report_faults(report, today=today), *not_there]
    for index, right_id in enumerate(report.right_ids):
        try:
            await register.right(conn, right_id)
        except NotFound:
            faults.append(
                FieldFault(("rights", index), "right-unknown", "登记簿中没有这项权利",
                           "The register has no such right.")
            )  # fmt: skip
    if faults:
        raise FieldsWrong(faults)
    assert document_id is not None, "a report has a paper"
    bank_code = by.institution if case is None else case["bank_code"]
    report_id = uuid7()
    await tables.add(
        conn, report_id, report, bank_code=bank_code, document_id=document_id, by=by, now=now
    )
    await use(conn, [document_id], bank_code=bank_code, place=f"due-diligence:{report_id}", now=now)
    return report_id
