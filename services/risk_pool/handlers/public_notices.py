"""Public notices: prepared, approved, published, ended, withdrawn, corrected.

What a notice comes to is recorded as the step of each claim by its end, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain import objection
from services.risk_pool.domain.claim_steps import due_on
from services.risk_pool.domain.public_notice import (
    CLAIM,
    LIFE_CYCLE,
    Action,
    NoticeCasesMoved,
    State,
    objections_open,
    opinion_of,
    outcome_of,
    require_over,
)
from services.risk_pool.handlers import claim_steps
from services.risk_pool.handlers.claims import until
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.public_notice_cases import (
    STEP,
    listed,
    still_waiting,
    subsidy_terms,
    waits,
)
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as claims_known
from services.risk_pool.queries import objections as known_objections
from services.risk_pool.queries import public_notices as known
from services.risk_pool.queries import subsidies as subsidies_known
from services.risk_pool.tables import objections, public_notices
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.contracts.envelope import Event
from shared.contracts.public_notices import (
    CaseOnNotice,
    PublicNoticeEndedV1,
    PublicNoticePublishedV1,
    PublicNoticeWithdrawnV1,
)
from shared.life_cycle import SYSTEM, Row
from shared.messaging import outbox
from shared.postgres.published_schemes import terms_on
from shared.refusals import FieldFault, FieldsWrong
from shared.transitions import Step, apply_transition, apply_transitions


async def prepare(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    title: str,
    claims: Sequence[UUID],
    subsidies: Sequence[UUID],
    opens_on: date,
    working_days: int | None,
    corrects: UUID | None,
    context: StepContext,
) -> UUID:
    """Prepare a list: what the public will read of each case is frozen with it.

    Raises NotFound for a pool, FieldsWrong with every case that may not be listed, a first day that is
    past, a notice to be corrected that is not published.
    """
    move = LIFE_CYCLE.require(None, Action.PREPARE, context.by)
    pool = await lock_pool(conn, pool_code)
    before = await _to_correct(conn, pool.code, corrects)
    if opens_on < context.today:
        raise FieldsWrong(
            [FieldFault(("opens_on",), "day-past", "公示起始日不得早于今日", "The day is past.")]
        )
    cases = await listed(
        conn, pool, claims, subsidies, opens_on=opens_on, corrects=corrects, context=context
    )
    last_day = max(one.last_day for one in cases)
    if working_days is not None:
        last_day = max(last_day, context.working_days.add(opens_on, working_days))
    notice: dict[str, Any] = {
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="G", year=context.today.year),
        "pool_code": pool.code,
        "title": title,
        "state": move.target,
        "state_since": context.now,
        "due_on": opens_on,
        "opens_on": opens_on,
        "working_days": working_days,
        "last_day": last_day,
        "days_after": max(one.days_after for one in cases),
        "corrects": corrects,
        "corrects_number": "" if before is None else before["number"],
        "prepared_by": context.by.subject,
        "prepared_name": context.by.name,
        "prepared_at": context.now,
    }
    await public_notices.insert(conn, notice, cases)
    step = Step(
        case={**notice, "state": None, "version": 0},
        action=Action.PREPARE,
        by=context.by,
        term=until(opens_on),
    )
    await apply_transition(conn, public_notices.CASES, step, now=context.now)
    return UUID(str(notice["id"]))


async def _to_correct(
    conn: asyncpg.Connection, pool_code: str, corrects: UUID | None
) -> asyncpg.Record | None:
    """The notice that is to be corrected: published, of the same pool, and corrected by no other."""
    if corrects is None:
        return None
    row: asyncpg.Record | None = await known.find(conn, corrects)
    if row is None or row["pool_code"] != pool_code or row["state"] != State.PUBLISHED:
        raise FieldsWrong(
            [FieldFault(("corrects",), "not-on-notice", "只能更正公示中的公示",
                        "Only a notice that hangs is corrected.")]
        )  # fmt: skip
    if (other := await known.correction_of(conn, corrects)) is not None:
        raise FieldsWrong(
            [FieldFault(("corrects",), "corrected-already", f"已由 {other} 更正",
                        f"{other} corrects it already.")]
        )  # fmt: skip
    return row


async def approve(conn: asyncpg.Connection, notice_id: UUID, context: StepContext) -> None:
    """Another person agrees to what everybody will read. It is published on its day; where that has
    come, at once, and its days are counted from today.

    Raises SecondPersonRequired, NoticeCasesMoved.
    """
    _, notice = await hold(conn, public_notices.CASES, notice_id, Action.APPROVE, context)
    await _require_waiting(conn, notice)
    step = Step(
        case=notice,
        action=Action.APPROVE,
        by=context.by,
        changes={"approved_by": context.by.subject, "approved_name": context.by.name},
        term=until(notice["opens_on"]),
    )
    await apply_transition(conn, public_notices.CASES, step, now=context.now)
    if notice["opens_on"] <= context.today:
        await publish(conn, notice_id, _by_the_clock(context))


async def _require_waiting(conn: asyncpg.Connection, notice: Row) -> None:
    gone = await still_waiting(conn, await known.cases_of(conn, notice["id"]))
    if gone:
        raise NoticeCasesMoved(
            f"名单中的案件已不再等待公示：{'、'.join(gone)}。请撤下后重新拟定。",
            f"Cases of the list wait for it no longer: {', '.join(gone)}. Withdraw it and prepare "
            "another.",
            cases=gone,
        )


async def publish(conn: asyncpg.Connection, notice_id: UUID, context: StepContext) -> None:
    """Everybody reads it from today on, and the one that it corrects no longer. Raises ObjectionsOpen
    where an objection to that one is not decided."""
    _, notice = await hold(conn, public_notices.CASES, notice_id, Action.PUBLISH, context)
    cases = await known.cases_of(conn, notice_id)
    opens_on = max(notice["opens_on"], context.today)
    last_day = await _last_day(conn, notice, cases, opens_on, context)
    if notice["corrects"] is not None:
        await _take_the_place_of(conn, notice, context)
    step = Step(
        case=notice,
        action=Action.PUBLISH,
        by=context.by,
        changes={"opens_on": opens_on, "last_day": last_day, "published_on": context.today},
        term=until(last_day),
    )
    await apply_transition(conn, public_notices.CASES, step, now=context.now)
    shown = {**dict(notice), "opens_on": opens_on, "last_day": last_day}
    events: list[Event] = [
        PublicNoticePublishedV1(
            **_of_notice(shown), bank_code=bank, cases=of_bank, corrects=notice["corrects_number"]
        )
        for bank, of_bank in by_bank(cases).items()
    ]
    await outbox.append(conn, events, now=context.now)


async def _last_day(
    conn: asyncpg.Connection,
    notice: Row,
    cases: Sequence[Row],
    opens_on: date,
    context: StepContext,
) -> date:
    """As it was prepared, unless its first day has moved: then counted anew."""
    if opens_on == notice["opens_on"]:
        found: date = notice["last_day"]
        return found
    days = [context.working_days.add(opens_on, notice["working_days"] or 1)]
    for one in cases:
        if one["case_kind"] == CLAIM:
            claim = await claims_known.find(conn, one["case_id"])
            assert claim is not None
            terms = await terms_on(conn, claim["programme"], claim["terms_on"], claim["mode"])
            days.append(due_on(STEP, opens_on, terms, context.working_days))
        else:
            row = await subsidies_known.find(conn, one["case_id"])
            assert row is not None
            rule = (await subsidy_terms(conn, row)).public_notice
            days.append(context.working_days.add(opens_on, rule.subsidies_working_days or 1))
    return max(days)


async def _take_the_place_of(conn: asyncpg.Connection, notice: Row, context: StepContext) -> None:
    before = await lock_case(conn, public_notices.CASES, notice["corrects"])
    if count := len(await known_objections.open_of(conn, before["id"])):
        raise objections_open(count)
    step = Step(
        case=before,
        action=Action.CORRECT,
        by=context.by,
        reason=notice["number"],
        changes={"removed_on": context.today, "removed_because": notice["number"]},
    )
    await apply_transition(conn, public_notices.CASES, step, now=context.now)


async def end(conn: asyncpg.Connection, notice_id: UUID, context: StepContext) -> None:
    """Its days are over: what it came to is recorded as the step of every claim that waits for it.

    Raises NoticeStillHangs, ObjectionsOpen.
    """
    _, notice = await hold(conn, public_notices.CASES, notice_id, Action.END, context)
    still_open = await known_objections.open_of(conn, notice_id)
    require_over(notice["last_day"], context.today, len(still_open))
    cases = await known.cases_of(conn, notice_id)
    decided, upheld = await known_objections.counts(conn, notice_id)
    opinion = opinion_of(
        notice["number"], notice["opens_on"], notice["last_day"],
        objections=decided, upheld=len(upheld),
    )  # fmt: skip
    outcomes: dict[int, str] = {}
    for one in cases:
        outcome = outcome_of(upheld, one["place"])
        waiting = await waits(conn, one)
        outcomes[one["place"]] = outcome if waiting else "lapsed"
        if waiting and one["case_kind"] == CLAIM:
            await claim_steps.record_by_notice(
                conn, one["case_id"], context, outcome=outcome, opinion=opinion,
                notice_from=notice["opens_on"], notice_to=notice["last_day"],
            )  # fmt: skip
    await public_notices.write_outcomes(conn, notice_id, outcomes)
    step = Step(
        case=notice,
        action=Action.END,
        by=context.by,
        reason=opinion,
        changes={
            "ended_on": context.today,
            "shown_until": context.today + timedelta(days=notice["days_after"]),
        },
    )
    await apply_transition(conn, public_notices.CASES, step, now=context.now)
    events: list[Event] = [
        PublicNoticeEndedV1(
            **_of_notice(notice), bank_code=bank, cases=of_bank, ended_on=context.today,
            objections=decided, upheld=len(upheld),
        )
        for bank, of_bank in by_bank(cases, outcomes).items()
    ]  # fmt: skip
    await outbox.append(conn, events, now=context.now)


async def withdraw(
    conn: asyncpg.Connection, notice_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It is taken back, for a reason; what was objected and is not decided is closed with it."""
    _, notice = await hold(conn, public_notices.CASES, notice_id, Action.WITHDRAW, context)
    lapsing = [
        Step(case=row, action=objection.Action.LAPSE, by=SYSTEM, reason=notice["number"])
        for row in await known_objections.open_of(conn, notice_id)
    ]
    if lapsing:
        await apply_transitions(conn, objections.CASES, lapsing, now=context.now)
    step = Step(
        case=notice,
        action=Action.WITHDRAW,
        by=context.by,
        reason=reason,
        changes={"removed_on": context.today, "removed_because": reason},
    )
    await apply_transition(conn, public_notices.CASES, step, now=context.now)
    if notice["published_on"] is None:
        return
    events: list[Event] = [
        PublicNoticeWithdrawnV1(
            **_of_notice(notice), bank_code=bank, cases=of_bank, reason=reason,
            withdrawn_on=context.today,
        )
        for bank, of_bank in by_bank(await known.cases_of(conn, notice_id)).items()
    ]  # fmt: skip
    await outbox.append(conn, events, now=context.now)


