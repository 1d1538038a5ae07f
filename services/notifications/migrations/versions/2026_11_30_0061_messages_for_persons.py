"""A message may be for persons by name, and who stands in for them; what was there stays as it is.

Revision ID: 2026_11_30_0061
"""

from alembic import op

revision = "2026_11_30_0061"
down_revision = "2026_11_29_0010"

_PERSON = "(select current_setting('zhidai.person', true))"

_STEPS = (
    "alter table messages add column people text[] not null default '{}'",
    """
    create table stand_ins (
        absence_id uuid primary key,
        person text not null,
        person_name text not null,
        delegate text not null,
        from_day date not null,
        to_day date not null
    )
    """,
    "create index stand_ins_of on stand_ins (delegate, to_day)",
    # Who is away is nobody's business but the bureau's.
    "alter table stand_ins enable row level security",
    """
    create policy bureau_only on stand_ins
        using (current_setting('zhidai.institution', true) = '*')
    """,
    # What is for nobody but persons by name is seen by these and by whoever ever stands in for one
    # of them; on which days, the inbox knows. Jobs and consumers are "*".
    f"""
    create policy own_people on messages as restrictive using (
        {_PERSON} = '*' or people = '{{}}' or roles <> '{{}}' or {_PERSON} = any (people)
        or exists (select from stand_ins as s
                   where s.delegate = {_PERSON} and s.person = any (people)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
