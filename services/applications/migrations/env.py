"""Alembic's environment of this service's database."""

from services.applications.tables import rows
from shared.postgres.migrations import run

run(rows.METADATA)
