"""Alembic's way into this service's tables."""

from sqlmodel import SQLModel

from services.risk_pool.tables.rows import (
    agreed_figures,
    agreements,
    breakers,
    claims,
    coverages,
    ledger,
    listed,
    papers,
    pools,
    programmes,
    public_notices,
    settlements,
    subsidies,
)
from shared.postgres.migrations import run

TABLES = (
    agreed_figures, agreements, pools, ledger, coverages, breakers, claims, settlements, programmes, subsidies,
    listed,
    papers,
    public_notices,
)  # fmt: skip
assert all(TABLES), "importing them fills the metadata"

run(SQLModel.metadata)
