"""Warnings that people raise, the measures about them, and their conclusion."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.warning import (
    LIFE_CYCLE,
    Action,
    Conclusion,
    MeasureDone,
    MeasuresOpen,
    NoClaimYet,
)
from services.risk_pool.domain.warning_signs import HandCause
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import warnings as known
from services.risk_pool.tables import stored_papers, warnings
from services.risk_pool.tables.ledger import lock_pool
from shared.life_cycle import Row
from shared.postgres.database import EVERYWHERE
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, apply_transition


async def raise_by_hand(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    own_bank: str,
    loan_id: UUID | None,
    bank_code: str | None,
    borrower_uscc: str | None,
    cause: HandCause,
    level: str,
    text: str,
    context: StepContext,
) -> UUID:
    """A person raises a warning about a covered loan, or about a borrower at a bank.

    `own_bank`: the institution of who raises it. Raises NotFound, FieldsWrong.
    """
    move = LIFE_CYCLE.require(None, Action.RAISE, context.by)
    pool = await lock_pool(conn, pool_code)
    about = await _about(
        conn, pool.code, own_bank=own_bank, loan_id=loan_id, bank_code=bank_code, uscc=borrower_uscc
    )
    warning = {
        **about,
        "id": uuid7(),
        "pool_code": pool.code,
        "about": str(loan_id or ""),
        "cause": cause,
        "level": level,
        "facts": {},
        "text": text,
        "by_hand": True,
        "seen": context.today.isoformat(),
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "raised_by": context.by.subject,
        "raised_name": context.by.name,
        "raised_at": context.now,
        "raised_on": context.today,
    }
    await warnings.insert(conn, [warning])
    step = Step(
        case={**warning, "state": None, "version": 0},
        action=Action.RAISE,
        by=context.by,
        reason=text,
        facts={"by_hand": True, "text": text, "raised_on": context.today},
    )
    await apply_transition(conn, warnings.CASES, step, now=context.now)
    return UUID(str(warning["id"]))


async def _about(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    own_bank: str,
    loan_id: UUID | None,
    bank_code: str | None,
    uscc: str | None,
) -> dict[str, Any]:
    """Whose warning it is, as the row says it. A bank's people speak of their own bank alone."""
    own = None if own_bank == EVERYWHERE else own_bank
    if (loan_id is None) == (uscc is None):
        raise FieldsWrong([_one_of("loan_id"), _one_of("borrower_uscc")])
    if loan_id is not None:
        if await known_claims.pool_of_loan(conn, loan_id) != pool_code:
            raise NotFound("没有该贷款", "There is no such loan.")
        loan = await known_claims.loan(conn, loan_id)
        return {
            "loan_id": loan_id,
            "loan_number": loan["number"],
            **{name: loan[name] for name in ("bank_code", "borrower_uscc", "borrower_name")},
        }
    bank = own or bank_code
    if bank is None:
        raise FieldsWrong([FieldFault(("bank_code",), "missing", "请填写银行", "name the bank")])
    assert uscc is not None
    name = await known.borrower(conn, pool_code, bank, uscc)
    if name is None:
        raise NotFound(
            "该银行在本资金池没有该企业的贷款", "The bank has no loan with this borrower here."
        )
    return {
        "loan_id": None, "loan_number": "", "bank_code": bank, "borrower_uscc": uscc,
        "borrower_name": name,
    }  # fmt: skip


def _one_of(field: str) -> FieldFault:
    return FieldFault(
        (field,),
        "loan-or-borrower",
        "请填写贷款或企业统一社会信用代码，二者填一",
        "name either a loan or a borrower",
    )


