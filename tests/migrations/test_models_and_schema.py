"""What the migrations make and what the row classes say is the same, in every service."""

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData
from sqlmodel import SQLModel

from shared.postgres.database import engine_for

ROOT = Path(__file__).parents[2]
AMOUNTS = {"applications": "loans", "risk_pool": "coverages", "notifications": "receivers"}
"""A table of each service that is altered, to see the difference found."""


def models(service: str, *more: Column) -> MetaData:
    """Every table that the service has a row class for, with columns more in one of them."""
    files = [*(ROOT / "services" / service / "tables").rglob("*.py")]
    modules = [
        importlib.import_module(
            str(file.relative_to(ROOT))
            .removesuffix(".py")
            .removesuffix("/__init__")
            .replace("/", ".")
        )
        for file in files
    ]
    own = MetaData()
    for module in modules:
        for row in vars(module).values():
            table = getattr(row, "__table__", None)
            is_model = isinstance(row, type) and issubclass(row, SQLModel)
            if is_model and table is not None and table.name not in own.tables:
                table.to_metadata(own)
    for column in more:
        own.tables[AMOUNTS[service]].append_column(column, replace_existing=True)
    return own


async def differences(database_of, service: str, metadata: MetaData) -> list:
    """What Alembic would change in a freshly migrated database to make it fit the models."""
    fresh = await database_of(service)
    engine = engine_for(fresh.owner_url)

    def compared(connection) -> list:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, reflected, other: (
                    kind == "column" or (kind == "table" and name in metadata.tables)
                ),
            },
        )
        return compare_metadata(context, metadata)

    async with engine.connect() as connection:
        found = await connection.run_sync(compared)
    await engine.dispose()
    return found


@pytest.mark.parametrize(
    ("service", "tables"), [("applications", 14), ("risk_pool", 20), ("notifications", 9)]
)
async def test_models_and_schema_agree(database_of, service: str, tables: int):
    metadata = models(service)

    assert len(metadata.tables) >= tables
    assert await differences(database_of, service, metadata) == []


@pytest.mark.parametrize("service", sorted(AMOUNTS))
async def test_a_column_too_many_is_found(database_of, service: str):
    assert await differences(database_of, service, models(service, Column("grace_days", Integer)))


@pytest.mark.parametrize(
    ("service", "column"), [("applications", "amount_fen"), ("risk_pool", "covered_fen")]
)
async def test_another_type_is_found(database_of, service: str, column: str):
    changed = models(service, Column(column, Integer, nullable=False))

    assert await differences(database_of, service, changed)
