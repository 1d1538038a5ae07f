"""Agreed figures, as they are kept."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlmodel import Field, SQLModel


class AgreedFigure(SQLModel, table=True):
    """A figure of an agreement, a budget or a decision, for some days, by two persons."""

    __tablename__ = "agreed_figures"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_column=Column(Text, nullable=False))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    loan_id: UUID | None = None
    kind: str = Field(sa_column=Column(Text, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    year: int | None = None
    since_year: int | None = None
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ratio: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    count: int | None = None
    flag: bool | None = None
    paid_on: date | None = None
    valid_from: date
    valid_to: date | None = None
    reference: str = Field(sa_column=Column(Text, nullable=False))
    reference_canonical: str = Field(sa_column=Column(Text, nullable=False))
    evidence: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_on: date | None = None
    version: int
    entered_by: str = Field(sa_column=Column(Text, nullable=False))
    entered_name: str = Field(sa_column=Column(Text, nullable=False))
    entered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    released_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    released_name: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    released_on: date | None = None
