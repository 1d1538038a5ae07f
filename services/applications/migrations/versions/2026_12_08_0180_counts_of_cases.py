"""Statistics and the flow of cases are counters, kept by the statements that move cases and loans.

What a statement changes is added to what is due, by set, so that nobody waits for anybody; the service
adds that up. It begins by counting all there is, once it runs: until then is counted as before.

Revision ID: 0180
"""

from alembic import op

from shared.postgres import pool_policies

revision = "0180"
down_revision = "0170"

_TABLES = (
    """
    create table case_counts (
        bank_code text not null,
        pool_code text not null,
        month text not null,
        state text not null,
        cases bigint not null,
        fen bigint not null,
        primary key (bank_code, pool_code, month, state)
    )
    """,
    """
    create table case_flow_counts (
        pool_code text not null,
        counted text not null,
        day date not null,
        days integer not null,
        cases bigint not null,
        fen bigint not null,
        primary key (pool_code, counted, day, days)
    )
    """,
    """
    create table loan_counts (
        bank_code text not null,
        pool_code text not null,
        loans bigint not null,
        disbursed_fen bigint not null,
        outstanding_fen bigint not null,
        overdue_fen bigint not null,
        primary key (bank_code, pool_code)
    )
    """,
    """
    create table case_counts_due (
        id bigint generated always as identity primary key,
        bank_code text not null,
        pool_code text not null,
        filed_on date not null,
        is_taken_over boolean not null,
        state text not null,
        approved_on date,
        cases bigint not null,
        fen bigint not null
    )
    """,
    """
    create table loan_counts_due (
        id bigint generated always as identity primary key,
        bank_code text not null,
        pool_code text not null,
        loans bigint not null,
        disbursed_fen bigint not null,
        outstanding_fen bigint not null,
        overdue_fen bigint not null
    )
    """,
    "create table counts_begun (at timestamptz not null)",
    "create unique index counts_begun_once on counts_begun ((true))",
    # Where there is nothing yet, nothing has to be counted first.
    "insert into counts_begun select now() where not exists (select from applications)",
)

_CASE = """
    bank_code, pool_code, (submitted_at at time zone 'Asia/Shanghai')::date as filed_on, {taken},
    state, approved_on, {sign} 1 as cases, {sign} amount_fen as fen
"""
# A case that comes in with its pool begins as announced; later its first move says so.
_WAS_TAKEN_OVER = """exists (
    select from case_moves as m
    where m.case_id = one.id and m.version = 1 and m.action = 'announce')"""
_BEGINS_ANNOUNCED = "state = 'announced'"
_CASES_OF_INSERT = f"""
    select {_CASE.format(sign="", taken=f"{_BEGINS_ANNOUNCED} as is_taken_over")} from after_it
"""
_CASES_OF_UPDATE = f"""
    select {_CASE.format(sign="-", taken=f"{_WAS_TAKEN_OVER} as is_taken_over")} from before_it as one
    union all
    select {_CASE.format(sign="", taken=f"{_WAS_TAKEN_OVER} as is_taken_over")} from after_it as one
"""
_ADD_CASES = """
    insert into case_counts_due
        (bank_code, pool_code, filed_on, is_taken_over, state, approved_on, cases, fen)
    select bank_code, pool_code, filed_on, is_taken_over, state, approved_on, sum(cases), sum(fen)
    from ({rows}) as moved group by 1, 2, 3, 4, 5, 6 having sum(cases) <> 0 or sum(fen) <> 0;
"""
_ADD_LOANS = """
    insert into loan_counts_due
        (bank_code, pool_code, loans, disbursed_fen, outstanding_fen, overdue_fen)
    select bank_code, pool_code, sum(loans), sum(disbursed), sum(owed), sum(overdue)
    from ({rows}) as moved group by 1, 2
    having sum(loans) <> 0 or sum(disbursed) <> 0 or sum(owed) <> 0 or sum(overdue) <> 0;
"""
_LOAN = """
    select l.bank_code, l.pool_code, {sign} 1 as loans, {sign} l.amount_fen as disbursed,
           {sign} l.outstanding_fen as owed,
           case when a.state = 'overdue' then {sign} l.outstanding_fen else 0 end as overdue
    from {rows} as l join applications as a on a.id = l.application_id
"""
_BECAME_OVERDUE = """
    select l.bank_code, l.pool_code, 0 as loans, 0 as disbursed, 0 as owed,
           case when after_it.state = 'overdue' then l.outstanding_fen else - l.outstanding_fen end
               as overdue
    from before_it join after_it using (id) join loans as l on l.application_id = id
    where (before_it.state = 'overdue') <> (after_it.state = 'overdue')
"""
_STATEMENTS = (
    ("applications", "insert", _ADD_CASES.format(rows=_CASES_OF_INSERT)),
    (
        "applications",
        "update",
        _ADD_CASES.format(rows=_CASES_OF_UPDATE) + _ADD_LOANS.format(rows=_BECAME_OVERDUE),
    ),
    ("loans", "insert", _ADD_LOANS.format(rows=_LOAN.format(sign="", rows="after_it"))),
    ("loans", "delete", _ADD_LOANS.format(rows=_LOAN.format(sign="-", rows="before_it"))),
    (
        "loans",
        "update",
        _ADD_LOANS.format(
            rows=_LOAN.format(sign="", rows="after_it")
            + " union all "
            + _LOAN.format(sign="-", rows="before_it")
        ),
    ),
)
_OWN = """
    create policy own_rows on {table} using (
        case when (select current_setting('zhidai.institution', true)) = '*' then true
             else bank_code = (select current_setting('zhidai.institution', true)) end)
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("case_counts", "loan_counts", "case_counts_due", "loan_counts_due"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(_OWN.format(table=table))
        pool_policies.by_column(op, table)
    op.execute("alter table case_flow_counts enable row level security")
    op.execute(
        """create policy bureau_only on case_flow_counts
           using ((select current_setting('zhidai.institution', true)) = '*')"""
    )
    pool_policies.by_column(op, "case_flow_counts")
    for table, event, statements in _STATEMENTS:
        name = f"{table}_counted_on_{event}"
        known = " ".join(
            f"{which} table as {called}"
            for which, called in (("old", "before_it"), ("new", "after_it"))
            if (event, which) not in (("insert", "old"), ("delete", "new"))
        )
        op.execute(
            f"""create function {name}() returns trigger language plpgsql as $$
                begin {statements} return null; end $$"""
        )
        op.execute(
            f"""create trigger counted_on_{event} after {event} on {table}
                referencing {known} for each statement execute function {name}()"""
        )
