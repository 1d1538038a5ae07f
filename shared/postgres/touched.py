"""What a transaction has touched, remembered until it ends.

Whoever writes a fact that duties stand for says so beside the statement; before the transaction is
committed what waits is brought to where these facts are now (`Database.before_commit`), whatever
else was written in between.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which cases: those of these loans, pools, banks and numbers; None: whatever they are."""

    loans: frozenset[UUID] | None = None
    pools: frozenset[str] | None = None
    banks: frozenset[str] | None = None
    numbers: frozenset[str] | None = None

    def __or__(self, other: "About") -> "About":
        """Both, and perhaps more."""
        return About(
            loans=_both(self.loans, other.loans),
            pools=_both(self.pools, other.pools),
            banks=_both(self.banks, other.banks),
            numbers=_both(self.numbers, other.numbers),
        )

    def as_arguments(self) -> tuple[list[Any] | None, ...]:
        """As four arrays of a statement."""
        four: tuple[frozenset[Any] | None, ...] = (self.loans, self.pools, self.banks, self.numbers)
        return tuple(None if one is None else sorted(one) for one in four)


ALL: Final = About()

_OPEN: Final[dict[int, dict[str, About]]] = {}
"""The transactions under way, by their connection."""


def begin(conn: asyncpg.Connection) -> None:
    """A transaction begins, in which nothing is touched yet."""
    _OPEN[id(conn)] = {}


def end(conn: asyncpg.Connection) -> None:
    """It has ended; nothing of it is remembered."""
    _OPEN.pop(id(conn), None)


def of(conn: asyncpg.Connection) -> dict[str, About]:
    """Fact → what was touched of it, in this transaction."""
    return _OPEN.get(id(conn), {})


def touch(
    conn: asyncpg.Connection,
    fact: str,
    *,
    loans: Iterable[UUID] | None = None,
    pools: Iterable[str] | None = None,
    banks: Iterable[str] | None = None,
    numbers: Iterable[str] | None = None,
) -> None:
    """A fact of this name is written, about these; of nobody's loan it is none."""
    about = About(loans=_set(loans), pools=_set(pools), banks=_set(banks), numbers=_set(numbers))
    if any(one is not None and not one for one in (about.loans, about.pools, about.numbers)):
        return
    touched = of(conn)
    touched[fact] = touched[fact] | about if fact in touched else about


def _set(values: Iterable[T | None] | None) -> frozenset[T] | None:
    return None if values is None else frozenset(one for one in values if one is not None)


def _both(one: Collection[T] | None, other: Collection[T] | None) -> frozenset[T] | None:
    return None if one is None or other is None else frozenset(one) | frozenset(other)
