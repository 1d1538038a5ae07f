"""Loans are found by the names of their firms, by any part of them, and by each of their numbers.

Writes to a table wait until its indexes are built and all is committed: half a minute with 600,000 coverages,
on two cores.

Revision ID: 0150
"""

from alembic import op

from shared.postgres import known_names

revision = "0150"
down_revision = "0141"

_INDEXES = (
    "create index coverages_by_number on coverages (number)",
    "create index coverages_by_loan_no on coverages (loan_no) where loan_no is not null",
    "create index coverages_by_firm on coverages (borrower_uscc)",
    # Where a bank takes part, with its lines and breakers.
    "create index parties_by_code on parties (code, pool_code)",
    "create index agreements_of_bank on agreements (bank_code, pool_code, valid_from)",
    "create index breakers_of_bank on breakers (bank_code, pool_code)",
    # What was lent and claimed in a stretch of days, of a pool and of a bank in it.
    "create index coverages_by_disbursement on coverages (pool_code, disbursed_on)",
    "create index coverages_of_bank_by_disbursement on coverages (bank_code, pool_code, disbursed_on)",
    "create index claims_of_pool_by_day on claims (pool_code, claimed_on)",
    # Loans in cover of which a part is still to be drawn.
    "create index coverages_undrawn on coverages (pool_code) include (reserved_fen)"
    " where state in ('active') and reserved_fen > 0",
    # What was booked in another month than the one in which it was received.
    """
    create index recoveries_late on recoveries (pool_code, booked_on)
        where date_trunc('month', received_on::timestamp) <> date_trunc('month', booked_on::timestamp)
    """,
    # What waits for its public notice, in the order of filing.
    "create index claims_before_notice on claims (pool_code, filed_at, number)"
    " where next_step = 'public_notice'",
    "create index coverages_by_name on coverages (borrower_name_canonical)",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    known_names.create(op, said="select borrower_name_canonical as name from coverages")
    for index in _INDEXES:
        op.execute(index)
