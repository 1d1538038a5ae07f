"""Which programme a pool is of, for words that hold for all of a programme's pools.

Revision ID: 2026_11_30_0072
"""

from alembic import op

from shared.postgres import pool_policies

revision = "2026_11_30_0072"
down_revision = "2026_11_30_0071"

_STEPS = (
    """
    create table pool_programmes (
        pool_code text primary key,
        programme text not null
    )
    """,
    # Learnt from the event that opens a pool; of those that are open, from what was told of it.
    """
    insert into pool_programmes (pool_code, programme)
    select distinct on (pool_code) pool_code,
           convert_from(payload, 'UTF8')::jsonb -> 'data' ->> 'programme'
    from messages
    where event_type = 'pool.opened.v1' and pool_code <> ''
      and convert_from(payload, 'UTF8')::jsonb -> 'data' ->> 'programme' <> ''
    order by pool_code, position desc
    on conflict do nothing
    """,
    "alter table pool_programmes enable row level security",
    """
    create policy house_only on pool_programmes
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "pool_programmes")
