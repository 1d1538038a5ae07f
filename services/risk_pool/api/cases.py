"""What claims, recoveries and settlements have in common over HTTP: how a case is presented, and
the routes of their steps, of which all have one shape."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Path, Request, Response

from services.risk_pool.api.papers import papers_of
from services.risk_pool.handlers.step_context import StepContext
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.requests import RequestBody
from shared.life_cycle import LifeCycle
from shared.refusals import FieldsWrong

Anyone = Annotated[Identity, Depends(requires())]


def presented(life_cycle: LifeCycle, row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    """A row of a case as it is answered: the state in words, what may be done, who is waited for."""
    state = row["state"]
    words, wait = life_cycle.states[state], life_cycle.waits.get(state)
    return {
        **row,
        "state_zh": words.zh,
        "state_en": words.en,
        "pending_actions": life_cycle.possible_actions(state, caller.roles),
        "waiting_for": None
        if wait is None
        else {
            "roles": list(wait.roles),
            "zh": wait.words.zh,
            "en": wait.words.en,
            "since": row["state_since"],
            "due_on": row["due_on"],
            "in_working_days": wait.in_working_days,
        },
    }


def version_check(request: Request) -> Callable[[int], None]:
    """For a step of a case: an If-Match, where one is sent, must name the current version.

    The life cycle refuses a step that has been taken; the tag is for who decides on what they saw.
    """

    def check(version: int) -> None:
        if "if-match" in request.headers:
            require_match(request, version)

    return check


def collection_of(request: Request) -> str:
    """Of which cases a step is, as in its address: claims, recoveries."""
    return request.url.path.removeprefix("/api/v1/").split("/")[0]


def step_context(request: Request, caller: Identity, context: Context) -> StepContext:
    """What every step of a case comes with."""
    return StepContext(
        by=caller,
        now=context.clock.now(),
        working_days=context.working_days,
        check_version=version_check(request),
    )


Show = Callable[[asyncpg.Connection, UUID, Identity], Awaitable[Any]]
"""A case as its caller may see it."""


@dataclass(frozen=True, kw_only=True)
class CaseStep:
    """One step of a life cycle as a route: `POST /claims/{claim_id}/review`."""

    action: str
    handler: Callable[..., Awaitable[None]]
    """Takes the connection, the case's id, a StepContext, and the fields of the body by name."""
    body: type[RequestBody] | None
    name: str
    description: str
    path: str = ""
    """The last part of its path, where that is not the action's name."""


def add_steps(
    router: APIRouter, path: str, steps: Sequence[CaseStep], *, show: Show, answer: type[Any]
) -> None:
    """Routes for the steps of a case, whose path ends with the parameter of its id.

    Each is done at most once, and answered with the case as it then stands.
    """
    parameter = path.rpartition("{")[2].rstrip("}")
    for step in steps:
        router.add_api_route(
            f"{path}/{step.path or step.action}",
            _with_body(step, parameter, show) if step.body else _bare(step, parameter, show),
            methods=["POST"],
            name=step.name,
            description=step.description,
            response_model=answer,
        )


def _with_body(step: CaseStep, parameter: str, show: Show) -> Callable[..., Awaitable[Response]]:
    async def route(
        case_id: Annotated[UUID, Path(alias=parameter)],
        body: step.body,  # type: ignore[name-defined] # what this step is sent
        request: Request,
        caller: Anyone,
        context: CurrentContext,
    ) -> Response:
        return await _take(step, case_id, body, request, caller, context, show)

    return route


def _bare(step: CaseStep, parameter: str, show: Show) -> Callable[..., Awaitable[Response]]:
    async def route(
        case_id: Annotated[UUID, Path(alias=parameter)],
        request: Request,
        caller: Anyone,
        context: CurrentContext,
    ) -> Response:
        return await _take(step, case_id, None, request, caller, context, show)

    return route


def _plain(value: Any) -> Any:
    """A field of a body as a handler takes it: no request models, those are of this layer."""
    if isinstance(value, RequestBody):
        return {name: _plain(one) for name, one in value}
    return [_plain(one) for one in value] if isinstance(value, list) else value


async def _take(
    step: CaseStep,
    case_id: UUID,
    body: RequestBody | None,
    request: Request,
    caller: Identity,
    context: Context,
    show: Show,
) -> Response:
    taken_in = step_context(request, caller, context)
    said = {} if body is None else {name: _plain(value) for name, value in body}
    papers = papers_of(body, caller)
    await papers.wait(context)

    async def work(conn: asyncpg.Connection) -> Answer:
        try:
            await papers.refer(conn, place=collection_of(request), now=taken_in.now)
        except FieldsWrong:
            # Who may not know of the case is told that, and nothing of their papers.
            await show(conn, case_id, caller)
            raise
        await step.handler(conn, case_id, taken_in, **said | papers.kept)
        answer = await show(conn, case_id, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)
