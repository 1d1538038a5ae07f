"""The table of waits, in a service's own database."""

from typing import Any

from shared.postgres.pool_policies import by_column

_TABLES = (
    """
    create table waits (
        id uuid primary key default gen_random_uuid(),
        case_kind text not null,
        case_id uuid not null,
        step text not null,
        state text not null,
        roles text[] not null,
        bank_code text not null,
        pool_code text not null,
        number text not null,
        loan_id uuid,
        firm text not null,
        amount_fen bigint,
        person text not null,
        person_name text not null,
        due_on date,
        what_zh text not null,
        what_en text not null,
        rule text not null,
        page text not null,
        since timestamptz not null,
        set_at timestamptz not null,
        told smallint not null default 0,
        ended_at timestamptz,
        ended text check (ended in ('met', 'stopped')),
        check ((ended_at is null) = (ended is null))
    )
    """,
    "create unique index waits_open on waits (case_kind, case_id, step) where ended_at is null",
    "create index waits_due on waits (due_on, id) where ended_at is null",
    "create index waits_of_case on waits (case_id)",
    # What was seen to be done is not looked for again.
    "create index waits_met on waits (case_kind, number, bank_code) where ended = 'met'",
    "alter table waits enable row level security",
    # A case of the bureau's own names no bank; who moves it on for a bank may do so.
    """
    create policy own_rows on waits using (
        current_setting('zhidai.institution', true) = '*' or bank_code = ''
        or bank_code = current_setting('zhidai.institution', true))
    """,
    # What waited before there was this table is entered once, by the service when it starts.
    "create table waits_to_fill (since timestamptz primary key default now())",
)


def create_tables(op: Any, *, cases: str) -> None:
    """The waits of a service, in a migration (`op` is Alembic's). `cases` is a table that has rows
    where the service has worked already."""
    for statement in _TABLES:
        op.execute(statement)
    by_column(op, "waits")
    op.execute(f"insert into waits_to_fill select now() where exists (select from {cases})")


def find_by_age(op: Any) -> None:
    """An index by which ended waits are thrown away."""
    op.execute("create index waits_ended on waits (ended_at) where ended_at is not null")


def hold_by_bank(op: Any) -> None:
    """A bank sees its own rows and no others: neither those of cases that are no bank's. Moves write
    them with the eyes of the house (`kept.py`), whoever makes them."""
    op.execute("drop policy own_rows on waits")
    op.execute(
        """
        create policy own_rows on waits using (
            current_setting('zhidai.institution', true) = '*'
            or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
        """
    )


def find_by_day_and_bank(op: Any) -> None:
    """Indexes of the open waits in the order in which they are listed, of all and of each bank."""
    order = "(coalesce(due_on, '9999-12-31'::date)), id"
    op.execute(f"create index waits_in_order on waits ({order}) where ended_at is null")
    op.execute(f"create index waits_of_bank on waits (bank_code, {order}) where ended_at is null")


_ROLES = (
    "admin", "approver", "auditor", "finance_checker", "finance_maker", "leader", "pool_manager",
    "reviewer",
)  # fmt: skip


def find_by_role(op: Any) -> None:
    """Indexes of the open waits of each role of the bureau and who has them in hand, and of those for
    a bank's people, in the order in which they are listed."""
    order = "(coalesce(due_on, '9999-12-31'::date)), id"
    for role in _ROLES:
        op.execute(
            f"create index waits_of_{role} on waits (person, {order})"
            f" where ended_at is null and '{role}' = any (roles)"
        )
    op.execute(
        f"create index waits_for_banks on waits (bank_code, {order})"
        " where ended_at is null and roles && array['bank_checker', 'bank_operator']"
    )
