"""Columns that hold canonical forms of others: filled for the rows that are there already.

What was written stays as it is. A form is worked out in Python, so that the database and the
services never have two of them; rows with the same text are written in one go.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, text

BATCH = 20_000
"""How many different texts are read at once."""


class Migration(Protocol):
    """What of Alembic's `op` is used."""

    def execute(self, sqltext: str) -> Any: ...
    def get_bind(self) -> Connection: ...


def create_collisions(op: Migration) -> None:
    """Where rows are named that turned out to be the same in another spelling."""
    op.execute(
        """
        create table canonical_collisions (
            found_in text not null,
            canonical text not null,
            written text[] not null,
            found_at timestamptz not null default now()
        )
        """
    )
    # Whose numbers they are is nobody's to see but the operator's.
    op.execute("alter table canonical_collisions enable row level security")


def add_canonical(
    op: Migration, table: str, written: str, form: Callable[[str], str], *, column: str = ""
) -> None:
    """Add `<written>_canonical` and fill it for the rows that are there; nothing has "".

    `written` may be an expression over the row; then `column` names the new column.
    """
    column = column or f"{written}_canonical"
    op.execute(f"alter table {table} add column {column} text not null default ''")
    conn, last = op.get_bind(), ""
    while texts := list(
        conn.execute(
            text(
                f"""select distinct {written} collate "C" from {table}
                    where {written} collate "C" > :last order by 1 limit {BATCH}"""
            ),
            {"last": last},
        ).scalars()
    ):
        conn.execute(
            text(
                f"""update {table} set {column} = known.form
                    from unnest(cast(:texts as text[]), cast(:forms as text[]))
                        as known (written, form)
                    where {written} = known.written"""
            ),
            {"texts": texts, "forms": [form(one) for one in texts]},
        )
        last = texts[-1]


def tell_apart(
    op: Migration,
    table: str,
    written: str,
    *,
    within: Sequence[str],
    order: str,
    where: str = "true",
) -> None:
    """Make a canonical column unique within some columns: of rows that are the same, the first by
    `order` keeps the form; the later ones get a number behind it, after a blank, which no form has.

    Every such group stands in `canonical_collisions` for people to look at.
    """
    column = f"{written}_canonical"
    keys = ", ".join((*within, column))
    op.execute(
        f"""
        with same as (
            select array_agg({written} order by {order}) as written, {keys}
            from {table} where {column} <> '' and {where} group by {keys} having count(*) > 1
        )
        insert into canonical_collisions (found_in, canonical, written)
        select '{table}', concat_ws(' ', {keys}), written from same
        """
    )
    op.execute(
        f"""
        with ranked as (
            select ctid as place, row_number() over (partition by {keys} order by {order}) as n
            from {table} where {column} <> '' and {where}
        )
        update {table} set {column} = {column} || ' ' || ranked.n
        from ranked where {table}.ctid = ranked.place and ranked.n > 1
        """
    )
