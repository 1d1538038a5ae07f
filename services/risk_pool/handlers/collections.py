"""Collection of a compensated loan: begun, steps and instalments kept, concluded by two persons."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.collection import (
    LIFE_CYCLE,
    Action,
    ClaimNotCompensated,
    CollectionBegun,
    Conclusion,
    Instalment,
    InstalmentsOpen,
    NotAllRecovered,
    standings,
)
from services.risk_pool.handlers.held_cases import hold, hold_pool_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import collections as known
from services.risk_pool.tables import claims, stored_papers
from services.risk_pool.tables import collections as tables
from services.risk_pool.tables.held_cases import lock_case
from shared.life_cycle import Row
from shared.money import format_fen
from shared.refusals import FieldFault, FieldsWrong
from shared.transitions import Step, apply_transition

Papers = list[dict[str, Any]]


async def begin(
    conn: asyncpg.Connection, claim_id: UUID, *, collector: str, plan: str, context: StepContext
) -> UUID:
    """Begin the collection of an approved claim's loan, once.

    Raises NotFound, ClaimNotCompensated, CollectionBegun.
    """
    await hold_pool_of(conn, claims.CASES, claim_id)
    claim = await lock_case(conn, claims.CASES, claim_id)
    move = LIFE_CYCLE.require(None, Action.BEGIN, context.by)
    if claim["approved_on"] is None or claim["reversed_on"] is not None:
        raise ClaimNotCompensated(
            "该申请未获补偿，追偿由银行自行办理。",
            "The claim is not compensated: what is collected is the bank's own.",
            state=claim["state"],
        )
    if await known.of_claim(conn, claim_id) is not None:
        raise CollectionBegun(
            "该补偿已开始追偿。", "The collection of the claim has begun already."
        )
    collection = {
        "id": uuid7(),
        "claim_id": claim_id,
        "claim_number": claim["number"],
        **{name: claim[name] for name in ("pool_code", "bank_code", "loan_id", "loan_number")},
        "borrower_name": claim["borrower_name"],
        "collector": collector,
        "plan": plan,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "begun_by": context.by.subject,
        "begun_name": context.by.name,
        "begun_on": context.today,
    }
    await tables.insert(conn, collection)
    step = Step(
        case={**collection, "state": None, "version": 0},
        action=Action.BEGIN,
        by=context.by,
        reason=plan,
    )
    await apply_transition(conn, tables.CASES, step, now=context.now)
    return UUID(str(collection["id"]))


async def record(
    conn: asyncpg.Connection,
    collection_id: UUID,
    context: StepContext,
    *,
    kind: str,
    taken_on: date,
    note: str,
    reference: str | None,
    papers: Papers,
) -> None:
    """Something was done to collect. Raises FieldsWrong for a day to come."""
    _, row = await hold(conn, tables.CASES, collection_id, Action.RECORD, context)
    if taken_on > context.today:
        raise FieldsWrong(
            [FieldFault(("taken_on",), "in-the-future", "不能晚于今天", "is in the future")]
        )
    await tables.add_step(
        conn,
        row,
        kind=kind,
        taken_on=taken_on,
        note=note,
        reference=reference or "",
        papers=papers,
        by=context.by,
        now=context.now,
    )
    await _keep(conn, row, papers, context)
    await _move(conn, row, Action.RECORD, context, reason=note, detail={"kind": kind})


async def agree(
    conn: asyncpg.Connection,
    collection_id: UUID,
    context: StepContext,
    *,
    agreed_on: date,
    instalments: Sequence[Mapping[str, Any]],
    papers: Papers,
) -> None:
    """The debtor has agreed to pay in instalments; a later agreement takes this one's place.

    Raises FieldsWrong with every instalment whose day is before the agreement, or named twice.
    """
    _, row = await hold(conn, tables.CASES, collection_id, Action.AGREE, context)
    agreed = [Instalment(**one) for one in instalments]
    _require_days(agreed, agreed_on=agreed_on, today=context.today)
    number = row["agreement"] + 1
    await tables.add_instalments(conn, row, number, agreed)
    await _keep(conn, row, papers, context)
    await _move(
        conn,
        row,
        Action.AGREE,
        context,
        detail={"agreement": number},
        changes={"agreement": number, "agreed_on": agreed_on},
    )


def _require_days(agreed: Sequence[Instalment], *, agreed_on: date, today: date) -> None:
    faults = []
    if agreed_on > today:
        faults.append(
            FieldFault(("agreed_on",), "in-the-future", "不能晚于今天", "is in the future")
        )
    for place, one in enumerate(agreed):
        where = ("instalments", place, "due_on")
        if one.due_on < agreed_on:
            faults.append(
                FieldFault(where, "too-early", "不能早于协议日", "is before the agreement")
            )
        if one.due_on in [other.due_on for other in agreed[:place]]:
            faults.append(FieldFault(where, "day-twice", "该日已有一期", "the day is named twice"))
    if faults:
        raise FieldsWrong(faults)


async def propose(
    conn: asyncpg.Connection,
    collection_id: UUID,
    context: StepContext,
    *,
    conclusion: Conclusion,
    reason: str,
) -> None:
    """One person holds it to be over. Raises NotAllRecovered, InstalmentsOpen."""
    _, row = await hold(conn, tables.CASES, collection_id, Action.PROPOSE, context)
    await _require_so(conn, row, conclusion, context.today)
    await _move(
        conn,
        row,
        Action.PROPOSE,
        context,
        reason=reason,
        detail={"conclusion": conclusion},
        changes={
            "conclusion": conclusion,
            "conclusion_reason": reason,
            "proposed_by": context.by.subject,
            "proposed_name": context.by.name,
        },
        facts={"conclusion": conclusion, "reason": reason},
    )


async def send_back(
    conn: asyncpg.Connection, collection_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It goes on."""
    _, row = await hold(conn, tables.CASES, collection_id, Action.SEND_BACK, context)
    changes = {
        "conclusion": "",
        "conclusion_reason": "",
        "proposed_by": None,
        "proposed_name": None,
    }
    await _move(conn, row, Action.SEND_BACK, context, reason=reason, changes=changes)


