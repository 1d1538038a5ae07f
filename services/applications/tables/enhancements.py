"""Policies and guarantees: what is written of one, and its moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.enhancement import LIFE_CYCLE, NOT_ENDED, Promise
from services.applications.tables.facts import POLICIES
from shared.auth.identity import Identity
from shared.life_cycle import Row, Words
from shared.postgres.touched import touch
from shared.transitions import CaseTable


def _about(row: Row) -> Mapping[str, Any]:
    return {
        "enhancement_id": row["id"],
        "loan_id": row["application_id"],
        "number": row["case_number"] or "",
        "bank_code": "" if row["bank_code"] == "*" else row["bank_code"],
        "pool_code": row["pool_code"] or "",
        "borrower_uscc": row["firm_uscc"],
        "borrower_name": row["firm_name"],
        "form": row["form"],
        "kind": row["kind"],
        "issuer_uscc": row["issuer_uscc"],
        "issuer_name": row["issuer_name"],
        "reference": row["number"],
    }


ENHANCEMENTS: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="enhancement",
    table="enhancements",
    columns={"ended_on": "date"},
    touches=dict.fromkeys(NOT_ENDED, POLICIES),
    loan="application_id",
    about=_about,
    absent=Words("没有这份保单或担保", "There is no such policy or guarantee."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnhancement:
    """A policy or a guarantee as it is recorded, beside its first version."""

    id: UUID
    form: str
    kind: str
    bank_code: str
    application_id: UUID | None
    firm_uscc: str
    firm_name: str
    issuer_uscc: str
    issuer_name: str
    number: str
    number_canonical: str
    renews: UUID | None = None
    first_id: UUID | None = None
    backs: UUID | None = None


_NAMES: Final = tuple(NewEnhancement.__dataclass_fields__)
_INSERT: Final = f"""
insert into enhancements ({", ".join(_NAMES)}, state, state_since, recorded_by, recorded_name,
                          recorded_at)
values ({", ".join(f"${n}" for n in range(1, len(_NAMES) + 1))}, ${len(_NAMES) + 1},
        ${len(_NAMES) + 2}, ${len(_NAMES) + 3}, ${len(_NAMES) + 4}, ${len(_NAMES) + 2})
on conflict do nothing returning true
"""
_LOCKED: Final = """
select e.*, a.number as case_number, a.pool_code
from enhancements as e left join applications as a on a.id = e.application_id
where e.id = $1 and e.form = $2 and ($3 = '*' or e.bank_code = $3) for update of e
"""


async def insert(
    conn: asyncpg.Connection, new: NewEnhancement, *, state: str, by: Identity, now: datetime
) -> bool:
    """Keep it; False where its issuer has given the number out already, or the policy it renews
    has been renewed."""
    kept: bool | None = await conn.fetchval(
        _INSERT, *(getattr(new, name) for name in _NAMES), state, now, by.subject, by.name
    )
    if kept and new.renews is not None:
        renewed = "select application_id from enhancements where id = $1"
        touch(conn, POLICIES, loans=[await conn.fetchval(renewed, new.renews)])
    return bool(kept)


async def add_version(
    conn: asyncpg.Connection, row: Row, no: int, promise: Promise, *, reason: str, by: Identity,
    now: datetime,
) -> None:  # fmt: skip
    """A version beside those there are, of a locked row."""
    await conn.execute(
        """insert into enhancement_versions
               (enhancement_id, version_no, bank_code, effective_on, begins_on, ends_on, amount_fen,
                ratio_bp, price_fen, price_borne_by, beneficiary_bank, document_id, reason, said_by,
                said_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
        row["id"], no, row["bank_code"], promise.effective_on, promise.begins_on, promise.ends_on,
        promise.amount_fen, promise.ratio_bp, promise.price_fen, promise.price_borne_by,
        promise.beneficiary_bank, promise.document_id, reason, by.subject, by.name, now,
    )  # fmt: skip
    touch(conn, POLICIES, loans=[row["application_id"]])


async def locked(
    conn: asyncpg.Connection, enhancement_id: UUID, *, form: str, institution: str
) -> asyncpg.Record | None:
    """The row of one of a form, locked, with its case's number and pool."""
    return await conn.fetchrow(_LOCKED, enhancement_id, form, institution)
