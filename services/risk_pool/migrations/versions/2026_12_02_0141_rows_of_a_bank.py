"""A bank's rows, and those of a loan, are found without reading others'.

Revision ID: 0141
"""

from alembic import op

from shared.waits.tables import find_by_day_and_bank

revision = "0141"
down_revision = "0140"

_INDEXES = (
    "create index claims_of_bank on claims (bank_code, id)",
    "create index claims_of_bank_by_day on claims (bank_code, (coalesce(claimed_on, '1900-01-01'::date)))",
    "create index claims_of_loan on claims (loan_id)",
    "create index recoveries_of_bank on recoveries (bank_code, id)",
    "create index recoveries_of_loan on recoveries (loan_id)",
    "create index warnings_of_bank on warnings (bank_code, id)",
    "create index coverages_of_bank on coverages (bank_code, loan_id)",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for index in _INDEXES:
        op.execute(index)
    find_by_day_and_bank(op)
