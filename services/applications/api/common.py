"""What every route needs: the caller, the service's context, a page's size, an id in the path."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.handlers.decisions import Desk, locked_case
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.etags import require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import MOST_PER_PAGE

Anyone = Annotated[Identity, Depends(requires())]
BankOperator = Annotated[Identity, Depends(requires("bank_operator"))]
Limit = Annotated[int, Query(ge=1, le=MOST_PER_PAGE)]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of a page.")]

Work = Callable[[asyncpg.Record, Desk], Awaitable[Answer]]


async def on_case(
    request: Request,
    caller: Identity,
    context: Context,
    case_id: UUID,
    work: Work,
    *,
    keeps_forever: bool = False,
) -> Response:
    """Lock a case and do the work on it, once per Idempotency-Key. If-Match is honoured if sent.

    Raises NotFound, Stale, and what the work raises.
    """

    async def inside(conn: asyncpg.Connection) -> Answer:
        row = await locked_case(conn, case_id)
        if "if-match" in request.headers:
            require_match(request, row["version"])
        now = context.clock.now()
        desk = Desk(conn=conn, caller=caller, working_days=context.working_days, now=now)
        return await work(row, desk)

    return await idempotently(
        request, caller, context.database, inside, keeps_forever=keeps_forever
    )
