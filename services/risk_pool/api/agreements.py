"""Agreements with the parties of a pool over HTTP: entered with their papers, put in force by another
person; and what parties were to pay in, and have. A bank sees its own."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.risk_pool.api.agreement_answers import (
    AgreementAnswer,
    AgreementDetail,
    PlannedAnswer,
    agreement_data,
    planned_answer,
)
from services.risk_pool.api.agreement_requests import NewAgreement
from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer
from services.risk_pool.api.cases import Anyone, CaseStep, add_steps, step_context
from services.risk_pool.api.papers import papers_of
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.agreement import LIFE_CYCLE, Action, State
from services.risk_pool.domain.planned_money import contributed
from services.risk_pool.handlers import agreements as handlers
from services.risk_pool.queries import agreements as known
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.money import Fen
from shared.postgres.database import seeing_everything
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["agreements"])

Enters = Annotated[Identity, part_in(LIFE_CYCLE, Action.ENTER)]


class ContributionsAnswer(Money):
    """What a party was to pay in by its agreements, and what has come."""

    party_code: str
    party_name: str
    party_role: str
    planned_fen: Fen
    due_fen: Fen = Field(description="Of the plan, what should have come by today.")
    settled_fen: Fen = Field(description="Of the plan, by released cash entries.")
    open_fen: Fen = Field(description="Of the plan, still to come; no asset of the pool.")
    overdue_fen: Fen
    received_fen: Fen = Field(description="All that stands as its contribution in the books.")
    unplanned_fen: Fen = Field(description="Received beside any plan.")
    plan: list[PlannedAnswer]


@router.post("/pools/{code}/agreements", status_code=201, response_model=AgreementDetail)
async def enter_agreement(
    code: str, body: NewAgreement, request: Request, caller: Enters, context: CurrentContext
) -> Response:
    """Enter a version of an agreement (finance_maker or pool_manager). Nothing of it holds before
    another person (finance_checker) has put it in force."""
    entering, papers = step_context(request, caller, context), papers_of(body, caller)
    entered = body.as_agreement()
    await papers.wait(context)

    async def work(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="agreements", now=entering.now)
        agreement_id = await handlers.enter(conn, code, entered, entering)
        await papers.add_to(conn, agreement_id, bank_code=entered.party_code, now=entering.now)
        answer = await _detail(conn, agreement_id, caller)
        where = f"/api/v1/agreements/{agreement_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/agreements")
async def list_agreements(
    code: str,
    caller: Anyone,
    context: CurrentContext,
    party: Annotated[str | None, Query(max_length=64)] = None,
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[AgreementAnswer]:
    """Versions of the pool's agreements, the newest first. A bank sees its own."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(
            conn,
            pool=code,
            party=party,
            state=state,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
        found = await agreement_data(conn, rows, caller, today=today)
    items = [AgreementAnswer(**one) for one in found]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/agreements/{agreement_id}")
async def show_agreement(
    agreement_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> AgreementDetail:
    """A version with every move that it has made."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        answer = await _shown(conn, await _find(conn, agreement_id), caller, today=today)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/pools/{code}/contributions")
async def list_contributions(
    code: str, caller: Anyone, context: CurrentContext
) -> Page[ContributionsAnswer]:
    """By party, what was to be paid in as agreed and what has come: planned, due, open, overdue."""
    today = business_date(context.clock.now())
    own = caller.bank
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        # Balances and cash entries are the bureau's own; of a bank's only its own sums are told.
        async with seeing_everything(conn):
            parties = await known.contributions(conn, code, party=own)
    paying = [one for one in parties if one["plan"] or one["received_fen"] != 0]
    return Page(items=[_contributions(one, today) for one in paying])


def _contributions(party: dict[str, Any], today: date) -> ContributionsAnswer:
    plan = [planned_answer(one, today) for one in party["plan"]]
    so_far = contributed(
        # Of what is expected no longer, only what had come already was a plan.
        [(one.settled_fen + one.open_fen, one.settled_fen, one.due_on) for one in plan],
        received_fen=party["received_fen"],
        today=today,
    )
    return ContributionsAnswer(
        party_code=party["code"],
        party_name=party["name"],
        party_role=party["role"],
        planned_fen=so_far.planned_fen,
        due_fen=so_far.due_fen,
        settled_fen=so_far.settled_fen,
        open_fen=so_far.open_fen,
        overdue_fen=so_far.overdue_fen,
        received_fen=so_far.received_fen,
        unplanned_fen=so_far.unplanned_fen,
        plan=plan,
    )


async def _find(conn: asyncpg.Connection, agreement_id: UUID) -> asyncpg.Record:
    row = await known.find(conn, agreement_id)
    if row is None:
        raise NotFound("没有该合作协议", "There is no such agreement.")
    return row


async def _detail(
    conn: asyncpg.Connection, agreement_id: UUID, caller: Identity
) -> AgreementDetail:
    """A version that has just been moved: the day is that of its last move. Raises NotFound."""
    row = await _find(conn, agreement_id)
    return await _shown(conn, row, caller, today=business_date(row["state_since"]))


async def _shown(
    conn: asyncpg.Connection, row: asyncpg.Record, caller: Identity, *, today: date
) -> AgreementDetail:
    (shown,) = await agreement_data(conn, [row], caller, today=today)
    history = [MoveAnswer(**move) for move in await history_of(conn, row["id"])]
    return AgreementDetail(**shown, history=history)


add_steps(
    router,
    "/agreements/{agreement_id}",
    (
        CaseStep(
            action=Action.RELEASE,
            handler=handlers.release,
            body=None,
            name="release_agreement",
            description="The second person (finance_checker) puts the version in force: the one "
            "before ends on the day before it begins, what this one plans is expected, and a bank "
            "has its new line.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_agreement",
            description="The second person does not put it in force.",
        ),
    ),
    show=_detail,
    answer=AgreementDetail,
)
