"""The words of notices, version by version; a message keeps which of them it was written with.

Revision ID: 2026_11_30_0071
"""

from alembic import op

from shared.postgres import pool_policies

revision = "2026_11_30_0071"
down_revision = "2026_11_30_0070"

_PLACE = "institution, event_type, reader, scope, programme, pool_code"

_STEPS = (
    """
    create table templates (
        id uuid primary key,
        institution text not null check (institution <> ''),
        event_type text not null check (event_type <> ''),
        reader text not null check (reader in ('bureau', 'bank')),
        scope text not null check (scope in ('house', 'programme', 'pool', 'institution')),
        programme text not null check ((scope = 'programme') = (programme <> '')),
        pool_code text not null check ((scope = 'pool') = (pool_code <> '')),
        edition integer not null check (edition > 0),
        title_zh text not null,
        text_zh text not null,
        title_en text not null,
        text_en text not null,
        why text not null,
        state text not null check (state in ('draft', 'in_force', 'leaving', 'replaced',
                                             'withdrawn', 'refused')),
        state_since timestamptz not null,
        due_on date,
        drafted_by text not null,
        drafted_name text not null,
        drafted_at timestamptz not null,
        approved_by text not null default '',
        approved_name text not null default '',
        approved_at timestamptz,
        withdrawal_by text not null default '',
        version integer not null default 1,
        check ((scope = 'institution') = (institution <> '*')),
        check (institution = '*' or reader = 'bank')
    )
    """,
    f"create unique index templates_edition on templates ({_PLACE}, edition)",
    f"""
    create unique index templates_in_force on templates ({_PLACE})
        where state in ('in_force', 'leaving')
    """,
    f"create unique index templates_draft on templates ({_PLACE}) where state = 'draft'",
    """
    create index templates_of_types on templates (event_type)
        where state in ('in_force', 'leaving')
    """,
    "alter table templates enable row level security",
    """
    create policy own_institution on templates
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
    # What was drafted stays as it was drafted, whoever it is that writes: another text is another row.
    """
    create function keep_words() returns trigger language plpgsql as $$
    begin
        raise exception 'the words of a template are never changed';
    end $$
    """,
    """
    create trigger words_stay before update on templates for each row
        when ((old.institution, old.event_type, old.reader, old.scope, old.programme,
               old.pool_code, old.edition, old.title_zh, old.text_zh, old.title_en, old.text_en,
               old.why, old.drafted_by, old.drafted_at)
              is distinct from
              (new.institution, new.event_type, new.reader, new.scope, new.programme,
               new.pool_code, new.edition, new.title_zh, new.text_zh, new.title_en, new.text_en,
               new.why, new.drafted_by, new.drafted_at))
        execute function keep_words()
    """,
    """
    create trigger words_are_kept before delete on templates for each statement
        execute function keep_words()
    """,
    # Null in both: written with the house's own words, as every message until now.
    """
    alter table messages
        add column template_id uuid references templates,
        add column template_edition integer
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
    pool_policies.by_column(op, "templates")
