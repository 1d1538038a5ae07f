"""Coverages in PostgreSQL, many at a time: load, record what a step did, keep its history.

Whoever changes a coverage holds its pool's lock, so no row here is locked by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.coverage import INCIDENTS, Coverage, Step, release
from services.risk_pool.tables.ledger import LockedPool, book
from shared.auth.identity import Identity
from shared.contracts.risk_pool import CoverageReleasedV1
from shared.refusals import NotFound, Refused

_COLUMNS = tuple(field.name for field in fields(Coverage))


class NotCovered(Refused):
    """The loan has no cover that could be used up."""

    code = "not-covered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who moved something; the system itself for what events and jobs do."""

    subject: str
    name: str
    role: str


SYSTEM = Person(subject="system", name="系统", role="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something for people to look at, about a loan that we may have no coverage of."""

    pool_code: str
    bank_code: str
    loan_id: UUID
    number: str
    kind: str
    facts: Mapping[str, Any]


async def load(conn: asyncpg.Connection, loan_ids: Iterable[UUID]) -> dict[UUID, Coverage]:
    """The coverages of some loans; what has none is left out."""
    rows = await conn.fetch(
        f"select {', '.join(_COLUMNS)} from coverages where loan_id = any($1::uuid[])",
        list(loan_ids),
    )
    return {row["loan_id"]: Coverage(**row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is kept of a decision about capacity, beside the coverage itself."""

    programme: str
    scheme_version: str
    mode: str
    parties: Mapping[str, str]
    attributes: Mapping[str, Any]
    is_first_loan: bool
    is_multi_ip_type: bool
    tenor_months: int
    annual_rate_bp: int
    approved_on: date
    limits: Sequence[Mapping[str, Any]]
    explanation_id: UUID | None


async def insert(
    conn: asyncpg.Connection,
    decided: Sequence[tuple[Coverage, Decided]],
    *,
    now: datetime,
) -> None:
    """Keep decisions about capacity; a declined coverage that is decided again is replaced."""
    rows = [
        {
            "loan_id": str(coverage.loan_id),
            "number": coverage.number,
            "pool_code": coverage.pool_code,
            "bank_code": coverage.bank_code,
            "borrower_uscc": coverage.borrower_uscc,
            "borrower_name": coverage.borrower_name,
            "state": coverage.state,
            "amount_fen": coverage.amount_fen,
            "ip_share_bp": coverage.ip_share_bp,
            "reserved_fen": coverage.reserved_fen,
            "reserved_until": coverage.reserved_until,
            "programme": why.programme,
            "scheme_version": why.scheme_version,
            "mode": why.mode,
            "parties": dict(why.parties),
            "attributes": dict(why.attributes),
            "is_first_loan": why.is_first_loan,
            "is_multi_ip_type": why.is_multi_ip_type,
            "tenor_months": why.tenor_months,
            "annual_rate_bp": why.annual_rate_bp,
            "approved_on": why.approved_on,
            "limits": list(why.limits),
            "explanation_id": why.explanation_id,
        }
        for coverage, why in decided
    ]
    await conn.execute(
        """insert into coverages (loan_id, number, pool_code, bank_code, borrower_uscc,
               borrower_name, state, amount_fen, ip_share_bp, reserved_fen, reserved_until,
               activated_fen, covered_fen, outstanding_fen, programme, scheme_version, mode,
               parties, attributes, is_first_loan, is_multi_ip_type, tenor_months,
               annual_rate_bp, approved_on, limits, explanation_id, created_at, changed_at)
           select loan_id, number, pool_code, bank_code, borrower_uscc,
               borrower_name, state, amount_fen, ip_share_bp, reserved_fen, reserved_until,
               0, 0, 0, programme, scheme_version, mode,
               parties, attributes, is_first_loan, is_multi_ip_type, tenor_months,
               annual_rate_bp, approved_on, limits, explanation_id, $2, $2
           from jsonb_to_recordset($1::jsonb) as r (
               loan_id uuid, number text, pool_code text, bank_code text, borrower_uscc text,
               borrower_name text, state text, amount_fen bigint, ip_share_bp int,
               reserved_fen bigint, reserved_until date, programme text, scheme_version text,
               mode text, parties jsonb, attributes jsonb, is_first_loan boolean,
               is_multi_ip_type boolean, tenor_months int, annual_rate_bp int, approved_on date,
               limits jsonb, explanation_id uuid)
           on conflict (loan_id) do update set
               state = excluded.state, amount_fen = excluded.amount_fen,
               ip_share_bp = excluded.ip_share_bp, reserved_fen = excluded.reserved_fen,
               reserved_until = excluded.reserved_until, programme = excluded.programme,
               scheme_version = excluded.scheme_version, mode = excluded.mode,
               parties = excluded.parties, attributes = excluded.attributes,
               tenor_months = excluded.tenor_months, annual_rate_bp = excluded.annual_rate_bp,
               approved_on = excluded.approved_on, limits = excluded.limits,
               explanation_id = excluded.explanation_id, changed_at = excluded.changed_at,
               version = coverages.version + 1
           where coverages.state = 'declined'""",
        rows,
        now,
    )


_CHANGING = {
    "state": "text",
    "reserved_fen": "bigint",
    "activated_fen": "bigint",
    "covered_fen": "bigint",
    "outstanding_fen": "bigint",
    "loan_no": "text",
    "disbursed_fen": "bigint",
    "disbursed_on": "date",
    "matures_on": "date",
    "released_on": "date",
    "release_reason": "text",
    "position_month": "text",
    "risk_class": "text",
    "overdue_days": "integer",
}
"""What a step may change, with the types that an array needs."""

_SAVE = f"""
    update coverages as kept
    set {", ".join(f"{name} = new.{name}" for name in _CHANGING)},
        version = kept.version + 1, changed_at = $2
    from unnest($1::uuid[], {", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_CHANGING.values(), 3))})
         as new (loan_id, {", ".join(_CHANGING)})
    where kept.loan_id = new.loan_id
"""


async def save(conn: asyncpg.Connection, coverages: Sequence[Coverage], *, now: datetime) -> None:
    """Write coverages back as steps have left them, as one statement."""
    if not coverages:
        return
    columns = [[getattr(one, name) for one in coverages] for name in _CHANGING]
    await conn.execute(_SAVE, [one.loan_id for one in coverages], now, *columns)


async def remember_moves(
    conn: asyncpg.Connection,
    moves: Sequence[tuple[Coverage | None, Step]],
    *,
    by: Person,
    now: datetime,
) -> None:
    """History rows: (the coverage before, the step) each; steps that moved nothing are left out."""
    told = [
        (before, step.coverage, step)
        for before, step in moves
        if step.moved and step.coverage is not None
    ]
    if not told:
        return
    await conn.execute(
        """insert into coverage_moves (id, loan_id, bank_code, source, target, action, reason,
                                       amount_fen, subject, name, role, at)
           select id, loan_id, bank_code, source, target, action, reason, amount_fen,
                  $9, $10, $11, $12
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                       $7::text[], $8::bigint[])
                as told (id, loan_id, bank_code, source, target, action, reason, amount_fen)""",
        [uuid7() for _ in told],
        [after.loan_id for _, after, _ in told],
        [after.bank_code for _, after, _ in told],
        [before.state if before else None for before, _, _ in told],
        [after.state for _, after, _ in told],
        [step.moved for _, _, step in told],
        [step.reason for _, _, step in told],
        [step.moved_fen for _, _, step in told],
        by.subject,
        by.name,
        by.role,
        now,
    )


async def remember_incidents(
    conn: asyncpg.Connection, incidents: Sequence[Incident], *, now: datetime
) -> None:
    """Keep what people should look at."""
    if not incidents:
        return
    await conn.executemany(
        """insert into incidents (id, pool_code, bank_code, loan_id, number, kind, zh, en, facts, at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        [
            (
                uuid7(),
                incident.pool_code,
                incident.bank_code,
                incident.loan_id,
                incident.number,
                incident.kind,
                *INCIDENTS[incident.kind],
                dict(incident.facts),
                now,
            )
            for incident in incidents
        ],
    )


def released_event(before: Coverage, step: Step) -> CoverageReleasedV1:
    """What is told when a coverage has been let go."""
    return CoverageReleasedV1(
        pool_code=before.pool_code,
        loan_id=before.loan_id,
        number=before.number,
        bank_code=before.bank_code,
        borrower_name=before.borrower_name,
        amount_fen=step.moved_fen,
        reason=step.reason,
    )


async def release_for_claim(
    conn: asyncpg.Connection,
    pool: LockedPool,
    loan_id: UUID,
    *,
    day: date,
    by: Identity,
    role: str,
    now: datetime,
) -> CoverageReleasedV1:
    """An approved claim takes its loan out of cover: book it, keep it, and return what to tell.

    The pool must be held. Raises NotFound, NotCovered where the coverage is not active.
    """
    before = (await load(conn, (loan_id,))).get(loan_id)
    if before is None:
        raise NotFound("没有该贷款的保障", "There is no coverage of this loan.")
    if before.state != "active":
        raise NotCovered(
            f"该贷款的保障状态为 {before.state},不能补偿",
            f"The coverage of this loan is {before.state}; it cannot be claimed.",
            state=before.state,
        )
    step = release(before, reason="claimed", day=pool.open_day(day))
    assert step.coverage is not None
    await book(conn, pool, step.transfers, now=now)
    await save(conn, (step.coverage,), now=now)
    person = Person(subject=by.subject, name=by.name, role=role)
    await remember_moves(conn, ((before, step),), by=person, now=now)
    return released_event(before, step)
