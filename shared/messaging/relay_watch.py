"""What a relay tells of itself while it leads or waits: how much waits, what has not come, who hangs."""

import logging
from time import monotonic

import asyncpg

from shared.messaging import metrics
from shared.messaging.heard import how_far
from shared.postgres.hung import end_the_hung

log = logging.getLogger(__name__)


class Watch:
    """Looks now and then, however often it is asked: counting a long queue is not free."""

    def __init__(self, service: str, *, every: float, hung_every: float) -> None:
        self._service = service
        self._every = every
        self._hung_every = hung_every
        self._observed = 0.0
        self._looked_for_hung = 0.0
        self._gaps_told: set[tuple[str, int]] = set()

    async def look(self, conn: asyncpg.Connection) -> None:
        """Tell the metrics, and end the connections of processes that hang."""
        if monotonic() - self._looked_for_hung > self._hung_every:
            self._looked_for_hung = monotonic()
            await end_the_hung(conn)
        if monotonic() - self._observed < self._every:
            return
        self._observed = monotonic()
        depth, age, parked = await conn.fetchrow(
            """
            select (select count(*) from outbox),
                   (select extract(epoch from now() - min(appended_at))::float8 from outbox),
                   (select count(*) from parked)
            """
        )
        metrics.OUTBOX_DEPTH.labels(self._service).set(depth)
        metrics.OUTBOX_AGE.labels(self._service).set(max(age or 0.0, 0.0))
        metrics.PARKED_NOW.labels(self._service).set(parked)
        await self._heard(conn)

    async def _heard(self, conn: asyncpg.Connection) -> None:
        """Tell of what has not come from others; of each gap once in the log."""
        for producer in await how_far(conn):
            names = (self._service, producer.topic)
            metrics.HEARD_MISSING.labels(*names).set(producer.missing)
            metrics.HEARD_WAITS.labels(*names).set(producer.waits_seconds)
            metrics.HEARD_GONE_BACK.labels(*names).set(producer.gone_back)
            gap = (producer.topic, producer.until)
            if producer.is_gap and gap not in self._gaps_told:
                self._gaps_told.add(gap)
                log.error(
                    "%s misses %s events of %s, from %s to %s: zhidai events reconcile",
                    self._service, producer.missing, producer.topic, producer.until + 1,
                    producer.missing_until,
                )  # fmt: skip
