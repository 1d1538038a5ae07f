"""What is said about the inbox over HTTP: requests and answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.common import InTwoLanguages
from services.notifications.queries.inbox import MOST_COUNTED, AddressedTo, Reader
from shared.http import requests
from shared.http.grids import GridPage
from shared.http.requests import LARGEST_INTEGER


class InboxItem(BaseModel):
    """One message to a person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
                    "position": 4711,
                    "event_type": "application.rejected.v1",
                    "title": {"zh": "DL-2026-000123 未获批准", "en": "DL-2026-000123 rejected"},
                    "text": {
                        "zh": "天津海芯科技有限公司 的申请 DL-2026-000123 未获批准。原因：不符合条件",
                        "en": "The application DL-2026-000123 of 天津海芯科技有限公司 was rejected. "
                        "Reason: 不符合条件",
                    },
                    "addressed_to": "role",
                    "stands_in_for": "",
                    "pool_code": "dongli",
                    "bank_code": "ICBC-TJ",
                    "loan_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
                    "subject": "DL-2026-000123",
                    "link": "/cases/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
                    "url": "https://console.example.cn/cases/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
                    "happened_at": "2026-03-31T02:00:00Z",
                    "read": False,
                }
            ]
        }
    )

    id: UUID
    position: int = Field(description="Where it stands in the stream: its Last-Event-ID.")
    event_type: str
    title: InTwoLanguages
    text: InTwoLanguages
    addressed_to: AddressedTo = Field(
        description="`me`: you by name; `role`: people with a role of yours; `absent`: somebody by "
        "name whom you stand in for today."
    )
    stands_in_for: str = Field(description="The name of who is away; else empty.")
    pool_code: str
    bank_code: str
    loan_id: UUID | None
    subject: str = Field(examples=["DL-2026-000123"])
    link: str = Field(examples=["/cases/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a"])
    url: str = Field(description="The same page of the console as an absolute address.")
    happened_at: datetime
    read: bool


class InboxPage(GridPage[InboxItem]):
    """A page of the inbox."""

    unread: int = Field(description=f"Unread in all, {MOST_COUNTED} at most.")


class Unread(BaseModel):
    """How many messages are unread."""

    unread: int = Field(description=f"{MOST_COUNTED} at most.")


class ReadUpTo(requests.RequestBody):
    """Up to which message everything is read."""

    position: int = Field(ge=1, le=LARGEST_INTEGER)


def item_of(row: Mapping[str, Any], reader: Reader, *, console: str) -> InboxItem:
    """A message as its reader gets it."""
    to, absent = reader.addressed(row)
    return InboxItem(
        id=row["id"],
        position=row["position"],
        event_type=row["event_type"],
        title=InTwoLanguages(zh=row["title_zh"], en=row["title_en"]),
        text=InTwoLanguages(zh=row["text_zh"], en=row["text_en"]),
        addressed_to=to,
        stands_in_for=absent,
        pool_code=row["pool_code"],
        bank_code=row["bank_code"],
        loan_id=row["loan_id"],
        subject=row["subject"],
        link=row["link"],
        url=console + row["link"],
        happened_at=row["happened_at"],
        read=row["is_read"],
    )
