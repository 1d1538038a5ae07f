"""Lines of a statement that a party disputes."""

from alembic import op

revision = "0021"
down_revision = "0020"

_DISPUTES = (
    """
    create table disputes (
        id uuid primary key,
        number text not null unique,
        pool_code text not null references pools,
        month text not null,
        bank_code text not null,
        party_code text not null,
        party_role text not null,
        party_name text not null,
        item text not null,
        lowers_item boolean not null check (item <> '' or not lowers_item),
        line_seq bigint not null,
        line_reference text not null,
        line_kind text not null,
        line_debit text not null,
        line_credit text not null,
        line_amount_fen bigint not null check (line_amount_fen > 0),
        line_date date not null,
        loan_id uuid,
        stated_fen bigint not null check (abs(stated_fen) = line_amount_fen),
        right_fen bigint not null check (right_fen >= 0),
        difference_fen bigint not null check (difference_fen > 0),
        reason text not null check (reason <> ''),
        papers text[] not null default '{}',
        letter text not null default '',
        until date not null,
        state text not null check (state in ('filed', 'proposed', 'decided', 'withdrawn')),
        state_since timestamptz not null,
        version integer not null default 1,
        due_on date,
        filed_at timestamptz not null,
        filed_by text not null,
        filed_name text not null,
        filed_by_bank boolean not null,
        proposed_by text,
        proposed_name text,
        proposed_at timestamptz,
        uphold_fen bigint check (uphold_fen between 0 and difference_fen),
        proposal_reason text,
        decided_by text,
        decided_name text,
        decided_on date,
        upheld_fen bigint check (upheld_fen between 0 and difference_fen),
        taken_off_fen bigint not null default 0 check (taken_off_fen between 0 and upheld_fen),
        due_again_fen bigint not null default 0 check (due_again_fen between 0 and difference_fen),
        due_again_on date,
        booked_on date,
        effect jsonb,
        explanation_id uuid references explanations,
        foreign key (pool_code, line_seq) references transfers (pool_code, seq),
        check (right_fen + difference_fen = line_amount_fen),
        check (filed_by_bank or letter <> ''),
        check (not filed_by_bank or bank_code = party_code),
        constraint disputes_proposed check (
            state not in ('proposed', 'decided') or proposed_by is not null),
        constraint disputes_decided check ((state = 'decided') = (decided_by is not null)),
        constraint disputes_upheld check ((decided_by is null) = (upheld_fen is null)),
        constraint disputes_two_persons check (
            decided_by <> proposed_by and decided_by <> filed_by),
        constraint disputes_booked check ((coalesce(upheld_fen, 0) > 0) = (booked_on is not null)),
        constraint disputes_due_again check ((due_again_fen > 0) = (due_again_on is not null))
    )
    """,
    "create index disputes_page on disputes (pool_code, id)",
    "create index disputes_item on disputes (pool_code, item) where item <> ''",
    # A line is disputed once; two decisions could take more off it than it has.
    """
    create unique index disputes_line_once on disputes (pool_code, line_seq)
        where state in ('filed', 'proposed', 'decided')
    """,
    """
    create function refuse_change_of_dispute() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.state = 'decided'
            or (old.number, old.pool_code, old.month, old.bank_code, old.party_code, old.item,
                old.lowers_item, old.line_seq, old.right_fen, old.difference_fen, old.reason,
                old.papers, old.letter, old.until, old.filed_at, old.filed_by)
            is distinct from
               (new.number, new.pool_code, new.month, new.bank_code, new.party_code, new.item,
                new.lowers_item, new.line_seq, new.right_fen, new.difference_fen, new.reason,
                new.papers, new.letter, new.until, new.filed_at, new.filed_by)
        then
            raise exception 'the dispute % stays as it was filed and decided', old.number
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
    """
    create trigger stays_as_filed before update or delete on disputes
        for each row execute function refuse_change_of_dispute()
    """,
    "alter table disputes enable row level security",
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    """
    create policy own_rows on disputes using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
    # What a month reads of what changes a debt that was told: upheld disputes are of it, too.
    "drop index transfers_settling",
    """
    create index transfers_settling on transfers (pool_code, business_date) where kind in (
        'settlement-net', 'settlement-collect', 'settlement-pay',
        'reversal-of-settlement-collect', 'reversal-of-settlement-pay', 'dispute-upheld',
        'claim-approved', 'unpaid-claim-adjusted', 'claim-paid', 'reversal-of-claim-approved',
        'reversal-of-unpaid-claim-adjusted', 'reversal-of-claim-paid')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _DISPUTES:
        op.execute(statement)
