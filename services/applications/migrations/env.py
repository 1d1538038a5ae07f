"""Alembic's environment of this service's database."""

from services.applications.tables.columns import METADATA
from shared.postgres.migrations import run

run(METADATA)
