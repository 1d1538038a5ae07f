"""Whether the rare branches were reached: counted beside the product's own functions, which go on as they are."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from shared.messaging.consumer import Consumer
from shared.messaging.kafka import KafkaTransport
from shared.messaging.relay import Relay
from tests.simulation.loop import LANE

MUST_BE_REACHED = (
    "takeover of the relay",
    "begun batch sent again",
    "publishing failed",
    "duplicate dropped",
    "parked",
    "parked behind another",
    "parked and replayed",
    "garbage discarded",
    "gap heard again",
    "database waited for",
    "connection cut after COMMIT",
    "connection cut while applying",
    "waited for a lock",
    "command sent again",
    "acknowledgement lost",
    "request lost",
    "commit refused",
    "offset out of range",
    "session ran out",
    "delivered again",
    "killed",
    "ended by itself",
    "frozen",
    "killed between commit and answer",
    "a bug for a while",
    "approval lost",
    "service restored",
    "epoch gone back",
)
"""Over a long run each of these must have happened; else the weather does not reach it."""


class _Said(logging.Handler):
    def __init__(self, counts: Counter[str]) -> None:
        super().__init__()
        self._counts = counts

    def emit(self, record: logging.LogRecord) -> None:
        if "waits for its database" in record.msg:
            self._counts["database waited for"] += 1
        elif "the relay of" in record.msg:
            self._counts["relay started again"] += 1


@contextmanager
def counting(counts: Counter[str]) -> Iterator[None]:
    """While the block runs, count what the product does."""
    led: dict[str, str] = {}
    lead, again, sort, publish = (
        Relay._lead, Relay._end_what_was_begun, Consumer._sort, KafkaTransport.publish
    )  # fmt: skip

    async def leads(self: Relay, conn: Any) -> None:
        if led.get(self._service, LANE.get()) != LANE.get():
            counts["takeover of the relay"] += 1
        led[self._service] = LANE.get()
        await lead(self, conn)

    async def ends_begun(self: Relay, conn: Any) -> None:
        if await conn.fetchval("select exists (select from told_batches)"):
            counts["begun batch sent again"] += 1
        await again(self, conn)

    def sorts(self: Consumer, topic: str, work: Any, fresh: Any, *more: Any) -> Any:
        counts["duplicate dropped"] += len(work) - len(fresh)
        ready, to_park = sort(self, topic, work, fresh, *more)
        for one in to_park:
            counts["parked behind another" if one.reason == "behind" else "parked"] += 1
        return ready, to_park

    async def publishes(self: KafkaTransport, topic: str, batch: Any) -> None:
        try:
            await publish(self, topic, batch)
        except Exception:
            counts["publishing failed"] += 1
            raise

    log = logging.getLogger("shared.messaging")
    handler = _Said(counts)
    log.addHandler(handler)
    propagates, log.propagate = log.propagate, False
    level = log.level
    # Also where whoever runs many seeds wants to read nothing.
    log.setLevel(logging.WARNING)
    with (
        patch.object(Relay, "_lead", leads),
        patch.object(Relay, "_end_what_was_begun", ends_begun),
        patch.object(Consumer, "_sort", sorts),
        patch.object(KafkaTransport, "publish", publishes),
    ):
        try:
            yield
        finally:
            log.removeHandler(handler)
            log.propagate = propagates
            log.setLevel(level)
