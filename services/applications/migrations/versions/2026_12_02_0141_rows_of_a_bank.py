"""A bank's rows, and those of a day, are found without reading others'.

Revision ID: 0141
"""

from alembic import op

from shared.waits.tables import find_by_day_and_bank

revision = "0141"
down_revision = "0140"

_INDEXES = (
    "create index applications_of_bank_by_submission on applications (bank_code, submitted_at, id)",
    "create index applications_to_undo on applications (id) where undo_asked_by is not null",
    "create index loans_of_bank on loans (bank_code, application_id)",
    "create index pledges_by_day on pledge_registrations (registered_on, bank_code)",
    "create index pledges_of_bank on pledge_registrations (bank_code, registered_on)",
    "create index pledge_moves_by_day on case_moves ((detail ->> 'on'), bank_code)"
    " where case_kind = 'pledge'",
    # What a bank's quality of data is counted by.
    "create index case_moves_of_bank on case_moves (bank_code, at) where case_kind = 'application'"
    " and action in ('submit', 'resubmit', 'return', 'recommend', 'reject', 'disburse', 'draw')",
    "create index positions_of_bank on positions (bank_code, reported_at)",
    "create index borrowers_by_code on borrowers (uscc)",
    "create index right_statements_of_bank on right_statements (bank_code, kind, number, nice_class)",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for index in _INDEXES:
        op.execute(index)
    find_by_day_and_bank(op)
