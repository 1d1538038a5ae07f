"""One history for coverages, claims, recoveries and settlements, each move at its version."""

from alembic import op

from shared import transitions

revision = "0003"
down_revision = "0002"

_COPY = (
    """
    insert into case_moves (case_kind, case_id, version, bank_code, source, target, action, role,
                            subject, name, reason, at)
    select case_kind, case_id, row_number() over (partition by case_id order by id), bank_code,
           source, target, action, role, subject, name, reason, at
    from old_case_moves
    """,
    """
    insert into case_moves (case_kind, case_id, version, bank_code, source, target, action, role,
                            subject, name, reason, detail, at)
    select 'coverage', loan_id, row_number() over (partition by loan_id order by id), bank_code,
           source, target, action, role, subject, name, reason,
           jsonb_build_object('amount_fen', amount_fen), at
    from coverage_moves
    """,
    "drop table old_case_moves",
    "drop table coverage_moves",
    "alter table coverages add column state_since timestamptz, add column due_on date",
    "update coverages set state_since = changed_at",
    "alter table coverages alter column state_since set not null",
    "alter table settlements add column due_on date",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table case_moves rename to old_case_moves")
    op.execute("alter index case_moves_pkey rename to old_case_moves_pkey")
    transitions.create_tables(op)
    for statement in _COPY:
        op.execute(statement)
    op.execute("select only_to_be_added_to('case_moves')")
