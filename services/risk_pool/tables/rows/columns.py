"""Columns as every table of the service has them."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlmodel import Field


def text(*, primary_key: bool = False) -> Any:
    """A text that is always there."""
    return Field(sa_column=Column(Text, primary_key=primary_key, nullable=False))


def optional_text() -> Any:
    """A text that may not be there yet."""
    return Field(default=None, sa_column=Column(Text, nullable=True))


def moment() -> Any:
    """A moment that is always there."""
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


def optional_moment() -> Any:
    """A moment that may be to come."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


def fen() -> Any:
    """An amount that is always there."""
    return Field(sa_column=Column(BigInteger, nullable=False))


def optional_fen() -> Any:
    """An amount that may not be known yet."""
    return Field(default=None, sa_column=Column(BigInteger, nullable=True))
