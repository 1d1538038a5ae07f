"""Whose eyes a transaction looks with: an institution, of the bureau's people their pools, and who
it is.

Row-level security reads these settings. Banks, jobs and consumers look at every pool: a bank is
held by its own code, and what the house does for all of them must see all. Who it is matters where
a row is for persons by name.
"""

from collections.abc import Iterable
from typing import Final

import asyncpg

from shared.postgres.hung import READERS_MAY_WAIT

ALL = "*"
"""Every pool, also those that are opened tomorrow; of persons, whoever it is."""

_LOOK_AS = (
    "select set_config('zhidai.institution', {0}, {3}), set_config('zhidai.pools', {1}, {3}),"
    " set_config('zhidai.person', {2}, {3})"
)
_IN_TRANSACTION = _LOOK_AS.format("$1", "$2", "$3", "true")
_ONLY_LOOKING = f"{_IN_TRANSACTION}, set_config('idle_in_transaction_session_timeout', '{READERS_MAY_WAIT}', true)"
_IN_CONNECTION = _LOOK_AS.format("$1", "$2", "$3", "false")
LOOK_AS_NAMED = _LOOK_AS.format(":institution", ":pools", ":person", "true")


class Institution(str):
    """An institution's code that also says which pools are seen, and by whom; a plain `str` sees
    every pool, and what is for any person.

    `pools`: codes, separated by commas, or "*"; "" for somebody who belongs to no pool.
    `person`: the subject of who looks, or "*".
    """

    pools: str
    person: str

    def __new__(
        cls, code: str, pools: Iterable[str] = (ALL,), *, person: str = ALL
    ) -> "Institution":
        """Shapes: a bank's code or "*", codes of pools, the subject of a token."""
        made = super().__new__(cls, code)
        named = sorted(set(pools))
        made.pools = ALL if ALL in named else ",".join(named)
        made.person = person
        return made

    def sees(self, pool: str) -> bool:
        """Whether rows of this pool are within sight."""
        return self.pools == ALL or pool in self.pools.split(",")


def pools_of(institution: str) -> str:
    """The setting that goes with an institution: its pools, "*" for a plain one."""
    return institution.pools if isinstance(institution, Institution) else ALL


def person_of(institution: str) -> str:
    """The setting that says who looks: "*" for a plain one."""
    return institution.person if isinstance(institution, Institution) else ALL


_LOOKING: Final[dict[int, str]] = {}
"""The transactions under way, by their connection, and with whose eyes each looks."""


def remember(connection: asyncpg.Connection, institution: str) -> None:
    """The transaction looks with these eyes: until it is forgotten nobody has to ask the database."""
    _LOOKING[id(connection)] = institution


def forget(connection: asyncpg.Connection) -> None:
    """The transaction has ended."""
    _LOOKING.pop(id(connection), None)


async def look_as(connection: asyncpg.Connection, institution: str) -> None:
    """Let the transaction see what this institution sees, from now to its end."""
    await connection.execute(
        _IN_TRANSACTION, institution, pools_of(institution), person_of(institution)
    )
    if id(connection) in _LOOKING:
        remember(connection, institution)


async def only_look_as(connection: asyncpg.Connection, institution: str) -> None:
    """The same for a transaction that only reads: it may rest while somebody takes what it has read."""
    await connection.execute(
        _ONLY_LOOKING, institution, pools_of(institution), person_of(institution)
    )


async def always_look_as(connection: asyncpg.Connection, institution: str) -> None:
    """The same for the connection, from now to its end."""
    await connection.execute(
        _IN_CONNECTION, institution, pools_of(institution), person_of(institution)
    )


async def looks_as(connection: asyncpg.Connection) -> Institution:
    """With whose eyes the transaction looks now."""
    if (known := _LOOKING.get(id(connection))) is not None:
        return known if isinstance(known, Institution) else Institution(known)
    row = await connection.fetchrow(
        "select current_setting('zhidai.institution', true) as institution,"
        " current_setting('zhidai.pools', true) as pools,"
        " current_setting('zhidai.person', true) as person"
    )
    return Institution(
        row["institution"] or "", (row["pools"] or "").split(","), person=row["person"] or ""
    )
