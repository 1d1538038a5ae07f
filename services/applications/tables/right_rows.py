"""The rows of the register of rights, as ordinary reads see them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field

from services.applications.tables.columns import Row, moment, text


class RightRow(Row, table=True):
    """A right that the house knows of."""

    __tablename__ = "rights"

    id: UUID = Field(primary_key=True)
    kind: str = text()
    number: str = text()
    nice_class: int
    first_seen_at: datetime = moment()


class RightStatementRow(Row, table=True):
    """What one source said of a right at once; a column without a value says nothing."""

    __tablename__ = "right_statements"

    statement_no: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = text()
    number: str = text()
    nice_class: int
    bank_code: str = text()
    source: str = text()
    reference: str = text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    as_of: date
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()
    number_as_given: str = text()
    name: str | None = text()
    name_canonical: str | None = text()
    owner_uscc: str | None = text()
    owner_name: str | None = text()
    owner_name_canonical: str | None = text()
    legal_status: str | None = text()
    filed_on: date | None
    granted_on: date | None
    fees_paid_to: date | None
    renewed_on: date | None
    expires_on: date | None
    note: str = text()


class RightBurdenRow(Row, table=True):
    """What lies on a right: a licence, a preservation by a court."""

    __tablename__ = "right_burdens"

    id: UUID = Field(primary_key=True)
    kind: str = text()
    number: str = text()
    nice_class: int
    bank_code: str = text()
    burden: str = text()
    party: str = text()
    reference: str = text()
    began_on: date
    note: str = text()
    source: str = text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()


class RightBurdenEndRow(Row, table=True):
    """That a burden has ended."""

    __tablename__ = "right_burden_ends"

    burden_id: UUID = Field(primary_key=True, foreign_key="right_burdens.id")
    bank_code: str = text()
    ended_on: date
    reason: str = text()
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()


class RightAlertRow(Row, table=True):
    """A danger of a pledged right that was told."""

    __tablename__ = "right_alerts"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    collateral_no: int
    bank_code: str = text()
    kind: str = text()
    number: str = text()
    nice_class: int
    code: str = text()
    due_on: date
    until: date | None
    zh: str = text()
    en: str = text()
    found_on: date


class RightMeasureRow(Row, table=True):
    """What a bank has done about an alert."""

    __tablename__ = "right_measures"

    id: UUID = Field(primary_key=True)
    alert_id: UUID = Field(foreign_key="right_alerts.id")
    bank_code: str = text()
    measure: str = text()
    note: str = text()
    taken_on: date
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()


class RightValuationRow(Row, table=True):
    """A valuation that was entered beside those of the cases."""

    __tablename__ = "right_valuations"

    id: UUID = Field(primary_key=True)
    kind: str = text()
    number: str = text()
    nice_class: int
    bank_code: str = text()
    amount_fen: int = Field(sa_type=BigInteger)
    method: str = text()
    appraiser: str = text()
    valued_on: date
    valid_until: date | None
    related_to: str | None = text()
    relation_note: str = text()
    reference: str = text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()
