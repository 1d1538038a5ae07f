"""Valuations of rights, loans that they no longer cover, and statistics of value."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit, PlainCode
from services.applications.api.right_requests import Day
from services.applications.api.rights import Keeper, Reader
from services.applications.domain.submission import RightKey
from services.applications.domain.valuations import (
    Cover,
    CoverOfRight,
    Relation,
    Worth,
    spread,
    that_counts,
)
from services.applications.handlers import right_values
from services.applications.queries import register, valuations
from services.applications.tables.right_valuations import NewValuation
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen

router = APIRouter(tags=["rights"])

_EXAMPLE: dict[str, Any] = {
    "amount": "11500000.00",
    "method": "market",
    "appraiser": "天津某资产评估有限公司",
    "valued_on": "2026-02-01",
}


class ValuationEntry(RequestBody):
    """What an appraiser has found; `related_to` where they must recuse themselves."""

    model_config = ConfigDict(**MONEY_NAMES, json_schema_extra={"examples": [_EXAMPLE]})

    amount_fen: RequestFen
    method: Literal["income", "market", "cost", "agreed"]
    appraiser: ShortText
    valued_on: Day
    valid_until: Day | None = Field(None, description="As the report says; else a year.")
    document: UUID | None = Field(None, description="The stored report.")
    reference: ShortText | None = Field(None, description="The report's number.")
    related_to: Relation | None = Field(
        None, description="Whom the appraiser is related to: it counts for nothing then."
    )
    relation_note: LongText | None = None

    def as_new(self) -> NewValuation:
        """What is kept."""
        return NewValuation(
            amount_fen=self.amount_fen,
            method=self.method,
            appraiser=self.appraiser,
            valued_on=self.valued_on,
            valid_until=self.valid_until,
            related_to=self.related_to,
            relation_note=self.relation_note or "",
            reference=self.reference or "",
            document_id=self.document,
        )


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class WorthAnswer(_Answer):
    """One valuation of a right."""

    amount_fen: Fen
    method: str
    appraiser: str
    valued_on: date
    valid_until: date
    counts: bool = Field(description="It holds today, and nobody is to be recused.")
    is_used: bool = Field(description="The one that cover is judged by.")
    is_outlier: bool
    related_to: Relation | None
    bank_code: str
    reference: str
    document_id: UUID | None


class SpreadAnswer(_Answer):
    """How far the valuations that count lie apart."""

    count: int
    lowest_fen: Fen
    highest_fen: Fen
    middle_fen: Fen
    spread_bp: int = Field(description="Highest over lowest, less one, in basis points.")


class WorthsAnswer(Page[WorthAnswer]):
    """All valuations of a right that you may see, the youngest first."""

    spread: SpreadAnswer | None


class CoveredRight(_Answer):
    """What a pledged right carries of a loan."""

    right_id: UUID
    kind: str
    number: str
    name: str
    value_fen: Fen | None = Field(description="None: no valuation counts today.")
    valued_on: date | None
    valid_until: date | None
    pledge_rate_bp: int | None = Field(description="None: the programme sets none.")
    is_later_rank: bool = Field(
        description="It stands behind an earlier pledge: what that secures is taken off the value."
    )
    carried_fen: Fen


class CoverAnswer(_Answer):
    """A loan beside the rights that are pledged for it."""

    case_id: UUID
    case_number: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    loan_no: str
    outstanding_principal_fen: Fen
    ip_part_fen: Fen
    carried_fen: Fen
    shortfall_fen: Fen
    other_fen: Fen = Field(
        description="Of what is carried, other collateral accepted on a call for cover."
    )
    rights: list[CoveredRight]


class ValueStatistics(_Answer):
    """Valuations of one kind of right, industry and method."""

    kind: str
    industry: str = Field(description='As the bank stated it; "" where nobody did.')
    method: str
    valuations: int
    sum_fen: Fen
    lowest_fen: Fen
    highest_fen: Fen
    middle_fen: Fen


class ValueStatisticsPage(Page[ValueStatistics]):
    """The statistics, and how old they are."""

    counted_at: datetime | None = Field(description="None: they are of this moment.")


@router.get("/rights/{right_id}/valuations")
async def read_valuations(
    right_id: UUID, caller: Reader, context: CurrentContext
) -> WorthsAnswer:  # fmt: skip
    """All valuations of a right that you may see: which one counts, how far they lie apart, which one
    lies off, whose appraiser is related."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        row = await register.right(conn, right_id)
        return await _worths(conn, register.key_of(row), today)


