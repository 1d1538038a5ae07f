"""A listener in a process of its own, so that a test can kill it without a farewell.

python -m tests.kafka.member BOOTSTRAP DATABASE_URL TOPIC GROUP
"""

import asyncio
import sys

from shared.messaging.kafka import KafkaTransport
from shared.messaging.runtime import messaging
from shared.postgres.database import Database
from tests.messaging.samples import BRISK, NOW, QUICK, Listener


async def main(servers: str, url: str, topic: str, group: str) -> None:
    """Listen until killed. Says so on its standard output."""
    database = await Database.connect(url, max_size=3)
    listener = Listener(database)
    transport = KafkaTransport(
        servers, client="member", partitions=6, batch=20, session_timeout_ms=6000
    )
    async with messaging(
        database,
        transport,
        service=group,
        routes=listener.routes(topic),
        now=lambda: NOW,
        patience=QUICK,
        pace=BRISK,
    ):
        while True:
            sys.stdout.write(f"{len(listener.calls)}\n")
            sys.stdout.flush()
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
