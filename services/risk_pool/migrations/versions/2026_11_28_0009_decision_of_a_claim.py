"""A decision names the trial it saw; an approved claim may be held, a paid one written off."""

from alembic import op

revision = "0009"
down_revision = "0008"

_DROP_CHECKS = """
    do $$
    declare named text;
    begin
        for named in
            select conname from pg_constraint
            where conrelid = 'claims'::regclass and contype = 'c'
              and (pg_get_constraintdef(oid) like 'CHECK ((state = ANY %'
                   or pg_get_constraintdef(oid) like '%approved_on IS NOT NULL%'
                   or pg_get_constraintdef(oid) like '%paid_on IS NOT NULL%'
                   or pg_get_constraintdef(oid) like '%outstanding_principal_fen%')
        loop
            execute format('alter table claims drop constraint %I', named);
        end loop;
    end $$
"""
"""Found by what they say: the first migrations left it to PostgreSQL to name them."""

_CLAIMS = (
    _DROP_CHECKS,
    """
    alter table claims
        add column trial jsonb,
        add column approved_principal_fen bigint,
        add column part_reason text not null default '',
        add column hold jsonb,
        add column released_principal_fen bigint check (released_principal_fen >= 0),
        add column paid_from text not null default '',
        add column voucher text not null default '',
        add column written_off_on date
    """,
    """
    update claims set approved_principal_fen = outstanding_principal_fen
    where approved_on is not null
    """,
    # The states that the pieces of this release bring stand here together.
    """
    alter table claims
        add constraint claims_state check (state in (
            'draft', 'submitted', 'returned', 'withdrawn', 'reviewed', 'approved', 'held', 'paid',
            'written_off', 'reversed', 'refused', 'appealed', 'refused_finally')),
        add constraint claims_principal check (outstanding_principal_fen >= 0),
        add constraint claims_approved check (
            (state in ('approved', 'held', 'paid', 'written_off', 'reversed'))
                = (approved_on is not null)),
        add constraint claims_approved_part check (
            (approved_on is not null) = (approved_principal_fen is not null)
            and approved_principal_fen between 0 and outstanding_principal_fen),
        add constraint claims_paid check (
            (state in ('paid', 'written_off')) = (paid_on is not null) or state = 'reversed'),
        add constraint claims_written_off check (
            (state = 'written_off') = (written_off_on is not null) or state = 'reversed')
    """,
    "create index claims_in_line on claims (pool_code, filed_at, number)",
)

_TRIALS = (
    # What a person was shown who may decide: a decision that names another one is told both.
    """
    create table claim_trials (
        claim_id uuid not null references claims,
        id text not null,
        figures jsonb not null,
        shown_to text not null,
        shown_at timestamptz not null default now(),
        primary key (claim_id, id)
    )
    """,
    "alter table claim_trials enable row level security",
    # It names what other banks have taken: the house alone reads it.
    """
    create policy house_only on claim_trials using (
        current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_CLAIMS, *_TRIALS):
        op.execute(statement)
