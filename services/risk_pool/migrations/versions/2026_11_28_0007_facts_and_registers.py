"""Facts are typed and dated, an IP share may be an amount, and registers of agreed figures feed
caps and shares.

What a loan or a claim did not state before is not invented: amounts that only some schemes ask
for stay null, and a decision that needs one is refused.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_COVERAGES = (
    """
    alter table coverages
        add column ip_amount_fen bigint
            check (ip_amount_fen > 0 and ip_amount_fen <= amount_fen),
        add column attributes_at_disbursement jsonb not null default '{}'
    """,
)

_CLAIMS = (
    """
    alter table claims
        add column loan_amount_fen bigint check (loan_amount_fen > 0),
        add column ip_amount_fen bigint
            check (ip_amount_fen > 0 and ip_amount_fen <= loan_amount_fen),
        add column attributes jsonb not null default '{}',
        add column cost_items jsonb not null default '[]',
        add column compound_interest_fen bigint not null default 0
            check (compound_interest_fen >= 0),
        add column other_policy_money_fen bigint check (other_policy_money_fen >= 0),
        add column recovered_before_fen bigint check (recovered_before_fen >= 0),
        add column compensated_amount_fen bigint check (compensated_amount_fen > 0),
        add column compensated_on date,
        add constraint claims_compensated_whole
            check ((compensated_amount_fen is null) = (compensated_on is null))
    """,
    """
    update claims set loan_amount_fen = coverages.amount_fen
    from coverages where coverages.loan_id = claims.loan_id
    """,
)

_REGISTER = (
    """
    create table agreed_figures (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        bank_code text not null,
        loan_id uuid references coverages,
        kind text not null check (kind in (
            'agreed_share', 'year_budget', 'bank_year_ceiling', 'guarantee_fee', 'raised_cap',
            'confirmed', 'bank_score', 'claim_rate', 'guarantee_multiple')),
        subject text not null,
        year integer check (year between 1990 and 2199),
        amount_fen bigint check (amount_fen >= 0),
        ratio text check (ratio ~ '^[0-9]+(/[1-9][0-9]*)?$'),
        count integer check (count >= 0),
        flag boolean,
        paid_on date,
        valid_from date not null,
        valid_to date,
        reference text not null check (reference <> ''),
        evidence text not null,
        state text not null check (state in ('entered', 'in_force', 'refused', 'ended')),
        state_since timestamptz not null,
        due_on date,
        version integer not null default 1,
        entered_by text not null,
        entered_name text not null,
        entered_at timestamptz not null,
        released_by text check (released_by <> entered_by),
        released_name text,
        released_on date,
        check (num_nonnulls(amount_fen, ratio, count, flag) = 1),
        check (state not in ('in_force', 'ended') or released_by is not null),
        check (loan_id is null or bank_code <> '')
    )
    """,
    "create index agreed_figures_page on agreed_figures (pool_code, id)",
    "create index agreed_figures_read on agreed_figures (pool_code, kind, loan_id)",
    "alter table agreed_figures enable row level security",
    """
    create policy own_rows on agreed_figures using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_COVERAGES, *_CLAIMS, *_REGISTER):
        op.execute(statement)
