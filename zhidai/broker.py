"""The Kafka that `demo` and `up` speak to: the one that is named, else one started for the while."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.kafka.broker import KafkaCluster
from deploy.kafka.guarded import ADMIN
from shared.messaging.kafka_rights import grant
from zhidai.bus import SERVICES, Bus, rights


@asynccontextmanager
async def kafka() -> AsyncIterator[Bus]:
    """KAFKA_BOOTSTRAP_SERVERS, or a guarded broker of our own until the end."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield Bus(named)
        return
    # Its log is only of use while it runs: what counts is in the outboxes and databases.
    with tempfile.TemporaryDirectory(prefix="zhidai-kafka-") as folder:
        names = [service.name for service in SERVICES]
        cluster = KafkaCluster(Path(folder) / "brokers", principals=names)
        await asyncio.to_thread(cluster.start)
        guard = cluster.guard
        assert guard is not None, "principals were named"
        try:
            await grant(cluster.bootstrap_servers, guard.of(ADMIN), rights())
            yield Bus(cluster.bootstrap_servers, {name: guard.of(name) for name in names})
        finally:
            await asyncio.to_thread(cluster.stop)
