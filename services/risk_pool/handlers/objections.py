"""Objections to public notices: filed by anybody, answered by one person, decided by another."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.objection import (
    A_DAY_FROM_ONE_ADDRESS,
    A_DAY_ON_ONE_NOTICE,
    ANSWER_WORKING_DAYS,
    LIFE_CYCLE,
    OUTSIDER,
    Action,
    Filed,
    Receipt,
    TooManyObjections,
    hashed,
    new_secret,
    require_hanging,
)
from services.risk_pool.domain.public_notice import HANGS
from services.risk_pool.handlers import public_notices
from services.risk_pool.handlers.claims import until
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import objections as known
from services.risk_pool.queries import public_notices as known_notices
from services.risk_pool.tables import objections
from services.risk_pool.tables import public_notices as public_notice_rows
from services.risk_pool.tables.numbers import next_number
from shared.contracts.envelope import Event
from shared.contracts.public_notices import CaseOnNotice, ObjectionDecidedV1, ObjectionFiledV1
from shared.life_cycle import Row
from shared.messaging import outbox
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, apply_transition


async def file(
    conn: asyncpg.Connection, number: str, filed: Filed, address: str, context: StepContext
) -> Receipt:
    """Somebody objects while the notice hangs. Raises NotFound, ObjectionTooLate, TooManyObjections,
    FieldsWrong for a place that is not on the list."""
    readable = await known_notices.read_by_all(conn, number, context.today)
    if readable is None:
        raise NotFound("没有该公示", "There is no such public notice.")
    # Held, so that it is not withdrawn in this moment with this objection left over.
    notice = await public_notice_rows.hold_against_moves(conn, readable["id"])
    require_hanging(
        notice["opens_on"], notice["last_day"], context.today, hangs=notice["state"] in HANGS
    )
    cases = _against(await known_notices.cases_of(conn, notice["id"]), filed.place)
    await _require_room(conn, notice["id"], address, context)
    secret = new_secret()
    objection: dict[str, Any] = {
        "id": uuid7(),
        "number": await next_number(conn, notice["pool_code"], series="V", year=context.today.year),
        "secret_sha256": hashed(secret),
        "notice_id": notice["id"],
        "pool_code": notice["pool_code"],
        "place": filed.place,
        "text": filed.text,
        "name": filed.name,
        "contact": filed.contact,
        "state": LIFE_CYCLE.require(None, Action.FILE, OUTSIDER).target,
        "state_since": context.now,
        "due_on": context.working_days.add(context.today, ANSWER_WORKING_DAYS),
        "filed_on": context.today,
        "filed_at": context.now,
    }
    await objections.insert(conn, objection)
    step = Step(
        case={**objection, "state": None, "version": 0},
        action=Action.FILE,
        by=OUTSIDER,
        term=until(objection["due_on"]),
    )
    await apply_transition(conn, objections.CASES, step, now=context.now)
    events: list[Event] = [
        ObjectionFiledV1(
            **_told(objection, notice["number"], bank, of_bank), due_on=objection["due_on"]
        )
        for bank, of_bank in public_notices.by_bank(cases).items()
    ]
    await outbox.append(conn, events, now=context.now)
    return Receipt(number=objection["number"], secret=secret)


def _against(cases: Sequence[Row], place: int | None) -> list[Row]:
    """The cases of a list that an objection is against: one, or all of them."""
    hit = [one for one in cases if place is None or one["place"] == place]
    if not hit:
        raise FieldsWrong(
            [
                FieldFault(
                    ("place",), "no-such-place", "名单中没有该序号", "The list has no such place."
                )
            ]
        )
    return hit


async def _require_room(
    conn: asyncpg.Connection, notice_id: UUID, address: str, context: StepContext
) -> None:
    of_address = await objections.count_one_more(conn, hashed(address), context.today)
    if of_address > A_DAY_FROM_ONE_ADDRESS:
        raise TooManyObjections(
            f"同一网络地址每日最多提交 {A_DAY_FROM_ONE_ADDRESS} 件异议，请明日再试，或向主管部门书面提出。",
            f"One address files {A_DAY_FROM_ONE_ADDRESS} objections a day at most. Try again tomorrow, "
            "or write to the bureau.",
        )
    if await known.filed_on(conn, notice_id, context.today) >= A_DAY_ON_ONE_NOTICE:
        raise TooManyObjections(
            "今日对该公示的异议已达上限，请明日再试，或向主管部门书面提出。",
            "No more objections to this notice are taken today. Try again tomorrow, or write to the "
            "bureau.",
        )


async def propose(
    conn: asyncpg.Connection,
    objection_id: UUID,
    context: StepContext,
    *,
    verdict: str,
    answer: str,
) -> None:
    """One person proposes whether it is upheld, and what the objector is answered."""
    _, row = await hold(conn, objections.CASES, objection_id, Action.PROPOSE, context)
    step = Step(
        case=row,
        action=Action.PROPOSE,
        by=context.by,
        detail={"verdict": verdict},
        changes={
            "proposed_by": context.by.subject,
            "proposed_name": context.by.name,
            "verdict": verdict,
            "answer": answer,
        },
        term=until(row["due_on"]),
    )
    await apply_transition(conn, objections.CASES, step, now=context.now)


async def send_back(
    conn: asyncpg.Connection, objection_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The answer is not agreed to: it is written anew."""
    _, row = await hold(conn, objections.CASES, objection_id, Action.SEND_BACK, context)
    step = Step(
        case=row,
        action=Action.SEND_BACK,
        by=context.by,
        reason=reason,
        changes={"verdict": None, "answer": None},
        term=until(row["due_on"]),
    )
    await apply_transition(conn, objections.CASES, step, now=context.now)


async def decide(conn: asyncpg.Connection, objection_id: UUID, context: StepContext) -> None:
    """Another person agrees: the objector reads the answer. The last one that was open lets a notice
    end whose days are over. Raises SecondPersonRequired."""
    _, row = await hold(conn, objections.CASES, objection_id, Action.DECIDE, context)
    step = Step(
        case=row,
        action=Action.DECIDE,
        by=context.by,
        detail={"verdict": row["verdict"]},
        changes={
            "decided_by": context.by.subject,
            "decided_name": context.by.name,
            "decided_on": context.today,
        },
    )
    await apply_transition(conn, objections.CASES, step, now=context.now)
    notice = await known_notices.find(conn, row["notice_id"])
    assert notice is not None
    cases = _against(await known_notices.cases_of(conn, notice["id"]), row["place"])
    events: list[Event] = [
        ObjectionDecidedV1(
            **_told(row, notice["number"], bank, of_bank),
            verdict=row["verdict"],
            decided_on=context.today,
        )
        for bank, of_bank in public_notices.by_bank(cases).items()
    ]
    await outbox.append(conn, events, now=context.now)
    await public_notices.end_if_over(conn, notice["id"], context)


def _told(
    objection: Any, notice_number: str, bank: str, cases: tuple[CaseOnNotice, ...]
) -> dict[str, Any]:
    return {
        "pool_code": objection["pool_code"],
        "objection_id": objection["id"],
        "objection_number": objection["number"],
        "notice_id": objection["notice_id"],
        "notice_number": notice_number,
        "bank_code": bank,
        "cases": cases,
        "filed_on": objection["filed_on"],
    }
