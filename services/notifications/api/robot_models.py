"""What is said about group robots over HTTP: requests and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.common import (
    HoursShown,
    HoursWanted,
    Wanted,
    WantedChange,
    WantedShown,
)
from services.notifications.api.endpoint_models import Url
from services.notifications.domain.digests import Digest
from services.notifications.domain.robots import RobotKind
from shared.auth.identity import EVERYBODY
from shared.http.requests import ShortText

Role = Annotated[
    str, Field(max_length=40, pattern=r"^[a-z_]+$", json_schema_extra={"enum": list(EVERYBODY)})
]
Roles = Annotated[
    list[Role],
    Field(
        min_length=1,
        max_length=len(EVERYBODY),
        description="The group hears what people of these roles of yours find in their inbox, and "
        "nothing that is for a person by name.",
    ),
]
Language = Literal["zh", "en"]


class NewRobot(Wanted):
    """Which group to tell, of what. The robot is made in the provider's own app first."""

    kind: RobotKind
    url: Url = Field(
        examples=["https://oapi.dingtalk.example.cn/robot/send?access_token=4f2a8b1e9d7c"],
        description="As the provider shows it. Nobody sees it again: it is a key to the group.",
    )
    secret: Annotated[str, Field(min_length=8, max_length=200, pattern=r"^[!-~]+$")] | None = Field(
        None, description="What DingTalk and Feishu check signatures with; WeCom has none."
    )
    description: ShortText | None = None
    language: Language = "zh"
    roles: Roles
    hours: HoursWanted | None = Field(
        None,
        description="Quiet hours not named: as this installation has them, by night; null: none.",
    )
    digest: Digest = Field(
        Digest.EACH,
        description="daily: on the morning of every working day; weekly: of the first of a week. What "
        "is urgent comes at once all the same.",
    )


class RobotChange(WantedChange):
    """What to change; what is not named stays. Another URL is another robot: delete, and add."""

    description: ShortText | None = None
    language: Language | None = None
    roles: Roles | None = None
    hours: HoursWanted | None = None
    digest: Digest | None = None
    state: Literal["active", "paused"] | None = None


_EXAMPLE: dict[str, Any] = {
    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
    "institution": "ICBC-TJ",
    "kind": "dingtalk",
    "address": "oapi.dingtalk.com…9d7c",
    "signed": True,
    "language": "zh",
    "description": "普惠金融部贷后群",
    "roles": ["bank_operator"],
    "event_types": [],
    "pools": ["dongli"],
    "least_amount": None,
    "hours": {"quiet_from": "20:00", "quiet_until": "08:00", "working_days_only": False},
    "digest": "each",
    "state": "active",
    "state_reason": "",
    "failing_since": None,
    "last_error": "",
    "created_at": "2026-03-31T02:00:00Z",
    "created_by": "wang",
    "version": 1,
}


class RobotAnswer(WantedShown):
    """A group robot and how it does."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    institution: str
    kind: RobotKind
    address: str = Field(description="The URL's host and its last characters; the rest is secret.")
    signed: bool
    language: Language
    description: str
    roles: list[str]
    hours: HoursShown
    digest: Digest
    state: Literal["active", "paused", "disabled", "deleted"]
    state_reason: str = Field(description="Why it is disabled: gone (there is no such robot).")
    failing_since: datetime | None = Field(description="Null while the last attempt went well.")
    last_error: str
    created_at: datetime
    created_by: str
    version: int


class TestMessageAnswer(BaseModel):
    """The message that is on its way to a group, to be found at GET /messages/{id}."""

    message_id: UUID
