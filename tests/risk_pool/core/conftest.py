"""A pool's ledger on a real PostgreSQL, and few words to write with."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from services.risk_pool.domain.ledger import Transfer
from shared.postgres.database import EVERYWHERE, Database

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)


@pytest.fixture
async def database(connected) -> AsyncIterator[Database]:
    """A fresh risk_pool database with the pools dongli and youxian and no scheme needed."""
    opened: Database = await connected("risk_pool")
    async with opened.begin(EVERYWHERE) as conn:
        await conn.executemany(
            """insert into pools (code, name, programme, opened_on, created_at, prefix)
               values ($1, $2, $1, $3, $4, upper($1))""",
            [
                ("dongli", "东丽区风险补偿资金池", date(2026, 1, 1), NOW),
                ("youxian", "游仙区风险补偿资金池", date(2026, 1, 1), NOW),
            ],
        )
    yield opened


def contribution(amount_fen: int, *, reference: str = "contribution:1", **more: object) -> Transfer:
    """A finance bureau's money comes in."""
    return Transfer(
        **{
            "reference": reference,
            "debit": "cash",
            "credit": "contribution:FINANCE",
            "amount_fen": amount_fen,
            "business_date": date(2026, 3, 10),
            "kind": "contribution",
            **more,
        }
    )
