"""Agreements of membership in the alliance, with versions of their own beside those of cooperation."""

from alembic import op

revision = "0034"
down_revision = "0033"

_STEPS = (
    """
    alter table cooperation_agreements add column purpose text not null default 'cooperation'
        check (purpose in ('cooperation', 'membership'))
    """,
    "drop index cooperation_agreements_one_in_force",
    # A party has one version in force of each.
    """
    create unique index cooperation_agreements_one_in_force
        on cooperation_agreements (pool_code, party_code, purpose) where state = 'in_force'
    """,
    # A membership moves no money.
    """
    alter table cooperation_agreements add constraint cooperation_agreements_membership check (
        purpose = 'cooperation' or num_nonnulls(line_fen, pool_share_fen, minimum_lending_fen,
                                                contribution_share, top_up_below_fen) = 0)
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
