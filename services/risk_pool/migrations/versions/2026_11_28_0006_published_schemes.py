"""Programme versions are proposed and published here; what was published binds loans for ever."""

from alembic import op

from shared.postgres import published_schemes

revision = "0006"
down_revision = "0005"

_VERSIONS = (
    """
    create table programme_versions (
        id uuid primary key,
        programme text not null check (programme ~ '^[a-z][a-z0-9_]*$'),
        number integer not null check (number > 0),
        in_force_from date not null,
        text text not null,
        common_text text not null,
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        accepted text[] not null,
        proposed_at timestamptz not null,
        proposed_by text not null,
        proposed_by_name text not null,
        published_at timestamptz,
        published_by text check (published_by <> proposed_by),
        published_by_name text,
        state text not null,
        state_since timestamptz not null,
        due_on date,
        version integer not null default 1,
        unique (programme, number)
    )
    """,
    """
    create function refuse_other_terms() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.published_at is not null
           or (old.programme, old.number, old.in_force_from, old.text, old.common_text, old.sha256,
               old.accepted, old.proposed_at, old.proposed_by)
              is distinct from
              (new.programme, new.number, new.in_force_from, new.text, new.common_text, new.sha256,
               new.accepted, new.proposed_at, new.proposed_by) then
            raise exception 'version % of % is what was proposed: it is not changed or removed',
                old.number, old.programme using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger text_never_changes before update or delete on programme_versions
        for each row execute function refuse_other_terms()
    """,
    """
    create trigger never_emptied before truncate on programme_versions
        for each statement execute function refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    published_schemes.create_tables(op)
    for statement in _VERSIONS:
        op.execute(statement)
