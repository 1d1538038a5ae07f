"""What was told and heard, and the parked events that operators mend."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from shared.auth.identity import Identity, requires
from shared.clock import SystemClock
from shared.http.context import context_of
from shared.http.feed_api import readable
from shared.http.feed_api import router as feed_router
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.problem_schema import SAFE_TO_REPEAT
from shared.http.requests import LARGEST_INTEGER, LongText, RequestBody
from shared.messaging.heard import how_far
from shared.messaging.inbox import Routes
from shared.messaging.parking import Parked, list_parked
from shared.messaging.replay import NothingParked, discard, replay
from shared.messaging.told import ask_again, epochs
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound, Refused


class ParkedEvent(BaseModel):
    """An event that could not be applied, or one that waits behind such a one."""

    position: int
    event_id: UUID
    topic: str
    key: str
    type: str
    reason: str = Field(description="failed, or behind: it waits for an earlier one of its key.")
    error: str
    attempts: int
    parked_at: datetime
    last_tried_at: datetime | None
    body: Any = Field(description="The body as JSON, or as base64 text where it is none.")


class HeardOfProducer(BaseModel):
    """How far this service has heard of a producer. Events are numbered by each from 1, densely."""

    producer: str
    epoch: str = Field(description="The producer's numbering; a restored producer begins another.")
    until: int = Field(description="Everything up to this number was heard.")
    missing: int = Field(description="Numbers after it that have not come though later ones have.")
    missing_until: int = Field(description="The last of them; 0 where none is missing.")
    waits_since: datetime | None
    is_gap: bool = Field(description="Missing for longer than partitions differ: 30 seconds.")
    gone_back: int = Field(
        description="By how many events the producer, restored, is behind what was heard of it."
    )


class HowFar(BaseModel):
    """How far this service has told, and has heard of others."""

    epoch: str
    told: int = Field(description="The number of the last event told.")
    heard: list[HeardOfProducer]


class WhatToPublish(RequestBody):
    """Which events of this service's feed to publish once more."""

    first: int = Field(ge=1, le=LARGEST_INTEGER, description="The number of the first.")
    until: int | None = Field(
        None, ge=1, le=LARGEST_INTEGER, description="That of the last; without it all that follow."
    )


class ToPublish(BaseModel):
    """How many events will be published again; those who know them pass over them."""

    events: int


class NothingThere(Refused):
    """The feed has no event of that number."""

    code = "nothing-to-publish"


class WhatToReplay(RequestBody):
    """Which parked events to apply again; none named: all of them."""

    topic: str | None = Field(None, max_length=200)
    key: str | None = Field(None, max_length=200)


class WhyDiscard(RequestBody):
    """Why an event is given up. It is kept with who did it."""

    reason: LongText


class ReplayOutcome(BaseModel):
    """How many events were applied, and which still fail."""

    applied: int
    stuck: list[ParkedEvent]


_router = APIRouter()


def events_router(consumes: Routes) -> APIRouter:
    """GET /events, and under /events/parked what operators need."""
    router = APIRouter(tags=["events"])
    router.include_router(feed_router)
    router.include_router(_router)

    @router.post(
        "/events/parked/replay",
        response_model=ReplayOutcome,
        openapi_extra={SAFE_TO_REPEAT: True},
    )
    async def replay_parked(
        what: WhatToReplay,
        request: Request,
        caller: Annotated[Identity, Depends(requires("admin"))],
    ) -> ReplayOutcome:
        """Apply parked events again, in order; a key stops at the first that still fails.

        Safe to repeat without an Idempotency-Key: what was applied is parked no longer.
        """
        context = context_of(request)
        outcome = await replay(
            context.database,
            consumes,
            by=caller.subject,
            now=context.clock.now,
            clock_is_true=isinstance(context.clock, SystemClock),
            topic=what.topic,
            key=what.key,
        )
        return ReplayOutcome(
            applied=outcome.applied, stuck=[_as_seen(event) for event in outcome.stuck]
        )

    return router


@_router.get("/events/heard")
async def heard(
    request: Request, caller: Annotated[Identity, Depends(requires("admin", "auditor"))]
) -> HowFar:
    """How far this service has told, and has heard of every producer: whether anything is missing."""
    async with context_of(request).database.looking(EVERYWHERE) as conn:
        newest = (await epochs(conn))[-1]
        found = await how_far(conn)
    return HowFar(
        epoch=newest.name,
        told=newest.last,
        heard=[
            HeardOfProducer(
                producer=one.topic,
                epoch=one.epoch,
                until=one.until,
                missing=one.missing,
                missing_until=one.missing_until,
                waits_since=one.waits_since,
                is_gap=one.is_gap,
                gone_back=one.gone_back,
            )
            for one in found
        ],
    )


@_router.post("/events/publish-again", openapi_extra={SAFE_TO_REPEAT: True})
async def publish_again(
    what: WhatToPublish,
    request: Request,
    caller: Annotated[Identity, Depends(requires("admin"))],
) -> ToPublish:
    """Publish events of this service's feed once more, as they were, for a listener that misses them.

    Safe to repeat: whoever knows an event passes over it.
    """
    async with context_of(request).database.begin(EVERYWHERE) as conn:
        try:
            return ToPublish(
                events=await ask_again(conn, first=what.first, until=what.until, by=caller.subject)
            )
        except ValueError as error:
            raise NothingThere(
                "事件流中没有此序号的事件", f"Nothing is there to publish: {error}."
            ) from error


@_router.get("/events/parked")
async def parked(
    request: Request,
    caller: Annotated[Identity, Depends(requires("admin", "auditor"))],
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
) -> Page[ParkedEvent]:
    """Events that wait for somebody, the oldest first."""
    after = decode_cursor(cursor, int)[0] if cursor else 0
    async with context_of(request).database.looking(EVERYWHERE) as conn:
        found = await list_parked(conn, after=after, limit=limit + 1)
    items = [_as_seen(event) for event in found]
    return page_of(items, limit, lambda event: encode_cursor(event.position))


@_router.post("/events/parked/{position}/discard", openapi_extra={SAFE_TO_REPEAT: True})
async def discard_parked(
    position: Annotated[int, Path(ge=1, le=LARGEST_INTEGER)],
    why: WhyDiscard,
    request: Request,
    caller: Annotated[Identity, Depends(requires("admin"))],
) -> ParkedEvent:
    """Give one parked event up, with a reason; what is behind it may then be replayed."""
    try:
        gone = await discard(
            context_of(request).database, position, by=caller.subject, why=why.reason
        )
    except NothingParked as error:
        raise NotFound("没有这条搁置的事件", "No event is parked there.") from error
    return _as_seen(gone)


def _as_seen(parked: Parked) -> ParkedEvent:
    return ParkedEvent(
        position=parked.position,
        event_id=parked.event_id,
        topic=parked.topic,
        key=parked.key,
        type=parked.type,
        reason=parked.reason,
        error=parked.error,
        attempts=parked.attempts,
        parked_at=parked.parked_at,
        last_tried_at=parked.last_tried_at,
        body=None if parked.body is None else readable(parked.body),
    )
