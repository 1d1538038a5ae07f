"""People decide on a case: each step loads the locked row, asks the table, and writes it down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.applications.api.requests import ReturnReason
from services.applications.api.responses import MovedAnswer
from services.applications.domain.life_cycle import Action, Role, State, Transition, next_state
from services.applications.domain.programme import due_on, terms_of
from services.applications.tables.moves import Actor, Move, record
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.applications import (
    ApplicationApprovedV1,
    ApplicationRejectedV1,
    ApplicationReturnedV1,
    ApplicationWithdrawnV1,
    Reason,
)
from shared.contracts.envelope import Event
from shared.http.etags import etag
from shared.http.idempotency import Answer
from shared.messaging import outbox
from shared.refusals import NotFound, Refused


class NotYourCase(Refused):
    """Another reviewer has taken the case."""

    code = "taken-by-another"


class SecondPersonRequired(Refused):
    """Who has recommended a case does not also decide on it."""

    code = "second-person-required"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where a decision is made: whose it is, in which transaction, and when."""

    conn: asyncpg.Connection
    caller: Identity
    working_days: WorkingDays
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a step leaves beside the move itself."""

    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    """Columns of the case; the names are ours, never a caller's."""
    says: Sequence[Event] = ()


async def locked_case(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record:
    """The case's row, locked. Raises NotFound, also where it is another bank's."""
    row = await conn.fetchrow("select * from applications where id = $1 for update", case_id)
    if row is None:
        raise NotFound("没有这个申请", "There is no such application.")
    return row


def about(row: asyncpg.Record) -> dict[str, Any]:
    """What every event of a case says of it."""
    return {
        "loan_id": row["id"],
        "number": row["number"],
        "bank_code": row["bank_code"],
        "pool_code": row["pool_code"],
        "borrower_uscc": row["borrower_uscc"],
        "borrower_name": row["borrower_name"],
    }


async def settle(row: asyncpg.Record, by: Transition, decision: Decision, desk: Desk) -> Answer:
    """Write a decision down: columns, move and history, and last what is said."""
    if decision.changes:
        columns = ", ".join(f"{name} = ${n}" for n, name in enumerate(decision.changes, start=2))
        await desk.conn.execute(
            f"update applications set {columns} where id = $1",
            row["id"],
            *decision.changes.values(),
        )
    due = due_on(
        by.target,
        programme=row["programme"],
        mode=row["mode"],
        today=business_date(desk.now),
        working_days=desk.working_days,
    )
    move = Move(
        case_id=row["id"],
        bank_code=row["bank_code"],
        version=row["version"],
        by=by,
        actor=Actor.of(desk.caller, by.by),
        due_on=due,
        reason=decision.reason,
        detail=decision.detail,
    )
    await record(desk.conn, [move], now=desk.now)
    await outbox.append(desk.conn, decision.says, now=desk.now)
    version = row["version"] + 1
    body = MovedAnswer(
        id=row["id"], number=row["number"], state=by.target, version=version, due_on=due
    )
    return Answer(200, body, {"ETag": etag(version)})


def _step(row: asyncpg.Record, action: Action, desk: Desk) -> Transition:
    by = next_state(State(row["state"]), action, desk.caller.roles)
    if by.source is State.UNDER_REVIEW and by.by is Role.REVIEWER:
        _must_have_taken(row, desk.caller)
    if by.source is State.RECOMMENDED and by.by is Role.APPROVER:
        _must_be_another(row, desk.caller)
    return by


def _must_have_taken(row: asyncpg.Record, caller: Identity) -> None:
    if row["assigned_to"] != caller.subject:
        raise NotYourCase(
            f"此件已由{row['assigned_name']}领取",
            "Another reviewer has taken this case.",
            assigned_name=row["assigned_name"],
        )


def _must_be_another(row: asyncpg.Record, caller: Identity) -> None:
    if row["recommended_by"] == caller.subject:
        raise SecondPersonRequired(
            "提出审查意见的人不能自己审批，须由另一人决定",
            "Who recommended a case does not decide on it: a second person must.",
        )


async def take(row: asyncpg.Record, desk: Desk) -> Answer:
    """A reviewer takes a case from the queue."""
    by = _step(row, Action.TAKE, desk)
    caller = desk.caller
    changes = {"assigned_to": caller.subject, "assigned_name": caller.name}
    return await settle(row, by, Decision(changes=changes), desk)


async def release(row: asyncpg.Record, desk: Desk) -> Answer:
    """The reviewer puts it back."""
    by = _step(row, Action.RELEASE, desk)
    return await settle(
        row, by, Decision(changes={"assigned_to": None, "assigned_name": None}), desk
    )


async def recommend(row: asyncpg.Record, desk: Desk, *, opinion: str) -> Answer:
    """The first pair of eyes."""
    by = _step(row, Action.RECOMMEND, desk)
    changes = {"recommended_by": desk.caller.subject}
    return await settle(row, by, Decision(reason=opinion, changes=changes), desk)


async def give_back(row: asyncpg.Record, desk: Desk, *, reasons: Sequence[ReturnReason]) -> Answer:
    """Back to the bank, with everything that is to be mended in one notice."""
    by = _step(row, Action.RETURN, desk)
    told = tuple(
        Reason(
            code="reviewer", zh=reason.text, en=reason.text, field=reason.field.removeprefix("#")
        )
        for reason in reasons
    )
    shown = [{**reason.model_dump(), "source": "", "evidence": {}} for reason in told]
    changes = {
        "findings": shown,
        "assigned_to": None,
        "assigned_name": None,
        "recommended_by": None,
    }
    event = ApplicationReturnedV1(**about(row), reasons=told, by="reviewer")
    text = "；".join(reason.text for reason in reasons)
    return await settle(row, by, Decision(reason=text, changes=changes, says=[event]), desk)


async def reject(row: asyncpg.Record, desk: Desk, *, reason: str) -> Answer:
    """No, for good."""
    by = _step(row, Action.REJECT, desk)
    event = ApplicationRejectedV1(**about(row), reason=reason)
    return await settle(row, by, Decision(reason=reason, says=[event]), desk)


async def approve(row: asyncpg.Record, desk: Desk, *, opinion: str) -> Answer:
    """The second pair of eyes. From today's business date on, today's terms bind the loan.

    Raises what the scheme raises where it is not in force today.
    """
    by = _step(row, Action.APPROVE, desk)
    today = business_date(desk.now)
    terms_of(row["programme"], row["mode"], on=today)
    event = ApplicationApprovedV1(
        **about(row),
        amount_fen=row["amount_fen"],
        ip_share_bp=row["ip_share_bp"] if row["has_other_collateral"] else 10_000,
        tenor_months=row["tenor_months"],
        annual_rate_bp=row["annual_rate_bp"],
        programme=row["programme"],
        mode=row["mode"],
        parties=row["parties"],
        approved_on=today,
        is_first_loan=row["is_first_loan"],
        is_multi_ip_type=row["is_multi_ip_type"],
        attributes=row["attributes"],
    )
    changes = {"approved_by": desk.caller.subject, "approved_on": today}
    return await settle(row, by, Decision(reason=opinion, changes=changes, says=[event]), desk)


async def withdraw(row: asyncpg.Record, desk: Desk, *, reason: str) -> Answer:
    """The bank takes its case back."""
    by = _step(row, Action.WITHDRAW, desk)
    event = ApplicationWithdrawnV1(**about(row), reason=reason)
    return await settle(row, by, Decision(reason=reason, says=[event]), desk)


async def close(row: asyncpg.Record, desk: Desk, *, reason: str) -> Answer:
    """The pledge is cancelled, or pursuit is over."""
    by = _step(row, Action.CLOSE, desk)
    return await settle(row, by, Decision(reason=reason), desk)
