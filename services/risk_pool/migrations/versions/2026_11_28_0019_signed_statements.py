"""A statement that was signed is kept as it was signed: signing again would give other bytes."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        create table signed_statements (
            settlement_id uuid not null references settlements,
            party_code text not null,
            language text not null check (language in ('zh', 'en')),
            pdf bytea not null,
            certificate_sha256 bytea not null check (length(certificate_sha256) = 32),
            signed_at timestamptz not null,
            primary key (settlement_id, party_code, language)
        )
        """
    )
    op.execute("select only_to_be_added_to('signed_statements')")
    op.execute("alter table signed_statements enable row level security")
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    op.execute(
        """create policy own_rows on signed_statements using (
               current_setting('zhidai.institution', true) = '*'
               or (party_code <> ''
                   and party_code = current_setting('zhidai.institution', true)))"""
    )
