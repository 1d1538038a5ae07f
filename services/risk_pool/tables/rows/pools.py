"""Pools, those who take part in them, and what banks agreed to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class PoolRow(SQLModel, table=True):
    """A pool and the head of its ledger's chain. Its row is the pool's lock."""

    __tablename__ = "pools"

    code: str = columns.text(primary_key=True)
    name: str = columns.text()
    programme: str = columns.text()
    opened_on: date
    prefix: str = columns.text()
    stopped: bool
    closed_until: date | None = None
    run_off_from: date | None = None
    closed_on: date | None = None
    last_seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    version: int
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class PartyRow(SQLModel, table=True):
    """Who takes part in a pool, in which role of its scheme."""

    __tablename__ = "parties"

    pool_code: str = columns.text(primary_key=True)
    code: str = columns.text(primary_key=True)
    role: str = columns.text()
    name: str = columns.text()
    joined_on: date
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class AgreementRow(SQLModel, table=True):
    """What a bank and a pool agreed: a line, from one day to another; a later one replaces it."""

    __tablename__ = "agreements"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    line_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    pool_share_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    valid_from: date
    valid_to: date | None = None
    note: str = columns.text()
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_by: str = columns.text()
    agreement_id: UUID | None = None
