"""Monthly settlements over HTTP: preview, confirm, sign, post."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import WithJsonSchema

from services.risk_pool.api import months, statements
from services.risk_pool.api.case_requests import Reason
from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import Anyone, presented, version_check
from services.risk_pool.api.roles import require_pool
from services.risk_pool.api.settlement_responses import (
    SettlementAnswer,
    SettlementInList,
    completeness,
    movement_answered,
    sent_back_answer,
    statement_in_list,
)
from services.risk_pool.api.signing import settings_of
from services.risk_pool.api.statements import MonthText, PoolCode, found_or_refused
from services.risk_pool.domain.month_findings import named
from services.risk_pool.domain.settlement import BOOKS_CLOSED, LIFE_CYCLE, Action, State, is_done
from services.risk_pool.handlers import settlements as handlers
from services.risk_pool.handlers.month_after_posting import close, lacks
from services.risk_pool.queries import lists, month_reminders
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.queries.statements import loans_of_parties
from services.risk_pool.reports.amounts import in_yuan
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.progress import progress_answer
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from shared.postgres.grids import page
from shared.sides import reader_of
from shared.transitions import history_of

router = APIRouter(tags=["settlements"], prefix="/pools/{code}/settlements")

Finance = Annotated[Identity, part_in(LIFE_CYCLE)]
SettlementState = Annotated[
    State, WithJsonSchema({"type": "string", "enum": [state.value for state in State]})
]
"""Told as the values it may have: other kinds of cases have a State of their own."""
Handler = Callable[..., Awaitable[None]]

_STEPS: tuple[tuple[Action, Handler, str], ...] = (
    (
        Action.PREVIEW,
        handlers.preview,
        "Compute the month (finance_maker). Nothing is booked; do it as often as you like. A month "
        "that was confirmed or signed loses that; a posted month stays as it is.",
    ),
    (
        Action.CONFIRM,
        handlers.confirm,
        "Stand by the figures (finance_maker). Refused while something is missing, naming it all.",
    ),
    (Action.SIGN, handlers.sign, "Sign as a second person (finance_checker)."),
    (
        Action.POST,
        handlers.post,
        "Net what it leaves, keep it as open items, and close the books of the month for ever "
        "(finance_maker or finance_checker). Money settles the items: then it is matched.",
    ),
    (
        Action.CLOSE,
        close,
        "Close a matched month (finance_checker). Refused with everything that is missing while an "
        "item is open or the dedicated account does not agree with the books to the month's end.",
    ),
)


def _route(action: Action, handler: Handler) -> Callable[..., Awaitable[Response]]:
    async def route(
        code: PoolCode,
        month: MonthText,
        request: Request,
        caller: Finance,
        context: CurrentContext,
    ) -> Response:
        return await _take(action, handler, code, Month.parse(month), request, caller, context)

    return route


async def _take(
    action: Action,
    handler: Handler,
    code: str,
    month: Month,
    request: Request,
    caller: Identity,
    context: Context,
) -> Response:
    """One step, in one transaction with its answer; asked again it answers as the month stands."""
    now = context.clock.now()
    follow = settings_of(context).sends_statements
    more = {"papers_follow": follow} if action is Action.POST else {}

    async def work(conn: asyncpg.Connection) -> Answer:
        seen = await known.find(conn, code, month)
        if seen is not None:
            version_check(request)(seen["version"])
        await handler(conn, code, month, caller=caller, now=now, **more)
        answer = await _detail(conn, code, month, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    books = action is not Action.PREVIEW
    return await idempotently(request, caller, context.database, work, keeps_forever=books)


for _action, _handler, _description in _STEPS:
    router.add_api_route(
        f"/{{month}}/{_action}",
        _route(_action, _handler),
        methods=["POST"],
        name=str(_action),
        description=_description,
        response_model=SettlementAnswer,
    )


@router.get("")
async def list_settlements(
    code: PoolCode,
    caller: Anyone,
    context: CurrentContext,
    state: SettlementState | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[SettlementInList]:
    """The months of a pool, the latest first."""
    before = decode_cursor(cursor, str)[0] if cursor is not None else None
    wanted = {"pool_code = {}": code, "state = {}": state, "month < {}": before}
    order = lists.SETTLEMENTS.order(None)
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await page(conn, lists.SETTLEMENTS, wanted, order, after=None, limit=limit + 1)
    items = [SettlementInList(**presented(LIFE_CYCLE, row, caller)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.month))


@router.get("/{month}")
async def show_settlement(
    code: PoolCode, month: MonthText, response: Response, caller: Anyone, context: CurrentContext
) -> SettlementAnswer:
    """A month in all its parts. A bank sees what concerns itself."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, code, Month.parse(month), caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def _detail(
    conn: asyncpg.Connection, code: str, month: Month, caller: Identity
) -> SettlementAnswer:
    settlement = await found_or_refused(conn, code, month)
    settlement_id = settlement["id"]
    kept = await known.statements(conn, settlement_id)
    of_parties = [row for row in kept if row["party_code"] != code]
    loans = await loans_of_parties(conn, settlement, [row["party_code"] for row in kept])
    names = await party_names(conn, code)
    reminders = await month_reminders.of_month(conn, code, month)
    is_open = settlement["state"] in BOOKS_CLOSED and not is_done(settlement["state"], Action.CLOSE)
    # Cash and the account are the bureau's own.
    sees_all = caller.institution == EVERYWHERE
    lacking = await lacks(conn, code, month) if is_open and sees_all else None
    folder = f"/api/v1/pools/{code}/settlements/{month}/statements"
    return SettlementAnswer(
        **presented(LIFE_CYCLE, settlement, caller),
        payable_fen=sum(row["payable_fen"] for row in of_parties),
        receivable_fen=sum(row["receivable_fen"] for row in of_parties),
        progress=progress_answer(LIFE_CYCLE, settlement["state"]),
        sent_back=sent_back_answer(settlement),
        completeness=completeness(
            named(await known.findings(conn, settlement_id), names), settlement, reminders
        ),
        closing=None if lacking is None else completeness(lacking, settlement, reminders),
        movements=[
            movement_answered(one, names) for one in await known.movements(conn, settlement_id)
        ],
        statements=[
            statement_in_list(
                row,
                in_yuan(loans[row["party_code"]]),
                folder=folder,
                reader=reader_of(
                    caller.institution == EVERYWHERE, row_is_pools=row["party_code"] == code
                ),
            )
            for row in kept
        ],
        history=[MoveAnswer(**move) for move in await history_of(conn, settlement_id)],
    )


@router.post("/{month}/send_back", name=str(Action.SEND_BACK), response_model=SettlementAnswer)
async def send_back(
    code: PoolCode,
    month: MonthText,
    body: Reason,
    request: Request,
    caller: Finance,
    context: CurrentContext,
) -> Response:
    """Send a confirmed or signed month back to who confirmed it, with the reason (finance_checker). It
    stands on the month until it is confirmed again."""

    async def handler(conn: asyncpg.Connection, *at: Any, **by: Any) -> None:
        await handlers.send_back(conn, *at, **by, reason=body.reason)

    return await _take(
        Action.SEND_BACK, handler, code, Month.parse(month), request, caller, context
    )


router.include_router(months.router)
router.include_router(statements.router)
