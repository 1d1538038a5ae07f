"""The work list of the account and its reconciliation over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.risk_pool.api.account_answers import (
    READERS,
    CandidateAnswer,
    LineAnswer,
    MovementAnswer,
    OpenLineAnswer,
    OpenMovementAnswer,
    OwedAnswer,
    ReconciliationAnswer,
    ToDoAnswer,
    WaitingAnswer,
)
from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.roles import require_pool
from services.risk_pool.api.suspense import BookingAnswer, booking_answer
from services.risk_pool.domain.account_matching import Known
from services.risk_pool.domain.account_work import WORDS, ToDo
from services.risk_pool.queries import account_reconciliation, account_work
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.requests import IsoDate

router = APIRouter(tags=["account"])

Readers = Annotated[Identity, Depends(requires(*READERS))]


class WorkListAnswer(Money):
    """What is to be worked off: open lines, and what the books know of that no line has shown."""

    pool_code: str
    lines: list[ToDoAnswer]
    movements: list[MovementAnswer] = Field(description="In the books, not on the account.")
    waiting: list[WaitingAnswer] = Field(description="Entered, and not released.")
    owed: list[OwedAnswer] = Field(description="Owed either way, and not entered.")
    suspense: list[BookingAnswer] = Field(description="Bookings of which something is left.")


@router.get("/pools/{code}/account-work")
async def show_account_work(code: str, caller: Readers, context: CurrentContext) -> WorkListAnswer:
    """What is to be worked off: every open line and what it seems to be, what is booked and not on
    the account, what is expected, what is in suspense."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        found = await account_work.of_pool(conn, code, working_days=context.working_days)
    return WorkListAnswer(
        pool_code=code,
        lines=[_to_do(one, found.rows, found.proposed) for one in found.to_do],
        movements=[MovementAnswer(**_said(one)) for one in found.books.movements],
        waiting=[WaitingAnswer(**_said(one)) for one in found.books.waiting],
        owed=[OwedAnswer(**_said(one)) for one in found.books.owed],
        suspense=[booking_answer(row, caller) for row in found.suspense],
    )


def _said(one: Known) -> dict[str, Any]:
    said = asdict(one)
    del said["party_accounts"]
    return said | {"party_code": "" if one.party_code == "?" else one.party_code}


def _to_do(one: ToDo, rows: dict[UUID, asyncpg.Record], proposed: dict[UUID, int]) -> ToDoAnswer:
    words = WORDS[one.finding]
    return ToDoAnswer(
        line=LineAnswer(**rows[one.line.id]),
        finding=one.finding,
        zh=words.zh,
        en=words.en,
        difference_fen=one.difference_fen,
        candidates=[
            CandidateAnswer(**_said(each.known), rule=each.rule) for each in one.candidates
        ],
        entries=[WaitingAnswer(**_said(each.known)) for each in one.entries],
        owed=[OwedAnswer(**_said(each)) for each in one.owed],
        other_lines=[LineAnswer(**rows[other.id]) for other in one.other_lines],
        proposed_fen=proposed.get(one.line.id, 0),
    )


@router.get("/pools/{code}/account-reconciliation")
async def show_reconciliation(
    code: str,
    caller: Readers,
    context: CurrentContext,
    on: Annotated[IsoDate | None, Query(description="The end of this day; today's if not.")] = None,
) -> ReconciliationAnswer:
    """Booked balance = bank's balance on a day, or the difference item by item."""
    day = on or business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        found = await account_reconciliation.on_day(conn, code, day)
    return ReconciliationAnswer(
        pool_code=code,
        on=found.on,
        covered_until=found.covered_until,
        is_covered=found.is_covered,
        booked_fen=found.booked_fen,
        bank_fen=found.bank_fen,
        difference_fen=found.difference_fen,
        in_books_total_fen=sum(one.open_fen for one in found.in_books_only),
        on_account_total_fen=sum(one.open_fen for one in found.on_account_only),
        adds_up=found.adds_up,
        is_settled=found.is_settled,
        in_books_only=[OpenMovementAnswer(**asdict(one)) for one in found.in_books_only],
        on_account_only=[OpenLineAnswer(**asdict(one)) for one in found.on_account_only],
    )
