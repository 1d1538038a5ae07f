"""A case with everything that belongs to it, read for one answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.submission import RightKey
from services.applications.queries import cases, desk, loans
from services.applications.tables.rows import (
    ApplicationRow,
    CaseMoveRow,
    CollateralRow,
    DocumentRow,
    LoanRow,
    PledgeRegistrationRow,
    ValuationRow,
)


@dataclass(frozen=True, kw_only=True)
class WholeCase:
    """The rows of one case."""

    application: ApplicationRow
    loan: LoanRow | None
    collateral: Sequence[tuple[CollateralRow, ValuationRow | None]]
    documents: Sequence[DocumentRow]
    registrations: Sequence[PledgeRegistrationRow]
    history: Sequence[CaseMoveRow]
    standing: Mapping[str, Any]
    """What the guards read beside the case's columns: conflicts, delegates, open conditions."""
    ranks: Mapping[RightKey, int]
    """Of the rights that the case holds now."""


async def whole_case(session: AsyncSession, case_id: UUID, *, today: date) -> WholeCase:
    """The case. Raises NotFound, also where it is another bank's."""
    row = await cases.case(session, case_id)
    return WholeCase(
        application=row,
        loan=await loans.loan_of(session, row.id),
        collateral=await cases.collateral(session, row),
        documents=await cases.documents(session, row),
        registrations=await cases.registrations(session, row.id),
        history=await cases.history(session, row.id),
        standing=await desk.standing(session, row.id, today=today),
        ranks=await cases.ranks(session, row.id),
    )
