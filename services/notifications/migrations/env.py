"""Alembic's way into this service's tables."""

from services.notifications.tables.rows import Row
from shared.postgres.migrations import run

run(Row.metadata)
