"""Alembic's way into the console's tables, which no model describes."""

from sqlalchemy import MetaData

from shared.postgres.migrations import run

run(MetaData())
