"""Coverages in PostgreSQL, many at a time.

Whoever changes a coverage holds its pool's lock, so no row here is locked by itself. Its state
is written by the life cycle's machine alone (COVERAGES).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import IN_COVER as STATES_IN_COVER
from services.risk_pool.domain.coverage import LIFE_CYCLE, Coverage
from services.risk_pool.domain.coverage_changes import CoverageChange
from services.risk_pool.tables.facts import IN_COVER
from shared import canonical
from shared.life_cycle import Row
from shared.postgres import known_names
from shared.transitions import CaseTable


def whose(coverage: Row) -> Mapping[str, Any]:
    """What every event of a coverage says: whose loan it is about."""
    told = ("pool_code", "loan_id", "number", "bank_code", "borrower_name")
    return {name: coverage[name] for name in told}


COVERAGES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="coverage",
    touches=dict.fromkeys(STATES_IN_COVER, IN_COVER),
    loan="loan_id",
    pool="pool_code",
    table="coverages",
    key="loan_id",
    columns={
        "reserved_fen": "bigint",
        "reserved_until": "date",
        "activated_fen": "bigint",
        "covered_fen": "bigint",
        "outstanding_fen": "bigint",
        "loan_no": "text",
        "disbursed_fen": "bigint",
        "attributes_at_disbursement": "jsonb",
        "disbursed_on": "date",
        "matures_on": "date",
        "draws_until": "date",
        "released_on": "date",
        "release_reason": "text",
        "explanation_id": "uuid",
        "line_place": "integer",
        "position_month": "text",
        "risk_class": "text",
        "overdue_days": "integer",
        "turn": "integer",
        "changed_at": "timestamptz",
    },
    about=whose,
)

_COLUMNS = ", ".join(field.name for field in fields(Coverage))


async def load(conn: asyncpg.Connection, loan_ids: Iterable[UUID]) -> dict[UUID, Coverage]:
    """The coverages of some loans; what has none is left out."""
    rows = await conn.fetch(
        f"select {_COLUMNS} from coverages where loan_id = any($1::uuid[])", list(loan_ids)
    )
    return {row["loan_id"]: Coverage(**row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLoan:
    """A loan whose capacity was decided, and what the decision was by."""

    loan_id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    state: str
    """Where the life cycle leads; a coverage that is there already is moved by the machine."""
    amount_fen: int
    ip_share_bp: int
    ip_amount_fen: int | None
    tenor_months: int
    annual_rate_bp: int
    programme: str
    scheme_version: str
    mode: str
    parties: Mapping[str, str]
    attributes: Mapping[str, Any]
    is_first_loan: bool
    is_multi_ip_type: bool
    renews: UUID | None
    approved_on: date
    reserved_fen: int
    reserved_until: date | None
    limits: Sequence[Mapping[str, Any]]
    explanation_id: UUID | None
    line_no: int
    """Its turn in the waiting line, if it waits, among those approved on one day."""
    due_on: date | None
    activated_fen: int = 0
    """Of a loan that was filed after it was paid out, as all that follows: what it enters with."""
    covered_fen: int = 0
    outstanding_fen: int = 0
    loan_no: str | None = None
    disbursed_fen: int | None = None
    attributes_at_disbursement: Mapping[str, Any] = field(default_factory=dict)
    disbursed_on: date | None = None
    matures_on: date | None = None

    @property
    def borrower_name_canonical(self) -> str:
        """By which the firm is found."""
        return canonical.name(self.borrower_name)

    @property
    def park_canonical(self) -> str:
        """By which reports put the firms of a park together."""
        return canonical.name(str(self.attributes.get("park", "")))


_DECIDED = {
    "loan_id": "uuid", "number": "text", "pool_code": "text", "bank_code": "text",
    "borrower_uscc": "text", "borrower_name": "text", "state": "text", "amount_fen": "bigint",
    "borrower_name_canonical": "text", "park_canonical": "text", "ip_share_bp": "int", "ip_amount_fen": "bigint", "tenor_months": "int", "annual_rate_bp": "int", "programme": "text",
    "scheme_version": "text", "mode": "text", "parties": "jsonb", "attributes": "jsonb",
    "is_first_loan": "boolean", "is_multi_ip_type": "boolean", "renews": "uuid", "approved_on": "date",
    "reserved_fen": "bigint", "reserved_until": "date", "limits": "jsonb",
    "explanation_id": "uuid", "line_no": "int", "due_on": "date", "activated_fen": "bigint",
    "covered_fen": "bigint", "outstanding_fen": "bigint", "loan_no": "text",
    "disbursed_fen": "bigint", "attributes_at_disbursement": "jsonb", "disbursed_on": "date",
    "matures_on": "date",
}  # fmt: skip
_DECIDED_ANEW = (
    "park_canonical",
    "amount_fen", "ip_share_bp", "ip_amount_fen", "programme", "scheme_version", "mode", "parties",
    "attributes", "tenor_months", "annual_rate_bp", "approved_on", "limits", "explanation_id",
    "line_no", "renews",
)  # fmt: skip
"""What a later decision about the same loan replaces, beside what its move changes."""

_STORE_DECISIONS = f"""
    insert into coverages ({", ".join(_DECIDED)}, state_since, created_at, changed_at)
    select {", ".join(_DECIDED)}, $2, $2, $2
    from jsonb_to_recordset($1::jsonb)
         as r ({", ".join(f"{name} {kind}" for name, kind in _DECIDED.items())})
    on conflict (loan_id) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _DECIDED_ANEW)}
"""


async def store_decisions(
    conn: asyncpg.Connection, decided: Sequence[DecidedLoan], *, now: datetime
) -> None:
    """Keep decisions about capacity: a new coverage each, or new terms for one that is there."""
    rows = [{name: _plain(getattr(one, name)) for name in _DECIDED} for one in decided]
    await conn.execute(_STORE_DECISIONS, rows, now)
    await known_names.keep(conn, {one.borrower_name_canonical for one in decided})


def _plain(value: Any) -> Any:
    # Not every UUID that asyncpg hands out is one to the JSON encoder.
    return str(value) if isinstance(value, UUID) else value


_REPORTED = {
    "covered_fen": "bigint",
    "outstanding_fen": "bigint",
    "position_month": "text",
    "risk_class": "text",
    "overdue_days": "integer",
}
_SAVE_REPORTED = f"""
    update coverages as kept
    set {", ".join(f"{name} = new.{name}" for name in _REPORTED)},
        version = kept.version + 1, changed_at = $2
    from unnest($1::uuid[], {", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_REPORTED.values(), 3))})
         as new (loan_id, {", ".join(_REPORTED)})
    where kept.loan_id = new.loan_id
"""


async def save_reported(
    conn: asyncpg.Connection, reported: Sequence[CoverageChange], *, now: datetime
) -> None:
    """Write what positions have changed, as one statement; they move no state."""
    if not reported:
        return
    columns = [[one.changes[name] for one in reported] for name in _REPORTED]
    await conn.execute(_SAVE_REPORTED, [one.before.loan_id for one in reported], now, *columns)


async def move_maturities(
    conn: asyncpg.Connection, maturities: Mapping[UUID, date], *, now: datetime
) -> None:
    """Write until when loans run now; it moves neither state nor amount."""
    await conn.execute(
        """
        update coverages as kept
        set matures_on = new.matures_on, version = kept.version + 1, changed_at = $3
        from unnest($1::uuid[], $2::date[]) as new (loan_id, matures_on)
        where kept.loan_id = new.loan_id
        """,
        list(maturities),
        list(maturities.values()),
        now,
    )
