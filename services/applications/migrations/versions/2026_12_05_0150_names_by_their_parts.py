"""Searches begin with the names that were said, and with numbers by their beginning.

Names are gathered first, which keeps nobody waiting; then writes to a table wait until its indexes are built
and all is committed: half a minute with a million cases, on two cores.

Revision ID: 0150
"""

from alembic import op

from shared.postgres import known_names

revision = "0150"
down_revision = "0141"

_SAID = """
    select borrower_name_canonical as name from applications
    union all select owner_name_canonical from right_statements
    union all select name_canonical from right_statements
"""
_LENT = "'claimed', 'disbursed', 'overdue'"
_INDEXES = (
    'create index applications_by_number on applications (number collate "C")',
    "create index applications_by_name on applications (borrower_name_canonical)",
    'create index borrowers_by_beginning on borrowers (uscc collate "C")',
    'create index right_statements_by_beginning on right_statements (owner_uscc collate "C")'
    " where owner_uscc is not null",
    "create index right_statements_by_owner on right_statements (owner_name_canonical)",
    "create index right_statements_by_name on right_statements (name_canonical)",
    "create index loans_by_number on loans (loan_no_canonical)",
    # Loans that are out, beside all that ever were.
    f"create index applications_lent on applications (id) where state in ({_LENT})",
    f"create index applications_lent_by_bank on applications (bank_code, id) where state in ({_LENT})",
    # What cases are counted by, in the order of a list that had this index without them.
    "drop index applications_by_submission",
    "create index applications_by_submission on applications (submitted_at, id)"
    " include (pool_code, bank_code, state, amount_fen, approved_on)",
    "create index case_moves_announced on case_moves (case_id)"
    " where version = 1 and action = 'announce'",
    # Firms and owners in the order of their codes, read from the index alone.
    "drop index borrowers_by_code",
    "create index borrowers_by_code on borrowers (uscc, bank_code)",
    "create index right_statements_by_code on right_statements (owner_uscc, bank_code)"
    " where owner_uscc is not null and owner_name is not null",
    # Owners of rights in the order of their codes, of a bank or the bureau.
    "create index right_statements_of_owners on right_statements (bank_code, owner_uscc)"
    " where owner_uscc is not null and owner_name is not null",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    known_names.create(op, said=_SAID)
    for index in _INDEXES:
        op.execute(index)
