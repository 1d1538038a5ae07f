"""A loan is renewed by another one: its case names the case that it renews.

The rights of the renewed loan stand in two places of the register of held rights while both are
live, the second of them for its own chain alone: whoever else comes asks for the first, which is
never empty while the second is taken.

Revision ID: 0041
"""

from alembic import op

revision = "0041"
down_revision = "0024"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table applications add column renews uuid references applications")
    op.execute(
        "alter table applications add constraint applications_renew_another"
        " check (renews is distinct from id)"
    )
    # Whatever comes of two renewals of a loan at once, one of them stands.
    op.execute(
        "create unique index applications_renewed_once on applications (renews)"
        " where renews is not null and state not in"
        " ('returned_for_correction', 'rejected', 'withdrawn', 'expired')"
    )
    op.execute(
        "create index applications_renewals on applications (renews) where renews is not null"
    )
    op.execute("alter table held_rights add column place smallint not null default 0")
    op.execute(
        "alter table held_rights add constraint held_rights_place check (place between 0 and 1)"
    )
    op.execute("alter table held_rights drop constraint held_rights_pkey")
    op.execute("alter table held_rights add primary key (kind, number, nice_class, place)")
