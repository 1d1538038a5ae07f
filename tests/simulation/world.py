"""What else a program takes from chance and from the clock, put under the seed while a simulation runs."""

import asyncio
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import obstore
import uuid6

import shared.auth.issuer
import shared.clock
import shared.messaging.kafka
import shared.messaging.kafka_places
import shared.messaging.relay_watch
from shared.postgres import hung
from tests.simulation.broker import Broker
from tests.simulation.clients import CLUSTER, Admin, Consumer, Producer


@contextmanager
def _files_at_once() -> Iterator[None]:
    """Documents are read and written in this thread: when one of obstore's own has done it would be chance
    that no seed has."""

    def at_once(work: Callable[..., Any]) -> Callable[..., Any]:
        async def works(*asked: Any, **more: Any) -> Any:
            return work(*asked, **more)

        return works

    with ExitStack() as stack:
        for name in ("put", "rename", "get", "head", "delete"):
            work = at_once(getattr(obstore, name))
            stack.enter_context(patch.object(obstore, f"{name}_async", work))
        yield


@contextmanager
def simulated(loop: asyncio.AbstractEventLoop, seed: int, broker: Broker) -> Iterator[None]:
    """While the block runs: time is the loop's, ids and waits are the seed's, Kafka is the broker."""
    chance = random.Random(f"ids of {seed}")

    def now(self: Any = None) -> datetime:
        return datetime.fromtimestamp(loop.time(), UTC)

    def nanoseconds() -> int:
        return int(loop.time() * 1e9)

    kafka = shared.messaging.kafka
    before = random.getstate()
    random.seed(seed)
    Consumer._numbers = 0
    uuid6._last_v7_timestamp = None
    CLUSTER.broker = broker
    with (
        # Tokens are judged by the real clock, and so are made by it.
        patch.object(shared.auth.issuer, "time", SimpleNamespace(time=time.time)),
        patch.object(time, "monotonic", loop.time),
        patch.object(time, "time", loop.time),
        patch.object(time, "time_ns", nanoseconds),
        patch.object(shared.messaging.relay_watch, "monotonic", loop.time),
        patch.object(shared.messaging.kafka_places, "monotonic", loop.time),
        # The server's time is the machine's: a process that is frozen here would be gone by chance.
        patch.object(hung, "HUNG_SECONDS", 0),
        patch.object(shared.clock.SystemClock, "now", now),
        patch.object(uuid6, "secrets", SimpleNamespace(randbits=chance.getrandbits)),
        patch.object(uuid, "os", SimpleNamespace(urandom=chance.randbytes)),
        patch.object(kafka, "AIOKafkaProducer", Producer),
        patch.object(kafka, "AIOKafkaConsumer", Consumer),
        patch.object(kafka, "AIOKafkaAdminClient", Admin),
        _files_at_once(),
    ):
        try:
            yield
        finally:
            CLUSTER.broker = None
            random.setstate(before)
