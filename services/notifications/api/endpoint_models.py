"""What is said about endpoints over HTTP: requests and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.common import Wanted, WantedChange, WantedShown
from services.notifications.domain.addresses import LONGEST_URL
from services.notifications.queries.endpoints import EndpointShown
from shared.http import requests
from shared.http.requests import IsoDateTime, ShortText

Url = Annotated[
    str, Field(max_length=LONGEST_URL, examples=["https://bank.example.cn/zhidai/webhooks"])
]


class NewEndpoint(Wanted):
    """Where to call, about what."""

    url: Url
    description: ShortText | None = None


class EndpointChange(WantedChange):
    """What to change; what is not named stays. `active` also revives a disabled endpoint."""

    url: Url | None = None
    description: ShortText | None = None
    state: Literal["active", "paused"] | None = None


class ResendSince(requests.RequestBody):
    """From when on to send again what was given up."""

    since: IsoDateTime


class Resent(BaseModel):
    """How many deliveries are on their way again."""

    deliveries: int


class SecretAnswer(BaseModel):
    """A signing secret that is in use; its value is shown only when it is made."""

    id: UUID
    created_at: datetime
    created_by: str
    waits: bool = Field(
        False, description="A second person has not confirmed it: nothing is signed with it."
    )


class EndpointAnswer(WantedShown):
    """An endpoint and how it does."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
                    "institution": "ICBC-TJ",
                    "url": "https://bank.example.cn/zhidai/webhooks",
                    "description": "贷后系统",
                    "event_types": ["claim.approved.v1", "claim.paid.v1"],
                    "pools": [],
                    "least_amount": "1000000.00",
                    "state": "active",
                    "state_reason": "",
                    "failing_since": None,
                    "last_error": "",
                    "created_at": "2026-03-31T02:00:00Z",
                    "created_by": "wang",
                    "version": 1,
                    "confirmed_at": "2026-03-31T02:05:00Z",
                    "proposed_url": None,
                    "proposed_by": None,
                    "secrets": [
                        {
                            "id": "0192f3c8-b1e9-7d10-9c7f-5a4e3d2c1b0b",
                            "created_at": "2026-03-31T02:00:00Z",
                            "created_by": "wang",
                            "waits": False,
                        }
                    ],
                    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                }
            ]
        }
    )

    id: UUID
    institution: str
    url: str
    description: str
    state: Literal["active", "paused", "disabled", "deleted"]
    state_reason: str = Field(description="Why it is disabled: gone (it answered 410).")
    failing_since: datetime | None = Field(description="Null while the last attempt went well.")
    last_error: str
    created_at: datetime
    created_by: str
    version: int
    confirmed_at: datetime | None = Field(
        description="When a second person confirmed it; null until then, and nothing is sent there."
    )
    proposed_url: str | None = Field(
        description="Another address that waits for a second person; until then `url` is called."
    )
    proposed_by: str | None
    secrets: list[SecretAnswer] = Field(
        default_factory=list, description="Those in use, the newest first; two while one changes."
    )
    secret: str | None = Field(
        None,
        description="The signing secret, shown this once. Null also when the request is repeated "
        "with its Idempotency-Key: if you lost it, make a new one.",
        examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    )


def answer_of(shown: EndpointShown) -> EndpointAnswer:
    """An endpoint as it is answered."""
    secrets = [SecretAnswer(**secret) for secret in shown.secrets]
    return EndpointAnswer(**shown.endpoint, secrets=secrets)
