"""Sessions of people's browsers, and logout tokens that were heard.

Revision ID: 2026_11_30_0001
"""

from alembic import op

revision = "2026_11_30_0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        create table sessions (
            key bytea primary key check (length(key) = 32),
            number uuid not null unique,
            subject text not null,
            account text not null,
            name text not null,
            provider_session text not null,
            browser text not null,
            started_at timestamptz not null,
            seen_at timestamptz not null,
            person text not null,
            rest text not null,
            form text not null,
            ended_at timestamptz,
            ended_by text not null,
            constraint sessions_ended_without_tokens check (ended_at is null or person = '')
        )
        """
    )
    op.execute("create index sessions_of_person on sessions (subject) where ended_at is null")
    op.execute("create index sessions_begun on sessions (started_at)")
    op.execute("create table logout_tokens (id text primary key, until timestamptz not null)")