async def conclude(
    conn: asyncpg.Connection, collection_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """Another person concludes. What is to be written off is written off by the claim's own step.

    Raises SecondPersonRequired, NotAllRecovered, InstalmentsOpen.
    """
    _, row = await hold(conn, tables.CASES, collection_id, Action.CONCLUDE, context)
    await _require_so(conn, row, row["conclusion"], context.today)
    await _move(
        conn,
        row,
        Action.CONCLUDE,
        context,
        reason=opinion,
        changes={
            "concluded_by": context.by.subject,
            "concluded_name": context.by.name,
            "concluded_on": context.today,
        },
        facts={
            "conclusion": row["conclusion"],
            "reason": row["conclusion_reason"],
            "concluded_on": context.today,
        },
    )


async def _require_so(conn: asyncpg.Connection, row: Row, conclusion: str, today: date) -> None:
    """Recovered and settled are what confirmed recoveries say, not what somebody holds."""
    if conclusion == Conclusion.RECOVERED:
        left = await known.open_fen(conn, row["claim_id"])
        if left > 0:
            raise NotAllRecovered(
                f"各方承担的损失尚有 {format_fen(left)} 元未收回。",
                f"{format_fen(left)} of what the parties bore have not come back.",
                open=format_fen(left),
            )
    if conclusion == Conclusion.SETTLED:
        agreed = await known.instalments(conn, row["id"], row["agreement"])
        since = await known.recovered_fen(conn, row["claim_id"], since=row["agreed_on"])
        unmet = [
            one
            for one in standings(agreed, recovered_fen=since, today=today)
            if one.met_fen < one.amount_fen
        ]
        if unmet or not agreed:
            raise InstalmentsOpen(
                "没有还款安排，或尚有未到账的各期。",
                "Nothing was agreed, or instalments are not met by recoveries.",
                instalments=len(unmet),
            )


async def _keep(conn: asyncpg.Connection, row: Row, papers: Papers, context: StepContext) -> None:
    await stored_papers.add_to_case(
        conn, row["id"], papers, bank_code=row["bank_code"], by=context.by, now=context.now
    )


async def _move(
    conn: asyncpg.Connection, row: Row, action: Action, context: StepContext, **more: Any
) -> None:
    step = Step(case=row, action=action, by=context.by, **more)
    await apply_transition(conn, tables.CASES, step, now=context.now)
