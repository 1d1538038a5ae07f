"""Overdue receivables are watched: what a party should have paid by now is told once, to it and to
finance."""

from datetime import datetime

from services.risk_pool.domain.open_items import as_told
from services.risk_pool.domain.parties import BANK
from services.risk_pool.queries import open_items as known
from services.risk_pool.tables import open_items
from services.risk_pool.tables.ledger import lock_pool
from shared.clock import business_date
from shared.contracts.risk_pool import ReceivableOverdueV1
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE, Database


async def watch_receivables(database: Database, *, now: datetime) -> None:
    """A due job: tell of every receivable whose day has passed, once each."""
    today = business_date(now)
    async with database.begin(EVERYWHERE) as conn:
        pools = await known.pools_with_untold(conn, today)
    for pool_code in pools:
        async with database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, pool_code)
            late = await known.untold(conn, pool.code, today)
            told = [
                ReceivableOverdueV1(
                    pool_code=pool.code,
                    bank_code=item.party_code if role == BANK else "",
                    party_code=item.party_code,
                    party_role=role,
                    party_name=name,
                    **as_told(item, today=today),
                )
                for item, role, name in late
            ]
            references = [item.reference for item, _, _ in late]
            await open_items.mark_told(conn, pool.code, references, now=now)
            await outbox.append(conn, told, now=now)
