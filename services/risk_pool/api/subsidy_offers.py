"""Which pools subsidise, and what: the list that a form for a subsidy is made of."""

from datetime import date

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.risk_pool.api.cases import Anyone
from services.risk_pool.queries import pools
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.postgres.published_schemes import scheme_on
from shared.schemes.scheme import SchemeNotInForce, SchemeNotLive
from shared.schemes.terms import Terms

router = APIRouter(tags=["subsidies"])


class SubsidyOffered(BaseModel):
    """A subsidy of a programme, by the pool that pays it."""

    pool_code: str
    pool_name: str
    programme: str
    code: str = Field(examples=["interest"])
    zh: str
    en: str
    of: str = Field(description="What it is counted on.", examples=["interest_paid"])
    mode: str = Field(description="When it is paid.", examples=["ex_post_to_company"])
    products: list[str] = Field(description="Where its rate goes by product.")
    flags: list[str] = Field(description="Facts of the loan or firm that its share asks for.")
    source: str


@router.get("/subsidy-offers")
async def list_offers(caller: Anyone, context: CurrentContext) -> Page[SubsidyOffered]:
    """Every subsidy of every pool, as its measure stands today; of a measure that has ended, as it
    stood on its last day, for its loans may still be subsidised."""
    today = business_date(context.clock.now())
    found: list[SubsidyOffered] = []
    async with context.database.looking(caller.institution) as conn:
        for code, name, programme in await pools.named(conn):
            terms = await _terms(conn, programme, today)
            if terms is not None:
                found += _offers(code, name, terms)
    return Page(items=found)


async def _terms(conn: asyncpg.Connection, programme: str, today: date) -> Terms | None:
    try:
        scheme = await scheme_on(conn, programme, today)
        return scheme.terms(on=min(today, scheme.valid_to or today))
    except (SchemeNotInForce, SchemeNotLive):
        return None


def _offers(code: str, name: str, terms: Terms) -> list[SubsidyOffered]:
    return [
        SubsidyOffered(
            pool_code=code,
            pool_name=name,
            programme=terms.programme,
            code=rule.code,
            zh=rule.zh,
            en=rule.en,
            of=rule.of,
            mode=rule.mode,
            products=[product for product, _ in rule.products],
            flags=sorted({flag for one in rule.share_if for flag in one.all}),
            source=rule.source or terms.source("subsidies"),
        )
        for rule in terms.subsidies
    ]
