"""A waiting line for capacity; breakers moved by hand; silence is counted; prefixes of numbers."""

import sqlalchemy as sa
from alembic import op

from shared.case_numbers import prefix_of

revision = "0011"
down_revision = "0010"

_EVALUATIONS = (
    """
    alter table breaker_evaluations
        add column loans integer not null default 0 check (loans >= 0),
        add column estimated integer not null default 0 check (estimated between 0 and loans)
    """,
    """
    alter table breaker_evaluations
        alter column loans drop default,
        alter column estimated drop default
    """,
    "alter table breakers drop constraint breakers_state_check",
    """
    alter table breakers add constraint breakers_state_check
        check (state in ('normal', 'warned', 'stopped', 'held'))
    """,
)

_ORDERS = (
    """
    create table breaker_orders (
        id uuid primary key,
        pool_code text not null references pools,
        bank_code text not null,
        order_kind text not null check (order_kind in ('suspend', 'resume')),
        reason text not null check (reason <> ''),
        state text not null check (state in ('proposed', 'carried_out', 'refused')),
        state_since timestamptz not null,
        due_on date,
        version integer not null default 1,
        proposed_by text not null,
        proposed_by_name text not null,
        proposed_at timestamptz not null,
        decided_by text,
        decided_by_name text,
        decided_at timestamptz,
        refusal text not null default '',
        check ((state = 'proposed') = (decided_by is null)),
        check (state <> 'carried_out' or decided_by <> proposed_by)
    )
    """,
    "create index breaker_orders_page on breaker_orders (pool_code, id)",
    """
    create unique index breaker_orders_one_open on breaker_orders (pool_code, bank_code)
        where state = 'proposed'
    """,
    "alter table breaker_orders enable row level security",
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    """
    create policy own_rows on breaker_orders using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)

_WAITING_LINE = (
    "alter table coverages drop constraint coverages_state_check",
    """
    alter table coverages
        add column line_no integer,
        add column line_place integer,
        add column turn integer not null default 0 check (turn >= 0),
        add constraint coverages_state_check
            check (state in ('reserved', 'declined', 'waiting', 'active', 'released', 'claimed')),
        add constraint coverages_waiting_in_line
            check (state <> 'waiting' or (line_no is not null and due_on is not null))
    """,
    """
    create index coverages_waiting on coverages (pool_code, approved_on, line_no)
        where state = 'waiting'
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_EVALUATIONS, *_ORDERS, *_WAITING_LINE):
        op.execute(statement)
    _give_prefixes()


def _give_prefixes() -> None:
    """Every pool gets letters of its own: the oldest the usual ones, others with a digit."""
    op.execute("alter table pools add column prefix text")
    connection, taken = op.get_bind(), set[str]()
    for code in connection.scalars(
        sa.text("select code from pools order by created_at, code")
    ).all():
        usual = prefix_of(code)
        digits = (f"{usual}{digit}" for digit in range(2, 10_000))
        prefix = usual if usual not in taken else next(one for one in digits if one not in taken)
        taken.add(prefix)
        connection.execute(
            sa.text("update pools set prefix = :prefix where code = :code"),
            {"prefix": prefix, "code": code},
        )
    op.execute(
        """
        alter table pools
            alter column prefix set not null,
            add constraint pools_prefix_once unique (prefix),
            add constraint pools_prefix_not_empty check (prefix <> '')
        """
    )