async def end_if_over(conn: asyncpg.Connection, notice_id: UUID, context: StepContext) -> None:
    """After the last objection was decided: a notice whose days are over ends at once."""
    notice = await known.find(conn, notice_id)
    assert notice is not None
    hangs = notice["state"] == State.PUBLISHED
    if hangs and context.today > notice["last_day"] and not notice["open_objections"]:
        await end(conn, notice_id, _by_the_clock(context))


def _by_the_clock(context: StepContext) -> StepContext:
    return StepContext(by=SYSTEM, now=context.now, working_days=context.working_days)


def _of_notice(notice: Any) -> dict[str, Any]:
    return {
        "pool_code": notice["pool_code"],
        "notice_id": notice["id"],
        "notice_number": notice["number"],
        "title": notice["title"],
        "opens_on": notice["opens_on"],
        "last_day": notice["last_day"],
    }


def by_bank(
    cases: Sequence[Row], outcomes: dict[int, str] | None = None
) -> dict[str, tuple[CaseOnNotice, ...]]:
    """Each bank's cases of a list, as its events tell them."""
    found: dict[str, list[CaseOnNotice]] = defaultdict(list)
    for one in cases:
        found[one["bank_code"]].append(_case_told(one, (outcomes or {}).get(one["place"], "")))
    return {bank: tuple(of_bank) for bank, of_bank in sorted(found.items())}


def _case_told(one: Row, outcome: str = "") -> CaseOnNotice:
    """A listed case as events tell it to its bank."""
    return CaseOnNotice(
        place=one["place"],
        case_kind=one["case_kind"],
        case_id=one["case_id"],
        case_number=one["case_number"],
        loan_id=one["loan_id"],
        loan_number=one["loan_number"],
        borrower_name=one["borrower_name"],
        outcome=outcome,
    )
