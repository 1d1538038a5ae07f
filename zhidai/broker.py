"""The Kafka that `demo` and `up` speak to: the one that is named, else one started for the while."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.kafka.broker import KafkaCluster


@asynccontextmanager
async def kafka() -> AsyncIterator[str]:
    """The bootstrap servers: KAFKA_BOOTSTRAP_SERVERS, or a broker of our own until the end."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield named
        return
    # Its log is only of use while it runs: what counts is in the outboxes and databases.
    with tempfile.TemporaryDirectory(prefix="zhidai-kafka-") as folder:
        cluster = KafkaCluster(Path(folder) / "brokers")
        await asyncio.to_thread(cluster.start)
        try:
            yield cluster.bootstrap_servers
        finally:
            await asyncio.to_thread(cluster.stop)
