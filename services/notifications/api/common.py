"""What the routes share: who may, what an event type is, what a page is."""

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import time
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from services.notifications.delivery.channels import CHANNELS
from services.notifications.domain.hours import Hours, hours_of
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.receivers import KEEPERS
from services.notifications.domain.wishes import ChangedWishes, Wishes
from services.notifications.settings import NotificationsSettings
from services.notifications.templates.words import CATALOGUE
from shared.auth.identity import EVERYBODY, Identity, requires
from shared.context import Context
from shared.http import requests
from shared.money import NonNegativeFen, RequestFen, RequestFenOrZero
from shared.roles import PARTY_ROLES

Keeper = Annotated[Identity, Depends(requires(*sorted(KEEPERS)))]
"""Who sets up endpoints of their institution."""

Reader = Annotated[Identity, Depends(requires(*sorted(KEEPERS), "auditor"))]
"""Who reads what was sent, and how it went."""

Anyone = Annotated[Identity, Depends(requires(*EVERYBODY))]

AnyoneOrParty = Annotated[Identity, Depends(requires(*EVERYBODY, *PARTY_ROLES))]
KeeperOrParty = Annotated[Identity, Depends(requires(*sorted(KEEPERS), *PARTY_ROLES))]
ReaderOrParty = Annotated[Identity, Depends(requires(*sorted(KEEPERS), "auditor", *PARTY_ROLES))]
"""The same with the people of a pool's other parties: what is told them, and where."""

ChannelName = Annotated[str, Field(json_schema_extra={"enum": list(CHANNELS)})]
"""A channel of the registry; what is not there is on no receiver."""

MOST_EVENT_TYPES = len(NOTICES)


class UnknownEventType(ValueError):
    """Nobody is told of events of this type."""

    code = "unknown-event-type"
    zh = "未知的事件类型，可用的见 GET /api/v1/event-types"
    en = "is no event type we tell of; see GET /api/v1/event-types"


def _known(value: str) -> str:
    if value not in NOTICES:
        raise UnknownEventType
    return value


EventType = Annotated[
    str, AfterValidator(_known), Field(max_length=100, examples=["application.returned.v1"])
]


def _told(value: str) -> str:
    if value not in CATALOGUE.event_types:
        raise UnknownEventType
    return value


ToldType = Annotated[
    str, AfterValidator(_told), Field(max_length=100, examples=["webhook.failing.v1"])
]
"""A type that can stand in an inbox: an event's, or one that the notices tell about themselves."""

EventTypes = Annotated[
    list[EventType],
    Field(
        max_length=MOST_EVENT_TYPES,
        description="Only these types; an empty list means all of them.",
    ),
]

PoolCodes = Annotated[
    list[Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]],
    Field(
        max_length=100,
        description="Only what is of these pools, or of no pool; an empty list means all of them.",
    ),
]


class Wanted(requests.RequestBody):
    """What a new receiver wants to hear of what it may hear."""

    event_types: EventTypes = Field(default_factory=list)
    pools: PoolCodes = Field(default_factory=list)
    least_amount: RequestFen | None = Field(
        None, description="Hold back what says an amount below it. What says none is told."
    )

    @property
    def wishes(self) -> Wishes:
        """The filter as it is kept."""
        return Wishes(
            event_types=self.event_types, pools=self.pools, least_amount_fen=self.least_amount
        )


class WantedChange(requests.RequestBody):
    """What a receiver wants from now on; what is not named stays."""

    event_types: EventTypes | None = None
    pools: PoolCodes | None = None
    least_amount: RequestFenOrZero | None = Field(
        None, description='"0.00" takes the least amount away.'
    )

    @property
    def wishes(self) -> ChangedWishes:
        """The filter as it is changed."""
        return ChangedWishes(
            event_types=self.event_types, pools=self.pools, least_amount_fen=self.least_amount
        )


class WantedShown(BaseModel):
    """What a receiver wants, as it is answered."""

    event_types: list[str]
    pools: list[str]
    least_amount: NonNegativeFen | None


def _clock_time(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and _CLOCK_TIME.fullmatch(value):
        return time.fromisoformat(value)
    raise PydanticCustomError(
        "not_a_clock_time",
        "must be a time of day such as 20:00",
        {"zh": "须为时刻，如 20:00", "en": "must be a time of day such as 20:00"},
    )


_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_CLOCK_TIME.pattern}$", "examples": ["20:00"]}
    ),
]
"""A time of day in Asia/Shanghai."""


class HoursWanted(requests.RequestBody):
    """When to be told. Between the two times nothing is sent but what is urgent; over midnight where the
    second is the earlier one. Neither named: at any hour."""

    quiet_from: ClockTime | None = None
    quiet_until: ClockTime | None = None
    working_days_only: bool = Field(False, description="By the State Council's calendar.")

    @property
    def hours(self) -> Hours:
        """The hours as they are kept."""
        return Hours(
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            working_days_only=self.working_days_only,
        )


def hours_of_new(said: HoursWanted | None, usual: Hours) -> Hours:
    """The hours of a new receiver: the usual quiet ones stand where none are named; a null names none."""
    if said is None:
        return usual
    if {"quiet_from", "quiet_until"} & said.model_fields_set:
        return said.hours
    return replace(usual, working_days_only=said.working_days_only)


class HoursShown(BaseModel):
    """When a receiver of people is told; what is due in between waits, in its order."""

    quiet_from: ClockTime | None
    quiet_until: ClockTime | None
    working_days_only: bool


def people_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a receiver of people, by the fields of its answer."""
    return {**row, "hours": asdict(hours_of(row))}


Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of a page.")]


class InTwoLanguages(BaseModel):
    """A text for people."""

    zh: str
    en: str


def settings_of(context: Context) -> NotificationsSettings:
    """This service's own settings."""
    assert isinstance(context.settings, NotificationsSettings)
    return context.settings


def webhooks_by_two(context: Context) -> bool:
    """Whether an address or a secret of a webhook waits for a second person."""
    settings = settings_of(context)
    said = settings.webhooks_by_two
    return settings.environment == "production" if said is None else said
