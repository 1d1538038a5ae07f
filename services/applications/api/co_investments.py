"""Co-investments beside loans (投贷联动): commitments of funds, what became of them, and totals."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit, on_case
from services.applications.api.enhancement_requests import WithPaper
from services.applications.api.right_requests import Day
from services.applications.api.rights import Code, Reader
from services.applications.domain.co_investment import (
    LIFE_CYCLE,
    Action,
    InvestmentKind,
    State,
)
from services.applications.handlers import co_investments as handler
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries import co_investments as known
from services.applications.tables.co_investments import CO_INVESTMENTS, NewCommitment
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import Uscc
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.refusals import NotFound

router = APIRouter(tags=["co-investments"])

Keeper = Annotated[Identity, part_in(LIFE_CYCLE, Action.COMMIT)]
Payer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PAY)]
Withdrawer = Annotated[Identity, part_in(LIFE_CYCLE, Action.WITHDRAW)]

_EXAMPLE: dict[str, Any] = {
    "kind": "equity",
    "investor_uscc": "91120118MA06G8H268",
    "investor_name": "天津某知识产权运营引导基金",
    "amount": "5000000.00",
    "committed_on": "2026-03-02",
}


class CommitmentBody(WithPaper):
    """What a fund commits beside the loan of a case."""

    model_config = ConfigDict(**MONEY_NAMES, json_schema_extra={"examples": [_EXAMPLE]})

    kind: InvestmentKind
    investor_uscc: Uscc
    investor_name: ShortText
    amount_fen: RequestFen
    committed_on: Day

    def as_new(self) -> NewCommitment:
        """What is kept."""
        return NewCommitment(
            kind=self.kind,
            investor_uscc=self.investor_uscc,
            investor_name=self.investor_name,
            amount_fen=self.amount_fen,
            committed_on=self.committed_on,
        )


class PaidBody(RequestBody):
    """When the fund has paid."""

    on: Day


class TakenBackBody(RequestBody):
    """When the fund has taken its commitment back, and why."""

    on: Day
    reason: LongText = Field(examples=["尽职调查未通过"])


class CoInvestmentAnswer(BaseModel):
    """A commitment, and what became of it."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    case_id: UUID
    case_number: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    loan_fen: Fen = Field(description="The amount of the case that it stands beside.")
    kind: InvestmentKind
    investor_uscc: str
    investor_name: str
    amount_fen: Fen
    committed_on: date
    paid_on: date | None
    withdrawn_on: date | None
    document_id: UUID | None
    state: State
    version: int
    recorded_name: str
    recorded_at: datetime
    pending_actions: list[Action]


class CoInvestmentTotal(BaseModel):
    """What was committed, paid and taken back in a month, of one kind."""

    model_config = ConfigDict(**MONEY_NAMES)

    month: str
    kind: InvestmentKind
    commitments: int
    promised_fen: Fen
    payments: int
    invested_fen: Fen
    withdrawals: int
    taken_back_fen: Fen


class CoInvestmentTotalsAnswer(Page[CoInvestmentTotal]):
    """Rows by month and kind."""

    since: date
    until: date


@router.post(
    "/applications/{case_id}/co-investments", status_code=201, response_model=CoInvestmentAnswer
)
async def record_commitment(
    case_id: UUID, body: CommitmentBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Record what a fund commits beside the loan of a case."""

    async def work(case: CaseInHand) -> Answer:
        kept = await handler.commit(case, body.as_new(), paper=body.paper())
        return Answer(201, await _answer(case.conn, kept, caller))

    return await on_case(request, caller, context, case_id, work)


@router.get("/co-investments")
async def list_co_investments(
    caller: Reader,
    context: CurrentContext,
    case_id: UUID | None = None,
    investor: Code = None,
    state: State | None = None,
    since: Day | None = None,
    until: Day | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CoInvestmentAnswer]:
    """Commitments that you may see, the youngest first; `since` and `until` are of the day of the
    commitment."""
    wanted = known.Wanted(
        case_id=case_id, investor_uscc=investor, state=state, since=since, until=until
    )
    before = decode_cursor(cursor, date, UUID) if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await known.page(
            conn, wanted, institution=caller.institution, before=before, limit=limit + 1
        )
    page = page_of(rows, limit, lambda row: encode_cursor(row["committed_on"], row["id"]))
    return Page(items=[_shown(row, caller) for row in page.items], next_cursor=page.next_cursor)


@router.get("/co-investment-totals")
async def read_co_investment_totals(
    caller: Reader, context: CurrentContext, since: Day, until: Day
) -> CoInvestmentTotalsAnswer:
    """What funds have committed, paid and taken back in a span of time, each by its own day: by
    month and kind."""
    async with context.database.looking(caller.institution) as conn:
        rows = await known.totals(conn, institution=caller.institution, since=since, until=until)
    return CoInvestmentTotalsAnswer(
        since=since, until=until, items=[CoInvestmentTotal(**dict(row)) for row in rows]
    )


@router.post("/co-investments/{co_investment_id}/pay", response_model=CoInvestmentAnswer)
async def pay_commitment(
    co_investment_id: UUID, body: PaidBody, request: Request, caller: Payer,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The fund has paid what it committed."""
    return await _move(co_investment_id, Action.PAY, body.on, "", request, caller, context)


@router.post("/co-investments/{co_investment_id}/withdraw", response_model=CoInvestmentAnswer)
async def withdraw_commitment(
    co_investment_id: UUID, body: TakenBackBody, request: Request, caller: Withdrawer,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The fund has taken its commitment back before it paid."""
    return await _move(
        co_investment_id, Action.WITHDRAW, body.on, body.reason, request, caller, context
    )


async def _move(
    co_investment_id: UUID, action: Action, on: date, reason: str, request: Request,
    caller: Identity, context: Context,
) -> Response:  # fmt: skip
    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.move_on(
            conn, co_investment_id, action, on=on, reason=reason, by=caller,
            now=context.clock.now(),
        )  # fmt: skip
        return Answer(200, await _answer(conn, co_investment_id, caller))

    return await idempotently(request, caller, context.database, work)


async def _answer(
    conn: asyncpg.Connection, co_investment_id: UUID, caller: Identity
) -> CoInvestmentAnswer:
    row = await known.one(conn, co_investment_id, institution=caller.institution)
    if row is None:
        raise NotFound(CO_INVESTMENTS.absent.zh, CO_INVESTMENTS.absent.en)
    return _shown(row, caller)


def _shown(row: asyncpg.Record, caller: Identity) -> CoInvestmentAnswer:
    return CoInvestmentAnswer(
        **dict(row),
        case_id=row["application_id"],
        pending_actions=[Action(one) for one in LIFE_CYCLE.open_to(row, caller)],
    )
