"""Many new cases at once: one statement for each table, whatever their number.

Columns and values are those of a single submission (`tables/submissions.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
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
from shared.postgres import known_names
from shared.transitions import HISTORY_ARRAYS, HISTORY_COLUMNS, history_arrays

Read = Callable[[Any], Any]


def _insert(table: str, columns: Mapping[str, str]) -> str:
    """A JSON value travels inside an object: a list among the values of an array would be its
    dimension."""
    values = [
        f"nullif({name} -> 'value', 'null'::jsonb)" if kind == "jsonb" else name
        for name, kind in columns.items()
    ]
    return (
        f"insert into {table} ({', '.join(columns)}) select {', '.join(values)} "
        f"from unnest({_arrays(columns)}) as row ({', '.join(columns)})"
    )


def _arrays(columns: Mapping[str, str]) -> str:
    return ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), 1))


_OF_A_CASE: Final = {"application_id": "uuid", "revision": "integer", "bank_code": "text"}
_ITEM: Final = _OF_A_CASE | {"collateral_no": "integer"}
_PAPER: Final = _OF_A_CASE | {"document_no": "integer"}
_FIRM: Final = {
    "bank_code": "text",
    **{name: CASE[f"borrower_{name}"] for name in FIRM},
    "first_seen_at": "timestamptz",
    "changed_at": "timestamptz",
}

_INSERT_CASES: Final = _insert("applications", CASE)
_INSERT_RIGHTS: Final = _insert("collateral", _ITEM | RIGHT | OFFERED)
_INSERT_VALUES: Final = _insert("valuations", _ITEM | WORTH)
_INSERT_PAPERS: Final = _insert("documents", _PAPER | DOCUMENT)
_SAID: Final = {
    "bank_code": "text",
    "reference": "text",
    "application_id": "uuid",
    "as_of": "date",
    "said_by": "text",
    "said_by_name": "text",
    "said_at": "timestamptz",
    "source": "text",
    **RIGHT,
    **SPELLED,
}
_INSERT_STATEMENTS: Final = _insert("right_statements", _SAID)
_REGISTER: Final = """
insert into rights (kind, number, nice_class, first_seen_at)
select distinct kind, number, nice_class, $4::timestamptz
from unnest($1::text[], $2::text[], $3::int[]) as item (kind, number, nice_class)
-- In the order of the key, as everybody writes them.
order by kind, number, nice_class
on conflict do nothing
"""
_INSERT_MOVES: Final = (
    f"insert into case_moves ({HISTORY_COLUMNS}) select * from unnest({HISTORY_ARRAYS})"
)
_KEEP_FIRMS: Final = (
    _insert("borrowers as known", _FIRM)
    + f""" order by uscc
    on conflict (bank_code, uscc) do update
        set {", ".join(f"{name} = excluded.{name}" for name in FIRM)},
            changed_at = excluded.changed_at
        where ({", ".join(f"known.{name}" for name in FIRM)})
              is distinct from ({", ".join(f"excluded.{name}" for name in FIRM)})
    """
)
_HOLD: Final = """
with wanted as (
    -- The renewed loan has the first place of its rights, as long as it has them.
    select row.kind, row.number, row.nice_class, coalesce(renewed.rank, row.rank) as rank,
           renewed.rank is not null as renews, row.application_id
    from unnest($1::text[], $2::text[], $3::int[], $4::uuid[], $5::uuid[], $6::smallint[])
        as row (kind, number, nice_class, application_id, renews, rank)
    left join held_rights as renewed
        on renewed.application_id = row.renews
       and (renewed.kind, renewed.number, renewed.nice_class)
           = (row.kind, row.number, row.nice_class)
), ahead as (
    -- Who stands before a later rank stays until this is committed, or it is looked at again.
    select before.kind, before.number, before.nice_class, before.rank
    from wanted join held_rights as before using (kind, number, nice_class)
    where before.rank = wanted.rank - 1 and before.place = 0
    order by 1, 2, 3, 4 for key share of before
)
-- In the order of the key, so that two with the same rights wait and never deadlock.
insert into held_rights (kind, number, nice_class, rank, place, application_id)
select kind, number, nice_class, rank, renews::int::smallint, application_id
from wanted
where rank = 1 or (kind, number, nice_class, rank - 1) in (select * from ahead)
order by kind, number, nice_class, rank
on conflict do nothing
returning true
"""


async def keep_all(conn: asyncpg.Connection, filed: Sequence[FiledCase], *, now: datetime) -> bool:
    """Keep new cases with all that belongs to them.

    False where another case has taken one of their rights since they were looked at: then the
    transaction is to be given up.
    """
    if not filed:
        return True
    await conn.execute(_INSERT_CASES, *_columns(CASE, CASE_READS, filed))
    await conn.execute(_KEEP_FIRMS, *_firms(filed, now))
    rights = [(one, n, right) for one in filed for n, right in _numbered(one.submission.collateral)]
    papers = [(one, n, paper) for one in filed for n, paper in _numbered(one.submission.documents)]
    keys = [(*_key(one, n), right) for one, n, right in rights]
    reads = [attrgetter(name) for name in RIGHT] + [_in_an_object(name) for name in OFFERED]
    await conn.execute(_INSERT_RIGHTS, *_items(keys, reads))
    await conn.execute(
        _INSERT_VALUES, *_items(keys, [attrgetter(f"valuation.{name}") for name in WORTH])
    )
    await conn.execute(
        _INSERT_PAPERS,
        *_items(
            [(*_key(one, n), paper) for one, n, paper in papers],
            [attrgetter(name) for name in DOCUMENT],
        ),
    )
    await _register(conn, rights, now)
    moves = [move for one in filed for move in one.moves]
    await conn.execute(_INSERT_MOVES, *history_arrays(APPLICATIONS, moves, now))
    held = [
        (one, right, rank)
        for one in filed
        if one.state in HOLDS_ITS_RIGHTS
        for right, rank in _ranked(one)
    ]
    taken = await conn.fetch(
        _HOLD,
        *([right.key[n] for _, right, _ in held] for n in range(3)),
        [one.id for one, _, _ in held],
        [one.submission.renews for one, _, _ in held],
        [rank for _, _, rank in held],
    )
    for one, right, rank in held:
        if rank > FIRST:
            await began(conn, one.id, one.bank_code, [right], [rank], now=now)
    return len(taken) == len(held)


def _ranked(one: FiledCase) -> Iterable[tuple[Collateral, int]]:
    rights = one.submission.collateral
    return zip(rights, one.ranks or [FIRST] * len(rights), strict=True)


async def _register(
    conn: asyncpg.Connection, rights: Sequence[tuple[FiledCase, int, Any]], now: datetime
) -> None:
    """What the cases say of their rights, in the register of rights."""
    names = ("kind", "number", "nice_class")
    keys = [[getattr(right, name) for _, _, right in rights] for name in names]
    await conn.execute(_REGISTER, *keys, now)
    said = [
        (
            one.bank_code, one.number, one.id, one.submitted_on, one.submitted_by,
            one.moves[0][0].by.name, one.submitted_at, "case",
            *(getattr(right, name) for name in (*RIGHT, *SPELLED)),
        )
        for one, _, right in rights
    ]  # fmt: skip
    await conn.execute(_INSERT_STATEMENTS, *([row[n] for row in said] for n in range(len(_SAID))))
    firms = {one.submission.borrower.name_canonical for one, _, _ in rights}
    said_names = {getattr(right, name) for _, _, right in rights for name in SPELLED}
    await known_names.keep(conn, firms | said_names)


def _columns(
    columns: Mapping[str, str], reads: Iterable[Read], filed: Sequence[FiledCase]
) -> list[list[Any]]:
    return [
        [{"value": read(one)} if kind == "jsonb" else read(one) for one in filed]
        for kind, read in zip(columns.values(), reads, strict=True)
    ]


def _firms(filed: Sequence[FiledCase], now: datetime) -> list[list[Any]]:
    """Each firm once, as the last of its rows describes it."""
    firms = {
        (one.bank_code, one.submission.borrower.uscc): one.submission.borrower for one in filed
    }
    rows = [
        (bank_code, *(getattr(firm, name) for name in FIRM), now, now)
        for (bank_code, _), firm in firms.items()
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _in_an_object(name: str) -> Read:
    return lambda item: {"value": getattr(item, name)}


def _numbered(items: Sequence[Any]) -> Iterable[tuple[int, Any]]:
    return enumerate(items, start=1)


def _key(one: FiledCase, number: int) -> tuple[Any, ...]:
    return one.id, one.revision, one.bank_code, number


def _items(rows: Sequence[tuple[Any, ...]], reads: Sequence[Read]) -> list[list[Any]]:
    keys = [[row[n] for row in rows] for n in range(4)]
    return keys + [[read(row[4]) for row in rows] for read in reads]
