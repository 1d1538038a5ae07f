"""Connections that know PostgreSQL's own types from each other.

For each connection and each type that it has not met, such as `uuid[]`, asyncpg asks the server anew
what it is: three round trips, and one of them a recursive statement of 3 ms. What PostgreSQL brings
along has the same number in every database of every version, so one connection's answer serves all.
"""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import asyncpg

from shared.postgres import hung

_OF_EVERY_SERVER: Final = 10_000
"""Numbers below are given by hand in PostgreSQL's own sources, and never change."""


class _NotAsked(NamedTuple):
    """In the place of the statement that would have asked: none was, so none was displaced."""

    name: str = "not asked"


_answers: dict[frozenset[int], tuple[Any, _NotAsked]] = {}


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """asyncpg's, which asks once per process what types of PostgreSQL itself are, and sees when the server
    has vanished."""

    def __init__(self, protocol: Any, transport: Any, *more: Any) -> None:
        super().__init__(protocol, transport, *more)
        hung.watch(transport)

    async def _introspect_types(self, typeoids: Collection[int], timeout: float | None) -> Any:  # noqa: ASYNC109
        asked = frozenset(typeoids)
        if (known := _answers.get(asked)) is not None:
            return known
        answer = await super()._introspect_types(typeoids, timeout)
        types, _ = answer
        if all(one["oid"] < _OF_EVERY_SERVER for one in types):
            _answers[asked] = types, _NotAsked()
        return answer
