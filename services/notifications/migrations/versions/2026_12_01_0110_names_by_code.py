"""What pools and parties are called, so that a notice says names and not codes; and messages are found by
the number of what they are about.

Revision ID: 2026_12_01_0110
"""

from alembic import op

revision = "2026_12_01_0110"
down_revision = "2026_12_01_0094"

_STEPS = (
    """
    create table names_by_code (
        code text primary key,
        name text not null check (name <> '')
    )
    """,
    # Learnt from the events that name them; of those that are known, from what was told of them.
    """
    insert into names_by_code (code, name)
    select distinct on (code) code, name from (
        select position, said ->> 'pool_code' as code, said ->> 'name' as name
        from (select position, convert_from(payload, 'UTF8')::jsonb -> 'data' as said
              from messages where event_type = 'pool.opened.v1') as opened
        union all
        select position, said ->> 'party_code', said ->> 'party_name'
        from (select position, convert_from(payload, 'UTF8')::jsonb -> 'data' as said
              from messages where event_type = 'agreement.in_force.v1') as agreed
    ) as told
    where code <> '' and name <> '' order by code, position desc
    """,
    "alter table names_by_code enable row level security",
    """
    create policy house_only on names_by_code
        using (current_setting('zhidai.institution', true) = '*')
    """,
    "create index messages_of_subject on messages (subject)",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
