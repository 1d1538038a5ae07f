"""Coverages and breakers are moved by their life cycles; a pool is stopped or it is not."""

from alembic import op

revision = "0005"
down_revision = "0004"

_COVERAGES = (
    "update coverages set due_on = reserved_until where state = 'reserved'",
    # Letting go was one action with four reasons; now the action says which it was.
    "alter table case_moves disable trigger never_changed",
    """
    update case_moves
    set action = case reason when 'withdrawn' then 'withdraw' when 'expired' then 'expire'
                             when 'repaid' then 'repay' when 'claimed' then 'claim' end
    where case_kind = 'coverage' and action = 'release'
    """,
    "alter table case_moves enable trigger never_changed",
)

_BREAKERS = (
    """
    alter table breakers
        add column id uuid not null default gen_random_uuid(),
        add column version integer not null default 1,
        add column state_since timestamptz,
        add column due_on date
    """,
    "update breakers set state_since = changed_at",
    """
    alter table breakers
        alter column id drop default,
        alter column state_since set not null,
        drop column changed_on,
        drop column changed_at
    """,
    "create unique index breakers_id on breakers (id)",
)

_POOLS = (
    "alter table pools add column stopped boolean not null default false",
    "update pools set stopped = (state = 'stopped')",
    "alter table pools drop column state",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_COVERAGES, *_BREAKERS, *_POOLS):
        op.execute(statement)
