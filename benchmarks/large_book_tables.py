"""Which tables the large book fills, and how a copied row differs from the one that it is a copy of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import asyncpg

NEW_POOLS: Final = 199
"""As many again for each of the demo's pools."""
NEW_BANKS: Final = 294
NEW_PEOPLE: Final = 500
"""In the place of each of the demo's people: nobody takes half a million steps in a year."""

FUNCTIONS: Final = f"""
create function pg_temp.book_id(id uuid, k integer) returns uuid immutable language sql as
    $$ select overlay(id::text placing 'b00b00' || lpad(to_hex(k), 6, '0') from 25)::uuid $$;
create function pg_temp.book_uscc(uscc text, k integer) returns text immutable language sql as
    $$ select left(uscc, 8) || case when k < 4096 then 'Z' else 'S' end
              || upper(lpad(to_hex(k % 4096), 3, '0')) || right(uscc, 6) $$;
create function pg_temp.book_pool(code text, k integer) returns text immutable language sql as
    $$ select case when k % 4 = 0 or code = '' then code else code || '_' || k % {NEW_POOLS} end $$;
create function pg_temp.book_bank(code text, k integer) returns text immutable language sql as
    $$ select case when k % 4 = 0 or code in ('', '*') then code
              else 'B' || lpad((k % {NEW_BANKS})::text, 3, '0') end $$;
create function pg_temp.book_person(subject text, k integer) returns text immutable language sql as
    $$ select case when subject = 'system' or k % {NEW_PEOPLE} = 0 then subject
              else subject || '-' || k % {NEW_PEOPLE} end $$;
"""
"""`k` is the number of the copy; each fourth stays where it is. An id of a copy has a mark that no other
has: without it the copy of that number would now and then be the original. No credit code has a Z or an S, so none of
a copy is one of the demo's."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A table, the case to which a row `t` of it belongs, and what its columns are if not what their
    names say."""

    name: str
    case: str
    columns: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"


# In an order: which row comes first without one may change while a join asks for each pair.
def _of(key: str, table: str, wanted: str = "loan_id", its: str = "id") -> str:
    return f"(select {wanted} from {table} as o where o.{its} = t.{key} order by 1 limit 1)"


def _named(table: str, case: str) -> Copied:
    """The names of firms: each as often as the one of its cases that has the most copies."""
    return Copied(
        name="known_names",
        case=f"(select o.{case} from {table} as o join book_cases as of_it on of_it.id = o.{case}"
        f" where o.borrower_name_canonical = t.name order by of_it.copies desc, 1 limit 1)",
        columns={"name": "t.name || 'K' || k"},
    )


