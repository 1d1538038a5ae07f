"""Pools and their parties: opening one, seeing where it stands, letting parties and lines in."""

from datetime import date
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Query, Response
from fastapi import Request as Request
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from services.risk_pool.api.responses import PartyAnswer, PoolAnswer, PoolInList
from services.risk_pool.api.roles import require_pool, require_sight_of
from services.risk_pool.domain.parties import JoiningParty, LineTerms
from services.risk_pool.handlers import pools
from services.risk_pool.queries import figures
from services.risk_pool.queries.parties import all_names, names_beside
from services.risk_pool.queries.parties import list_parties as list_parties_of
from shared.auth.identity import EVERYBODY, Identity, requires
from shared.clock import business_date
from shared.contracts.audiences import audience_of
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.money import MONEY_NAMES, RequestFen
from shared.postgres.database import EVERYWHERE
from shared.schemes.vocabulary import PARTIES

router = APIRouter(tags=["pools"])

PoolCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
PartyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]


def _known_role(role: str) -> str:
    if role not in PARTIES:
        raise PydanticCustomError(
            "unknown_role",
            "must be a role of the scheme files",
            {
                "zh": f"须为方案中的角色：{'、'.join(PARTIES)}",
                "en": f"must be one of {', '.join(PARTIES)}",
            },
        )
    return role


Role = Annotated[
    str, AfterValidator(_known_role), WithJsonSchema({"type": "string", "enum": list(PARTIES)})
]
"""A party's role, by the vocabulary of the scheme files."""


class Line(RequestBody):
    """A bank's line in the pool: how much covered principal it may have, and when."""

    model_config = ConfigDict(**MONEY_NAMES)

    amount_fen: RequestFen = Field(description="The most covered principal of this bank.")
    valid_from: IsoDate
    valid_to: IsoDate | None = Field(None, description="The last day; none: until replaced.")
    pool_share_fen: RequestFen | None = Field(
        None, description="The part of the pool that lies with this bank, for its lending promise."
    )
    note: str = Field("", max_length=400)

    def terms(self) -> LineTerms:
        """What is agreed."""
        return LineTerms(**dict(self))


class NewParty(RequestBody):
    """Who takes part, in which role of the scheme."""

    code: PartyCode = Field(examples=["ICBC-TJ"])
    role: Role = Field(examples=["bank"])
    name: ShortText = Field(examples=["工商银行天津东丽支行"])
    line: Line | None = Field(None, description="For a bank: what was agreed with it.")

    def joining(self) -> JoiningParty:
        """The party that is let in."""
        return JoiningParty(
            code=self.code,
            role=self.role,
            name=self.name,
            line=self.line.terms() if self.line else None,
        )


