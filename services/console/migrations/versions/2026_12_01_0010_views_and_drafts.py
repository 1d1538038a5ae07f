"""Views of lists that people keep, each person's usual one, and what was typed and not yet sent.

Revision ID: 2026_12_01_0010
"""

from alembic import op

revision = "2026_12_01_0010"
down_revision = "2026_11_30_0001"


def upgrade() -> None:
    op.execute(
        """
        create table list_views (
            id uuid primary key,
            list text not null,
            subject text not null,
            institution text not null,
            owner text not null,
            name text not null check (length(name) between 1 and 40),
            query text not null check (length(query) <= 2000),
            is_shared boolean not null,
            saved_at timestamptz not null,
            constraint list_views_named_once unique (subject, list, name)
        )
        """
    )
    op.execute("create index list_views_shared on list_views (institution, list) where is_shared")
    op.execute(
        """
        create table usual_views (
            subject text not null,
            list text not null,
            view_id uuid not null references list_views on delete cascade,
            primary key (subject, list)
        )
        """
    )
    op.execute("create index usual_views_of_view on usual_views (view_id)")
    op.execute(
        """
        create table drafts (
            subject text not null,
            place text not null check (length(place) <= 300),
            words text not null,
            kept_at timestamptz not null,
            primary key (subject, place)
        )
        """
    )
    op.execute("create index drafts_kept on drafts (kept_at)")
