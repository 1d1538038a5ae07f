"""Programmes over HTTP: proposing a version, publishing it as another person, reading, comparing."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.cases import Anyone, step_context
from services.risk_pool.api.programme_answers import (
    detail_answered,
    difference_answered,
    programmes_answered,
)
from services.risk_pool.api.programme_responses import (
    DifferenceAnswer,
    ProgrammeAnswer,
    VersionAnswer,
)
from services.risk_pool.domain.programme_version import LIFE_CYCLE, Action
from services.risk_pool.handlers import programmes as handlers
from services.risk_pool.queries import programmes as known
from shared.auth.identity import EVERYBODY, Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, RequestBody
from shared.postgres.database import EVERYWHERE
from shared.schemes.publication import Publication
from shared.transitions import history_of

router = APIRouter(tags=["programmes"], prefix="/programmes")

LONGEST_SCHEME = 200_000
"""Characters. The longest of this project's files has 12,000."""

ProgrammeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
SchemeText = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_SCHEME, pattern=r"^[^\x00]*$")
]
Proposer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Decider = Annotated[Identity, part_in(LIFE_CYCLE)]


class NewVersion(RequestBody):
    """A version of a programme's measure, for a second person to publish."""

    text: SchemeText = Field(description="The scheme file as it is, in UTF-8.")
    common_text: str = Field(
        "",
        max_length=LONGEST_SCHEME,
        pattern=r"^[^\x00]*$",
        description="The text of the file that it extends; left out where it extends none.",
    )
    in_force_from: IsoDate = Field(
        description="Loans approved from this day on are judged by it. After today, save for the "
        "first version of a programme."
    )
    accepts: list[str] = Field(
        default_factory=list,
        max_length=200,
        description="Every rule whose value is assumed, by name: somebody stands by it.",
        examples=[["loan_cap", "rate_cap"]],
    )


@router.get("")
async def list_programmes(
    caller: Annotated[Identity, Depends(requires(*EVERYBODY))], context: CurrentContext
) -> Page[ProgrammeAnswer]:
    """Every programme with its versions, who proposed and who published them, when, and the hash.

    A bank sees the published ones.
    """
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        rows = await known.versions(conn, only_published=_only_published(caller))
    return Page(items=programmes_answered(rows, caller, today=today))


@router.get("/{programme}/versions/{number}")
async def show_version(
    programme: ProgrammeCode,
    number: Number,
    response: Response,
    caller: Anyone,
    context: CurrentContext,
) -> VersionAnswer:
    """One version: its text, its hash, what was accepted by name, and its history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, programme, number, caller, context)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/{programme}/versions/{number}/difference")
async def show_difference(
    programme: ProgrammeCode,
    number: Number,
    caller: Anyone,
    context: CurrentContext,
    to: Annotated[
        int | None,
        Query(ge=1, le=2**31 - 1, description="The new version's number; the newest if left out."),
    ] = None,
) -> DifferenceAnswer:
    """What differs in another version, and who gains and loses on the loans in cover.

    The book is every loan in cover, lost whole, each judged by itself. A bank sees its own loans.
    """
    only_published = _only_published(caller)
    async with context.database.looking(caller.institution) as conn:
        old = await known.version(conn, programme, number, only_published=only_published)
        if to is None:
            own = await known.versions(conn, programme=programme, only_published=only_published)
            to = own[0]["number"]
        new = await known.version(conn, programme, to, only_published=only_published)
        loans = await known.loans_in_cover(conn, programme)
    return difference_answered(old, new, loans)


@router.post("/{programme}/versions", status_code=201, response_model=VersionAnswer)
async def propose_version(
    programme: ProgrammeCode,
    body: NewVersion,
    request: Request,
    caller: Proposer,
    context: CurrentContext,
) -> Response:
    """Propose a version (pool_manager); another person publishes it.

    Refused where the text cannot be read (every line that is wrong), says too little for a live
    pool, or holds assumed values that are not accepted by name.
    """
    proposing = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        version_id = await handlers.propose(
            conn,
            Publication(programme, body.text, body.common_text),
            in_force_from=body.in_force_from,
            accepts=body.accepts,
            proposing=proposing,
        )
        number = await known.number_of(conn, version_id)
        answer = await _detail(conn, programme, number, caller, context)
        where = f"/api/v1/programmes/{programme}/versions/{number}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/{programme}/versions/{number}/publish", response_model=VersionAnswer)
async def publish_version(
    programme: ProgrammeCode,
    number: Number,
    request: Request,
    caller: Decider,
    context: CurrentContext,
) -> Response:
    """Publish as another person than the proposer (approver or finance_checker).

    From its first day on its text binds every loan approved, whatever later stands in a file.
    """
    publishing = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.publish(conn, await known.id_of(conn, programme, number), publishing)

    return await _take(step, programme, number, request, caller, context)


def _ending(action: Action, handler: Callable[..., Awaitable[None]]) -> None:
    """The route of a step that ends a proposal with a reason."""

    async def route(
        programme: ProgrammeCode,
        number: Number,
        body: Refusal,
        request: Request,
        caller: Decider,
        context: CurrentContext,
    ) -> Response:
        ending = step_context(request, caller, context)

        async def step(conn: asyncpg.Connection) -> None:
            version_id = await known.id_of(conn, programme, number)
            await handler(conn, version_id, ending, reason=body.reason)

        return await _take(step, programme, number, request, caller, context)

    roles = " or ".join(
        sorted(role for move in LIFE_CYCLE.moves if move.action == action for role in move.roles)
    )
    router.add_api_route(
        f"/{{programme}}/versions/{{number}}/{action}",
        route,
        methods=["POST"],
        name=f"{action}_version",
        description=f"End a proposal without publishing it ({roles}).",
        response_model=VersionAnswer,
    )


_ending(Action.REFUSE, handlers.refuse)
_ending(Action.WITHDRAW, handlers.withdraw)


async def _take(
    step: Callable[[asyncpg.Connection], Awaitable[None]],
    programme: str,
    number: int,
    request: Request,
    caller: Identity,
    context: Context,
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        await step(conn)
        answer = await _detail(conn, programme, number, caller, context)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _detail(
    conn: asyncpg.Connection, programme: str, number: int, caller: Identity, context: Context
) -> VersionAnswer:
    row = await known.version(conn, programme, number, only_published=_only_published(caller))
    today = business_date(context.clock.now())
    siblings = await known.versions(conn, programme=programme, only_published=True)
    moves = await history_of(conn, row["id"])
    return detail_answered(row, siblings, moves, caller, today=today)


def _only_published(caller: Identity) -> bool:
    """A bank learns what binds its loans; what is being prepared stays in the house."""
    return caller.institution != EVERYWHERE