async def add_measure(
    conn: asyncpg.Connection,
    warning_id: UUID,
    context: StepContext,
    *,
    text: str,
    by_whom: str,
    until: date,
) -> None:
    """What is to be done, by whom and until when."""
    _, row = await hold(conn, warnings.CASES, warning_id, Action.ADD_MEASURE, context)
    if until < context.today:
        raise FieldsWrong(
            [FieldFault(("until",), "in-the-past", "期限不能早于今天", "is in the past")]
        )
    await warnings.add_measure(
        conn, row, text=text, by_whom=by_whom, until=until, by=context.by, now=context.now
    )
    await _move(
        conn,
        row,
        Action.ADD_MEASURE,
        context,
        reason=text,
        changes={"measures_open": row["measures_open"] + 1},
    )


async def complete_measure(
    conn: asyncpg.Connection,
    warning_id: UUID,
    context: StepContext,
    *,
    measure: int,
    done_on: date,
    note: str,
    papers: list[dict[str, Any]],
) -> None:
    """A measure is done; its papers are also the warning's. Raises FieldsWrong, MeasureDone."""
    _, row = await hold(conn, warnings.CASES, warning_id, Action.COMPLETE_MEASURE, context)
    found = await warnings.measure(conn, warning_id, measure)
    faults = []
    if found is None:
        faults.append(FieldFault(("measure",), "no-such-measure", "没有该措施", "there is none"))
    if done_on > context.today:
        faults.append(FieldFault(("done_on",), "in-the-future", "不能晚于今天", "is in the future"))
    if faults:
        raise FieldsWrong(faults)
    assert found is not None
    if found["done_on"] is not None:
        raise MeasureDone("该措施已登记完成。", "The measure is marked as done already.")
    await warnings.complete(
        conn, warning_id, measure, done_on=done_on, note=note, papers=papers, by=context.by
    )
    await stored_papers.add_to_case(
        conn, warning_id, papers, bank_code=row["bank_code"], by=context.by, now=context.now
    )
    await _move(
        conn,
        row,
        Action.COMPLETE_MEASURE,
        context,
        reason=note,
        changes={"measures_open": row["measures_open"] - 1},
    )


async def watch(
    conn: asyncpg.Connection, warning_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Nothing is concluded; somebody keeps an eye on it."""
    _, row = await hold(conn, warnings.CASES, warning_id, Action.WATCH, context)
    await _move(conn, row, Action.WATCH, context, reason=reason)


async def close(
    conn: asyncpg.Connection,
    warning_id: UUID,
    context: StepContext,
    *,
    conclusion: Conclusion,
    reason: str,
) -> None:
    """A person concludes. Raises SecondPersonRequired, MeasuresOpen, NoClaimYet."""
    _, row = await hold(conn, warnings.CASES, warning_id, Action.CLOSE, context)
    number = ""
    if conclusion == Conclusion.RISK_GONE and row["measures_open"]:
        raise MeasuresOpen(
            f"尚有 {row['measures_open']} 项措施未完成，不能认定风险已消除。",
            f"{row['measures_open']} measures are not done: the risk is not said to be gone.",
            measures=row["measures_open"],
        )
    if conclusion == Conclusion.TURNED_INTO_CLAIM:
        loan_id = row["loan_id"]
        number = await known_claims.live_claim_number(conn, loan_id) if loan_id else ""
        if not number:
            raise NoClaimYet(
                "该贷款没有补偿申请，不能认定为已转入补偿。",
                "The loan has no claim that the warning could have turned into.",
            )
    await _move(
        conn,
        row,
        Action.CLOSE,
        context,
        reason=reason,
        detail={"conclusion": conclusion},
        changes={
            "conclusion": conclusion,
            "conclusion_reason": reason,
            "claim_number": number,
            "concluded_by": context.by.subject,
            "concluded_name": context.by.name,
            "concluded_on": context.today,
        },
        facts={
            "conclusion": conclusion,
            "reason": reason,
            "claim_number": number,
            "concluded_on": context.today,
        },
    )


async def _move(
    conn: asyncpg.Connection, row: Row, action: Action, context: StepContext, **more: Any
) -> None:
    step = Step(case=row, action=action, by=context.by, **more)
    await apply_transition(conn, warnings.CASES, step, now=context.now)
