"""Alembic's way into this service's tables."""

from sqlmodel import SQLModel

from services.risk_pool.tables import breakers, coverages, ledger, pools
from shared.migrations import run

assert pools and ledger and coverages and breakers, "importing them fills the metadata"

run(SQLModel.metadata)
