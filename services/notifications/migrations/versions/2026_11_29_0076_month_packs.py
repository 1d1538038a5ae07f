"""People may have a month's pack: a letter with a workbook when the month is posted.

Revision ID: 2026_11_29_0076
"""

from alembic import op

revision = "2026_11_29_0076"
down_revision = "2026_11_29_0075"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter table receivers add column month_pack boolean not null default false, "
        "add constraint packs_go_by_mail check (not month_pack or channel = 'email')"
    )
