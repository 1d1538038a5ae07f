"""Row-level security by pool: what the bureau's people see is of the pools they belong to.

The policies are restrictive: they stand beside those by institution and take away, never add. The
settings are read once a statement, so that whoever sees every pool pays for no row.
"""

from typing import Any

_SEEN = "(select current_setting('zhidai.pools', true))"
_ALL = f"{_SEEN} = '*'"


def by_column(op: Any, table: str, column: str = "pool_code") -> None:
    """Rows name their pool in a column; a row of no pool ("" or null) is everybody's.

    `op` is Alembic's, here as below.
    """
    by_condition(
        op,
        table,
        f"{column} is null or {column} = '' or {column} = any (string_to_array({_SEEN}, ','))",
    )


def by_parent(op: Any, table: str, key: str, parent: str, parent_key: str = "id") -> None:
    """Rows belong to a row of another table, and are seen with it; without one, by everybody."""
    by_condition(
        op,
        table,
        f"{key} is null or exists (select from {parent}"
        f" where {parent}.{parent_key} = {table}.{key})",
    )


def open_but_by_pool(op: Any, table: str, column: str) -> None:
    """A table that every institution may read: from now on, as far as its pools go."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy all_institutions on {table} using (true)")
    by_column(op, table, column)


def by_condition(op: Any, table: str, condition: str) -> None:
    """Rows are seen where an SQL condition holds, and by whoever sees every pool."""
    op.execute(f"create policy own_pools on {table} as restrictive using ({_ALL} or {condition})")
