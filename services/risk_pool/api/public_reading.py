"""Public notices for everybody: no token is asked for, and nothing but what was published is answered."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import step_context
from services.risk_pool.api.outsiders import PUBLIC, address_of, outsider
from services.risk_pool.domain import objection
from services.risk_pool.domain.public_notice import HANGS, KINDS, LIFE_CYCLE
from services.risk_pool.handlers import objections as handlers
from services.risk_pool.queries import objections as known_objections
from services.risk_pool.queries import public_notices as known
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.field_messages import MANY_LINES, ONE_LINE
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import RequestBody
from shared.life_cycle import Row
from shared.money import Fen
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound

router = APIRouter(tags=["public"])

KEPT_SECONDS = 60
"""For so long a reader's cache may answer in our place."""

NoticeNumber = Annotated[str, Path(max_length=40, examples=["DL-G-2026-0001"])]
ObjectionText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=10, max_length=2000, pattern=MANY_LINES),
]
OutsidersLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100, pattern=ONE_LINE)
]


class PoolOfNotices(BaseModel):
    """A pool of which there is something to read."""

    code: str
    name: str


class ReadCase(Money):
    """A case on the list, as everybody reads it."""

    place: int
    kind: str
    kind_zh: str
    kind_en: str
    firm: str
    credit_code: str = Field(description="The middle is hidden.")
    bank: str
    programme: str
    principal_fen: Fen | None = Field(description="null where the scheme shows no amounts.")
    proposed_fen: Fen | None = Field(
        description="What is proposed to be paid; null where amounts are not shown, or not known yet."
    )
    since: date | None = Field(description="Of a subsidy: the period.")
    until: date | None


class ReadNotice(BaseModel):
    """A public notice in the list."""

    number: str
    title: str
    pool_code: str
    pool: str
    opens_on: date
    last_day: date
    published_on: date
    ended_on: date | None
    state: str
    state_zh: str
    state_en: str
    takes_objections: bool
    corrects: str = Field(
        description="The number of the notice in whose place it stands, or empty."
    )
    cases: int


class ReadNoticeWhole(ReadNotice):
    """A public notice with its cases."""

    listed: list[ReadCase]


class NewObjection(RequestBody):
    """What somebody holds against a notice, or one case of it, and how they are reached."""

    place: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Of the case on the list; left out: the list as a whole."
    )
    text: ObjectionText = Field(examples=["该企业已于去年停产，与公示内容不符，请核查。"])
    name: OutsidersLine = Field(examples=["李明"])
    contact: OutsidersLine = Field(
        examples=["13800000000"], description="Telephone or e-mail; read by who works on it alone."
    )


class ObjectionReceipt(BaseModel):
    """What an objector keeps. The secret is told this once."""

    receipt: str = Field(examples=["DL-V-2026-0001"])
    secret: str
    notice: str
    url: str = Field(description="Where its standing is read.")


class ObjectionStanding(BaseModel):
    """How an objection stands, for who has its receipt. Nothing of what was handed in is repeated."""

    receipt: str
    notice: str
    place: int | None
    filed_on: date
    due_on: date | None
    state: str
    state_zh: str
    state_en: str
    verdict: str | None
    verdict_zh: str
    verdict_en: str
    answer: str
    decided_on: date | None


