"""The migrations make what the row classes say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from services.applications.tables.rows import METADATA
from shared.postgres.database import driver_url


def metadata_with(column: Column) -> MetaData:
    """The models, with one column more in `loans`."""
    changed = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(changed)
    changed.tables["loans"].append_column(column, replace_existing=True)
    return changed


@pytest.mark.parametrize(
    ("metadata", "agrees"),
    [
        (METADATA, True),
        (metadata_with(Column("grace_days", Integer)), False),
        (metadata_with(Column("amount_fen", Integer, nullable=False)), False),
    ],
    ids=["as they are", "a column too many", "another type"],
)
async def test_models_and_schema_agree(database_of, metadata: MetaData, agrees: bool):
    fresh = await database_of("applications")
    engine = create_async_engine(driver_url(fresh.owner_url, "asyncpg"))

    def differences(connection) -> list:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, reflected, other: (
                    kind == "column" or (kind == "table" and name in METADATA.tables)
                ),
            },
        )
        return compare_metadata(context, metadata)

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert len(METADATA.tables) == 14
    assert (found == []) == agrees, found
