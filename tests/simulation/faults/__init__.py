"""Faults that are planted in the product to see that the simulation finds them.

Each is a part of the product replaced by one that a hurried hand might have written.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any
from unittest.mock import patch

from aiokafka.errors import KafkaError

import shared.messaging.consumer as consuming
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.contracts.applications import ApplicationWithdrawnV1
from shared.messaging import heard, parking
from shared.messaging.consumer import Consumer
from shared.messaging.kafka import KafkaTransport
from shared.messaging.kafka_places import GoesOn
from shared.messaging.relay import Relay
from shared.postgres import idempotency_keys
from shared.postgres.database import EVERYWHERE


@contextmanager
def publishing_is_not_waited_for() -> Iterator[None]:
    """What a broker has not acknowledged counts as published."""
    publish = KafkaTransport.publish

    async def hopes(self: KafkaTransport, topic: str, batch: Any) -> None:
        with suppress(KafkaError):
            await publish(self, topic, batch)

    with patch.object(KafkaTransport, "publish", hopes):
        yield


@contextmanager
def noted_before_it_is_applied() -> Iterator[None]:
    """How far a partition was read is written down first, and the events are applied afterwards."""
    take = KafkaTransport._fetch

    async def notes_first(self: KafkaTransport, consumer: Any, batch_consumer: Any) -> Any:
        fetched, understood = await take(self, consumer, batch_consumer)
        for place, records in fetched.items():
            async with batch_consumer._database.begin(EVERYWHERE) as conn:
                await heard.note(conn, place.topic, [], {place.partition: records[-1].offset + 1})
        return fetched, understood

    with patch.object(KafkaTransport, "_fetch", notes_first):
        yield


@contextmanager
def numbers_are_given_twice() -> Iterator[None]:
    """Who takes the relay over forgets what was numbered before it."""

    async def forgets(self: Relay, conn: Any) -> None:
        await conn.execute("delete from told_batches")

    with patch.object(Relay, "_end_what_was_begun", forgets):
        yield


@contextmanager
def parked_events_are_overtaken() -> Iterator[None]:
    """What comes behind a parked event of its key is applied all the same."""

    async def nothing(conn: Any, topic: str, keys: Any) -> set[str]:
        return set()

    with patch.object(parking, "parked_keys", nothing):
        yield


@contextmanager
def keys_are_forgotten() -> Iterator[None]:
    """A request that is sent again is done again."""

    async def always_new(conn: Any, owner: Any, **more: Any) -> bool:
        return True

    async def nowhere(conn: Any, owner: Any, **more: Any) -> None:
        return None

    with (
        patch.object(idempotency_keys, "claim", always_new),
        patch.object(idempotency_keys, "store_answer", nowhere),
    ):
        yield


@contextmanager
def every_relay_leads() -> Iterator[None]:
    """Nobody asks whether another one is the relay."""

    async def leads(self: Relay, conn: Any) -> bool:
        return True

    with patch.object(Relay, "_leads", leads):
        yield


@contextmanager
def an_outage_counts_as_done() -> Iterator[None]:
    """Where the database does not answer, an event is passed over."""
    apply = Consumer._apply

    async def passes_over(self: Consumer, *batch: Any) -> None:
        try:
            await apply(self, *batch)
        except consuming._Rejected:
            raise
        except Exception:
            return

    with patch.object(Consumer, "_apply", passes_over):
        yield


@contextmanager
def reading_goes_on_at_the_end() -> Iterator[None]:
    """A member that is given partitions reads what comes from now on."""

    async def from_now_on(self: Any, assigned: Any) -> None:
        for place in assigned:
            self._consumer.seek(place, self._consumer.highwater(place))

    with patch.object(GoesOn, "on_partitions_assigned", from_now_on):
        yield


@contextmanager
def withdrawals_free_nothing() -> Iterator[None]:
    """The pool passes over withdrawals."""

    async def nothing(received: Any, /, *, conn: Any, now: Any) -> None:
        return None

    routes: Any = RISK_POOL.consumes
    with patch.dict(routes, {ApplicationWithdrawnV1: nothing}):
        yield


FAULTS: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    one.__name__: one
    for one in (
        publishing_is_not_waited_for,
        noted_before_it_is_applied,
        numbers_are_given_twice,
        parked_events_are_overtaken,
        keys_are_forgotten,
        every_relay_leads,
        an_outage_counts_as_done,
        reading_goes_on_at_the_end,
        withdrawals_free_nothing,
    )
}
"""By name, for `python -m tests.simulation --fault NAME --seeds N`."""
