"""What a guarantor, an insurer or an appraiser reads over HTTP: what it owes and gets, what months left
it, the loans and claims that it has a part in. Its own figures, and nobody else's."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.open_items import OpenItemAnswer, shown
from services.risk_pool.api.settlement_responses import SideAnswer
from services.risk_pool.domain.claim import LIFE_CYCLE as CLAIM
from services.risk_pool.domain.coverage import LIFE_CYCLE as COVERAGE
from services.risk_pool.queries import for_parties as known
from services.risk_pool.queries import open_items
from shared.auth.identity import Forbidden, Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.life_cycle import Words
from shared.money import Fen
from shared.postgres.database import seeing_everything
from shared.roles import PARTY_ROLES
from shared.schemes.vocabulary import party_name
from shared.sides import as_data, net_seen_by, seen_by

router = APIRouter(prefix="/party", tags=["other parties"])

Clerk = Annotated[Identity, Depends(requires(*PARTY_ROLES))]
Cursor = Annotated[str | None, Query(max_length=500)]
Limit = Annotated[int, Query(ge=1, le=200)]


class PartyUnknown(Forbidden):
    """No pool knows the institution as a party that has access of its own."""

    code = "party-unknown"


class PartyItemAnswer(OpenItemAnswer):
    """What is owed between a pool and you, from your side."""

    pool_code: str
    pool_name: str


class PartyStatementAnswer(Money):
    """What a posted month has left you."""

    pool_code: str
    pool_name: str
    month: str
    posted_on: date | None
    party_role: str = Field(examples=["guarantor"])
    party_role_zh: str
    party_role_en: str
    net_fen: Fen = Field(description="Positive to receive, negative to pay.")
    side: SideAnswer
    earlier_side: SideAnswer = Field(
        description="What earlier months left and nobody has paid yet."
    )


class PartyClaimAnswer(Money):
    """A claim on such a loan."""

    id: UUID
    number: str
    state: str
    state_zh: str
    state_en: str
    claimed_on: date | None
    approved_on: date | None
    paid_on: date | None = Field(description="When the pool has paid its own part.")
    share_fen: Fen | None = Field(description="What you bear; none before the approval.")
    recovered_fen: Fen = Field(description="What of it has come back to you.")


class PartyCoverageAnswer(Money):
    """A loan that you have a part in."""

    loan_id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_name: str
    roles: list[str] = Field(description="As whom you stand in it.")
    roles_zh: list[str]
    roles_en: list[str]
    state: str
    state_zh: str
    state_en: str
    approved_on: date
    disbursed_on: date | None
    matures_on: date | None
    released_on: date | None
    claims: list[PartyClaimAnswer]


@router.get("/open-items")
async def list_own_items(caller: Clerk, context: CurrentContext) -> Page[PartyItemAnswer]:
    """What you owe the pools and they owe you and is not settled in full, the earliest due first."""
    today = business_date(context.clock.now())
    found = []
    async with context.database.looking(caller.institution) as conn:
        code, stands = await _standing(conn, caller)
        # Cash entries are the bureau's own; of a party's items only what was settled is told.
        async with seeing_everything(conn):
            for one in stands:
                items = await open_items.of_pool(conn, one["pool_code"], party=code)
                found += [(one, item) for item in items]
    found.sort(key=lambda each: (each[1].due_on or date.max, each[1].since, each[1].reference))
    answers = [
        PartyItemAnswer(
            **shown(item, {code: one["name"]}, "party", today).model_dump(by_alias=False),
            pool_code=one["pool_code"],
            pool_name=one["pool_name"],
        )
        for one, item in found
    ]
    return Page(items=answers)


@router.get("/statements")
async def list_own_statements(
    caller: Clerk, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[PartyStatementAnswer]:
    """What the posted months have left you, the latest first."""
    before = decode_cursor(cursor, str, str) if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        code, _ = await _standing(conn, caller)
        rows = await known.statements(
            conn, code, before=(before[0], before[1]) if before else None, limit=limit + 1
        )
    items = [_statement(row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.month, item.pool_code))


@router.get("/coverages")
async def list_own_coverages(
    caller: Clerk, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[PartyCoverageAnswer]:
    """The loans that you have a part in, with their claims and your share, the newest first."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        code, _ = await _standing(conn, caller)
        loan_ids = await known.loans(conn, code, before=before, limit=limit + 1)
        async with seeing_everything(conn):
            rows = await known.coverages(conn, code, loan_ids)
    items = [_coverage(row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.loan_id))


async def _standing(conn: asyncpg.Connection, caller: Identity) -> tuple[str, list[asyncpg.Record]]:
    """The caller's party, and the pools in which it stands. Raises PartyUnknown."""
    code = caller.party or ""
    stands = await known.standing(conn, code)
    if not stands:
        raise PartyUnknown(
            "贵机构未作为担保、保险、评估等参与方登记在任何资金池",
            "No pool has your institution as a guarantor, an insurer, an appraiser or the like.",
        )
    return code, stands


def _statement(row: asyncpg.Record) -> PartyStatementAnswer:
    side = seen_by("party", payable_fen=row["payable_fen"], receivable_fen=row["receivable_fen"])
    earlier = net_seen_by("party", row["earlier_fen"])
    return PartyStatementAnswer(
        pool_code=row["pool_code"],
        pool_name=row["pool_name"],
        month=row["month"],
        posted_on=row["posted_on"],
        party_role=row["party_role"],
        party_role_zh=party_name(row["party_role"], "zh"),
        party_role_en=party_name(row["party_role"], "en"),
        net_fen=row["net_fen"],
        side=SideAnswer(**as_data(side)),
        earlier_side=SideAnswer(**as_data(earlier)),
    )


def _coverage(row: dict[str, object]) -> PartyCoverageAnswer:
    told = {**row, **_in_words(COVERAGE.states[str(row["state"])])}
    roles, claims = row["roles"], row["claims"]
    assert isinstance(roles, list) and isinstance(claims, list)
    told["roles_zh"] = [party_name(role, "zh") for role in roles]
    told["roles_en"] = [party_name(role, "en") for role in roles]
    told["claims"] = [
        PartyClaimAnswer(**{**claim, **_in_words(CLAIM.states[claim["state"]])}) for claim in claims
    ]
    return PartyCoverageAnswer.model_validate(told)


def _in_words(words: Words) -> dict[str, str]:
    return {"state_zh": words.zh, "state_en": words.en}