# Names come first: those of the copies are many.
APPLICATIONS: Final = (
    _named("applications", "id"),
    Copied(name="applications", case="t.id"),
    Copied(
        name="borrowers",
        case=_of("uscc", "applications", "id", "borrower_uscc"),
        columns={"name": "t.name || k"},
    ),
    Copied(name="collateral", case="t.application_id"),
    Copied(name="valuations", case="t.application_id"),
    Copied(
        name="documents", case="t.application_id", where="b.copies < 2000 or t.document_no <= 2"
    ),
    Copied(name="superseded_revisions", case="t.application_id"),
    Copied(
        name="case_moves",
        case="coalesce((select application_id from pledge_registrations as p where p.id = t.case_id),"
        " t.case_id)",
        columns={"subject": "pg_temp.book_person(t.subject, k)"},
    ),
    Copied(name="case_looks", case="t.application_id"),
    Copied(name="loans", case="t.application_id"),
    Copied(name="positions", case="t.loan_id"),
    Copied(name="pledge_registrations", case="t.application_id"),
    Copied(name="held_rights", case="t.application_id"),
    Copied(
        name="rights",
        case="(select application_id from collateral as c"
        " where (c.kind, c.number, c.nice_class) = (t.kind, t.number, t.nice_class) order by 1 limit 1)",
    ),
    Copied(name="right_statements", case="t.application_id"),
    Copied(name="right_alerts", case="t.application_id"),
    Copied(name="waits", case="coalesce(t.loan_id, t.case_id)"),
)
_CLAIM: Final = _of("claim_id", "claims")
RISK_POOL: Final = (
    _named("coverages", "loan_id"),
    Copied(name="coverages", case="t.loan_id"),
    Copied(name="positions", case="t.loan_id"),
    Copied(name="loan_pledges", case="t.loan_id"),
    Copied(
        name="warnings",
        case="t.loan_id",
        columns={"about": "replace(t.about, t.loan_id::text, pg_temp.book_id(t.loan_id, k)::text)"},
    ),
    Copied(name="claims", case="t.loan_id"),
    Copied(name="claim_payments", case=_CLAIM),
    Copied(name="claim_shares", case=_CLAIM),
    Copied(name="claim_limits", case=_CLAIM),
    Copied(name="claim_steps", case=_CLAIM),
    Copied(name="recoveries", case="t.loan_id"),
    Copied(name="recovery_shares", case=_CLAIM),
    Copied(
        name="case_moves",
        case="coalesce((select loan_id from claims as o where o.id = t.case_id),"
        " (select loan_id from warnings as o where o.id = t.case_id),"
        " (select loan_id from recoveries as o where o.id = t.case_id), t.case_id)",
        columns={"subject": "pg_temp.book_person(t.subject, k)"},
    ),
    Copied(name="waits", case="coalesce(t.loan_id, t.case_id)"),
    Copied(name="settlement_lines", case="t.loan_id", where="k % 4 = 0"),
)
NOTIFICATIONS: Final = (
    Copied(
        name="messages",
        case="t.loan_id",
        where="b.copies < 2000 and k <= 100",
        columns={
            "institution": "case when t.institution = t.bank_code"
            " then pg_temp.book_bank(t.institution, k) else t.institution end",
            "payload": "'{}'::bytea",
            "link": "replace(t.link, t.loan_id::text, pg_temp.book_id(t.loan_id, k)::text)",
        },
    ),
    Copied(name="open_deadlines", case="t.case_id"),
)

_KEPT: Final = {"document_id", "explanation_id", "settlement_id", "template_id"}
"""Ids of what belongs to no case."""
_NUMBERS: Final = {
    "number", "loan_no", "loan_number", "claim_number", "registration_no",
}  # fmt: skip
_CANONICAL: Final = {
    "reference", "number_canonical", "loan_no_canonical", "registration_no_canonical", "reference_canonical",
    "borrower_name", "borrower_name_canonical", "owner_name", "owner_name_canonical", "firm",
}  # fmt: skip
_USCC: Final = {"uscc", "borrower_uscc", "owner_uscc"}


def _copied(column: str, kind: str) -> str:
    """The value of a copied row's column, by what columns of that name hold."""
    if column == "pool_code":
        return "pg_temp.book_pool(t.pool_code, k)"
    if column == "bank_code":
        return "pg_temp.book_bank(t.bank_code, k)"
    if column in _USCC:
        return f"pg_temp.book_uscc(t.{column}, k)"
    if kind == "uuid" and column not in _KEPT:
        return f"pg_temp.book_id(t.{column}, k)"
    if column in _NUMBERS and kind == "text":
        return f"t.{column} || 'K' || k"
    if column in _CANONICAL:
        return f"case when t.{column} = '' then '' else t.{column} || 'K' || k end"
    if column == "page":
        return "replace(t.page, t.case_id::text, pg_temp.book_id(t.case_id, k)::text)"
    return f"t.{column}"


async def insertion(conn: asyncpg.Connection, table: Copied) -> str:
    """The statement that copies a table's rows, by the columns that it has in the database."""
    columns = await conn.fetch(
        """select attname as name, format_type(atttypid, null) as kind
           from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
             and attidentity = '' and attgenerated = '' order by attnum""",
        table.name,
    )
    values = [
        table.columns.get(one["name"]) or _copied(one["name"], one["kind"]) for one in columns
    ]
    return f"""
        insert into {table.name} ({", ".join(one["name"] for one in columns)})
        select {", ".join(values)}
        from {table.name} as t join book_cases as b on b.id = {table.case}
        cross join generate_series(1, b.copies) as k
        where {table.where}
        """
