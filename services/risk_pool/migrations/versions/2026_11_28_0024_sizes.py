"""A month reads what is its own, however many months lie before it and pools beside it."""

from alembic import op

revision = "0024"
down_revision = "0023"

INDEXES = (
    # A pool's positions of a month, without those of other pools and other months.
    "create index positions_of_month on positions (pool_code, month)",
    # What was in cover in a month: all that is not released, and what was released in it or later.
    """
    create index coverages_of_month on coverages (pool_code, released_on)
        where disbursed_on is not null
    """,
    # The few transfers of a month that are told loan by loan.
    """
    create index transfers_of_claims on transfers (pool_code, business_date)
        where debit in ('claims', 'recoveries') or credit in ('claims', 'recoveries')
    """,
    """
    create index claims_unpaid on claims (pool_code, approved_on)
        where approved_on is not null and paid_on is null and escrowed_on is null
    """,
    "create index claims_by_state on claims (pool_code, state)",
    "create index recoveries_by_state on recoveries (pool_code, state)",
)

CARRIED = (
    """
    create table settlement_carried (
        settlement_id uuid not null references settlements,
        account text not null,
        awaiting_fen bigint not null,
        settled_fen bigint not null,
        stated_fen bigint not null,
        primary key (settlement_id, account)
    )
    """,
    "alter table settlement_carried enable row level security",
    """
    create policy house_only on settlement_carried
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*INDEXES, *CARRIED):
        op.execute(statement)
    # Whoever writes many lines tells the planner so; the guard still looks at one settlement.
    op.execute("alter function refuse_change_of_posted_parts() set enable_nestloop = on")
    for event, rows in (("insert", "new"), ("update", "new"), ("delete", "old")):
        op.execute(
            f"""create trigger posted_never_changes_on_{event} after {event} on settlement_carried
                    referencing {rows} table as touched
                    for each statement execute function refuse_change_of_posted_parts()"""
        )
    op.execute(
        """create trigger never_emptied before truncate on settlement_carried
               for each statement execute function refuse_change()"""
    )
