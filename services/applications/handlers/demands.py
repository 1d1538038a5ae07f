"""Financing demands: the bureau posts and offers them, banks answer, one of them is matched."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.financing_demand import (
    CASE_CAME_TO_NOTHING,
    LIFE_CYCLE,
    MAY_BECOME_CASE,
    Action,
    AnswerGiven,
    AnswersOver,
    CaseAnswersAnother,
    CaseOfAnotherFirm,
    DemandPosted,
    KnownAround,
    NotTakenUp,
    OfAnotherBank,
    State,
    answer_faults,
    demand_faults,
    offer_faults,
)
from services.applications.queries import banks, parks
from services.applications.tables import demands
from services.applications.tables.demands import DEMANDS, about
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.demands import DemandAnsweredV1, DemandOfferedV1, DemandOutcomeV1
from shared.life_cycle import Row
from shared.messaging import outbox
from shared.postgres.database import seeing_everything
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, apply_transition


async def known_around(conn: asyncpg.Connection, *, today: date) -> KnownAround:
    """What demands are judged by: banks, and the parks of today."""
    return KnownAround(
        banks=await banks.bank_codes(conn),
        parks=await parks.codes_on(conn, today),
        today=today,
    )


async def post(
    conn: asyncpg.Connection, posted: DemandPosted, *, by: Identity, now: datetime
) -> UUID:
    """Keep a demand and offer it. Raises FieldsWrong."""
    around = await known_around(conn, today=business_date(now))
    if faults := demand_faults(posted, around):
        raise FieldsWrong(faults)
    return await keep(conn, posted, around, import_id=None, by=by, now=now)


async def keep(
    conn: asyncpg.Connection,
    posted: DemandPosted,
    around: KnownAround,
    *,
    import_id: UUID | None,
    by: Identity,
    now: datetime,
) -> UUID:
    """Keep a demand that nothing is wrong with, and offer it."""
    move = LIFE_CYCLE.require(None, Action.POST, by)
    named = tuple(around.banks) if posted.to_all_banks else tuple(dict.fromkeys(posted.banks))
    demand: dict[str, Any] = {
        **{name: getattr(posted, name) for name in (
            "uscc", "firm_name", "park_code", "industry", "amount_fen", "term_months", "purpose",
            "note", "contact_name", "contact_phone",
        )},
        "rights": list(posted.rights),
        "id": uuid7(),
        "number": await demands.next_number(conn, around.today.year),
        "posted_on": around.today,
        "posted_by": by.subject,
        "posted_by_name": by.name,
        "import_id": import_id,
        "state": move.target,
        "state_since": now,
        "due_on": posted.answer_by if named else None,
    }  # fmt: skip
    await demands.insert(conn, demand)
    step = Step(
        case={**demand, "state": None, "version": 0},
        action=Action.POST,
        by=by,
        detail={"banks": list(named)},
        term=lambda wait: demand["due_on"],
    )
    await apply_transition(conn, DEMANDS, step, now=now)
    if named and posted.answer_by is not None:
        await _offer(conn, demand, named, answer_by=posted.answer_by, by=by, now=now)
    return UUID(str(demand["id"]))


async def offer(
    conn: asyncpg.Connection,
    demand_id: UUID,
    to_banks: Sequence[str],
    *,
    to_all: bool,
    answer_by: date,
    by: Identity,
    now: datetime,
) -> None:
    """Offer a posted demand to more banks, or give those that were silent another day.
    Raises NotFound, FieldsWrong, and what the life cycle refuses."""
    row = await _locked(conn, demand_id)
    LIFE_CYCLE.require(row, Action.OFFER, by)
    around = await known_around(conn, today=business_date(now))
    if faults := offer_faults(to_banks, around, to_all=to_all, answer_by=answer_by):
        raise FieldsWrong(faults)
    named = tuple(around.banks) if to_all else tuple(dict.fromkeys(to_banks))
    latest = max(row["due_on"] or answer_by, answer_by)
    step = Step(
        case=row,
        action=Action.OFFER,
        by=by,
        detail={"banks": list(named), "answer_by": str(answer_by)},
        term=lambda wait: latest,
    )
    await apply_transition(conn, DEMANDS, step, now=now)
    await _offer(conn, row, named, answer_by=answer_by, by=by, now=now)


async def _offer(
    conn: asyncpg.Connection,
    demand: Row,
    to_banks: Sequence[str],
    *,
    answer_by: date,
    by: Identity,
    now: datetime,
) -> None:
    silent = await demands.offer(conn, demand["id"], to_banks, answer_by=answer_by, by=by, now=now)
    told = [
        DemandOfferedV1(
            **about(demand),
            bank_code=bank,
            answer_by=answer_by,
            **{name: demand[name] for name in ("term_months", "purpose", "park_code")},
        )
        for bank in silent
    ]
    await outbox.append(conn, told, now=now)


async def answer(
    conn: asyncpg.Connection, demand_id: UUID, given: AnswerGiven, *, by: Identity, now: datetime
) -> None:
    """A bank takes a demand up with a quote, or declines it; its last word holds. Raises NotFound
    where it was not offered the demand, AnswersOver, FieldsWrong."""
    row = await _locked(conn, demand_id)
    if row["state"] != State.POSTED:
        raise AnswersOver(
            "该需求已对接或已结束，不再接受答复", "The demand waits for answers no longer."
        )
    if faults := answer_faults(given, today=business_date(now)):
        raise FieldsWrong(faults)
    until = (await demands.offered(conn, demand_id)).get(by.institution)
    if until is None:
        raise NotFound(DEMANDS.absent.zh, DEMANDS.absent.en)
    is_late = business_date(now) > until
    await demands.add_answer(
        conn, demand_id, by.institution, given, is_late=is_late, by=by, now=now
    )
    told = DemandAnsweredV1(
        **about(row), bank_code=by.institution, takes_up=given.takes_up, reason=given.reason,
        is_late=is_late,
    )  # fmt: skip
    await outbox.append(conn, [told], now=now)


async def match(
    conn: asyncpg.Connection, demand_id: UUID, bank_code: str, *, by: Identity, now: datetime
) -> None:
    """Give a demand to a bank that has taken it up. Raises NotFound, NotTakenUp."""
    row = await _locked(conn, demand_id)
    LIFE_CYCLE.require(row, Action.MATCH, by)
    if not await demands.takes_up(conn, demand_id, bank_code):
        raise NotTakenUp(
            "该银行没有承接这项需求，不能对接", "This bank has not taken the demand up."
        )
    step = Step(
        case=row,
        action=Action.MATCH,
        by=by,
        detail={"bank": bank_code},
        changes={"matched_bank": bank_code},
        facts={"bank_code": bank_code},
    )
    await apply_transition(conn, DEMANDS, step, now=now)


async def put_back(
    conn: asyncpg.Connection,
    demand_id: UUID,
    *,
    reason: str,
    answer_by: date | None,
    by: Identity,
    now: datetime,
) -> None:
    """Take a demand back from the bank that it was given to; it may be matched anew."""
    row = await _locked(conn, demand_id)
    LIFE_CYCLE.require(row, Action.PUT_BACK, by)
    if answer_by is not None and answer_by < business_date(now):
        raise FieldsWrong(
            [FieldFault(("answer_by",), "over", "答复期限不得早于今日", "The day has passed.")]
        )
    step = Step(
        case=row,
        action=Action.PUT_BACK,
        by=by,
        reason=reason,
        changes={"matched_bank": None},
        facts={"bank_code": row["matched_bank"], "reason": reason},
        term=lambda wait: answer_by,
    )
    await apply_transition(conn, DEMANDS, step, now=now)


async def end(
    conn: asyncpg.Connection, demand_id: UUID, *, reason: str, by: Identity, now: datetime
) -> None:
    """Nothing comes of a demand, and why; the banks that it was offered to hear so."""
    row = await _locked(conn, demand_id)
    step = Step(case=row, action=Action.END, by=by, reason=reason, changes={"ended_reason": reason})
    await apply_transition(conn, DEMANDS, step, now=now)
    told = [
        DemandOutcomeV1(
            **about(row), bank_code=bank, outcome="ended", case_number="", lent_fen=0, reason=reason
        )
        for bank in await demands.offered(conn, demand_id)
    ]
    await outbox.append(conn, told, now=now)


async def link(
    conn: asyncpg.Connection, demand_id: UUID, case_id: UUID, *, by: Identity, now: datetime
) -> None:
    """A demand has become a case of the firm's: by the bank's own submission, or said by hand.

    Raises NotFound, and what speaks against it: the demand was given to another bank, the case is
    another firm's, or answers another demand.
    """
    row = await _locked(conn, demand_id)
    LIFE_CYCLE.require(row, Action.LINK, by)
    case = await demands.case_to_link(conn, case_id)
    if case is None:
        raise NotFound("没有这个申请", "There is no such application.")
    must_fit(row, bank_code=case["bank_code"], uscc=case["borrower_uscc"])
    # Whether another bank's demand has the case is nothing that a bank may read, but it counts.
    async with seeing_everything(conn):
        known = await demands.case_to_link(conn, case_id)
        if known is None or known["taken"] or known["state"] in CASE_CAME_TO_NOTHING:
            raise CaseAnswersAnother(
                "该申请已关联其他需求，或已终止", "The case answers another demand, or is over."
            )
        if case["bank_code"] not in await demands.offered(conn, demand_id):
            # The bank came to the firm by another way: now the demand is its own, too.
            await demands.offer(
                conn, demand_id, [case["bank_code"]], answer_by=business_date(now), by=by, now=now
            )
        step = Step(
            case=row,
            action=Action.LINK,
            by=by,
            detail={"case": case["number"]},
            changes={"matched_bank": case["bank_code"], "application_id": case_id},
            facts={
                "bank_code": case["bank_code"], "outcome": "became_case",
                "case_number": case["number"], "lent_fen": 0, "reason": "",
            },
        )  # fmt: skip
        await apply_transition(conn, DEMANDS, step, now=now)


def must_fit(demand: Row, *, bank_code: str, uscc: str) -> None:
    """Raises OfAnotherBank, CaseOfAnotherFirm."""
    if demand["matched_bank"] not in (None, bank_code):
        raise OfAnotherBank("该需求已对接其他银行", "The demand was given to another bank.")
    if demand["uscc"] != uscc:
        raise CaseOfAnotherFirm(
            "申请的借款企业与需求的企业不是同一家", "The case is not one of the demand's firm."
        )


async def must_await_case(
    conn: asyncpg.Connection, demand_id: UUID, *, uscc: str, by: Identity
) -> None:
    """That a case may come of a demand, before the case is filed. Raises as `link` does."""
    row = await _locked(conn, demand_id)
    if row["state"] not in MAY_BECOME_CASE:
        LIFE_CYCLE.require(row, Action.LINK, by)
    must_fit(row, bank_code=by.institution, uscc=uscc)


async def _locked(conn: asyncpg.Connection, demand_id: UUID) -> asyncpg.Record:
    """Raises NotFound, also where the demand was not offered to the bank that asks."""
    row = await demands.locked(conn, demand_id)
    if row is None:
        raise NotFound(DEMANDS.absent.zh, DEMANDS.absent.en)
    return row
