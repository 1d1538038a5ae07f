"""A claim is drafted, returned, withdrawn, appealed, and taken through its scheme's steps.

A draft has neither number nor day: both come with its filing, and until then only its bank sees
the row. The states of the decision that follow in later migrations are allowed here already, so
that the list of states stands once.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATES = (
    "draft", "submitted", "returned", "reviewed", "approved", "held", "refused", "appealed",
    "refused_finally", "withdrawn", "paid", "written_off", "reversed",
)  # fmt: skip

CLAIMS = (
    """
    alter table claims
        alter column number drop not null,
        alter column claimed_on drop not null,
        alter column filed_at drop not null,
        drop constraint claims_outstanding_principal_fen_check,
        add constraint claims_outstanding_principal_fen_check
            check (outstanding_principal_fen >= 0),
        add column stated_on date,
        add column draft jsonb,
        add column checks jsonb not null default '[]',
        add column gaps jsonb not null default '[]',
        add column times_returned integer not null default 0 check (times_returned >= 0),
        add column days_returned integer not null default 0 check (days_returned >= 0),
        add column review_days_left integer,
        add column reviews integer not null default 0 check (reviews >= 0),
        add column next_step text,
        add column refused_by text,
        add column appealed_on date,
        add constraint claims_filed_whole check (
            (number is null) = (filed_at is null) and (claimed_on is null) = (filed_at is null)
            and (stated_on is null) = (filed_at is null)
            and (filed_at is not null or state in ('draft', 'withdrawn'))) not valid
    """,
    "alter table claims drop constraint claims_state_check",
    f"alter table claims add constraint claims_state_check check (state in {_STATES})",
    "update claims set stated_on = claimed_on",
    "alter table claims validate constraint claims_filed_whole",
    "drop index claims_one_per_loan",
    """
    create unique index claims_one_per_loan on claims (loan_id)
        where state not in ('draft', 'refused', 'withdrawn')
    """,
    "create unique index claims_one_draft_per_loan on claims (loan_id) where state = 'draft'",
    "drop policy own_rows on claims",
    # What is not filed yet is its bank's own business.
    """
    create policy own_rows on claims using (
        (current_setting('zhidai.institution', true) = '*' and filed_at is not null)
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)

STEPS = (
    """
    create table claim_steps (
        claim_id uuid not null references claims,
        review integer not null,
        place integer not null,
        step text not null,
        bank_code text not null check (bank_code <> ''),
        due_on date,
        recorded_at timestamptz,
        recorded_on date,
        recorded_by text,
        recorded_name text,
        outcome text check (outcome in ('favourable', 'unfavourable')),
        opinion text not null default '',
        participants jsonb not null default '[]',
        papers jsonb not null default '[]',
        notice_from date,
        notice_to date check (notice_to >= notice_from),
        objections jsonb not null default '[]',
        primary key (claim_id, review, place),
        unique (claim_id, review, step),
        check ((recorded_at is null) = (recorded_by is null)),
        check ((recorded_at is null) = (recorded_on is null)),
        check ((recorded_at is null) = (outcome is null))
    )
    """,
    # What a step came to is recorded once; by when it is due follows from the step before it.
    """
    create function refuse_change_of_recorded_step() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.recorded_at is not null then
            raise exception 'the step % of the claim % is recorded: it is not changed or removed',
                old.step, old.claim_id using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger recorded_never_changes before update or delete on claim_steps
        for each row execute function refuse_change_of_recorded_step()
    """,
    "alter table claim_steps enable row level security",
    """
    create policy own_rows on claim_steps using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*CLAIMS, *STEPS):
        op.execute(statement)
