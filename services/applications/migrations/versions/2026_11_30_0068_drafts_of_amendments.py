"""A draft may be of what a case is to say next: amended before its review, or mended.

Revision ID: 0068
"""

from alembic import op

revision = "0068"
down_revision = "0067"

_STEPS = (
    "alter table application_drafts add column amends uuid references applications",
    "alter table application_drafts add column amends_revision integer",
    """
    alter table application_drafts add constraint application_drafts_amends_check
        check ((amends is null) = (amends_revision is null)
               and (amends is null or application_id is null or application_id = amends))
    """,
    # A case begins with one draft, and may be amended by many, one after the other.
    "alter table application_drafts drop constraint application_drafts_application_id_key",
    """
    create unique index application_drafts_began on application_drafts (application_id)
        where amends is null
    """,
    """
    create unique index application_drafts_open on application_drafts (amends)
        where application_id is null
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
