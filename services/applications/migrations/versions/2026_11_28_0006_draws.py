"""Loans are paid out in parts.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"

_STEPS = (
    # What of the approved amount may still be drawn, and until when; and which draw the bank says
    # was never paid out (none: it is the disbursement itself that `undo_asked_by` speaks of).
    """
    alter table applications
        add column drawable_fen bigint not null default 0 check (drawable_fen >= 0),
        add column draws_until date,
        add column undo_draw_no integer check (undo_draw_no > 1)
    """,
    """
    alter table applications add constraint applications_draws_end
        check (drawable_fen = 0 or draws_until is not null)
    """,
    """
    create index applications_draws on applications (draws_until, id) where drawable_fen > 0
    """,
    # Beside the disbursement, which is the first draw. Of the case and not of its loan, so that a
    # number stays given when the disbursement is undone.
    """
    create table draws (
        loan_id uuid not null references applications,
        draw_no integer not null check (draw_no > 1),
        bank_code text not null,
        amount_fen bigint not null check (amount_fen > 0),
        drawn_on date not null,
        reference text not null check (reference <> ''),
        reported_by text not null,
        reported_at timestamptz not null,
        undone_on date,
        undo_reason text not null default '',
        primary key (loan_id, draw_no)
    )
    """,
    """
    create unique index draws_reference on draws (bank_code, reference) where undone_on is null
    """,
    "alter table draws enable row level security",
    """
    create policy own_bank on draws
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
