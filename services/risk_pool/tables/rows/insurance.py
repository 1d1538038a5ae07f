"""Insurance policies, as applications tells of them."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class InsurancePolicyRow(SQLModel, table=True):
    """A policy of a case or of a firm as it stands now."""

    __tablename__ = "insurance_policies"

    policy_id: UUID = Field(primary_key=True)
    loan_id: UUID | None = None
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    borrower_uscc: str = columns.text()
    kind: str = columns.text()
    insurer_name: str = columns.text()
    reference: str = columns.text()
    insured_fen: int = columns.fen()
    premium_fen: int | None = columns.optional_fen()
    begins_on: date
    ends_on: date
    ended_on: date | None = None
    heard_at: datetime = columns.moment()
