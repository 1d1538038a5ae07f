"""Pools, those who take part in them, and what banks agreed to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text
from sqlmodel import Field, SQLModel


def _text(*, primary_key: bool = False) -> Any:
    return Field(sa_column=Column(Text, primary_key=primary_key, nullable=False))


class PoolRow(SQLModel, table=True):
    """A pool and the head of its ledger's chain. Its row is the pool's lock."""

    __tablename__ = "pools"

    code: str = _text(primary_key=True)
    name: str = _text()
    programme: str = _text()
    opened_on: date
    prefix: str = _text()
    stopped: bool
    closed_until: date | None = None
    last_seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    version: int
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class PartyRow(SQLModel, table=True):
    """Who takes part in a pool, in which role of its scheme."""

    __tablename__ = "parties"

    pool_code: str = _text(primary_key=True)
    code: str = _text(primary_key=True)
    role: str = _text()
    name: str = _text()
    joined_on: date
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class AgreementRow(SQLModel, table=True):
    """What a bank and a pool agreed: a line, from one day to another; a later one replaces it."""

    __tablename__ = "agreements"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    bank_code: str = _text()
    line_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    pool_share_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    valid_from: date
    valid_to: date | None = None
    note: str = _text()
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_by: str = _text()
