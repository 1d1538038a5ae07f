"""Numbers and names are compared in one canonical form; what was written is kept beside it.

Rows that turn out to be the same in another spelling are named in `canonical_collisions`: the first
one keeps the form. A right that two live cases hold stays held by both. The older indexes stay, and
rows without a form are passed over, so that a version that runs meanwhile goes on working.
"""

from alembic import op
from sqlalchemy import text

from shared import canonical
from shared.identifiers import InvalidIdentifier
from shared.postgres.canonical_columns import add_canonical, create_collisions, tell_apart
from shared.rights import read_right

revision = "0008"
down_revision = "0007"

_ENQUIRIES = (
    # What a bank has asked of rights, kept for whoever watches over the asking. Written once.
    """
    create table right_enquiries (
        id uuid primary key,
        bank_code text not null,
        subject text not null,
        name text not null,
        asked_at timestamptz not null,
        rights integer not null check (rights > 0),
        pledged integer not null check (pledged between 0 and rights),
        answers jsonb not null
    )
    """,
    "create index right_enquiries_of_bank on right_enquiries (bank_code, asked_at)",
    "alter table right_enquiries enable row level security",
    """
    create policy own_bank on right_enquiries
        using (current_setting('zhidai.institution', true) in ('*', bank_code))
    """,
    """
    create trigger only_added_to before update or delete on right_enquiries
        for each statement execute function refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    create_collisions(op)

    add_canonical(op, "applications", "borrower_name", canonical.name)
    add_canonical(op, "loans", "loan_no", canonical.number)
    tell_apart(op, "loans", "loan_no", within=["bank_code"], order="application_id")
    op.execute(
        """
        create unique index loans_number_once on loans (bank_code, loan_no_canonical)
            where loan_no_canonical <> ''
        """
    )

    add_canonical(op, "draws", "reference", canonical.number)
    tell_apart(
        op, "draws", "reference",
        within=["bank_code"], order="reported_at, draw_no", where="undone_on is null",
    )  # fmt: skip
    op.execute(
        """
        create unique index draws_reference_canonical on draws (bank_code, reference_canonical)
            where undone_on is null and reference_canonical <> ''
        """
    )

    add_canonical(op, "pledge_registrations", "registration_no", canonical.number)
    op.execute(
        "create index pledges_by_canonical on pledge_registrations (registration_no_canonical)"
    )

    add_canonical(op, "banks", "code", canonical.plain)
    tell_apart(op, "banks", "code", within=[], order="created_at, code")
    op.execute(
        """
        create unique index banks_code_canonical on banks (code_canonical)
            where code_canonical <> ''
        """
    )

    _rights_in_their_form()
    op.execute("create index collateral_number on collateral (number)")
    for statement in _ENQUIRIES:
        op.execute(statement)


def _rights_in_their_form() -> None:
    """Numbers of rights were kept in an older form: trademarks, copyrights and opaque ones differ."""
    conn = op.get_bind()
    known = conn.execute(text("select distinct kind, number from collateral")).all()
    changed = [(kind, old, new) for kind, old in known if (new := _form(kind, old)) != old]
    for kind, old, new in changed:
        both = {"kind": kind, "old": old, "new": new}
        conn.execute(
            text("update collateral set number = :new where kind = :kind and number = :old"), both
        )
        conn.execute(
            text(
                """
                insert into canonical_collisions (found_in, canonical, written)
                select 'held_rights', :kind || ' ' || :new, array_agg(a.number)
                from held_rights as h join applications as a on a.id = h.application_id
                where h.kind = :kind and h.number in (:old, :new)
                group by h.nice_class having count(*) > 1
                """
            ),
            both,
        )
        conn.execute(
            text(
                """
                update held_rights as h set number = :new
                where h.kind = :kind and h.number = :old and not exists (
                    select from held_rights as other
                    where (other.kind, other.number, other.nice_class)
                        = (:kind, :new, h.nice_class)
                )
                """
            ),
            both,
        )


def _form(kind: str, number: str) -> str:
    """The number in its form of today; as it is, where no register would have given it out."""
    try:
        return read_right(kind, number).number
    except InvalidIdentifier:
        return number
