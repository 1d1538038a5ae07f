"""When a receiver of people may be told; what is urgent waits for no hours.

Revision ID: 2026_11_29_0074
"""

from alembic import op

revision = "2026_11_29_0074"
down_revision = "2026_11_30_0072"

_STEPS = (
    # Receivers from before are told at any hour, as until now.
    """
    alter table receivers
        add column quiet_from time,
        add column quiet_until time,
        add column working_days_only boolean not null default false,
        add constraint quiet_hours_have_two_ends
            check ((quiet_from is null) = (quiet_until is null) and quiet_from <> quiet_until),
        add constraint machines_have_no_hours
            check (for_people or quiet_from is null and not working_days_only)
    """,
    "alter table messages add column urgent boolean not null default false",
    """
    alter table deliveries
        add column urgent boolean not null default false,
        add column held_until timestamptz
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
