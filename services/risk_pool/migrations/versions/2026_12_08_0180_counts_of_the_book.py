"""What the cockpit counts is kept by month; who moves something says which month is to be counted anew.

Every pool is due from the beginning: the service counts them once it runs, a few at a time.

Revision ID: 0180
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0180"
down_revision = "0170"

_TABLES = (
    """
    create table book_counts (
        pool_code text not null,
        measure text not null,
        month text not null,
        by text not null,
        value text not null,
        before text not null,
        loans bigint not null,
        fen bigint not null,
        primary key (pool_code, by, month, measure, value, before)
    )
    """,
    "create index book_counts_of_month on book_counts (month, measure)",
    "alter table book_counts enable row level security",
    """
    create policy bureau_only on book_counts
        using ((select current_setting('zhidai.institution', true)) = '*')
    """,
    """
    create table book_counts_due (
        id bigint generated always as identity primary key,
        pool_code text not null,
        month text not null
    )
    """,
    "create table book_counts_through (month text not null)",
    "create unique index book_counts_through_once on book_counts_through ((true))",
    "insert into book_counts_through values ('0000-00')",
    "create index parties_named_last on parties (code, joined_on desc, pool_code)",
    "insert into book_counts_due (pool_code, month) select code, '0000-00' from pools",
)

_MARK = """
    create function {name}() returns trigger language plpgsql as $$
    begin
        insert into book_counts_due (pool_code, month)
        select distinct pool_code, {month} from {rows} where {condition};
        return null;
    end $$
"""
_MONTH = "to_char({day}, 'YYYY-MM')"
_SETS = (
    ("transfers", ("insert",), _MONTH.format(day="business_date"), "loan_id is not null"),
    ("positions", ("insert", "update"), "month", "true"),
    ("draws", ("insert", "update"), _MONTH.format(day="drawn_on"), "true"),
    ("claims", ("insert",), _MONTH.format(day="claimed_on"), "claimed_on is not null"),
    ("coverages", ("insert",), _MONTH.format(day="disbursed_on"), "disbursed_on is not null"),
)
"""Table, what is done to it, the month that it touches, and of which rows."""

_ROWS = (
    (
        "claims", "filed",
        "(old.claimed_on, old.outstanding_principal_fen, old.state in ('draft', 'withdrawn'))"
        " is distinct from"
        " (new.claimed_on, new.outstanding_principal_fen, new.state in ('draft', 'withdrawn'))",
        _MONTH.format(day="least(old.claimed_on, new.claimed_on)"),
    ),
    (
        "coverages", "lent",
        "(old.disbursed_on, old.disbursed_fen, old.activated_fen)"
        " is distinct from (new.disbursed_on, new.disbursed_fen, new.activated_fen)",
        _MONTH.format(day="least(old.disbursed_on, new.disbursed_on)"),
    ),
    (
        "coverages", "described",
        "new.disbursed_on is not null and"
        " (old.bank_code, old.borrower_uscc, old.attributes, old.is_multi_ip_type,"
        " old.is_first_loan, old.renews) is distinct from"
        " (new.bank_code, new.borrower_uscc, new.attributes, new.is_multi_ip_type,"
        " new.is_first_loan, new.renews)",
        "'0000-00'",
    ),
)  # fmt: skip
"""Table, what of it, when a changed row counts otherwise, and from which month on."""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    pool_policies.by_column(op, "book_counts")
    for table, events, month, condition in _SETS:
        name = f"{table}_are_counted"
        op.execute(_MARK.format(name=name, month=month, rows="changed", condition=condition))
        for event in events:
            op.execute(
                f"""create trigger counted_on_{event} after {event} on {table}
                    referencing new table as changed for each statement execute function {name}()"""
            )
    for table, what, condition, month in _ROWS:
        name = f"{table}_{what}_otherwise"
        op.execute(
            _MARK.format(
                name=name,
                month=month,
                rows="(select new.pool_code) as changed",
                condition=f"{month} is not null",
            )
        )
        op.execute(
            f"""create trigger counted_as_{what} after update on {table}
                for each row when ({condition}) execute function {name}()"""
        )
