"""An extract's row says whether the register shows a pledge: an own one that it does not is a danger.

Revision ID: 0069
"""

from alembic import op

revision = "0069"
down_revision = "0066"

_STEPS = (
    # Null: the row says nothing of pledges.
    "alter table extract_rows add column shows_pledge boolean",
    "alter table extract_rows disable trigger only_added_to",
    """
    update extract_rows as r set shows_pledge = false
    from extract_differences as d
    where (d.file_id, d.line) = (r.file_id, r.line)
      and d.field = 'pledge_no' and d.theirs = '无'
    """,
    "alter table extract_rows enable trigger only_added_to",
    """
    create index extract_rows_of_rights on extract_rows (kind, number, nice_class, as_of desc)
        where shows_pledge is not null
    """,
    # What the bureau's extract says of a right, the banks know that it is pledged to.
    """
    create policy of_own_rights on extract_rows for select
    using (bank_code = '*' and exists (
        select from collateral as c
        where (c.kind, c.number, c.nice_class)
              = (extract_rows.kind, extract_rows.number, extract_rows.nice_class)
          and c.bank_code = current_setting('zhidai.institution', true)))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
