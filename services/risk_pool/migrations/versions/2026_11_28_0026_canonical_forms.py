"""Numbers and names are compared in one canonical form; what was written is kept beside it.

Rows that turn out to be the same in another spelling are named in `canonical_collisions`. The older
indexes stay, and rows without a form are passed over, so that a version that runs meanwhile goes on
working.
"""

from alembic import op

from shared import canonical
from shared.postgres.canonical_columns import add_canonical, create_collisions, tell_apart

revision = "0026"
down_revision = "0025"

_LIVE_RECOVERY = "state in ('reported', 'returned', 'confirmed')"
_LIVE_ACCOUNT = "state in ('entered', 'in_use')"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    create_collisions(op)

    add_canonical(op, "coverages", "borrower_name", canonical.name)
    add_canonical(op, "coverages", "(attributes->>'park')", canonical.name, column="park_canonical")
    add_canonical(op, "agreed_figures", "reference", canonical.number)

    add_canonical(op, "recoveries", "reference", canonical.number)
    tell_apart(
        op, "recoveries", "reference", within=["bank_code"], order="id", where=_LIVE_RECOVERY
    )
    op.execute(
        f"""
        create unique index recoveries_reference_canonical
            on recoveries (bank_code, reference_canonical)
            where reference_canonical <> '' and {_LIVE_RECOVERY}
        """
    )

    add_canonical(op, "cash_entries", "bank_reference", canonical.number)
    op.execute(
        "create index cash_entries_canonical on cash_entries (pool_code, bank_reference_canonical)"
    )

    add_canonical(op, "pool_accounts", "account_number", canonical.account)
    tell_apart(op, "pool_accounts", "account_number", within=[], order="id", where=_LIVE_ACCOUNT)
    op.execute(
        f"""
        create unique index pool_accounts_number_canonical
            on pool_accounts (account_number_canonical)
            where account_number_canonical <> '' and {_LIVE_ACCOUNT}
        """
    )
