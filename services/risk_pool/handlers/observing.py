"""What an operator sees of the pools: breakers that have stopped something, months on their way."""

from prometheus_client import Gauge

from services.risk_pool.queries import observed
from shared.postgres.database import EVERYWHERE, Database

BREAKERS = Gauge(
    "zhidai_breakers", "Breakers of a pool and its banks, by state.", ["pool", "state"]
)
MONTHS = Gauge("zhidai_settlements", "Months of a pool, by state of settlement.", ["pool", "state"])
POSTED_UNTIL = Gauge(
    "zhidai_settlement_posted_until_seconds",
    "End of the last posted month of a pool, as seconds since 1970.",
    ["pool"],
)


async def observe_pools(database: Database) -> None:
    """Tell the metrics how the pools stand."""
    async with database.looking(EVERYWHERE) as conn:
        counted = (
            (BREAKERS, await observed.breakers(conn)),
            (MONTHS, await observed.months(conn)),
        )
        posted = await observed.posted_until(conn)
    for gauge, counts in counted:
        gauge.clear()
        for (pool, state), count in counts.items():
            gauge.labels(pool, state).set(count)
    for pool, moment in posted.items():
        POSTED_UNTIL.labels(pool).set(moment.timestamp())
