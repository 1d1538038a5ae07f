"""A process that leads a service's relay, is in the middle of a transaction, and then hangs.

python -m tests.chaos.hangs DATABASE_URL SECONDS
"""

import asyncio
import os
import signal
import sys

from shared.messaging.local import LocalTransport
from shared.messaging.relay import Relay
from shared.postgres import hung
from shared.postgres.database import EVERYWHERE, Database

HELD = 42
"""An advisory lock that the transaction holds, as others hold rows."""


async def main(url: str, seconds: str) -> None:
    """Say so once all is held, and show no life any more. `seconds`: after so long it counts as hung."""
    hung.HUNG_SECONDS = int(seconds)
    database = await Database.connect(url, max_size=2)
    relay = Relay(database, LocalTransport(()), service="hangs")
    leading = asyncio.create_task(relay.run())
    while not relay.active:  # noqa: ASYNC110 — nobody tells
        await asyncio.sleep(0.01)
    async with database.begin(EVERYWHERE) as conn:
        await conn.execute("select pg_advisory_xact_lock($1)", HELD)
        sys.stdout.write("held\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGSTOP)
        await leading


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
