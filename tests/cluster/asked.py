"""Disturbances that are told only when asked for: with `--only`, or by a planted fault that names them.

They came after runs that the manual tells of, whose seeds are to go on drawing what they drew.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tests.chaos.replicas import REPLICAS
from tests.cluster.disturbances import KINDS, Disturber
from tests.cluster.house import NAMES


async def backends_ended_while_slow(here: Disturber) -> None:
    """The way to a service's database is long, and its connections are ended again and again: most of them
    between a statement and the commit."""
    name = here.chance.choice(NAMES[:2])
    doors = [here.house.to_database[name, number] for number in range(REPLICAS)]
    for door in doors:
        door.slow(here.chance.uniform(0.02, 0.05))
    for _ in range(10):
        await asyncio.sleep(here.chance.uniform(0.3, 0.6))
        await here.looking.fetch(
            "postgres",
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1",
            name,
        )
    for door in doors:
        door.open()


async def exchanged_for_older(here: Disturber) -> None:
    """Each replica of a service that others hear leaves in its turn, and one takes its place that says only
    what an older contract knew; later they are exchanged back."""
    name = here.chance.choice(NAMES[:2])
    replicas = here.house.replicas[name]
    here.house.speaks_as_of_old.add(name)
    for number in range(REPLICAS):
        await replicas.end(number, taken_out=True)
        await replicas.begin(number)
    await asyncio.sleep(here.chance.uniform(2, 5))
    here.house.speaks_as_of_old.discard(name)
    for number in range(REPLICAS):
        await replicas.end(number, taken_out=True)
        await replicas.begin(number)


ONLY_WHEN_ASKED: dict[str, Callable[[Disturber], Awaitable[None]]] = {
    "exchanged for older": exchanged_for_older,
    "backends ended while slow": backends_ended_while_slow,
}
EVERY_KIND = {**KINDS, **ONLY_WHEN_ASKED}
