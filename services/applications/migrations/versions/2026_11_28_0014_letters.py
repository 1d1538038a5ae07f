"""Notes within the bureau, letters to banks and their answers.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"

_STEPS = (
    # A note's institution is the bureau's, "*": so no bank sees its row.
    """
    create table case_letters (
        id uuid primary key,
        application_id uuid not null references applications,
        bank_code text not null check (bank_code <> ''),
        kind text not null check (kind in ('note', 'letter', 'answer')),
        answers uuid references case_letters,
        text text not null check (text <> ''),
        mentions text[] not null default '{}',
        document_id uuid references stored_documents,
        due_on date,
        subject text not null,
        name text not null,
        at timestamptz not null,
        check ((kind = 'note') = (bank_code = '*')),
        check ((kind = 'answer') = (answers is not null)),
        check (due_on is null or kind = 'letter')
    )
    """,
    "create index case_letters_of on case_letters (application_id, id)",
    "create index case_letters_answers on case_letters (answers) where answers is not null",
    """
    create trigger only_added_to before update or delete on case_letters
        for each statement execute function refuse_change()
    """,
    "alter table case_letters enable row level security",
    """
    create policy own_bank on case_letters
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _STEPS:
        op.execute(statement)
