"""A kept case as the value it was submitted as, to be judged again by the same rules."""

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.due_diligence import PAPER_KIND as REPORT
from services.applications.domain.other_collateral import OtherCollateral
from services.applications.domain.paid_out import PaidOut, RegisterEntry
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.submission import (
    Borrower,
    Collateral,
    RightKey,
    Submission,
    SubmittedDocument,
    Valuation,
)
from shared.life_cycle import Row
from shared.refusals import NotFound
from shared.rights import read_right

_RIGHTS: Final = """
select c.*, v.amount_fen, v.method, v.appraiser, v.valued_on
from collateral as c join valuations as v using (application_id, revision, collateral_no)
where application_id = $1 and revision = $2
order by collateral_no
"""
_PAPERS: Final = f"""
select kind, document_id, sha256, filename, issued_on, valid_until from (
    select kind, document_id, sha256, filename, issued_on, valid_until, document_no, null::uuid as id
    from documents where application_id = $1 and revision = $2
    union all
    select '{REPORT}', d.document_id, coalesce(p.sha256, ''), coalesce(p.filename, d.author),
           d.written_on, d.valid_until, null, d.id
    from due_diligence_reports as d left join stored_documents as p on p.id = d.document_id
    where d.application_id = $1
) as papers order by document_no nulls last, id
"""
_NESTED: Final = ("borrower", "collateral", "documents", "paid_out", "other_collateral")


async def submitted(conn: asyncpg.Connection, case: Row) -> Submission:
    """What stands in a case's newest revision; every field from the column of its name."""
    rights = await conn.fetch(_RIGHTS, case["id"], case["revision"])
    papers = await papers_of(conn, case)
    plain = {
        field.name: case[field.name] for field in fields(Submission) if field.name not in _NESTED
    }
    return Submission(
        **plain,
        borrower=Borrower(**{one.name: case[f"borrower_{one.name}"] for one in fields(Borrower)}),
        collateral=tuple(_right(row) for row in rights),
        documents=papers,
        paid_out=PaidOut.of_data(case["paid_out"]),
        other_collateral=tuple(map(OtherCollateral.of_data, case["other_collateral"])),
    )


async def papers_of(conn: asyncpg.Connection, case: Row) -> tuple[SubmittedDocument, ...]:
    """The papers of a case's newest revision, and the due-diligence reports that are attached to it."""
    rows = await conn.fetch(_PAPERS, case["id"], case["revision"])
    return tuple(SubmittedDocument(**dict(row)) for row in rows)


async def case_row(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record:
    """A case where it stands. Raises NotFound, also where it is another bank's."""
    row = await conn.fetchrow("select * from applications where id = $1", case_id)
    if row is None:
        raise NotFound("没有这个申请", "There is no such application.")
    return row


def _right(row: Any) -> Collateral:
    number = read_right(row["kind"], row["number_as_given"])
    return Collateral(
        key=RightKey(row["kind"], row["number"], row["nice_class"]),
        number_as_given=row["number_as_given"],
        name=row["name"],
        owner_uscc=row["owner_uscc"],
        owner_name=row["owner_name"],
        filed_on=row["filed_on"],
        expires_on=row["expires_on"],
        valuation=Valuation(**{one.name: row[one.name] for one in fields(Valuation)}),
        registration=RegisterEntry.of_data(row["registration"]),
        pledgors=tuple(map(Pledgor.of_data, row["pledgors"])),
        number_year=number.year,
        has_old_number=number.is_old,
    )
