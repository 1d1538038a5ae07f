"""Cases that are read with a trial: all of it as of one moment, and what a decider saw is kept."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from shared.auth.identity import Identity
from shared.context import Context
from shared.postgres.database import EVERYWHERE

Answer = TypeVar("Answer")

Tried = tuple[Answer, Mapping[str, Any] | None]
"""An answer, and the trial in it that is to be kept: of those who may decide, nobody else's."""

Read = Callable[[asyncpg.Connection, UUID, Identity], Awaitable[Tried[Answer]]]
Keep = Callable[..., Awaitable[None]]


async def looked_at(
    context: Context, caller: Identity, case_id: UUID, read: Read[Answer], keep: Keep
) -> Answer:
    """A case with its trial, all of it as of one moment, whatever is decided meanwhile.

    It is read in a snapshot in which nothing can be written. The trial that somebody sees who may
    decide is kept afterwards, before it is answered, in a transaction of its own, so that a
    decision on what has moved since is told both.
    """
    async with context.database.looking(caller.institution) as conn:
        answer, figures = await read(conn, case_id, caller)
    if figures is not None:
        async with context.database.begin(caller.institution) as conn:
            await keep(conn, case_id, figures, to=caller.subject)
    return answer


async def kept_at_a_step(
    conn: asyncpg.Connection, case_id: UUID, caller: Identity, read: Read[Answer], keep: Keep
) -> Answer:
    """The same as the answer to a step: what was done and what is shown are one transaction."""
    answer, figures = await read(conn, case_id, caller)
    if figures is not None:
        await keep(conn, case_id, figures, to=caller.subject)
    return answer


def kept_for(
    caller: Identity, roles: frozenset[str], figures: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The trial, where who is shown it may decide on it."""
    return figures if caller.roles & roles and caller.institution == EVERYWHERE else None
