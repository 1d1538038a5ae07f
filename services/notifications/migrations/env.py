"""Alembic's way into this service's tables."""

from services.notifications.tables import Row
from shared.migrations import run

run(Row.metadata)
