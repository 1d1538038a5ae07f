"""A list that can be ordered by its columns, paged under every order, and summed.

Every list does it this one way. A page begins behind the last row of the one before (keyset): the
value of the column it is ordered by, and the list's key where values are equal. Only what a grid
declares can be ordered by: columns with an index, or of a bounded set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import asyncpg

from shared.postgres.conditions import conditions

MOST_COUNTED: Final = 100_000
"""Of more rows no sum is told, and of their count only that there are more."""


@dataclass(frozen=True, slots=True)
class Sortable:
    """What a list can be ordered by: an expression that is never null, and its type in Python. A day
    that stands for none is in no year that a driver takes for infinity."""

    sql: str
    kind: type


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How a list is ordered and summed. `rows` is where its rows are from, `key` what is unique.

    `sums`: the name in the answer → the column in fen. `descends`: the usual order by the key.
    """

    rows: str
    key: tuple[Sortable, ...]
    columns: str = "*"
    descends: bool = True
    sorts: Mapping[str, Sortable]
    sums: Mapping[str, str] = field(default_factory=dict)
    most_counted: int = MOST_COUNTED
    """Where each row costs a look elsewhere, fewer are counted."""
    given: Sequence[Any] = ()
    """What `rows` is read with, as $1, $2, …, where that is asked for and no condition."""
    parts: Sequence[str] = ()
    """Where rows are put together of several tables: each of these by the list's only key, in an order that
    an index has. Of each no more is read than a page; `rows` has a place, `{keys}`, for the keys found."""

    def words(self) -> tuple[str, ...]:
        """What `sort` may say: every column, upwards and downwards."""
        return tuple(word for name in self.sorts for word in (name, f"-{name}"))

    def order(self, word: str | None) -> "Order":
        """The order that a word of `words` asks for; the usual one for None."""
        if word is None:
            return Order(None, self.key, self.descends)
        assert word in self.words(), "what was asked for is checked where it enters"
        column = self.sorts[word.removeprefix("-")]
        return Order(word, (column, *self.key), word.startswith("-"))


@dataclass(frozen=True, slots=True)
class Order:
    """By a column, then by the key, both in one direction; `word` is None for the key alone."""

    word: str | None
    parts: tuple[Sortable, ...]
    descends: bool

    @property
    def by(self) -> str:
        """What stands behind `order by`."""
        way = " desc" if self.descends else ""
        return ", ".join(f"{one.sql}{way}" for one in self.parts)

    def reversed(self) -> "Order":
        """The same, seen from its end: for the page before a row."""
        return replace(self, descends=not self.descends)

    def behind(self, after: Sequence[Any] | None) -> Mapping[str, Any]:
        """The condition of the rows behind the last one of a page; none for the first page."""
        if after is None:
            return {}
        names = ", ".join(one.sql for one in self.parts)
        # A number of a cursor may be larger than its column holds: it is compared, not refused.
        places = ", ".join("{}::bigint" if one.kind is int else "{}" for one in self.parts)
        return {f"({names}) {'<' if self.descends else '>'} ({places})": tuple(after)}

    def at(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Where a row of `page` stands in this order."""
        return tuple(row[f"sorted_by_{n}"] for n, _ in enumerate(self.parts))

    def kinds(self) -> tuple[type, ...]:
        """The types of what `at` gives."""
        return tuple(one.kind for one in self.parts)

    def places(self) -> str:
        """The columns that `at` reads."""
        return ", ".join(f"{one.sql} as sorted_by_{n}" for n, one in enumerate(self.parts))


@dataclass(frozen=True, slots=True)
class Summed:
    """What a whole list comes to. Where `more` than are counted match, nothing is summed."""

    count: int
    more: bool
    sums: Mapping[str, int]
    """Name → fen."""


async def page(
    conn: asyncpg.Connection,
    grid: Grid,
    asked: Mapping[str, Any],
    order: Order,
    *,
    after: Sequence[Any] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Rows that match, in an order, behind what `Order.at` said of the last row before."""
    if grid.parts:
        keys = await _first_keys(conn, grid, asked, order, after=after, limit=limit)
        return await _rows_of(conn, grid, order, keys)
    where, arguments = conditions({**asked, **order.behind(after)}, grid.given)
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select {grid.columns}, {order.places()} from {grid.rows}
            where {where} order by {order.by} limit {int(limit)}""",
        *arguments,
    )
    return rows


async def page_and_more(
    conn: asyncpg.Connection,
    grid: Grid,
    asked: Mapping[str, Any],
    order: Order,
    *,
    after: Sequence[Any] | None,
    limit: int,
) -> tuple[list[asyncpg.Record], bool]:
    """The same, and whether there is more behind; of what is more only the key is read, where keys come first."""
    if grid.parts:
        keys = await _first_keys(conn, grid, asked, order, after=after, limit=limit + 1)
        return await _rows_of(conn, grid, order, keys[:limit]), len(keys) > limit
    rows = await page(conn, grid, asked, order, after=after, limit=limit + 1)
    return rows[:limit], len(rows) > limit


async def _rows_of(
    conn: asyncpg.Connection, grid: Grid, order: Order, keys: Sequence[Any]
) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select {grid.columns}, {order.places()} from {grid.rows.format(keys="$1")}
            order by {order.by}""",
        keys,
    )
    return rows


async def _first_keys(
    conn: asyncpg.Connection,
    grid: Grid,
    asked: Mapping[str, Any],
    order: Order,
    *,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Any]:
    """The keys of a page of a list that is put together of parts."""
    where, arguments = conditions({**asked, **order.behind(after)})
    rows = await conn.fetch(
        f"select key from ({_keys(grid, where, order, limit)}) as one order by key"
        f"{' desc' if order.descends else ''} limit {int(limit)}",
        *arguments,
    )
    return [row["key"] for row in rows]


def _keys(grid: Grid, where: str, order: Order, limit: int) -> str:
    """The first keys of each part."""
    (key,) = grid.key
    return " union ".join(
        f"(select distinct {key.sql} as key from {part} as part where {where}"
        f" order by 1{' desc' if order.descends else ''} limit {int(limit)})"
        for part in grid.parts
    )


async def summed(
    conn: asyncpg.Connection, grid: Grid, asked: Mapping[str, Any], *, most: int = MOST_COUNTED
) -> Summed:
    """How many rows match and what they come to, in one statement that reads no more than `most`
    of them and one."""
    where, arguments = conditions(asked, grid.given)
    columns = "".join(f", {sql} as value_{n}" for n, sql in enumerate(grid.sums.values()))
    added = "".join(f", coalesce(sum(value_{n}), 0) as sum_{n}" for n, _ in enumerate(grid.sums))
    matching = f"select true{columns} from {grid.rows} where {where}"
    if grid.parts:
        assert not grid.sums, "of keys alone nothing is summed"
        matching = _keys(grid, where, grid.order(None), most + 1)
    found = await conn.fetchrow(
        f"""select count(*) as count{added}
            from (select * from ({matching}) as one limit {int(most) + 1}) as matching""",
        *arguments,
    )
    if found["count"] > most:
        return Summed(most, True, {})
    sums = {name: int(found[f"sum_{n}"]) for n, name in enumerate(grid.sums)}
    return Summed(found["count"], False, sums)
