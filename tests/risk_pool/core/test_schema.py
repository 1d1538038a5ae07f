"""The migrations make what the row classes say, and nobody's own rows go unguarded."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from services.risk_pool.tables.rows.breakers import BreakerEvaluationRow, BreakerRow
from services.risk_pool.tables.rows.coverages import CoverageRow, IncidentRow, PositionRow
from services.risk_pool.tables.rows.ledger import AccountBalanceRow, ExplanationRow, TransferRow
from services.risk_pool.tables.rows.pools import AgreementRow, CashEntryRow, PartyRow, PoolRow
from shared.postgres.database import driver_url

ROWS = (
    PoolRow, PartyRow, AgreementRow, CashEntryRow, TransferRow, AccountBalanceRow, ExplanationRow,
    CoverageRow, PositionRow, IncidentRow, BreakerRow, BreakerEvaluationRow,
)  # fmt: skip


def metadata(*more: Column) -> MetaData:
    """The core's tables, with columns more in `coverages`."""
    own = MetaData()
    for row in ROWS:
        row.__table__.to_metadata(own)
    for column in more:
        own.tables["coverages"].append_column(column, replace_existing=True)
    return own


@pytest.mark.parametrize(
    ("models", "agrees"),
    [
        (metadata(), True),
        (metadata(Column("grace_days", Integer)), False),
        (metadata(Column("covered_fen", Integer, nullable=False)), False),
    ],
    ids=["as they are", "a column too many", "another type"],
)
async def test_models_and_schema_agree(database_of, models: MetaData, agrees: bool):
    fresh = await database_of("risk_pool")
    engine = create_async_engine(driver_url(fresh.owner_url, "asyncpg"))

    def differences(connection) -> list:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, reflected, other: (
                    kind == "column" or (kind == "table" and name in models.tables)
                ),
            },
        )
        return compare_metadata(context, models)

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert len(models.tables) == len(ROWS)
    assert (found == []) == agrees, found
