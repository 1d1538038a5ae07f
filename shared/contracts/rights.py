"""What `applications` says of rights over time: what their registers enter, and what endangers them."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.applications import CaseEvent
from shared.contracts.envelope import register


class PledgeChangedV1(CaseEvent):
    """Its register has entered something of a pledge: a change, a longer term, or its end."""

    type = "pledge.changed.v1"

    right_kind: str = Field(examples=["invention"])
    right_number: str
    right_name: str
    registry: str
    registration_number: str
    what: Literal["changed", "extended", "cancelled", "invalid"]
    on: date
    reason: str


class PledgeRankChangedV1(CaseEvent):
    """A pledge stands in an earlier rank of its right than before: one that stood before it has
    ended. Whose that was, is nobody's business."""

    type = "pledge.rank-changed.v1"

    right_kind: str = Field(examples=["invention"])
    right_number: str
    right_name: str
    from_rank: int = Field(ge=2, examples=[2])
    to_rank: int = Field(ge=1, examples=[1])
    on: date


class StandingPledge(BaseModel):
    """A pledge of a loan as it stands in its register, or how it ended there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pledge_id: UUID
    right_kind: str = Field(examples=["invention"])
    right_number: str = Field(description="In the register's normal form.")
    nice_class: int = Field(0, description="1 to 45 for a trademark, 0 for everything else.")
    right_name: str
    owner_name: str
    registry: str
    registration_number: str
    registered_on: date
    term_until: date | None = None
    ended_on: date | None = Field(None, description="None: the right secures the debt.")
    end: Literal["", "cancelled", "invalid"] = ""


class LoanPledgesStandV1(CaseEvent):
    """All pledges of a loan as they stand now, told whenever one of them begins, changes or ends.

    It states where they stand, not the step, so that hearing it twice does nothing.
    """

    type = "loan.pledges-stand.v1"

    pledges: tuple[StandingPledge, ...]


class RightEndangeredV1(CaseEvent):
    """A right that is pledged for a loan that is out is expiring or endangered; told once."""

    type = "right.endangered.v1"

    right_kind: str = Field(examples=["invention"])
    right_number: str
    right_name: str
    danger: str = Field(examples=["fee-overdue"], description="A stable code.")
    danger_zh: str
    danger_en: str
    due_on: date = Field(description="The day that it is about.")
    until: date | None = Field(None, description="The last day on which it can be mended.")
    found_on: date


register((PledgeChangedV1, PledgeRankChangedV1, LoanPledgesStandV1, RightEndangeredV1))
