"""Alembic's way into this service's tables."""

from sqlmodel import SQLModel

from services.risk_pool.tables.rows import (
    breakers,
    claims,
    coverages,
    ledger,
    pools,
    programmes,
    settlements,
)
from shared.postgres.migrations import run

TABLES = (pools, ledger, coverages, breakers, claims, settlements, programmes)
assert all(TABLES), "importing them fills the metadata"

run(SQLModel.metadata)