@router.get("/public/notices")
async def read_public_notices(
    response: Response,
    context: CurrentContext,
    pool: Annotated[str | None, Query(max_length=64)] = None,
    firm: Annotated[str | None, Query(max_length=100, pattern=ONE_LINE)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[ReadNotice]:
    """What is on public notice, or was and can still be read; the newest first. Open to everybody."""
    before = decode_cursor(cursor, str)[0] if cursor is not None else None
    today = business_date(context.clock.now())
    async with context.database.looking(PUBLIC) as conn:
        rows = await known.page_for_all(
            conn, today, pool=pool, firm=firm, before=before, limit=limit + 1
        )
    items = [ReadNotice(**_of_notice(row, today), cases=row["cases"]) for row in rows]
    _may_be_kept(response)
    return page_of(items, limit, lambda item: encode_cursor(item.number))


@router.get("/public/pools")
async def read_pools_with_notices(
    response: Response, context: CurrentContext
) -> Page[PoolOfNotices]:
    """The pools of which there is a public notice to read. Open to everybody."""
    today = business_date(context.clock.now())
    async with context.database.looking(PUBLIC) as conn:
        rows = await known.pools_for_all(conn, today)
    _may_be_kept(response)
    return Page(items=[PoolOfNotices(**row) for row in rows])


@router.get("/public/notices/{number}")
async def read_public_notice(
    number: NoticeNumber, response: Response, context: CurrentContext
) -> ReadNoticeWhole:
    """One public notice with its cases. Open to everybody."""
    today = business_date(context.clock.now())
    async with context.database.looking(PUBLIC) as conn:
        row = await known.read_by_all(conn, number, today)
        if row is None:
            raise NotFound("没有该公示", "There is no such public notice.")
        cases = await known.cases_of(conn, row["id"])
    _may_be_kept(response)
    return whole(row, cases, today)


@router.post(
    "/public/notices/{number}/objections", status_code=201, response_model=ObjectionReceipt
)
async def file_objection(
    number: NoticeNumber, body: NewObjection, request: Request, context: CurrentContext
) -> Response:
    """Object to what is on public notice, while it hangs. Open to everybody; five a day from one
    address."""
    caller = outsider(request, context)
    filing = step_context(request, caller, context)
    filed = objection.Filed(place=body.place, text=body.text, name=body.name, contact=body.contact)

    async def work(conn: asyncpg.Connection) -> Answer:
        receipt = await handlers.file(conn, number, filed, address_of(request, context), filing)
        where = f"/api/v1/public/objections/{receipt.number}/{receipt.secret}"
        answer = ObjectionReceipt(
            receipt=receipt.number, secret=receipt.secret, notice=number, url=where
        )
        return Answer(201, answer, {"Cache-Control": "no-store"})

    return await idempotently(request, caller, context.database, work)


@router.get("/public/objections/{receipt}/{secret}")
async def read_objection(
    receipt: Annotated[str, Path(max_length=40)],
    secret: Annotated[str, Path(max_length=100)],
    response: Response,
    context: CurrentContext,
) -> ObjectionStanding:
    """How an objection stands, for who has its receipt. A wrong secret finds nothing."""
    async with context.database.looking(EVERYWHERE) as conn:
        row = await known_objections.by_receipt(conn, receipt, objection.hashed(secret))
    if row is None:
        raise NotFound(
            "没有该异议，或凭证有误", "There is no such objection, or the receipt is wrong."
        )
    response.headers["Cache-Control"] = "no-store"
    return _standing(row)


def whole(row: Row, cases: list[asyncpg.Record], today: date) -> ReadNoticeWhole:
    """A notice exactly as everybody reads it; the bureau's people see it so before it is published."""
    return ReadNoticeWhole(
        **_of_notice(row, today), cases=len(cases), listed=[_case(one) for one in cases]
    )


def _of_notice(row: Any, today: date) -> dict[str, Any]:
    words = LIFE_CYCLE.states[row["state"]]
    return {
        "number": row["number"],
        "title": row["title"],
        "pool_code": row["pool_code"],
        "pool": row["pool_name"],
        "opens_on": row["opens_on"],
        "last_day": row["last_day"],
        "published_on": row["published_on"] or row["opens_on"],
        "ended_on": row["ended_on"],
        "state": row["state"],
        "state_zh": words.zh,
        "state_en": words.en,
        "takes_objections": row["state"] in HANGS and row["opens_on"] <= today <= row["last_day"],
        "corrects": row["corrects_number"],
    }


def _case(row: Mapping[str, Any]) -> ReadCase:
    """By the frozen reading alone (shared/contracts/for_public.yaml)."""
    read, words = row["public"], KINDS[row["case_kind"]]
    return ReadCase(
        place=row["place"],
        kind=row["case_kind"],
        kind_zh=words.zh,
        kind_en=words.en,
        firm=read.get("borrower_name", ""),
        credit_code=read.get("borrower_uscc", ""),
        bank=read.get("bank_name", ""),
        programme=read.get("programme_name", ""),
        principal_fen=read.get("outstanding_principal_fen"),
        proposed_fen=read.get("proposed_fen"),
        since=read.get("since"),
        until=read.get("until"),
    )


def _standing(row: Mapping[str, Any]) -> ObjectionStanding:
    words = objection.LIFE_CYCLE.states[row["state"]]
    decided = row["decided_on"] is not None
    verdict = objection.VERDICTS[row["verdict"]] if decided else None
    return ObjectionStanding(
        receipt=row["number"],
        notice=row["notice_number"],
        place=row["place"],
        filed_on=row["filed_on"],
        due_on=row["due_on"],
        state=row["state"],
        state_zh=words.zh,
        state_en=words.en,
        verdict=row["verdict"] if decided else None,
        verdict_zh=verdict.zh if verdict else "",
        verdict_en=verdict.en if verdict else "",
        answer=row["answer"] if decided else "",
        decided_on=row["decided_on"],
    )


def _may_be_kept(response: Response) -> None:
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
