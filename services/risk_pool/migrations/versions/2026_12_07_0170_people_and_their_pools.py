"""Who was seen here, which pools the bureau's people look after, and whom a bank's admin has ended.

Revision ID: 0170
"""

from alembic import op

from shared.postgres import ended_logins, people_seen, pool_duties

revision = "0170"
down_revision = "0151"

_CASES = (
    """
    create table pool_duty_cases (
        id uuid primary key,
        number integer not null unique check (number > 0),
        person text not null check (person <> ''),
        person_name text not null,
        pools text[] not null check (cardinality(pools) > 0),
        from_day date not null,
        reason text not null check (reason <> ''),
        proposed_at timestamptz not null,
        proposed_by text not null check (proposed_by <> person),
        proposed_by_name text not null,
        approved_at timestamptz,
        approved_by text check (approved_by not in (proposed_by, person)),
        approved_by_name text,
        state text not null,
        state_since timestamptz not null,
        due_on date,
        version integer not null default 1
    )
    """,
    "create index pool_duty_cases_of_person on pool_duty_cases (person, number desc)",
    "alter table pool_duty_cases enable row level security",
    """
    create policy bureau_only on pool_duty_cases
        using (current_setting('zhidai.institution', true) = '*')
    """,
    """
    create function refuse_another_duty() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.approved_at is not null
           or (old.number, old.person, old.pools, old.from_day, old.reason, old.proposed_by)
              is distinct from
              (new.number, new.person, new.pools, new.from_day, new.reason, new.proposed_by) then
            raise exception 'duty % is what was proposed: it is not changed or removed', old.number
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger duties_never_change before update or delete on pool_duty_cases
        for each row execute function refuse_another_duty()
    """,
    """
    create trigger never_emptied before truncate on pool_duty_cases
        for each statement execute function refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    people_seen.create_table(op)
    pool_duties.create_table(op)
    ended_logins.create_table_of_banks(op)
    for statement in _CASES:
        op.execute(statement)
