"""Costs by kind, and adjustments that book back."""

from alembic import op

revision = "0010"
down_revision = "0009"

_HOUSE_ONLY = "current_setting('zhidai.institution', true) = '*'"
_OWN_ROWS = f"""
    {_HOUSE_ONLY} or bank_code = current_setting('zhidai.institution', true)
"""

_TRIALS = (
    # What a person was shown who may decide a recovery or an adjustment: a decision that names
    # another one is told both.
    """
    create table shown_trials (
        case_id uuid not null,
        id text not null,
        figures jsonb not null,
        shown_to text not null,
        shown_at timestamptz not null default now(),
        primary key (case_id, id)
    )
    """,
    "alter table shown_trials enable row level security",
    f"create policy house_only on shown_trials using ({_HOUSE_ONLY})",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in (*_TRIALS,):
        op.execute(statement)
