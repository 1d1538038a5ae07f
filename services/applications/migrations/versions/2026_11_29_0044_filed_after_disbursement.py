"""Loans that are filed after they were paid out: what their banks state of them and of their pledges.

Revision ID: 0044
"""

from alembic import op

revision = "0044"
down_revision = "0056"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table applications add column paid_out jsonb")
    op.execute("alter table collateral add column registration jsonb")
    # Of a bank's loans each has one number; looked for whenever one is filed.
    op.execute(
        """
        create index applications_filed_loan_nos
        on applications (bank_code, (paid_out ->> 'loan_no_canonical'))
        where paid_out is not null
        """
    )
