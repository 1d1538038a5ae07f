"""Escrow of a claim: held, settled at write-off, topped up and released.

A claim of a programme with escrow that was approved or paid before this stays as it was booked.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

_CLAIMS = (
    """
    alter table claims
        drop constraint claims_state,
        drop constraint claims_approved,
        drop constraint claims_paid,
        drop constraint claims_written_off
    """,
    """
    alter table claims
        add column escrow boolean not null default false,
        add column escrowed_on date,
        add column held_fen bigint not null default 0 check (held_fen >= 0),
        add column net_loss_fen bigint check (net_loss_fen >= 0),
        add column loss_lowered_fen bigint not null default 0 check (loss_lowered_fen >= 0),
        add column loss_reason text not null default '',
        add column loss_difference text not null default '',
        add column loss_papers jsonb not null default '[]',
        add column settled_on date,
        add column released_fen bigint not null default 0 check (released_fen >= 0),
        add column added_fen bigint not null default 0 check (added_fen >= 0)
    """,
    """
    alter table claims
        add constraint claims_state check (state in (
            'draft', 'submitted', 'returned', 'withdrawn', 'reviewed', 'approved', 'held', 'paid',
            'written_off', 'escrowed', 'loss_reported', 'settled', 'reversed', 'refused',
            'appealed', 'refused_finally')),
        add constraint claims_approved check (
            (state in ('approved', 'held', 'paid', 'written_off', 'escrowed', 'loss_reported',
                       'settled', 'reversed')) = (approved_on is not null)),
        add constraint claims_paid check (
            (state in ('paid', 'written_off', 'settled')) = (paid_on is not null)
            or state = 'reversed'),
        add constraint claims_written_off check (
            (state in ('written_off', 'loss_reported', 'settled')) = (written_off_on is not null)
            or state = 'reversed'),
        add constraint claims_escrowed check (
            ((state in ('escrowed', 'loss_reported', 'settled')) = (escrowed_on is not null)
             or state = 'reversed')
            and (escrow or escrowed_on is null)),
        add constraint claims_loss_reported check (
            (written_off_on is not null and escrow) = (net_loss_fen is not null)),
        add constraint claims_settled check (
            (state = 'settled') = (settled_on is not null) or state = 'reversed'),
        add constraint claims_held check (
            held_fen = 0 or state in ('escrowed', 'loss_reported'))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in _CLAIMS:
        op.execute(statement)
