"""What every route needs: the caller, the service's context, a page's size, a case to act on."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.responses import MovedAnswer
from services.applications.domain.life_cycle import State
from services.applications.handlers.case_in_hand import CaseInHand, locked_case
from services.applications.tables import desk
from shared.auth.identity import EVERYBODY, Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.etags import etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import MOST_PER_PAGE
from shared.postgres.database import EVERYWHERE
from shared.transitions import Transition

Anyone = Annotated[Identity, Depends(requires())]
WhoeverSetsUp = Annotated[Identity, Depends(requires(*EVERYBODY))]
BankOperator = Annotated[Identity, Depends(requires("bank_operator"))]
Limit = Annotated[int, Query(ge=1, le=MOST_PER_PAGE)]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of a page.")]
PlainCode = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


async def on_case(
    request: Request,
    caller: Identity,
    context: Context,
    case_id: UUID,
    work: Callable[[CaseInHand], Awaitable[Answer]],
    *,
    keeps_forever: bool = False,
) -> Response:
    """Lock a case and do the work on it, once per Idempotency-Key. If-Match is honoured if sent.

    Raises NotFound, Stale, and what the work raises.
    """

    async def inside(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        if caller.institution == EVERYWHERE:
            await desk.seen(conn, caller, now=now)
        row = await locked_case(conn, case_id, today=business_date(now))
        if "if-match" in request.headers:
            require_match(request, row["version"])
        case = CaseInHand(
            row=row,
            conn=conn,
            caller=caller,
            working_days=context.working_days,
            now=now,
        )
        return await work(case)

    return await idempotently(
        request, caller, context.database, inside, keeps_forever=keeps_forever
    )


async def move(
    request: Request,
    caller: Identity,
    context: Context,
    case_id: UUID,
    step: Callable[[CaseInHand], Awaitable[Transition]],
    *,
    keeps_forever: bool = False,
) -> Response:
    """Take one step of a case, and answer where it stands then. As `on_case`."""

    async def work(case: CaseInHand) -> Answer:
        done = await step(case)
        body = MovedAnswer(
            id=done.case_id,
            number=case.row["number"],
            state=State(done.state),
            version=done.version,
            due_on=done.due_on,
        )
        return Answer(200, body, {"ETag": etag(done.version)})

    return await on_case(request, caller, context, case_id, work, keeps_forever=keeps_forever)


def unmoved(case: CaseInHand) -> Answer:
    """Where a case stands that was acted on and not moved."""
    row = case.row
    answer = MovedAnswer(
        id=row["id"], number=row["number"], state=row["state"], version=row["version"]
    )
    return Answer(200, answer, {"ETag": etag(row["version"])})
