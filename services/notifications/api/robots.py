"""Group robots of DingTalk, WeCom and Feishu: which groups an institution tells, of what."""

from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from services.notifications.api.common import (
    Cursor,
    Keeper,
    Limit,
    Reader,
    hours_of_new,
    people_shown,
    settings_of,
)
from services.notifications.api.endpoints import encryption_of
from services.notifications.api.robot_models import (
    NewRobot,
    RobotAnswer,
    RobotChange,
    TestMessageAnswer,
)
from services.notifications.domain.addresses import require_allowed
from services.notifications.domain.hours import usual_hours
from services.notifications.domain.refusals import nothing_here
from services.notifications.handlers import robots as handlers
from services.notifications.queries import robots as queries
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(prefix="/robots", tags=["group robots"])


@router.post("", status_code=201, response_model=RobotAnswer)
async def add(body: NewRobot, request: Request, caller: Keeper, here: CurrentContext) -> Response:
    """Tell a group from now on what the people of these roles are told."""
    require_allowed(body.url, settings_of(here).address_policy)

    async def work(conn: asyncpg.Connection) -> Answer:
        robot_id = await handlers.add(
            conn,
            encryption_of(here),
            kind=body.kind,
            url=body.url,
            secret=body.secret,
            description=body.description or "",
            language=body.language,
            roles=body.roles,
            wishes=body.wishes,
            hours=hours_of_new(body.hours, usual_hours(body.kind, settings_of(here).usual_quiet)),
            digest=body.digest,
            caller=caller,
            now=here.clock.now(),
        )
        answer = await _answer(conn, robot_id, caller)
        return Answer(201, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, here.database, work)


@router.get("")
async def look_through(
    caller: Reader, here: CurrentContext, limit: Limit = 50, cursor: Cursor = None
) -> Page[RobotAnswer]:
    """Your institution's robots, the newest first; the bureau sees everyone's."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with here.database.looking(caller.institution) as conn:
        found = await queries.page(conn, bank=caller.bank, before=before, limit=limit + 1)
    items = [RobotAnswer(**people_shown(row)) for row in found]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/{robot_id}")
async def look_at(
    robot_id: UUID, caller: Reader, here: CurrentContext, response: Response
) -> RobotAnswer:
    """One robot, and how it does."""
    async with here.database.looking(caller.institution) as conn:
        answer = await _answer(conn, robot_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.patch("/{robot_id}", openapi_extra=IF_MATCH)
async def change(
    robot_id: UUID,
    body: RobotChange,
    request: Request,
    caller: Keeper,
    here: CurrentContext,
    response: Response,
) -> RobotAnswer:
    """Change a robot; needs If-Match. A paused one keeps what is due until it is active."""
    async with here.database.begin(caller.institution) as conn:
        found = await handlers.locked(conn, robot_id, institution=caller.institution)
        require_match(request, found["version"])
        await handlers.change(
            conn,
            found,
            description=body.description,
            language=body.language,
            roles=body.roles,
            wishes=body.wishes,
            hours=body.hours.hours if body.hours else None,
            digest=body.digest,
            state=body.state,
            caller=caller,
            now=here.clock.now(),
        )
        answer = await _answer(conn, robot_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.delete("/{robot_id}", status_code=204, openapi_extra=IF_MATCH)
async def delete(robot_id: UUID, request: Request, caller: Keeper, here: CurrentContext) -> None:
    """Tell the group nothing more; needs If-Match. What was sent stays in the delivery log."""
    async with here.database.begin(caller.institution) as conn:
        found = await handlers.locked(conn, robot_id, institution=caller.institution)
        require_match(request, found["version"])
        await handlers.delete(conn, found, caller=caller, now=here.clock.now())


@router.post("/{robot_id}/test", status_code=202, response_model=TestMessageAnswer)
async def test(robot_id: UUID, request: Request, caller: Keeper, here: CurrentContext) -> Response:
    """Say something harmless in the group, so that you see whether it works."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.locked(conn, robot_id, institution=caller.institution)
        message_id = await handlers.send_test_message(
            conn, robot_id, institution=caller.institution, now=here.clock.now()
        )
        return Answer(202, TestMessageAnswer(message_id=message_id))

    return await idempotently(request, caller, here.database, work)


async def _answer(conn: asyncpg.Connection, robot_id: UUID, caller: Identity) -> RobotAnswer:
    found = await queries.one(conn, robot_id, bank=caller.bank)
    if found is None:
        raise nothing_here("群机器人", "group robot")
    return RobotAnswer(**people_shown(found))
