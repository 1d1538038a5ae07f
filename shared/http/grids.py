"""Lists over HTTP: ordered by `sort`, page by page, and on request what the whole list comes to.

A route gives what is asked for as conditions; the list itself is a `Listed`, of which a page and a
file (`grid_files.py`) are made.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

import asyncpg
from fastapi import Query
from pydantic import BaseModel, Field

from shared.auth.identity import Identity
from shared.context import Context
from shared.http.pages import MOST_PER_PAGE, CursorInvalid, Page, decode_cursor, encode_cursor
from shared.money import format_fen
from shared.postgres.grids import Grid, Order, Summed, page_and_more, summed
from shared.refusals import FieldFault, FieldsWrong
from shared.sheets.table_files import FileColumn

A = TypeVar("A", bound=BaseModel)

_BOTH = FieldFault(
    ("before",), "excludes-another", "不能同时给出 cursor 与 before",
    "`cursor` and `before` cannot both be given.", location="query",
)  # fmt: skip

Rows = Sequence[asyncpg.Record]


class Totals(BaseModel):
    """What a whole list comes to, over all of its pages."""

    count: int = Field(description="How many match; with `more` as many as were counted.")
    more: bool = Field(description="More match than are counted: then nothing is summed.")
    sums: dict[str, str] = Field(
        description="Column → its sum in yuan.", examples=[{"amount": "1000000.00"}]
    )


class GridPage(Page[A], Generic[A]):
    """A part of a list, where the next part begins, and on request what all of it comes to."""

    previous_cursor: str | None = Field(
        None, description="Send it as `before` for the page before; null on the first page."
    )
    totals: Totals | None = Field(None, description="With `totals=true`, else null.")


class Said(Protocol):
    """What a code is called in both languages."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Listed(Generic[A]):
    """A list: its name as a file, its grid, the answers of its rows, and its file's columns."""

    zh: str
    en: str
    grid: Grid
    answers: Callable[[asyncpg.Connection, Rows, Identity, Context], Awaitable[list[A]]]
    columns: Sequence[FileColumn]
    names: Callable[[asyncpg.Connection], Awaitable[Mapping[str, str]]]
    """What pools and banks are called, by code: a cell of the form `name` shows it."""
    said: Mapping[str, Mapping[Any, Said]] = field(default_factory=dict)
    """Parameter → what its codes are called, for what stands on top of a file."""
    of_reports: bool = False
    """It counts much and may be a moment old: read where reports are."""
    grid_of_bank: Grid | None = None
    """The same list as a bank reads it, where its own rows are met another way."""

    def read_by(self, caller: Identity) -> "Listed[A]":
        """The list as this caller reads it."""
        if caller.bank is None or self.grid_of_bank is None:
            return self
        return replace(self, grid=self.grid_of_bank)

    def looking(
        self, context: Context, institution: str
    ) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """A connection that reads the list with the eyes of an institution."""
        look = context.looking_for_reports if self.of_reports else context.database.looking
        return look(institution)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list is asked for, in which order, and whether what all of it comes to."""

    sort: str | None
    cursor: str | None
    """Behind which row the page begins."""
    before: str | None
    """Before which row it ends."""
    limit: int
    totals: bool


def sort_of(grid: Grid) -> Any:
    """The query parameter `sort` of a list."""
    words = Literal[grid.words()]  # type: ignore[valid-type] # what the grid declares
    return Annotated[
        words | None,
        Query(description="A column, with `-` before it downwards; the usual order without it."),
    ]


def asked_of(grid: Grid) -> Callable[..., Awaitable[Asked]]:
    """The dependency that reads `sort`, `cursor`, `limit` and `totals` of a list."""

    async def read(
        sort: sort_of(grid) = None,  # type: ignore[valid-type]
        cursor: Annotated[
            str | None,
            Query(max_length=2000, description="`next_cursor` of a page of the same `sort`."),
        ] = None,
        before: Annotated[
            str | None, Query(max_length=2000, description="`previous_cursor` of a page.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
        totals: Annotated[
            bool, Query(description="Also count and sum up all that matches.")
        ] = False,
    ) -> Asked:
        if cursor is not None and before is not None:
            raise FieldsWrong([_BOTH])
        return Asked(sort, cursor, before, limit, totals)

    return read


async def page_asked(
    context: Context, caller: Identity, listed: Listed[A], where: Mapping[str, Any], asked: Asked
) -> GridPage[A]:
    """The page that is asked for. Raises CursorInvalid for a cursor of another order."""
    order = listed.grid.order(asked.sort)
    at = _place(asked.before or asked.cursor, order)
    back = asked.before is not None
    async with listed.looking(context, caller.institution) as conn:
        rows, further = await page_and_more(
            conn, listed.grid, where, order.reversed() if back else order,
            after=at, limit=asked.limit,
        )  # fmt: skip
        shown = rows[:: -1 if back else 1]
        answers = await listed.answers(conn, shown, caller, context)
        most = listed.grid.most_counted
        whole = await summed(conn, listed.grid, where, most=most) if asked.totals else None
    has_next, has_previous = (bool(at), further) if back else (further, bool(at))
    return GridPage(
        items=answers,
        next_cursor=_cursor(order, shown[-1]) if has_next and shown else None,
        previous_cursor=_cursor(order, shown[0]) if has_previous and shown else None,
        totals=None if whole is None else _told(whole),
    )


def _told(whole: Summed) -> Totals:
    sums = {name: format_fen(fen) for name, fen in whole.sums.items()}
    return Totals(count=whole.count, more=whole.more, sums=sums)


def _cursor(order: Order, row: Mapping[str, Any]) -> str:
    """In the usual order the key alone, as lists always gave it; else it names its order."""
    said = () if order.word is None else (order.word,)
    return encode_cursor(*said, *order.at(row))


def _place(cursor: str | None, order: Order) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    if order.word is None:
        return decode_cursor(cursor, *order.kinds())
    word, *at = decode_cursor(cursor, str, *order.kinds())
    if word != order.word:
        raise another_order()
    return tuple(at)


def another_order() -> CursorInvalid:
    """For a cursor that was given under another `sort`."""
    return CursorInvalid(
        "游标属于另一种排序，请从第一页开始", "The cursor is of another order: begin anew."
    )
