"""Looks at what waits in processes that can be killed anywhere, several at once.

    python -m tests.applications.looking DATABASE_URL      # reads an order a line, answers how its looks ended

An order names a moment, and for each process that looks at it the statement at which it dies (0: none).
"""

import asyncio
import json
import os
import sys
from datetime import datetime
from typing import Any

from services.applications.handlers.duties import DUTIES
from services.applications.handlers.to_do import CASES, hold_loans
from shared.calendar import WorkingDays
from shared.postgres.database import Database
from shared.waits.scheduled import look
from tests.chaos.settling import Doom, die


async def looked(url: str, moment: datetime, doom: Doom) -> None:
    """One look, as the due job makes it."""
    database = await Database.connect(url, max_size=2)
    doom.watch()
    await look(database, CASES, DUTIES, hold=hold_loans, now=moment, working_days=WorkingDays())
    await database.close()


def carry_out(url: str, order: dict[str, Any], at: int, seed: int) -> int:
    """In the forked process; how many statements the look made."""
    doom = Doom(at, die, seed)
    asyncio.run(looked(url, datetime.fromisoformat(order["moment"]), doom))
    return doom.seen


def forked(url: str, order: dict[str, Any], at: int, seed: int) -> tuple[int, int]:
    """A process that looks; its id, and the end of a pipe on which it says how much it did."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.write(writes, str(carry_out(url, order, at, seed)).encode())
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writes)
    return child, reads


def ended(child: int, reads: int) -> tuple[int, int]:
    """How a process ended, and how many statements it made; 0 where it died."""
    _, status = os.waitpid(child, 0)
    with os.fdopen(reads) as said:
        return os.waitstatus_to_exitcode(status), int(said.read() or 0)


def main() -> None:
    """One order after another; the processes of one run beside each other."""
    url = sys.argv[1]
    for line in sys.stdin:
        order = json.loads(line)
        processes = [
            forked(url, order, at, order["seed"] + number) for number, at in enumerate(order["at"])
        ]
        sys.stdout.write(json.dumps([ended(*process) for process in processes]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
