"""What every file of rows is made of: where the tables are noted, and the columns they share."""

from typing import Any

from sqlalchemy import BigInteger, DateTime, MetaData, Text
from sqlmodel import Field, SQLModel

METADATA = MetaData()


class Row(SQLModel):
    """A row of this service's database."""

    metadata = METADATA


def moment() -> Any:
    """A moment in time, with its zone."""
    return Field(sa_type=DateTime(timezone=True))


def text() -> Any:
    """Words of any length."""
    return Field(sa_type=Text)


def fen() -> Any:
    """An amount of money in fen."""
    return Field(sa_type=BigInteger)
