"""Policies whose share of rows the planner can guess.

`setting = '*' or …` is taken for one row in two hundred, whoever looks: for the house and the bureau,
who see all, every join was planned for a handful of rows, and read a million one by one. As a choice the
same condition is taken for every second row. What it lets through does not change.
"""

from typing import Any, Final

_BEGINNINGS: Final = {
    "((current_setting('zhidai.institution'::text, true) = '*'::text) OR ": "current_setting('zhidai.institution', true) = '*'",
    "((( SELECT current_setting('zhidai.pools'::text, true) AS current_setting) = '*'::text) OR ": "(select current_setting('zhidai.pools', true)) = '*'",
}
"""How PostgreSQL writes the first half of a policy → that half."""


def choose(op: Any) -> None:
    """Rewrite every such policy of a service's database. `op` is Alembic's."""
    for beginning, sees_all in _BEGINNINGS.items():
        rows = op.get_bind().exec_driver_sql(
            "select tablename, policyname, qual from pg_policies"
            " where schemaname = 'public' and qual is not null"
        )
        for table, policy, condition in rows.fetchall():
            if condition.startswith(beginning):
                rest = condition.removeprefix(beginning).removesuffix(")")
                op.execute(
                    f"alter policy {policy} on {table}"
                    f" using (case when {sees_all} then true else ({rest}) end)"
                )
