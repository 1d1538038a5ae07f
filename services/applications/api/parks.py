"""The register of parks (园区): demands, firms and loans name a park by its code."""

import re
from datetime import date, datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from services.applications.api.common import Anyone
from services.applications.api.requests import BankCode
from services.applications.api.right_requests import Day
from services.applications.domain.financing_demand import BUREAU
from services.applications.queries import parks as reads
from services.applications.tables import parks
from services.applications.tables.parks import ParkSaid
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.http.requests import RequestBody, ShortText
from shared.identifiers import InvalidIdentifier
from shared.refusals import NotFound

router = APIRouter(tags=["parks"])

Keeper = Annotated[Identity, Depends(requires(*sorted(BUREAU)))]
_CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
ParkCode = Annotated[str, Path(max_length=32, examples=["DL-WQ"])]


class ParkBody(RequestBody):
    """What is said of a park."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "武清科技园", "area": "120114", "valid_from": "2020-01-01"}]
        }
    )

    name: Annotated[ShortText, StringConstraints(max_length=40)]
    area: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")] = Field(
        description="GB/T 2260: the county or district that it lies in."
    )
    valid_from: Day
    valid_to: Day | None = Field(None, description="The last day on which there was the park.")

    @field_validator("valid_to")
    @classmethod
    def _in_order(cls, valid_to: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("valid_from")
        if valid_to is not None and begins is not None and valid_to < begins:
            raise InvalidIdentifier(
                "ends-before-it-begins", "止日早于起日", "It ends before it begins."
            )
        return valid_to


class ParkRow(ParkBody):
    """A row of a table of parks."""

    code: BankCode

    def as_park(self) -> ParkSaid:
        """The value that is kept."""
        return ParkSaid(**vars(self))


class ParkAnswer(BaseModel):
    """A park as it was said last."""

    code: str
    edition: int
    name: str
    area: str
    valid_from: date
    valid_to: date | None
    said_by_name: str
    said_at: datetime


class ParkDetail(ParkAnswer):
    """The same with everything that was said before."""

    editions: list[ParkAnswer]


@router.put("/parks/{park_code}")
async def say_park(
    park_code: ParkCode, body: ParkBody, caller: Keeper, context: CurrentContext
) -> ParkDetail:
    """Enter a park, or say something else of it; what was said before stays readable. The same once
    more changes nothing."""
    if re.fullmatch(_CODE, park_code, re.ASCII) is None:
        raise NotFound("园区代码只能由字母、数字、横线组成", "A park's code is letters and digits.")
    async with context.database.begin(caller.institution) as conn:
        said = ParkSaid(code=park_code, **vars(body))
        await parks.say(conn, said, by=caller, now=context.clock.now())
        return await _detail(conn, park_code)


@router.get("/parks")
async def list_parks(caller: Anyone, context: CurrentContext) -> Page[ParkAnswer]:
    """All parks, by code."""
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.all_parks(conn)
    return Page(items=[ParkAnswer(**dict(row)) for row in rows], next_cursor=None)


@router.get("/parks/{park_code}")
async def read_park(park_code: ParkCode, caller: Anyone, context: CurrentContext) -> ParkDetail:
    """One park with everything that was said of it."""
    async with context.database.looking(caller.institution) as conn:
        return await _detail(conn, park_code)


def no_park() -> NotFound:
    """Nobody has entered a park of this code."""
    return NotFound("没有这个园区", "There is no such park.")


async def _detail(conn: asyncpg.Connection, code: str) -> ParkDetail:
    rows = await reads.editions(conn, code)
    if not rows:
        raise no_park()
    editions = [ParkAnswer(**dict(row)) for row in rows]
    return ParkDetail(**editions[0].model_dump(), editions=editions)
