"""A waiting line for capacity; breakers moved by hand; silence is counted."""

from alembic import op

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


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _EVALUATIONS:
        op.execute(statement)
