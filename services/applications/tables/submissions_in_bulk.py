"""Many new cases at once: one statement, whatever their number.

Columns and values are those of a single submission (`tables/submissions.py`), and so is the order in which
the statement writes: a single one and many that meet at the same rights wait for each other, and never both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

import asyncpg

from services.applications.domain.life_cycle import HOLDS_ITS_RIGHTS
from services.applications.domain.rank_held import FIRST
from services.applications.domain.submission import Collateral
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.ranks import began
from services.applications.tables.submissions import (
    CASE,
    CASE_READS,
    DOCUMENT,
    FIRM,
    OFFERED,
    RIGHT,
    SPELLED,
    WORTH,
    FiledCase,
)
from shared.postgres.known_names import kept
from shared.transitions import HISTORY, HISTORY_ARRAYS, HISTORY_COLUMNS, history_arrays

Read = Callable[[Any], Any]
Columns = Mapping[str, str]

_OF_A_CASE: Final = {"application_id": "uuid", "revision": "integer", "bank_code": "text"}
_OF_AN_ITEM: Final = _OF_A_CASE | {"collateral_no": "integer"}
_OF_A_PAPER: Final = _OF_A_CASE | {"document_no": "integer"}
_CASES: Final = CASE | {"said_by_name": "text", "submitted_on": "date"}
_ITEMS: Final = (
    _OF_AN_ITEM | RIGHT | WORTH | SPELLED | OFFERED | {"rank": "smallint", "holds": "boolean"}
)
_PAPERS: Final = _OF_A_PAPER | DOCUMENT
_FIRMS: Final = {
    "bank_code": "text",
    **{name: CASE[f"borrower_{name}"] for name in FIRM},
    "first_seen_at": "timestamptz",
    "changed_at": "timestamptz",
}
_GROUPS: Final = (dict(HISTORY), _CASES, _ITEMS, _PAPERS, _FIRMS)
_FIRST_OF: Final = list(accumulate((len(group) for group in _GROUPS), initial=1))
_, _CASES_AT, _ITEMS_AT, _PAPERS_AT, _FIRMS_AT, _NOW_AT = _FIRST_OF
"""The parameters with which each group of columns begins; the moment comes last."""


def _rows(columns: Columns, first: int) -> str:
    """The rows of a group, as their columns are handed over."""
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), first))
    return f"unnest({arrays}) with ordinality as row ({_and(columns)}, at)"


def _and(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _values(columns: Columns, of: str) -> str:
    """A JSON value travels inside an object: a list among the values of an array would be its
    dimension."""
    return _and(
        f"nullif({of}.{name} -> 'value', 'null'::jsonb)" if kind == "jsonb" else f"{of}.{name}"
        for name, kind in columns.items()
    )


def _insert(table: str, columns: Columns, of: str) -> str:
    return (
        f"insert into {table} ({_and(columns)}) select {_values(columns, of)} from {of} order by at"
    )


_NAMES: Final = """
    select borrower_name_canonical as name from one
    union all select owner_name_canonical from item union all select name_canonical from item
