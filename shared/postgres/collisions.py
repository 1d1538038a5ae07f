"""Two at the same moment: what a unique index says to the one who came second.

Whoever writes looks first and refuses with figures. Between the look and the write another may
commit what no common lock holds up; then the index decides, and this is how the loser hears of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, slots=True)
class Collision:
    """The answer to a second one of a kind that there is once: 409 with a stable code."""

    code: str
    zh: str
    en: str


def collision_of(error: BaseException, known: Mapping[str, Collision]) -> Collision | None:
    """What is told of an error of the database; None where it is no collision of a known index.

    `known`: by name of the unique index or constraint. Looks through what SQLAlchemy wraps.
    """
    cause = getattr(error, "orig", None) or error
    cause = cause if isinstance(cause, asyncpg.PostgresError) else cause.__cause__
    if not isinstance(cause, asyncpg.UniqueViolationError):
        return None
    return known.get(cause.constraint_name or "")
