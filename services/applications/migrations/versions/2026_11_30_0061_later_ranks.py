"""A right may stand in a later rank behind an earlier pledge; a rank is held once, by a loan and its
renewal, and what has changed of it is kept.

Revision ID: 0061
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0061"
down_revision = "0068"

_STEPS = (
    "alter table held_rights add column rank smallint not null default 1",
    "alter table held_rights add constraint held_rights_rank check (rank between 1 and 9)",
    "alter table held_rights drop constraint held_rights_pkey",
    "alter table held_rights add primary key (kind, number, nice_class, rank, place)",
    """
    create table held_rank_changes (
        id uuid primary key,
        application_id uuid not null references applications,
        bank_code text not null,
        kind text not null,
        number text not null,
        nice_class int not null,
        from_rank smallint check (from_rank between 1 and 9),
        to_rank smallint not null check (to_rank between 1 and 9),
        at timestamptz not null
    )
    """,
    "create index held_rank_changes_of_case on held_rank_changes (application_id)",
    """
    create trigger only_added_to before update or delete or truncate on held_rank_changes
        for each statement execute function refuse_change()
    """,
    "alter table held_rank_changes enable row level security",
    """
    create policy own_bank on held_rank_changes
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_parent(op, "held_rank_changes", "application_id", "applications")