"""
_SAID: Final = RIGHT | SPELLED
_KEEP: Final = f"""
with one as (
    select * from {_rows(_CASES, _CASES_AT)}
), item as (
    select * from {_rows(_ITEMS, _ITEMS_AT)}
), the_cases as (
    {_insert("applications", CASE, "one")}
), firm as (
    insert into borrowers as known ({_and(_FIRMS)})
    select {_and(_FIRMS)} from {_rows(_FIRMS, _FIRMS_AT)} order by uscc
    on conflict (bank_code, uscc) do update
        set {_and(f"{name} = excluded.{name}" for name in FIRM)}, changed_at = excluded.changed_at
        where ({_and(f"known.{name}" for name in FIRM)})
              is distinct from ({_and(f"excluded.{name}" for name in FIRM)})
), offered as (
    {_insert("collateral", _OF_AN_ITEM | RIGHT | OFFERED, "item")}
), valued as (
    {_insert("valuations", _OF_AN_ITEM | WORTH, "item")}
), papers as (
    insert into documents ({_and(_PAPERS)})
    select {_and(_PAPERS)} from {_rows(_PAPERS, _PAPERS_AT)} order by at
), moved as (
    insert into case_moves ({HISTORY_COLUMNS}) select * from unnest({HISTORY_ARRAYS})
), registered as (
    insert into rights (kind, number, nice_class, first_seen_at)
    select distinct kind, number, nice_class, ${_NOW_AT}::timestamptz from item
    -- In the order of the key, as everybody writes them.
    order by kind, number, nice_class
    on conflict do nothing
), said as (
    -- What the cases say of their rights, as the register keeps it: with who said it and when.
    insert into right_statements ({_and(_SAID)}, bank_code, source, reference, application_id,
                                  as_of, said_by, said_by_name, said_at)
    select {_and(f"item.{name}" for name in _SAID)}, one.bank_code, 'case', one.number, one.id,
           one.submitted_on, one.submitted_by, one.said_by_name, one.submitted_at
    from item join one on one.id = item.application_id order by item.at
), named as (
    {kept(_NAMES)}
), wanted as (
    -- The renewed loan has the first place of its rights, as long as it has them.
    select item.kind, item.number, item.nice_class, item.application_id,
           coalesce(renewed.rank, item.rank) as rank, renewed.rank is not null as renews
    from item join one on one.id = item.application_id
    left join held_rights as renewed
        on renewed.application_id = one.renews
       and (renewed.kind, renewed.number, renewed.nice_class)
           = (item.kind, item.number, item.nice_class)
    where item.holds
), ahead as (
    -- Who stands before a later rank stays until this is committed, or it is looked at again.
    select before.kind, before.number, before.nice_class, before.rank
    from wanted join held_rights as before using (kind, number, nice_class)
    where before.rank = wanted.rank - 1 and before.place = 0
    order by 1, 2, 3, 4 for key share of before
), held as (
    -- In the order of the key, so that two with the same rights wait and never deadlock.
    insert into held_rights (kind, number, nice_class, rank, place, application_id)
    select kind, number, nice_class, rank, renews::int::smallint, application_id
    from wanted
    where rank = 1 or (kind, number, nice_class, rank - 1) in (select * from ahead)
    order by kind, number, nice_class, rank
    on conflict do nothing
    returning true
)
select count(*) from held
"""


async def keep_all(conn: asyncpg.Connection, filed: Sequence[FiledCase], *, now: datetime) -> bool:
    """Keep new cases with all that belongs to them.

    False where another case has taken one of their rights since they were looked at: then the
    transaction is to be given up.
    """
    if not filed:
        return True
    items = [item for one in filed for item in _items(one)]
    *_, holds = of_items = _across(_ITEMS, items)
    taken = await conn.fetchval(
        _KEEP,
        *history_arrays(APPLICATIONS, [move for one in filed for move in one.moves], now),
        *_columns(CASE, CASE_READS, filed),
        [one.moves[0][0].by.name for one in filed],
        [one.submitted_on for one in filed],
        *of_items,
        *_across(_PAPERS, [paper for one in filed for paper in _papers(one)]),
        *_across(_FIRMS, _firms(filed, now)),
        now,
    )
    later = [(one, right, rank) for one in filed for right, rank in _ranked(one) if rank > FIRST]
    for one, right, rank in later:
        if one.state in HOLDS_ITS_RIGHTS:
            await began(conn, one.id, one.bank_code, [right], [rank], now=now)
    return bool(taken == sum(holds))


def _ranked(one: FiledCase) -> Iterable[tuple[Collateral, int]]:
    rights = one.submission.collateral
    return zip(rights, one.ranks or [FIRST] * len(rights), strict=True)


def _items(one: FiledCase) -> Iterable[tuple[Any, ...]]:
    """The rights of a case as rows, the last value saying whether it holds them."""
    holds = one.state in HOLDS_ITS_RIGHTS
    for number, (right, rank) in enumerate(_ranked(one), start=1):
        yield (
            one.id, one.revision, one.bank_code, number,
            *(getattr(right, name) for name in RIGHT),
            *(getattr(right.valuation, name) for name in WORTH),
            *(getattr(right, name) for name in SPELLED),
            *({"value": getattr(right, name)} for name in OFFERED),
            rank, holds,
        )  # fmt: skip


def _papers(one: FiledCase) -> Iterable[tuple[Any, ...]]:
    for number, paper in enumerate(one.submission.documents, start=1):
        yield (
            one.id, one.revision, one.bank_code, number,
            *(getattr(paper, name) for name in DOCUMENT),
        )  # fmt: skip


def _firms(filed: Sequence[FiledCase], now: datetime) -> list[tuple[Any, ...]]:
    """Each firm once, as the last of its rows describes it."""
    firms = {
        (one.bank_code, one.submission.borrower.uscc): one.submission.borrower for one in filed
    }
    return [
        (bank_code, *(getattr(firm, name) for name in FIRM), now, now)
        for (bank_code, _), firm in firms.items()
    ]


def _columns(
    columns: Columns, reads: Iterable[Read], filed: Sequence[FiledCase]
) -> list[list[Any]]:
    return [
        [{"value": read(one)} if kind == "jsonb" else read(one) for one in filed]
        for kind, read in zip(columns.values(), reads, strict=True)
    ]


def _across(columns: Columns, rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows, column by column; of none there are empty columns."""
    if not rows:
        return [[] for _ in columns]
    return [list(column) for column in zip(*rows, strict=True)]
