"""The calendar of working days is changed by two persons; what runs is counted anew.

Revision ID: 0120
"""

from alembic import op

from shared.postgres import calendar_overrides

revision = "0120"
down_revision = "0101"

_CHANGES = (
    """
    create table calendar_changes (
        id uuid primary key,
        number integer not null unique check (number > 0),
        year integer,
        days jsonb not null check (jsonb_typeof(days) = 'array'),
        reason text not null check (reason <> ''),
        proposed_at timestamptz not null,
        proposed_by text not null,
        proposed_by_name text not null,
        approved_at timestamptz,
        approved_by text check (approved_by <> proposed_by),
        approved_by_name text,
        state text not null,
        state_since timestamptz not null,
        due_on date,
        version integer not null default 1
    )
    """,
    """
    create function refuse_other_days() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.approved_at is not null
           or (old.number, old.year, old.days, old.reason, old.proposed_at, old.proposed_by)
              is distinct from
              (new.number, new.year, new.days, new.reason, new.proposed_at, new.proposed_by) then
            raise exception 'change % of the calendar is what was proposed: it is not changed or removed',
                old.number using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger days_never_change before update or delete on calendar_changes
        for each row execute function refuse_other_days()
    """,
    """
    create trigger never_emptied before truncate on calendar_changes
        for each statement execute function refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    calendar_overrides.create_changes(op)
    for statement in _CHANGES:
        op.execute(statement)
