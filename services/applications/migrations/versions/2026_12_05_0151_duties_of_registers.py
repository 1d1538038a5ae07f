"""What the registers have still to enter is kept, by its last day.

What is open already is entered by the service, some cases at a time, when it starts.

Revision ID: 0151
"""

from alembic import op

from shared.postgres import estimated_policies, pool_policies

revision = "0151"
down_revision = "0150"

_STEPS = (
    """
    create table register_duties (
        application_id uuid not null references applications (id),
        collateral_no integer not null,
        duty text not null check (duty in ('register', 'extend', 'change', 'cancel')),
        bank_code text not null,
        pool_code text not null,
        since date not null,
        is_fixed boolean not null,
        due_on date not null,
        name_before text,
        name_after text,
        primary key (application_id, collateral_no, duty)
    )
    """,
    """
    create index register_duties_by_day
        on register_duties (due_on, application_id, collateral_no, duty)
    """,
    """
    create index register_duties_of_bank
        on register_duties (bank_code, due_on, application_id, collateral_no, duty)
    """,
    "alter table register_duties enable row level security",
    """
    create policy own_bank on register_duties using (
        case when current_setting('zhidai.institution', true) = '*' then true
             else bank_code = current_setting('zhidai.institution', true) end)
    """,
    "create table register_duties_to_count (began_at timestamptz primary key, after uuid)",
    """
    insert into register_duties_to_count (began_at)
    select now() where exists (select from applications)
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for step in _STEPS:
        op.execute(step)
    pool_policies.by_column(op, "register_duties")
    estimated_policies.choose(op)
