"""Firms that belong together: who said so, from which day, and until when.

Revision ID: 0056
"""

from alembic import op

revision = "0056"
down_revision = "0041"

_STEPS = (
    # One row is one firm in one group for a time. It ends by a row of its own.
    """
    create table related_firms (
        id uuid primary key,
        group_name text not null check (group_name <> ''),
        group_canonical text not null check (group_canonical <> ''),
        uscc text not null check (uscc <> ''),
        name text not null check (name <> ''),
        name_canonical text not null check (name_canonical <> ''),
        basis text not null check (basis <> ''),
        reason text not null check (reason <> ''),
        from_day date not null,
        said_by text not null,
        said_name text not null,
        said_at timestamptz not null,
        ended_on date check (ended_on >= from_day),
        ended_reason text,
        ended_by text,
        ended_name text,
        ended_at timestamptz,
        check ((ended_on is null) = (ended_by is null) and (ended_on is null) = (ended_at is null)
               and (ended_on is null) = (ended_reason is null)
               and (ended_on is null) = (ended_name is null))
    )
    """,
    "create unique index related_firms_in_one_group on related_firms (uscc) where ended_on is null",
    "create index related_firms_of_group on related_firms (group_canonical)",
    "create index related_firms_of_firm on related_firms (uscc)",
    """
    create function refuse_other_change_of_related_firm() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.ended_on is not null
            or (to_jsonb(new) - '{ended_on,ended_reason,ended_by,ended_name,ended_at}'::text[])
               <> (to_jsonb(old) - '{ended_on,ended_reason,ended_by,ended_name,ended_at}'::text[])
        then
            raise exception 'a firm in a group is ended once, and not changed otherwise';
        end if;
        return new;
    end $$
    """,
    """
    create trigger ended_once before update or delete on related_firms
        for each row execute function refuse_other_change_of_related_firm()
    """,
    # Who belongs to whom is the bureau's own knowledge: no bank reads a row.
    "alter table related_firms enable row level security",
    """
    create policy bureau_only on related_firms
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