class NewPool(RequestBody):
    """A pool under a programme whose scheme file is complete."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "dongli",
                    "name": "东丽区知识产权质押融资风险补偿资金池",
                    "programme": "dongli",
                    "opened_on": "2026-01-01",
                    "parties": [
                        {"code": "DL-FIN", "role": "district", "name": "东丽区财政局"},
                        {"code": "ICBC-TJ", "role": "bank", "name": "工商银行东丽支行"},
                    ],
                }
            ]
        }
    )

    code: PoolCode
    name: ShortText
    programme: PoolCode
    opened_on: IsoDate
    parties: list[NewParty] = Field(default_factory=list, max_length=200)


class PoolOpened(BaseModel):
    """The pool that now stands."""

    code: str
    name: str
    programme: str
    opened_on: date
    scheme_version: str
    parties: int


class PartyTaken(BaseModel):
    """The party as it now takes part."""

    pool_code: str
    code: str
    role: str
    name: str
    line: bool


@router.post("/pools", status_code=201, response_model=PoolOpened)
async def open_pool(
    body: NewPool,
    request: Request,
    caller: Annotated[Identity, Depends(requires("pool_manager"))],
    context: CurrentContext,
) -> Response:
    """Open a pool that one belongs to. Its scheme must be complete and in force on the day it opens."""
    now = context.clock.now()
    require_sight_of(caller, body.code)

    async def work(conn: asyncpg.Connection) -> Answer:
        scheme_version = await pools.open_pool(
            conn,
            body.code,
            name=body.name,
            programme=body.programme,
            opened_on=body.opened_on,
            joining=[party.joining() for party in body.parties],
            by=caller.subject,
            now=now,
        )
        answer = PoolOpened(
            code=body.code,
            name=body.name,
            programme=body.programme,
            opened_on=body.opened_on,
            scheme_version=scheme_version,
            parties=len(body.parties),
        )
        return Answer(201, answer, {"ETag": etag(1), "Location": f"/api/v1/pools/{body.code}"})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/pools/{code}/parties", status_code=201, response_model=PartyTaken)
async def take_party_in(
    code: str,
    body: NewParty,
    request: Request,
    caller: Annotated[Identity, Depends(requires("pool_manager"))],
    context: CurrentContext,
) -> Response:
    """Let a party in; while nothing is booked in the pool, a bank with its line. Afterwards lines are
    given and changed by agreements, which two persons make."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await pools.let_party_in(conn, code, body.joining(), by=caller.subject, now=now)
        answer = PartyTaken(
            pool_code=code,
            code=body.code,
            role=body.role,
            name=body.name,
            line=body.line is not None,
        )
        return Answer(201, answer)

    return await idempotently(request, caller, context.database, work)


@router.get("/pools")
async def list_pools(
    caller: Annotated[Identity, Depends(requires(*EVERYBODY))],
    context: CurrentContext,
    ceilings: Annotated[
        bool, Query(description="For the bureau: also what is used of each pool's ceilings today.")
    ] = False,
) -> Page[PoolInList]:
    """Every pool. A bank learns name and programme, its own line and its own exposure."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        if caller.institution != EVERYWHERE:
            seen = await figures.pools_seen_by_bank(conn, caller.institution, today)
        else:
            seen = await figures.all_pools(conn)
            used = await figures.ceilings_of_all(conn, seen, today) if ceilings else {}
            seen = [{**pool, "ceilings": used.get(pool["code"])} for pool in seen]
    return Page(items=[PoolInList(**pool) for pool in seen])


class PartyName(BaseModel):
    """What a party is called."""

    code: str
    name: str


@router.get("/party-names")
async def list_party_names(
    caller: Annotated[Identity, Depends(requires(*EVERYBODY))], context: CurrentContext
) -> Page[PartyName]:
    """What the parties of pools are called, as far as you may know them: a bank those of its own pools
    that its applications name, guarantors, insurers and appraisers."""
    async with context.database.looking(caller.institution) as conn:
        found = await all_names(conn)
        if caller.bank is not None:
            found += await names_beside(conn, caller.bank, audience_of().keys())
    return Page(items=[PartyName(**one) for one in found])


@router.get("/pools/{code}", response_model_exclude_none=True)
async def show_pool(
    code: str,
    response: Response,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> PoolAnswer:
    """Where a pool stands: money, exposure, limits, breakers, and every bank in it."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        response.headers["ETag"] = etag(await require_pool(conn, code))
        if caller.institution != EVERYWHERE:
            seen = await figures.seen_by_bank(conn, code, caller.institution, today)
            return PoolAnswer(**seen)
        return PoolAnswer(**await figures.of_pool(conn, code, today))


@router.get("/pools/{code}/parties")
async def list_parties(
    code: str,
    caller: Annotated[Identity, Depends(requires(*EVERYBODY))],
    context: CurrentContext,
) -> Page[PartyAnswer]:
    """Who takes part and what was agreed; a bank sees itself."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await list_parties_of(conn, code)
    return Page(items=[PartyAnswer(**row) for row in rows])
