"""What the words of an opinion may say of their case."""

from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.opinion_words import OnCase
from services.applications.queries import banks
from services.applications.tables.rows import ApplicationRow
from shared.clock import business_date


async def on_case(session: AsyncSession, case: ApplicationRow, *, today: date) -> OnCase:
    """The case by what its placeholders stand for."""
    bank = await banks.bank(session, case.bank_code)
    return OnCase(
        number=case.number,
        firm=case.borrower_name,
        bank=bank.name,
        amount_fen=case.amount_fen,
        tenor_months=case.tenor_months,
        submitted_on=business_date(case.submitted_at),
        today=today,
    )
