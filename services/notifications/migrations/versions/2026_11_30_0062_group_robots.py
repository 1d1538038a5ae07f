"""Group robots, which are told at a pace, for their roles and for nobody by name.

Revision ID: 2026_11_30_0062
"""

from alembic import op

revision = "2026_11_30_0062"
down_revision = "2026_11_30_0061"

_STEPS = (
    """
    alter table receivers
        add column is_group boolean not null default false,
        add column not_before timestamptz
    """,
    """
    create table robots (
        id uuid primary key references receivers,
        institution text not null check (institution <> ''),
        address text not null,
        url bytea not null,
        secret bytea,
        language text not null check (language in ('zh', 'en')),
        description text not null
    )
    """,
    "alter table robots enable row level security",
    """
    create policy own_institution on robots
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