async def _worths(conn: asyncpg.Connection, key: RightKey, today: date) -> WorthsAnswer:
    worths = (await valuations.of_rights(conn, [key])).get(key, [])
    apart, used = spread(worths, today), that_counts(worths, today)
    return WorthsAnswer(
        items=[
            _worth(one, today, used=used, outliers=apart.outliers if apart else ())
            for one in worths
        ],
        spread=None
        if apart is None
        else SpreadAnswer(
            count=apart.count,
            lowest_fen=apart.lowest_fen,
            highest_fen=apart.highest_fen,
            middle_fen=apart.middle_fen,
            spread_bp=int(apart.ratio * 10_000),
        ),
    )


def _worth(
    one: Worth, today: date, *, used: Worth | None, outliers: tuple[Worth, ...]
) -> WorthAnswer:  # fmt: skip
    return WorthAnswer(
        amount_fen=one.amount_fen,
        method=one.method,
        appraiser=one.appraiser,
        valued_on=one.valued_on,
        valid_until=one.valid_until,
        counts=one.counts_on(today),
        is_used=one is used,
        is_outlier=any(one is outlier for outlier in outliers),
        related_to=one.related_to,
        bank_code=one.bank_code,
        reference=one.reference,
        document_id=one.document_id,
    )


@router.post("/rights/{right_id}/valuations", status_code=201, response_model=WorthsAnswer)
async def add_valuation(
    right_id: UUID, body: ValuationEntry, request: Request, caller: Keeper,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Enter a valuation of a right beside those there are. An appraiser's relation to the firm or the
    bank is declared; such a valuation is kept and counts for nothing."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await right_values.add(conn, right_id, body.as_new(), by=caller, now=now)
        return Answer(201, await _worths(conn, register.key_of(row), business_date(now)))

    return await idempotently(request, caller, context.database, work)


@router.get("/cover-shortfalls")
async def list_shortfalls(
    caller: Reader,
    context: CurrentContext,
    bank: PlainCode = None,
    all_loans: Annotated[bool, Query(description="Also those that are covered.")] = False,
    cursor: Cursor = None,
    limit: Limit = 30,
) -> Page[CoverAnswer]:
    """Loans whose IP part is more than value × pledge rate of what is still pledged, by the terms of
    each loan; a right without a valuation that holds today carries nothing. `limit` counts loans."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        found = await right_values.covers(
            conn, asked_by=caller.bank, bank=bank, after=after, loans=limit + 1, day=today
        )
    page = found[:limit]
    return Page(
        items=[cover_answer(row, one) for row, one in page if all_loans or one.shortfall_fen],
        next_cursor=encode_cursor(page[-1][0]["id"]) if len(found) > limit else None,
    )


def cover_answer(row: Mapping[str, Any], cover: Cover) -> CoverAnswer:
    """A loan beside what covers it, as it is answered."""
    names = ("bank_code", "pool_code", "borrower_uscc", "borrower_name", "loan_no")
    return CoverAnswer(
        case_id=row["id"],
        case_number=row["number"],
        **{name: row[name] for name in names},
        outstanding_principal_fen=row["outstanding_fen"],
        ip_part_fen=cover.ip_part_fen,
        carried_fen=cover.carried_fen,
        shortfall_fen=cover.shortfall_fen,
        other_fen=cover.other_fen,
        rights=[_right(one) for one in cover.rights],
    )


def _right(one: CoverOfRight) -> CoveredRight:
    worth = one.worth
    return CoveredRight(
        **{name: one.row[name] for name in ("right_id", "kind", "number", "name")},
        value_fen=worth.amount_fen if worth else None,
        valued_on=worth.valued_on if worth else None,
        valid_until=worth.valid_until if worth else None,
        pledge_rate_bp=None if one.rate is None else int(one.rate * 10_000),
        is_later_rank=one.earlier_fen > 0,
        carried_fen=one.carried.numerator // one.carried.denominator,
    )


@router.get("/valuation-statistics")
async def read_statistics(caller: Reader, context: CurrentContext) -> ValueStatisticsPage:
    """What rights were found to be worth, by kind, industry of the borrower and method, of the
    valuations that you may see. Where there are very many, those of the cases are counted now and then:
    `counted_at` says when."""
    async with context.database.looking(caller.institution) as conn:
        rows, counted_at = await valuations.statistics(conn, own=caller.bank)
    return ValueStatisticsPage(
        items=[ValueStatistics.model_validate(dict(row)) for row in rows], counted_at=counted_at
    )
