"""Who bears, pays and gets back how much stands in rows, in fen; it stood as text in JSON.

What is there is carried over. The loans of a month by class are counted anew from the month's
lines, from which they were counted the first time.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = (
    """
    create table claim_shares (
        claim_id uuid not null references claims,
        place integer not null,
        bank_code text not null check (bank_code <> ''),
        party text not null,
        party_code text not null,
        amount_fen bigint not null check (amount_fen >= 0),
        borne_fen bigint not null check (borne_fen >= 0),
        part bigint not null check (part >= 0),
        primary key (claim_id, party)
    )
    """,
    """
    create table claim_payments (
        claim_id uuid not null references claims,
        place integer not null,
        bank_code text not null check (bank_code <> ''),
        payer text not null,
        payer_code text not null,
        payee text not null,
        payee_code text not null,
        kind text not null,
        amount_fen bigint not null check (amount_fen > 0),
        primary key (claim_id, place)
    )
    """,
    """
    create table claim_limits (
        claim_id uuid not null references claims,
        place integer not null,
        bank_code text not null check (bank_code <> ''),
        code text not null,
        parties jsonb not null,
        limit_fen bigint not null,
        used_fen bigint not null,
        due_fen bigint not null,
        source text not null,
        zh text not null,
        en text not null,
        primary key (claim_id, place)
    )
    """,
    """
    create table recovery_shares (
        recovery_id uuid not null references recoveries,
        claim_id uuid not null references claims,
        place integer not null,
        bank_code text not null check (bank_code <> ''),
        party text not null,
        party_code text not null,
        amount_fen bigint not null check (amount_fen >= 0),
        primary key (recovery_id, party)
    )
    """,
    "create index recovery_shares_claim on recovery_shares (claim_id)",
    """
    create table settlement_loans (
        settlement_id uuid not null references settlements,
        bank_code text not null,
        risk_class text not null,
        loans integer not null,
        outstanding_fen bigint not null,
        covered_fen bigint not null,
        overdue_loans integer not null,
        overdue_fen bigint not null,
        claims integer not null,
        claimed_fen bigint not null,
        recoveries integer not null,
        recovered_fen bigint not null,
        primary key (settlement_id, bank_code, risk_class)
    )
    """,
    """
    alter table claims
        add column decided_version text,
        add column residual text,
        add column rounding text,
        add column bearer text,
        add column recovery_order text,
        add column recovered_by text,
        add column interest_outside_fen bigint check (interest_outside_fen >= 0)
    """,
)

CARRIED_OVER = (
    """
    insert into claim_shares (claim_id, place, bank_code, party, party_code, amount_fen, borne_fen,
                              part)
    select c.id, place, c.bank_code, share ->> 'party', share ->> 'party_code',
           ((share ->> 'amount')::numeric * 100)::bigint,
           coalesce((select ((one ->> 1)::numeric * 100)::bigint
                     from jsonb_array_elements(c.borne -> 'borne') as one
                     where one ->> 0 = share ->> 'party'), 0),
           coalesce((select (one ->> 1)::bigint
                     from jsonb_array_elements(c.borne -> 'parts') as one
                     where one ->> 0 = share ->> 'party'), 0)
    from claims as c
    cross join lateral jsonb_array_elements(c.shares) with ordinality as told (share, place)
    """,
    """
    insert into claim_payments (claim_id, place, bank_code, payer, payer_code, payee, payee_code,
                                kind, amount_fen)
    select c.id, place, c.bank_code, step ->> 'payer', step ->> 'payer_code', step ->> 'payee',
           step ->> 'payee_code', step ->> 'kind', ((step ->> 'amount')::numeric * 100)::bigint
    from claims as c
    cross join lateral jsonb_array_elements(c.money_path) with ordinality as told (step, place)
    """,
    """
    insert into claim_limits (claim_id, place, bank_code, code, parties, limit_fen, used_fen,
                              due_fen, source, zh, en)
    select c.id, place, c.bank_code, cap ->> 'code', cap -> 'parties',
           ((cap ->> 'limit')::numeric * 100)::bigint, ((cap ->> 'used')::numeric * 100)::bigint,
           ((cap ->> 'due')::numeric * 100)::bigint, cap ->> 'source', cap ->> 'zh', cap ->> 'en'
    from claims as c
    cross join lateral jsonb_array_elements(c.caps_bound) with ordinality as told (cap, place)
    """,
    """
    update claims
    set decided_version = borne ->> 'version', residual = borne ->> 'residual',
        rounding = coalesce(borne ->> 'rounding', 'residual'), bearer = borne ->> 'bearer',
        recovery_order = borne ->> 'order', recovered_by = borne ->> 'recovered_by',
        interest_outside_fen = ((borne ->> 'interest_outside')::numeric * 100)::bigint
    where borne <> '{}'
    """,
    """
    insert into recovery_shares (recovery_id, claim_id, place, bank_code, party, party_code,
                                 amount_fen)
    select r.id, r.claim_id, place, r.bank_code, share ->> 'party', share ->> 'party_code',
           ((share ->> 'amount')::numeric * 100)::bigint
    from recoveries as r
    cross join lateral jsonb_array_elements(r.shares) with ordinality as told (share, place)
    """,
    """
    insert into settlement_loans
    select settlement_id, bank_code, coalesce(risk_class, ''),
           count(*) filter (where is_covered),
           coalesce(sum(outstanding_fen) filter (where is_covered), 0),
           coalesce(sum(covered_fen) filter (where is_covered), 0),
           count(*) filter (where is_covered and overdue_days > 0),
           coalesce(sum(outstanding_fen) filter (where is_covered and overdue_days > 0), 0),
           count(*) filter (where claimed_fen > 0), sum(claimed_fen),
           count(*) filter (where recovered_fen > 0), sum(recovered_fen)
    from settlement_lines group by settlement_id, bank_code, 3
    """,
    """
    alter table claims
        drop column shares, drop column borne, drop column money_path, drop column caps_bound
    """,
    "alter table recoveries drop column shares",
    "alter table settlement_statements drop column loans",
)

NEVER_CHANGED = ("claim_shares", "claim_payments", "claim_limits", "recovery_shares")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*TABLES, *CARRIED_OVER):
        op.execute(statement)
    for table in NEVER_CHANGED:
        op.execute(f"select only_to_be_added_to('{table}')")
    for event, rows in (("insert", "new"), ("update", "new"), ("delete", "old")):
        op.execute(
            f"""create trigger posted_never_changes_on_{event} after {event} on settlement_loans
                    referencing {rows} table as touched
                    for each statement execute function refuse_change_of_posted_parts()"""
        )
    op.execute(
        """create trigger never_emptied before truncate on settlement_loans
               for each statement execute function refuse_change()"""
    )
    for table in (*NEVER_CHANGED, "settlement_loans"):
        op.execute(f"alter table {table} enable row level security")
        # An unset setting reads as '' after a transaction, so '' must never match a row.
        op.execute(
            f"""create policy own_rows on {table} using (
                    current_setting('zhidai.institution', true) = '*'
                    or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))"""
        )
