"""Pools and their parties: opening one, seeing where it stands, letting parties and lines in."""

from datetime import date, datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Response
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
from uuid6 import uuid7

from services.risk_pool.api.responses import PartyAnswer, PoolAnswer, PoolInList
from services.risk_pool.queries import figures
from services.risk_pool.tables import parties
from services.risk_pool.tables.ledger import lock_pool
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.contracts.risk_pool import PoolOpenedV1
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.messaging import outbox
from shared.money import MONEY_NAMES, RequestFen
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound, Refused
from shared.schemes import library
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


class PoolExists(Refused):
    """A pool of that code has been opened before."""

    code = "pool-exists"


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


class NewParty(RequestBody):
    """Who takes part, in which role of the scheme."""

    code: PartyCode = Field(examples=["ICBC-TJ"])
    role: Role = Field(examples=["bank"])
    name: ShortText = Field(examples=["工商银行天津东丽支行"])
    line: Line | None = Field(None, description="For a bank: what was agreed with it.")


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
    """Open a pool. Its scheme must be complete and in force on the day it opens."""
    terms = library.load(body.programme).terms(on=body.opened_on)
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        made = await conn.fetchval(
            """insert into pools (code, name, programme, opened_on, created_at)
               values ($1, $2, $3, $4, $5) on conflict do nothing returning code""",
            body.code,
            body.name,
            body.programme,
            body.opened_on,
            now,
        )
        if made is None:
            raise PoolExists(f"资金池 {body.code} 已存在", f"The pool {body.code} exists already.")
        for party in body.parties:
            await _take_in(conn, body.code, party, joined_on=body.opened_on, caller=caller, now=now)
        opened = PoolOpenedV1(
            pool_code=body.code,
            name=body.name,
            programme=body.programme,
            opened_on=body.opened_on,
        )
        await outbox.append(conn, [opened], now=now)
        answer = PoolOpened(
            code=body.code,
            name=body.name,
            programme=body.programme,
            opened_on=body.opened_on,
            scheme_version=terms.version,
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
    """Let a party in, or give a bank that takes part already a new line from a day on."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        pool = await lock_pool(conn, code)
        await _take_in(conn, pool.code, body, joined_on=business_date(now), caller=caller, now=now)
        await conn.execute("update pools set version = version + 1 where code = $1", code)
        answer = PartyTaken(
            pool_code=code,
            code=body.code,
            role=body.role,
            name=body.name,
            line=body.line is not None,
        )
        return Answer(201, answer)

    return await idempotently(request, caller, context.database, work)


async def _take_in(
    conn: asyncpg.Connection,
    pool_code: str,
    party: NewParty,
    *,
    joined_on: date,
    caller: Identity,
    now: datetime,
) -> None:
    await parties.join(
        conn,
        pool_code,
        code=party.code,
        role=party.role,
        name=party.name,
        joined_on=joined_on,
        now=now,
    )
    if party.line is not None:
        await parties.agree(
            conn,
            parties.Agreement(
                id=uuid7(),
                pool_code=pool_code,
                bank_code=party.code,
                role=party.role,
                line_fen=party.line.amount_fen,
                pool_share_fen=party.line.pool_share_fen,
                valid_from=party.line.valid_from,
                valid_to=party.line.valid_to,
                note=party.line.note,
                created_by=caller.subject,
            ),
            now=now,
        )


@router.get("/pools")
async def list_pools(
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> list[PoolInList]:
    """Every pool. A bank learns name and programme, its own line and its own exposure."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        if caller.institution != EVERYWHERE:
            seen = await figures.pools_seen_by_bank(conn, caller.institution, today)
            return [PoolInList(**pool) for pool in seen]
        return [PoolInList(**pool) for pool in await figures.all_pools(conn)]


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
        version = await conn.fetchval("select version from pools where code = $1", code)
        if version is None:
            raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
        response.headers["ETag"] = etag(version)
        if caller.institution != EVERYWHERE:
            seen = await figures.seen_by_bank(conn, code, caller.institution, today)
            return PoolAnswer(**seen)
        return PoolAnswer(**await figures.of_pool(conn, code, today))


@router.get("/pools/{code}/parties")
async def list_parties(
    code: str,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> list[PartyAnswer]:
    """Who takes part and what was agreed; a bank sees itself."""
    async with context.database.looking(caller.institution) as conn:
        if not await conn.fetchval("select exists (select from pools where code = $1)", code):
            raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
        return [PartyAnswer(**row) for row in await parties.listed(conn, code)]
